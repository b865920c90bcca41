"""The index on a Chroma server: a real `chroma run` on loopback, and several processes at once."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from rag import Filters, NewArticle, Rag, SettingsError, StoreError, StoreLocked, load_settings
from store.errors import IndexLost
from tests.conftest import ROOT

WRITER = """
import sys
from rag import NewArticle, Rag, load_settings
url, data, who = sys.argv[1:]
with Rag.open(data, settings=load_settings(chroma_url=url)) as rag:
    for n in range(4):
        text = f"The {who} council voted on bridge number {n}. It was a long night in {who}."
        both = NewArticle("Shared", "The harbour of Ostrel froze over.", "Wire")
        rag.add([NewArticle(f"{who} {n}", text, who), both], name=f"{who}-{n}")
print("done")
"""


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def chroma(folder: Path, *, port: int) -> Iterator[subprocess.Popen[bytes]]:
    command = [str(Path(sys.executable).parent / "chroma"), "run", "--path", str(folder), "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert process.poll() is None, "chroma run ended"
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield process
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    port = free_port()
    with chroma(tmp_path_factory.mktemp("chroma"), port=port):
        yield f"http://127.0.0.1:{port}"


def test_two_writers_and_a_reader_at_once(server: str, tmp_path: Path) -> None:
    settings = load_settings(chroma_url=server)
    with Rag.open(tmp_path, settings=settings) as rag:
        rag.add([NewArticle("First", "The lighthouse of Ostrel is lit again.", "Wire")], name="first")
        writers = [
            subprocess.Popen(
                [sys.executable, "-c", WRITER, server, str(tmp_path), who],
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                cwd=ROOT,
            )
            for who in ("Harnwick", "Fennick")
        ]
        while any(writer.poll() is None for writer in writers):
            assert rag.search("Is the lighthouse lit?", k=1)[0].article.title == "First"
            time.sleep(0.05)
        for writer in writers:
            out, problems = writer.communicate()
            assert out == "done\n", problems
        assert {a.title for a in rag.articles()} == {
            "First", "Shared", *(f"{who} {n}" for who in ("Harnwick", "Fennick") for n in range(4))
        }  # fmt: skip
        for who in ("Harnwick", "Fennick"):
            assert {p.article.source for p in rag.search("bridge", filters=Filters(sources=(who,)))} == {who}
        assert rag.doctor().ok
        assert not list(tmp_path.glob("chroma*"))  # nothing of the index lies here

        with Rag.open(tmp_path, settings=settings) as other:  # what one deletes is gone for the other
            (gone,) = (a.id for a in rag.articles() if a.title == "First")
            other.delete(gone)
        assert gone not in {p.article.id for p in rag.search("Is the lighthouse lit?")}
        assert rag.doctor().ok
        with pytest.raises(StoreLocked):
            Rag.open(tmp_path)  # without the server this would be another index


def test_an_index_that_another_makes_anew_is_taken_up(server: str, tmp_path: Path) -> None:
    settings = load_settings(chroma_url=server)
    with Rag.open(tmp_path, settings=settings) as rag, Rag.open(tmp_path, settings=settings) as other:
        rag.add([NewArticle("First", "The lighthouse of Ostrel is lit again.", "Wire")], name="first")
        other.search("Is the lighthouse lit?")
        store, vector = other._store, next(iter(other._store.truth.vectors(other._store.truth.chunk_ids()).values()))
        with store.steady():
            assert store.truth.chunk_count() == 1  # the snapshot begins with the first look
            rag.rebuild()
            with pytest.raises(IndexLost):
                store.dense(vector, k=1)
        assert [p.article.title for p in other.search("Is the lighthouse lit?")] == ["First"]
        searching = threading.Thread(target=lambda: [rag.rebuild() for _ in range(3)])
        searching.start()
        while searching.is_alive():
            assert len(other.search("Is the lighthouse lit?")) == 1
        searching.join()
        assert other.doctor().ok
        assert other._store.index.count() == 1


def test_two_data_folders_on_one_server_stay_apart(server: str, tmp_path: Path) -> None:
    settings = load_settings(chroma_url=server)
    with Rag.open(tmp_path / "a", settings=settings) as a, Rag.open(tmp_path / "b", settings=settings) as b:
        a.add([NewArticle("One", "Ostrel has one bridge.", "Wire")], name="one")
        b.add([NewArticle("Two", "Ostrel has two bridges.", "Wire")], name="two")
        a.rebuild()
        assert [p.article.title for p in a.search("bridges")] == ["One"]
        assert [p.article.title for p in b.search("bridges")] == ["Two"]
        assert b.doctor().ok


def test_what_is_wrong_with_the_server_is_said(tmp_path: Path, server: str) -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    article = NewArticle("One", "Ostrel has one bridge.", "Wire")
    for settings in (load_settings(chroma_url=nobody), load_settings(chroma_url=server, chroma_tenant="unknown")):
        with Rag.open(tmp_path, settings=settings) as rag, pytest.raises(StoreError, match="check CHROMA_URL"):
            rag.add([article], name="one")
    with pytest.raises(SettingsError, match="address like"):
        load_settings(chroma_url="localhost:8000")


@pytest.mark.parametrize("rest", ["HOST/chroma", "HOST:8000/?tenant=a", "user:word@HOST:8000", "HOST/#a"])
def test_an_address_of_which_a_part_would_be_dropped_is_refused(rest: str) -> None:
    assert load_settings(chroma_url="https://HOST:8000/").chroma is not None
    with pytest.raises(SettingsError, match="root of its host"):
        load_settings(chroma_url=f"https://{rest}")


def test_a_server_that_goes_away_is_named_and_nothing_is_lost(tmp_path: Path) -> None:
    port, articles = free_port(), [NewArticle(who, f"The {who} council voted.", who) for who in ("Ostrel", "Fennick")]
    (tmp_path / "page.txt").write_text("Harnwick votes\n\nThe Harnwick council voted on the bridge last night.\n")
    with Rag.open(tmp_path / "data", settings=load_settings(chroma_url=f"http://127.0.0.1:{port}")) as rag:
        with chroma(tmp_path / "chroma", port=port):
            first, _ = rag.add(articles, name="two")
        for write in (
            lambda: rag.add([NewArticle("Late", "A late vote.", "Wire")], name="late"),
            lambda: rag.ingest(tmp_path / "page.txt"),
            lambda: rag.delete(first),
            lambda: rag.rebuild(),
        ):
            with pytest.raises(StoreError, match=r"Chroma server at http://127\.0\.0\.1:\d+ (cannot|does not)"):
                write()
        assert {a.title for a in rag.articles()} == {"Ostrel", "Fennick"}
        with chroma(tmp_path / "chroma", port=port):
            rag.add([NewArticle("Late", "A late vote.", "Wire")], name="late")
            assert rag.doctor().ok
            assert rag.delete(first) == (first,)


def test_what_a_delete_leaves_to_do_is_said_where_the_server_goes_away_in_its_middle(tmp_path: Path) -> None:
    port, articles = free_port(), [NewArticle(who, f"The {who} council voted.", who) for who in ("Ostrel", "Fennick")]
    with Rag.open(tmp_path / "data", settings=load_settings(chroma_url=f"http://127.0.0.1:{port}")) as rag:
        store = rag._store
        with chroma(tmp_path / "chroma", port=port) as process:
            first, second = rag.add(articles, name="two")

            def drop() -> tuple[list[str], list[str]]:
                process.kill()
                process.wait(timeout=30)
                return store.truth.drop(first)

            with pytest.raises(StoreError, match=r'the articles are removed, .* run "clipdesk rebuild"'):
                store._drop(drop, scrub=True)
        assert [a.id for a in rag.articles()] == [second]
        assert not [f for f in (tmp_path / "data").iterdir() if b"Ostrel" in f.read_bytes()]
        with chroma(tmp_path / "chroma", port=port):
            assert [p.article.id for p in rag.search("Who voted in Ostrel?")] == [second]
            assert rag.doctor().ok
            assert rag.rebuild() == 1


def test_the_plain_name_of_the_setting_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHROMA_URL", "https://chroma.example")
    monkeypatch.setenv("CLIPDESK_CHROMA_TOKEN", "t")
    chroma = load_settings().chroma
    assert chroma is not None
    assert (chroma.url, chroma.token, chroma.tenant) == ("https://chroma.example", "t", "default_tenant")


def test_what_a_renewal_that_broke_off_has_made_is_swept(server: str, tmp_path: Path) -> None:
    settings = load_settings(chroma_url=server)
    articles = [NewArticle(who, f"The {who} council voted.", who) for who in ("Ostrel", "Fennick")]

    def broken_off(done: int, total: int, name: str = "") -> None:
        if name == "indexing":
            raise KeyboardInterrupt

    def collections(rag: Rag) -> list[str]:
        prefix = rag._store._prefix()
        return [c.name for c in rag._store.index._client.list_collections() if c.name.startswith(prefix)]

    with Rag.open(tmp_path, settings=settings) as rag:
        first, _ = rag.add(articles, name="two")
        with pytest.raises(KeyboardInterrupt):
            rag.rebuild(progress=broken_off)
        assert len(collections(rag)) == 2
    with Rag.open(tmp_path, settings=settings) as rag:
        assert len(collections(rag)) == 1  # swept where the index is opened
        with pytest.raises(KeyboardInterrupt):
            rag.rebuild(progress=broken_off)
        rag._store.truth.drop(first)
        assert rag.rebuild() == rag._store.index.count() == 1  # and where it is made anew
        assert len(collections(rag)) == 1


def test_a_full_disk_does_not_hide_what_a_delete_leaves_to_do(tmp_path: Path) -> None:
    port = free_port()
    with Rag.open(tmp_path / "data", settings=load_settings(chroma_url=f"http://127.0.0.1:{port}")) as rag:
        store = rag._store
        with chroma(tmp_path / "chroma", port=port) as process:
            (only,) = rag.add([NewArticle("Ostrel", "The Ostrel council voted.", "Wire")], name="one")

            def drop() -> tuple[list[str], list[str]]:
                process.kill()
                process.wait(timeout=30)
                gone = store.truth.drop(only)
                store.truth.run("PRAGMA query_only = ON")  # nothing more can be written
                return gone

            with pytest.raises(StoreError, match=r'the articles are removed, .* run "clipdesk rebuild"'):
                store._drop(drop, scrub=True)
