"""Keeping the store in step with pages, and the store's own promises."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import ClipdeskError, IndexMismatch, Rag, SettingsError, StoreError, StoreLocked, StoreUnwritable
from rag.models.manifest import find_model
from rag.settings import load_settings
from tests.conftest import CAPTURED, ROOT, SAMPLE

BRIDGE = "The council voted on Tuesday to close the old bridge. Repairs will cost 4 million euros, the mayor said."
FERRY = "A ferry ran aground off the coast early on Monday. Nobody was hurt, the coastguard said later that day."


def page(title: str, body: str, age: str = "3 days ago") -> str:
    return f"{title}\n{title}\nHarbour Times{age}\n{body}\n"


@pytest.fixture
def rag(tmp_path: Path) -> Iterator[Rag]:
    with Rag.open(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(page("Bridge to close", BRIDGE))
    return path


def test_the_real_page_end_to_end(seed_page: Path, rag: Rag) -> None:
    report = rag.ingest(seed_page, captured="2025-06-21")
    assert len(report.added) == 4
    assert not report.failed
    found = rag.articles()
    assert [a.published for a in found] == [date(2025, 6, day) for day in (18, 19, 19, 18)]
    assert [a.agency for a in found] == [None, "AP", "Yonhap", None]
    assert {(a.source, a.captured) for a in found} == {("Korea Herald", date(2025, 6, 21))}


def test_no_day_of_capture_no_date(file: Path, rag: Rag) -> None:
    rag.ingest(file)
    assert [(a.published, a.captured) for a in rag.articles()] == [(None, None)]


def test_a_page_said_later_to_be_captured_gets_its_dates(file: Path, rag: Rag) -> None:
    added = rag.ingest(file).added
    assert rag.ingest(file, captured=date(2025, 6, 21)).updated == added
    assert rag.articles()[0].published == date(2025, 6, 18)
    assert rag.ingest(file).unchanged == added  # silence takes nothing away
    assert rag.articles()[0].published == date(2025, 6, 18)


def test_a_changed_page_without_a_day_of_capture_keeps_no_stale_date(file: Path, rag: Rag) -> None:
    rag.ingest(file, captured="2025-06-21")
    file.write_text(page("Bridge to close", BRIDGE + " It was built in 1931, according to the town."))
    rag.ingest(file)
    assert rag.articles()[0].published is None


def test_new_changed_unchanged_and_removed_articles(file: Path, rag: Rag) -> None:
    first = rag.ingest(file).added
    file.write_text(
        page("Bridge to close", BRIDGE + " It was built in 1931, according to the town.") + page("Ferry aground", FERRY)
    )
    report = rag.ingest(file)
    assert (len(report.updated), len(report.added), len(report.removed)) == (1, 1, 0)
    assert not set(first) & {a.id for a in rag.articles()}
    file.write_text(page("Ferry aground", FERRY))
    report = rag.ingest(file)
    assert (report.unchanged, len(report.removed)) == ((rag.articles()[0].id,), 1)
    assert [a.title for a in rag.articles()] == ["Ferry aground"]
    assert {p.article.title for p in rag.search("bridge council mayor euros")} == {"Ferry aground"}


def test_the_same_article_on_two_pages_is_stored_once(file: Path, tmp_path: Path, rag: Rag) -> None:
    copy = tmp_path / "copy.txt"
    copy.write_bytes(file.read_bytes())
    report = rag.ingest([file, copy])
    assert (len(report.added), len(rag.articles())) == (1, 1)
    copy.write_text(page("Ferry aground", FERRY))
    rag.ingest(copy)
    assert [a.title for a in rag.articles()] == ["Bridge to close", "Ferry aground"]


def test_a_page_that_fails_loses_nothing(file: Path, tmp_path: Path, rag: Rag) -> None:
    rag.ingest(file)
    file.write_bytes(b"")
    report = rag.ingest([file, tmp_path / "missing.txt"])
    assert {f.path for f in report.failed} == {str(file), str(tmp_path / "missing.txt")}
    assert [a.title for a in rag.articles()] == ["Bridge to close"]
    assert rag.search("bridge")[0].article.title == "Bridge to close"


def test_nothing_is_embedded_twice(file: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(file)
        file.write_text(page("Bridge to close", BRIDGE) + page("Ferry aground", FERRY))
        embedded: list[int] = []
        embedder = rag._parts.embedder
        embed = embedder.embed_documents
        embedder.embed_documents = lambda texts: embedded.append(len(texts)) or embed(texts)  # type: ignore[method-assign]
        rag.ingest(file)
    assert embedded == [1]


def test_what_is_stored_is_there_after_reopening(file: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(file)
        before = rag.search("bridge"), rag.articles()
    with Rag.open(tmp_path / "data") as rag:
        assert (rag.search("bridge"), rag.articles()) == before


def test_progress_and_wrong_date(file: Path, rag: Rag) -> None:
    seen: list[tuple[int, int, str]] = []
    rag.ingest(file, progress=lambda *step: seen.append(step))
    assert seen == [(0, 1, "page.txt"), (1, 1, "")]
    with pytest.raises(SettingsError, match=r'"21 June" is no date: .* YYYY-MM-DD'):
        rag.ingest(file, captured="21 June")


def test_a_second_owner_is_refused_with_the_holder_named(tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data"), pytest.raises(StoreLocked, match=rf"in use by process {os.getpid()}: close"):
        Rag.open(tmp_path / "data")
    Rag.open(tmp_path / "data").close()


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreUnwritable, match=r"cannot write to the data folder .* make it writable"):
        Rag.open(tmp_path / "file" / "data")


def test_a_store_that_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "clipdesk.sqlite3").write_bytes(b"not a database at all, but long enough to be taken for one" * 20)
    with pytest.raises(StoreError, match=r"is not a Clipdesk store .* ingest the pages again"):
        Rag.open(tmp_path)


def test_another_embedding_model_is_refused_until_a_rebuild(file: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(file)
    mine = own_model(tmp_path / "models", max_tokens=64)
    with Rag.open(tmp_path / "data", settings=load_settings(models=mine, embedding="mine")) as rag:
        with pytest.raises(IndexMismatch, match=r'bge-small-en-v1.5@68807e3f \(384 .* not mine@.* "clipdesk rebuild"'):
            rag.search("bridge")
        with pytest.raises(IndexMismatch):
            rag.ingest(SAMPLE)
        assert len(rag.articles()) == 1
        rag.rebuild()
        assert rag.search("bridge")[0].article.title == "Bridge to close"
    with Rag.open(tmp_path / "data") as rag, pytest.raises(IndexMismatch):
        rag.search("bridge")


def own_model(folder: Path, *, max_tokens: int) -> Path:
    """A model folder of the user's own: the same weights under another name."""
    import shutil

    _, where = find_model("embedding", name=None, folder=None)
    shutil.copytree(where, folder / "mine")
    entry = f'[[model]]\nname = "mine"\nrole = "embedding"\nfolder = "mine"\nmax_tokens = {max_tokens}\n'
    (folder / "manifest.toml").write_text(entry)
    return folder


