"""An exclusive lock on the data folder: two processes on one embedded Chroma lose vectors without a word."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from store.errors import StoreLocked, StoreUnwritable


class FolderLock:
    """Holds `folder/lock` until `release`; the system frees it if the process dies."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises StoreLocked if it is held, StoreUnwritable if the folder cannot be written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._fd = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreUnwritable(
                f"cannot write to the data folder {folder} ({error.strerror}): "
                "make it writable, or name another with --data or CLIPDESK_DATA"
            ) from error
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
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
