"""Locks on the data folder: two processes on one embedded Chroma lose vectors without a word."""

from __future__ import annotations

import fcntl
import os
import threading
from pathlib import Path

from store.errors import StoreLocked, StoreUnwritable


class FolderLock:
    """Holds `folder/lock` until `release`; the system frees it if the process dies."""

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        """Take the lock, alone or `shared` with others that share it (the index is then on a server).

        Raises StoreLocked if it is held, StoreUnwritable if the folder cannot be written.
        """
        self._fd = _opened(folder, "lock")
        try:
            fcntl.flock(self._fd, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.pread(self._fd, 32, 0).decode("ascii", "replace").strip() or "unknown"
            os.close(self._fd)
            raise StoreLocked(
                f"the data folder {folder} is in use by process {holder}: "
                "close that Clipdesk first, or name another folder with --data or CLIPDESK_DATA"
            ) from error
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, f"{os.getpid()}\n".encode(), 0)

    def release(self) -> None:
        """Free the lock; the file stays, since removing it would race with the next holder."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class WriterLock:
    """`with` it, one thread of one process at a time writes to a data folder that several processes share.

    It may be nested. The system frees it if the process dies.
    """

    def __init__(self, folder: Path) -> None:
        """Open its file, but do not take it. Raises StoreUnwritable."""
        self._fd = _opened(folder, "writer.lock")
        self._threads = threading.RLock()
        self._depth = 0

    def __enter__(self) -> None:
        self._threads.acquire()
        if not self._depth and self._fd >= 0:
            fcntl.flock(self._fd, fcntl.LOCK_EX)
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth and self._fd >= 0:
            fcntl.flock(self._fd, fcntl.LOCK_UN)
        self._threads.release()

    def release(self) -> None:
        """Give it up for good."""
        with self:
            os.close(self._fd)
            self._fd = -1


def _opened(folder: Path, name: str) -> int:
    """A file of the data folder, both made where they are missing. Raises StoreUnwritable."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreUnwritable(
            f"cannot write to the data folder {folder} ({error.strerror}): "
            "make it writable, or name another with --data or CLIPDESK_DATA"
        ) from error