def test_the_index_is_made_again_after_it_was_lost(tmp_path: Path) -> None:
    import shutil

    with Rag.open(tmp_path) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        before = [(p.article.id, p.start) for p in rag.search("sappers")]
    shutil.rmtree(tmp_path / "chroma")
    code = f"from rag import Rag\nwith Rag.open({str(tmp_path)!r}) as rag:\n"
    lost = run(code + "    rag.search('sappers')")
    assert "holds 0 of" in lost.stderr
    assert '"clipdesk rebuild"' in lost.stderr
    found = run(code + "    rag.rebuild(); print([(p.article.id, p.start) for p in rag.search('sappers')])")
    assert found.stdout.strip() == str(before)


@pytest.mark.parametrize("moment", [0.0, 0.3, 0.6, 1.0])
def test_a_killed_ingest_leaves_whole_articles_and_the_next_one_finishes(moment: float, tmp_path: Path) -> None:
    code = (
        "from rag import Rag\n"
        f"with Rag.open({str(tmp_path / 'data')!r}) as rag:\n"
        "    rag.search('warm up'); print('ready', flush=True)\n"
        f"    rag.ingest({str(SAMPLE)!r}, captured='2025-06-21')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
    with Rag.open(tmp_path / "data") as rag:
        assert len(rag.articles()) in {0, 4}
        rag.ingest(SAMPLE, captured=CAPTURED)
        assert len(rag.articles()) == 4
        chunks = rag._store.truth.chunk_ids()
        assert rag._store.index.count() == len(chunks)
        for chunk_id, vector in rag._store.truth.vectors(chunks).items():
            assert rag._store.dense(vector, k=1)[0].chunk_id == chunk_id


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)


