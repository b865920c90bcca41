"""In step with a folder: pruning, large files, sidecars, deletion from the disk, doctor, watch, kill -9."""

from __future__ import annotations

import ctypes
import json
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from rag import ClipdeskError, NewArticle, PageError, Rag
from rag.ingest import sync
from rag.ingest.watch import changes
from rag.models.embedding import unit
from store.doctor import examine
from store.records import Article, Chunk, Page, Prepared, Span
from store.store import Store
from tests.conftest import ROOT

EMPTY = Article("", "", None, None, None, None, None, None, "")
CRASHES = 6  # random moments of the default run; "pytest -m crash" does 30


def text_of(number: int, *, words: int = 60) -> str:
    """A body that no other number shares more than a word with."""
    dice = random.Random(number)
    names = ["".join(dice.choices("abcdefghiklmnoprstuw", k=6)) for _ in range(words)]
    return " ".join(f"{name}{'.' if n % 12 == 11 else ''}" for n, name in enumerate(names)) + " end."


def record(number: int, *, words: int = 60) -> str:
    return json.dumps({"title": f"Story number {number}", "text": text_of(number, words=words), "source": "Quay"})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pages").mkdir()
    for n in range(3):
        (tmp_path / "pages" / f"{n}.json").write_text(record(n))
    return tmp_path / "pages"


@pytest.fixture
def rag(tmp_path: Path) -> Iterator[Rag]:
    with Rag.open(tmp_path / "data") as opened:
        yield opened


def titles(rag: Rag) -> list[str]:
    return [a.title for a in rag.articles()]


def test_only_prune_removes_and_only_under_what_was_asked_about(folder: Path, tmp_path: Path, rag: Rag) -> None:
    (tmp_path / "elsewhere.json").write_text(record(9))
    rag.ingest([folder, tmp_path / "elsewhere.json"])
    (folder / "0.json").unlink()
    (tmp_path / "elsewhere.json").unlink()
    assert rag.ingest(folder).removed == ()
    assert rag.ingest(folder / "1.json", prune=True).removed == ()
    assert len(titles(rag)) == 4
    report = rag.ingest(folder, prune=True)
    assert (len(report.removed), len(report.unchanged)) == (1, 2)
    assert titles(rag) == ["Story number 1", "Story number 2", "Story number 9"]
    assert rag.doctor().ok


def test_a_folder_that_is_gone_prunes_nothing(folder: Path, rag: Rag) -> None:
    rag.ingest(folder)
    folder.rename(folder.with_name("moved"))
    report = rag.ingest(folder, prune=True)
    assert (len(report.failed), report.removed, len(titles(rag))) == (1, (), 3)


@pytest.mark.parametrize("name", [b"caf\xe9.txt", b"x" * 252 + b".txt", b"x" * 300 + b".txt", b"x/" * 3000 + b"a.txt"])
def test_odd_names_of_files_end_no_ingest(name: bytes, folder: Path, rag: Rag) -> None:
    """Not UTF-8; so long that a sidecar's name would be too long; too long itself."""
    odd = folder / os.fsdecode(name)
    with suppress(OSError):
        odd.write_text("just words")
    report = rag.ingest(folder, odd, prune=True)
    assert len(report.added) == 3
    for failure in report.failed:
        assert re.search(r"rename|does not exist|holds no article|cannot be read", failure.reason)
        failure.path.encode()
    assert report.failed
    with pytest.raises(ClipdeskError, match="no article and no page"):
        rag.delete(odd)
    with pytest.raises(PageError):
        rag.read(odd)


def test_pages_of_add_belong_to_no_folder_and_are_deleted_by_name(folder: Path, rag: Rag) -> None:
    rag.ingest(folder)
    made = rag.add([NewArticle("A bridge", text_of(50)), NewArticle("A ferry", text_of(51))], name="desk")
    assert rag.ingest(folder, prune=True).removed == ()
    assert rag.delete("added:desk") == made
    assert len(titles(rag)) == 3


def test_a_sidecar_that_changes_is_read_again_and_nothing_is_embedded(folder: Path, rag: Rag) -> None:
    rag.ingest(folder)
    (folder / "0.json.yaml").write_text("published: 2025-06-01\n")
    assert len(rag.ingest(folder).updated) == 1
    assert [a.published for a in rag.articles()] == [date(2025, 6, 1), None, None]
    assert len(rag.ingest(folder).unchanged) == 3


def test_a_large_file_lands_in_parts_and_an_interrupted_one_is_finished(
    tmp_path: Path, rag: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sync, "BATCH_CHARS", 1000)
    file = tmp_path / "many.jsonl"
    file.write_text("\n".join(record(n) for n in range(8)))

    def press_ctrl_c(done: int, of: int, name: str) -> None:
        if "articles" in name:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        rag.ingest(file, progress=press_ctrl_c)
    assert 0 < len(titles(rag)) < 8
    assert rag.doctor().ok
    before = len(titles(rag))
    report = rag.ingest(file)
    assert (len(report.added), len(report.unchanged)) == (8 - before, before)
    assert len(rag.ingest(file).unchanged) == 8


