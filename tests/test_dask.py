"""Ingest over Dask workers: the same bytes as without, a worker that dies included."""

from __future__ import annotations

import errno
import logging
import pickle
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from rag import ClipdeskError, ModelError, Rag, load_settings
from rag.chain import SentenceChunker, prepare_articles
from rag.cli import _with_scheduler
from rag.ingest.article import make_article
from rag.ingest.spread import _for_workers, spread
from rag.ingest.story import Story
from tests.conftest import CAPTURED, ROOT

dask = pytest.importorskip("dask", reason="the extra clipdesk[dask] is not installed")
distributed = pytest.importorskip("distributed", reason="the extra clipdesk[dask] is not installed")

TABLES = ("articles", "chunks", "sentences", "vectors", "sketches")


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two of the sample pages, and a file that cannot be read."""
    folder = tmp_path_factory.mktemp("pages")
    for name in ("business.txt", "court.txt"):
        (folder / name).write_bytes((ROOT / "samples" / name).read_bytes())
    (folder / "odd.txt").write_bytes(b"\x00\x01\x02")
    return folder


@pytest.fixture(scope="module")
def serial(pages: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, list[Any]], Any]:
    return ingested(pages, tmp_path_factory.mktemp("serial"), dask=None)


def ingested(pages: Path, data: Path, *, dask: str | None) -> tuple[dict[str, list[Any]], Any]:
    with Rag.open(data) as rag:
        report = rag.ingest(pages, captured=CAPTURED, dask=dask)
        assert rag.doctor().ok
        again = rag.ingest(pages, captured=CAPTURED, dask=dask)
        assert (again.added, set(again.unchanged)) == ((), set(report.added))
    with sqlite3.connect(data / "clipdesk.sqlite3") as db:
        return {table: db.execute(f"SELECT * FROM {table}").fetchall() for table in TABLES}, report


def test_the_result_is_that_of_a_serial_ingest(cluster: Any, pages: Path, serial: Any, tmp_path: Path) -> None:
    assert ingested(pages, tmp_path, dask=cluster.scheduler_address) == serial
    assert serial[1].failed
    assert not logging.getLogger("distributed.nanny").isEnabledFor(logging.WARNING)  # a slow end is nobody's concern


@contextmanager
def killing(cluster: Any, *, task: str) -> Iterator[None]:
    """Kill a worker at work on such a task meanwhile; it is an error if none was."""
    with ThreadPoolExecutor(1) as pool:
        killer = pool.submit(killed, cluster, task=task)
        yield
        killer.result()


def killed(cluster: Any, *, task: str, within: float = 120) -> None:
    """Kill a worker of the cluster that is at work on such a task."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        for worker in list(cluster.scheduler.workers.values()):
            if any(str(running.key).startswith(task) for running in list(worker.processing)):
                nanny = next(n for n in cluster.workers.values() if n.worker_address == worker.address)
                nanny.process.process._process.kill()
                return
        time.sleep(0.005)
    raise TimeoutError(f"no worker was seen at work on {task}")


def lost_tasks(cluster: Any) -> list[str]:
    """What workers have been at work on when they went, since the cluster began."""
    gone = [e for _, e in cluster.scheduler.get_events("all") if e.get("action") == "remove-worker"]
    return [str(key) for event in gone for key in event["processing-tasks"]]


def test_a_worker_that_dies_at_work_costs_nothing(cluster: Any, pages: Path, serial: Any, tmp_path: Path) -> None:
    before = len(lost_tasks(cluster))
    with killing(cluster, task="_embed"):
        result = ingested(pages, tmp_path, dask=cluster.scheduler_address)
    assert any(key.startswith("_embed") for key in lost_tasks(cluster)[before:])
    assert result == serial


def test_a_worker_that_could_not_be_killed_is_an_error(cluster: Any) -> None:
    with pytest.raises(TimeoutError, match="no worker was seen at work on _embed"):
        killed(cluster, task="_embed", within=0.05)


