"""Paths, whatever bytes they are made of and whether or not the system lets us look."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path


def shown(path: str | Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its names are made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_there(path: Path, kind: Callable[[Path], bool] = Path.exists) -> bool:
    """Whether there is something (of a kind) at a path; False also where the system will not look."""
    try:
        return kind(path)
    except OSError:
        return False