def test_deleting_leaves_no_trace_on_the_disk(folder: Path, tmp_path: Path, rag: Rag) -> None:
    rag.ingest(folder)
    gone = next(a for a in rag.articles() if a.title == "Story number 1")
    word = gone.text.split()[3].encode()
    (chunk,) = [c for c in rag._store.truth.chunk_ids() if c.startswith(gone.id)]
    vector = rag._store.truth.vectors([chunk])[chunk].tobytes()[:64]
    data = tmp_path / "data"
    assert traces(data, word)
    assert rag.delete(gone.id) == (gone.id,)
    assert rag.doctor().ok
    assert rag.search("Story number 0")[0].article.title == "Story number 0"
    for trace in (word, gone.id.encode(), vector):
        assert traces(data, trace) == []
    assert rag.delete(folder / "0.json")
    assert titles(rag) == ["Story number 2"]
    with pytest.raises(ClipdeskError, match=r'no article and no page is stored as nothing: "clipdesk articles"'):
        rag.delete("nothing")


@pytest.mark.skipif(not hasattr(ctypes.CDLL(None), "mallopt"), reason="glibc's")
def test_freed_memory_is_given_out_clean() -> None:
    """As hnswlib gets the rows that it writes to disk: one large block, where many smaller ones were freed."""
    ran = subprocess.run(  # a process whose memory nothing else has used
        [sys.executable, "-c", _FREED], capture_output=True, text=True, check=True, cwd=Path(__file__).parent.parent
    )
    assert ran.stdout.split() == ["True", "False"]


_FREED = """
import ctypes
from contextlib import nullcontext
from store.index import clean_memory
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
with clean_memory():
    pass  # from now on blocks of less than 4 MB are not mapped anew
freed = [libc.malloc(50_000) for _ in range(400)]
last = libc.malloc(50_000)  # what lies below it is kept by this process when it is freed
for block in freed:
    ctypes.memset(block, ord("x"), 50_000)
    libc.free(block)
for cleaning in (nullcontext(), clean_memory()):
    with cleaning:
        block = libc.malloc(1_800_000)
        print(b"xxxx" in ctypes.string_at(block, 1_800_000))
        libc.free(block)
"""