def test_a_page_that_kills_its_workers_is_a_failure_of_that_page(pages: Path, tmp_path: Path) -> None:
    with (
        dask.config.set({"distributed.scheduler.allowed-failures": 0}),
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Rag.open(tmp_path) as rag,
    ):
        with killing(cluster, task="_read_and_cut"):
            report = rag.ingest(pages / "court.txt", dask=cluster.scheduler_address)
        assert [failure.path for failure in report.failed] == [str(pages / "court.txt")]
        assert "killed each worker that read it, 1 in all" in report.failed[0].reason
        with killing(cluster, task="_embed"):
            assert rag.ingest(pages / "court.txt", dask=cluster.scheduler_address).added  # embedded by the writer
        assert rag.doctor().ok
        assert {key.rpartition("-")[0][:6] for key in lost_tasks(cluster)} >= {"_read_", "_embed"}


def test_a_scheduler_that_is_not_there_is_named(pages: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag, pytest.raises(ClipdeskError, match="check its address"):
        rag.ingest(pages, dask="tcp://127.0.0.1:9")


def test_a_scheduler_without_workers_is_named(pages: Path, tmp_path: Path) -> None:
    with (
        distributed.LocalCluster(n_workers=0, dashboard_address=None) as cluster,
        Rag.open(tmp_path) as rag,
        pytest.raises(ClipdeskError, match=r"no worker has joined .* start one with"),
    ):
        rag.ingest(pages, dask=cluster.scheduler_address)


def test_a_scheduler_that_goes_away_at_work_is_named(pages: Path, tmp_path: Path) -> None:
    with (
        distributed.LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster,
        Rag.open(tmp_path) as rag,
    ):
        with pytest.raises(ClipdeskError, match=r"scheduler tcp://.* went away: start it and ingest again"):
            rag.ingest(pages, dask=cluster.scheduler_address, progress=lambda *_: cluster.close())
        assert rag.ingest(pages).added


def test_what_goes_wrong_elsewhere_is_not_blamed_on_the_scheduler(cluster: Any, pages: Path, tmp_path: Path) -> None:
    def full(done: int, total: int, name: str) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with Rag.open(tmp_path) as rag, pytest.raises(OSError, match="No space left"):
        rag.ingest(pages, dask=cluster.scheduler_address, progress=full)


def test_no_cluster_starts_where_there_is_nothing_to_read(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        report = rag.ingest("nonsense", dask="tcp://127.0.0.1:9")
    assert [failure.path for failure in report.failed] == ["nonsense"]


def test_a_worker_with_another_model_is_refused(cluster: Any) -> None:
    article = make_article(Story("Vote", "Wire", None, None, None, None, "Ostrel voted."), captured=None)
    _, nodes = prepare_articles([article], node_parser=SentenceChunker(), model="another")
    with spread(cluster.scheduler_address, load_settings(), model="another") as workers:
        workers.embed_ahead(nodes)
        with pytest.raises(ModelError, match="not another: install"):
            workers.embedded(nodes)


def test_workers_get_the_secrets_that_they_need_and_no_others() -> None:
    secrets = {"openai_api_key": "sk-key", "chroma_token": "chroma-token", "auth": "user:password"}
    sent = {e: pickle.dumps(_for_workers(load_settings(embedding=e, **secrets))) for e in ("own", "openai:small")}
    found = {e: [s for s in secrets.values() if s.encode() in sent[e]] for e in sent}
    assert found == {"own": [], "openai:small": ["sk-key"]}


def test_the_address_may_be_left_out() -> None:
    assert _with_scheduler(["ingest", "folder", "--dask"]) == ["ingest", "folder", "--dask", "local"]
    assert _with_scheduler(["ingest", "--dask", "folder"]) == ["ingest", "--dask", "local", "folder"]
    assert _with_scheduler(["ingest", "--dask", "tcp://h:1", "a"]) == ["ingest", "--dask", "tcp://h:1", "a"]