def test_rows_on_their_way_are_put_right_at_the_next_start(file: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(file)
        store = rag._store
        (chunk_id,) = store.truth.chunk_ids()
        vector = store.truth.vectors([chunk_id])[chunk_id]
        # as after a crash: an id of an article that never arrived is in Chroma, one that did is missing from it
        store.truth.journal_add([chunk_id, "ghost:0"])
        store.index.upsert(["ghost:0"], vector[None])
        store.index.delete([chunk_id])
    with Rag.open(tmp_path / "data") as rag:
        assert [p.article.title for p in rag.search("bridge")] == ["Bridge to close"]
        assert rag._store.index.count() == 1
        assert rag._store.truth.journal() == []


def test_a_store_of_another_version_is_left_alone(tmp_path: Path) -> None:
    import sqlite3

    Rag.open(tmp_path).close()
    with sqlite3.connect(tmp_path / "clipdesk.sqlite3") as db:
        db.execute("PRAGMA user_version = 99")
    with pytest.raises(StoreError, match="schema 99, this one reads 1"):
        Rag.open(tmp_path)


def test_every_error_is_ours() -> None:
    for error in (IndexMismatch, SettingsError, StoreError, StoreLocked, StoreUnwritable):
        assert issubclass(error, ClipdeskError)


def test_a_coarser_date_never_takes_the_place_of_a_finer_one(file: Path, tmp_path: Path, rag: Rag) -> None:
    rag.ingest(file, captured="2025-06-21")
    later = tmp_path / "later.txt"
    later.write_text(page("Bridge to close", BRIDGE, age="1 month ago"))
    rag.ingest(later, captured="2025-07-30")
    assert [a.published for a in rag.articles()] == [date(2025, 6, 18)]


def test_pages_of_one_batch_are_merged_too(file: Path, tmp_path: Path, rag: Rag) -> None:
    later = tmp_path / "zlater.txt"
    later.write_text(page("Bridge to close", BRIDGE, age="1 month ago"))
    rag.ingest([file, later], captured="2025-06-21")
    assert [a.published for a in rag.articles()] == [date(2025, 6, 18)]


def test_a_rebuild_that_broke_off_is_noticed(file: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(file)
    mine = own_model(tmp_path / "models", max_tokens=64)

    def stop(done: int, total: int, name: str) -> None:
        raise KeyboardInterrupt

    settings = load_settings(models=mine, embedding="mine")
    with Rag.open(tmp_path / "data", settings=settings) as rag, pytest.raises(KeyboardInterrupt):
        rag.rebuild(progress=stop)
    with Rag.open(tmp_path / "data") as rag:
        with pytest.raises(IndexMismatch, match="unfinished rebuild"):
            rag.search("bridge")
        rag.rebuild()
        assert rag.search("bridge")[0].article.title == "Bridge to close"