def test_searching_while_pages_come_and_go(folder: Path, rag: Rag) -> None:
    """Threads search throughout; another ingests, deletes, prunes and rebuilds. What they find is whole and right."""
    rag.ingest(folder)
    done, errors, found = threading.Event(), list[BaseException](), list[int]()

    def keep_searching() -> None:
        while not done.is_set():
            try:
                passages = rag.search(text_of(0)[:60], k=5)
                assert all(p.text == p.article.text[p.start : p.end] for p in passages)
                found.append(len(passages))
            except BaseException as error:
                errors.append(error)
                return

    threads = [threading.Thread(target=keep_searching) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for turn in range(3):
            (folder / "0.json").write_text(record(turn % 2, words=120))
            (folder / "more.jsonl").write_text("\n".join(record(10 + n) for n in range(3 * (turn % 2) + 1)))
            rag.ingest(folder)
            rag.rebuild()
            (folder / "more.jsonl").unlink()
            rag.ingest(folder, prune=True)
            for article in rag.articles():
                rag.delete(article.id)
            (folder / "0.json").write_text(record(0))
            rag.ingest(folder)
    finally:
        done.set()
        for thread in threads:
            thread.join(60)
    assert errors == []
    assert found.count(0) < len(found)


def traces(folder: Path, content: bytes) -> list[str]:
    """The files below a folder that hold some bytes, in upper or lower case."""
    return [p.name for p in folder.rglob("*") if p.is_file() and content.lower() in p.read_bytes().lower()]


def test_the_doctor_finds_and_repairs_what_does_not_agree(folder: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(folder)
        health = rag.doctor()
        assert (health.ok, health.articles, health.undated, health.newest) == (True, 3, 3, None)
        store = rag._store
        store.truth.run("DELETE FROM chunks_fts WHERE rowid = 1")
        store.index.delete([store.truth.chunk_ids()[1]])
        store.truth.run("DELETE FROM sentences WHERE article_id = ?", rag.articles()[2].id)
        failed = {check.name for check in rag.doctor().checks if not check.ok}
        assert failed == {"articles", "full-text index", "vector index", "self-queries"}
        assert rag.doctor(repair=True).ok
        assert {p.article.title for p in rag.search("Story number")} == set(titles(rag))


def test_a_damaged_database_is_a_clear_error(folder: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(folder)
    file = tmp_path / "data" / "clipdesk.sqlite3"
    size = file.stat().st_size
    for start in (4096, size // 2):
        with file.open("r+b") as damaged:
            damaged.seek(start)
            damaged.write(b"\xa5" * (size - start))
        with pytest.raises(ClipdeskError, match="damaged"), Rag.open(tmp_path / "data") as rag:
            rag.doctor(repair=True)


@pytest.mark.parametrize("damage", ["truncate", "remove"])
def test_the_doctor_sees_a_damaged_vector_index(damage: str, tmp_path: Path) -> None:
    """Chroma itself opens these without a word. It writes its files only from 1,000 rows on."""
    data, rows = tmp_path / "data", 1500
    dice = np.random.default_rng(1)
    spans = (Span(0, 9),)
    articles = [replace(EMPTY, id=f"a{n}", title=f"Story {n}", text="Word end.") for n in range(rows)]
    prepared = [Prepared(a, spans, (Chunk(f"{a.id}:0", a.id, 0, 0, 9),), (a.id,)) for a in articles]
    vectors = {a.id: unit(dice.normal(size=(1, 16)).astype(np.float32))[0] for a in articles}
    with Store(data) as store:
        store.write([Page("x", "x", None, tuple(vectors))], prepared, vectors, model=("m", 16))
        assert all(check.ok for check in examine(store))
    files = list(data.glob("chroma*/*/data_level0.bin"))
    assert files
    for file in files:
        file.write_bytes(file.read_bytes()[:50]) if damage == "truncate" else shutil.rmtree(file.parent)
    code = (
        "from store.doctor import examine\nfrom store.store import Store\nfrom pathlib import Path\n"
        f"with Store(Path({str(data)!r})) as store:\n"
        "    print(all(c.ok for c in examine(store)))\n    store.repair()\n"
        "    print(all(c.ok for c in examine(store)))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.stdout.split() == ["False", "True"], done.stderr


def test_watching_a_folder(folder: Path) -> None:
    stop, seen = threading.Event(), []

    def watch() -> None:
        for _ in changes(folder, stop=stop):
            seen.append(sorted(p.name for p in folder.iterdir()))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        wait_for(lambda: len(seen) == 1)
        time.sleep(0.5)
        (folder / "new.json").write_text(record(7))
        wait_for(lambda: len(seen) == 2)
        assert "new.json" in seen[1]
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def wait_for(done: object, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not done():  # type: ignore[operator]
        assert time.monotonic() < until
        time.sleep(0.05)


def test_killed_at_random_moments(tmp_path: Path) -> None:
    survive_kills(tmp_path, times=CRASHES)


@pytest.mark.crash
@pytest.mark.timeout(1200)  # 61 starts of Python and of Chroma, on a machine that may be busy
def test_killed_at_thirty_random_moments(tmp_path: Path) -> None:
    survive_kills(tmp_path, times=30)


# The parent writes what is to be read; this reads it, with an embedding that costs nothing, so that the time goes into
# the writes, and says when it begins and ends.
CHILD = """
import sys, zlib
import numpy as np
import rag.chain
from rag import Rag
from rag.ingest import sync
sync.BATCH_CHARS = 6000
data, pages = sys.argv[1:]
def embed(texts):
    rows = [np.random.default_rng(zlib.crc32(t.encode())).normal(size=384) for t in texts]
    return np.array([r / np.linalg.norm(r) for r in rows], np.float32)
with Rag.open(data) as rag:
    rag._parts.embedder.embed_documents = embed
    rag._store.index
    print('ready', flush=True)
    rag.ingest(pages, prune=True)
    print('done', flush=True)
"""


def survive_kills(tmp_path: Path, *, times: int) -> None:
    """An ingest that keeps being killed: no half article ever, and the last one finishes the work."""
    pages, data, dice = tmp_path / "pages", tmp_path / "data", random.Random(4)
    pages.mkdir()
    for n in range(100, 120):
        (pages / f"{n}.json").write_text(record(n, words=200))
    write_many(pages, 0)
    whole = run_child(tmp_path / "other", pages, kill_after=None)
    counts, interrupted, first = [], 0, 0
    for number in range(times):
        if number % 2:  # the large file changes: its old articles and its new ones meet
            write_many(pages, first := 60 * number)
        interrupted += run_child(data, pages, kill_after=dice.uniform(0, 0.6 * whole)) < 0
        with Rag.open(data) as rag:
            health = rag.doctor()
            assert health.ok, health.checks
            for article in rag.articles():
                assert article.text == text_of(int(article.title.split()[-1]), words=200)
            counts.append(health.articles)
    assert run_child(data, pages, kill_after=None) > 0
    with Rag.open(data) as rag:
        assert rag.doctor().ok
        wanted = [*range(100, 120), *range(1000 + first, 1060 + first)]
        assert set(titles(rag)) == {f"Story number {n}" for n in wanted}
        assert rag._store.truth.journal() == []
    print(f"\n{interrupted} of {times} runs killed at work; articles after each: {counts}")  # noqa: T201


def write_many(pages: Path, first: int) -> None:
    (pages / "many.jsonl").write_text("\n".join(record(1000 + first + n, words=200) for n in range(60)))


def run_child(data: Path, pages: Path, *, kill_after: float | None) -> float:
    """Seconds that an ingest took once it was ready, or -1 if it was killed before it was done."""
    command = [sys.executable, "-c", CHILD, str(data), str(pages)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        begin = time.monotonic()
        if kill_after is not None:
            time.sleep(kill_after)
            process.send_signal(signal.SIGKILL)
        return time.monotonic() - begin if process.stdout.readline() else -1
