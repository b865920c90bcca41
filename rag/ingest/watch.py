"""Keeping a folder in step as files arrive: wait until it changed and is still, ingest, wait again."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event

from rag.errors import PageError, StoreLocked
from rag.types import IngestReport

QUIET = 800  # milliseconds without further change before files count as written
PATIENCE = 600.0  # seconds to wait for another process to give the store back


def keep_in_step(
    folder: Path, *, data: Path | None, captured: str | None, stop: Event | None = None
) -> Iterator[IngestReport]:
    """Sync the folder now and after every change; ends with `stop`. The store is open only meanwhile.

    Raises PageError if there is no such folder, StoreLocked if another process keeps the store for ten minutes.
    """
    for _ in changes(folder, stop=stop):
        yield _synced(folder, data=data, captured=captured)


def changes(folder: Path, *, stop: Event | None = None) -> Iterator[None]:
    """Yield once at the start, and whenever something in the folder changed and then kept still."""
    from watchfiles import watch

    if not folder.is_dir():
        raise PageError(f"{folder} is no folder: name the one that pages are saved to")
    yield None
    for _ in watch(folder, debounce=5 * QUIET, step=QUIET, stop_event=stop, raise_interrupt=False):
        yield None


def _synced(folder: Path, *, data: Path | None, captured: str | None) -> IngestReport:
    from rag.api import Rag

    until = time.monotonic() + PATIENCE
    while True:
        try:
            with Rag.open(data) as rag:
                return rag.ingest(folder, captured=captured, prune=True)
        except StoreLocked:
            if time.monotonic() > until:
                raise
            time.sleep(2)
