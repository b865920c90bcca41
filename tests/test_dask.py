"""Ingest over Dask workers: the same bytes as without, a worker that dies included."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rag import ClipdeskError, Rag
from rag.cli import _with_scheduler
from tests.conftest import CAPTURED, ROOT

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


def test_a_worker_that_dies_costs_nothing(cluster: Any, pages: Path, serial: Any, tmp_path: Path) -> None:
    def kill() -> None:
        time.sleep(1)
        next(iter(cluster.workers.values())).process.process._process.kill()

    killer = threading.Thread(target=kill)
    killer.start()
    result = ingested(pages, tmp_path, dask=cluster.scheduler_address)
    killer.join()
    assert result == serial


def test_a_scheduler_that_is_not_there_is_named(pages: Path, tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag, pytest.raises(ClipdeskError, match="check its address"):
        rag.ingest(pages, dask="tcp://127.0.0.1:9")


def test_the_address_may_be_left_out() -> None:
    assert _with_scheduler(["ingest", "folder", "--dask"]) == ["ingest", "folder", "--dask", "local"]
    assert _with_scheduler(["ingest", "--dask", "folder"]) == ["ingest", "--dask", "local", "folder"]
    assert _with_scheduler(["ingest", "--dask", "tcp://h:1", "a"]) == ["ingest", "--dask", "tcp://h:1", "a"]
