"""From a path to clean text: the one place that meets files as they are."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

from rag.errors import PageError

MAX_BYTES = 20 * 2**20
SUFFIXES = frozenset({".txt", ".text"})

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
_SPACE = re.compile(r"[^\S\n]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def find_pages(paths: Sequence[Path]) -> Iterator[Path]:
    """The files to read: each path itself, or the text files under a folder (hidden ones left out), sorted.

    Raises PageError for a path that does not exist and for a folder without a text file.
    """
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in SUFFIXES and _visible(p, path))
            if not inside:
                raise PageError(f"{path} holds no text file: save the page as text (.txt) in it")
            yield from inside
        elif path.exists():
            yield path
        else:
            raise PageError(f"{path} does not exist: check the path")


def read_bytes(path: Path) -> bytes:
    """The file's bytes. Raises PageError if it cannot be read or is larger than a saved page can be."""
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise PageError(
                f"{path} has {size / 2**20:.0f} MB, more than the {MAX_BYTES // 2**20} MB of a saved page: "
                "save single pages, or split the file"
            )
        return path.read_bytes()
    except OSError as error:
        raise PageError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def decode(data: bytes, *, name: str) -> str:
    """Text of the bytes: UTF-8, or UTF-16 with its mark; lines end in "\\n", control characters are gone.

    Raises PageError, with the remedy, for an empty or binary file and for another encoding.
    """
    if not data.strip():
        raise PageError(f"{name} is empty: save the page again as text")
    encoding = next((codec for mark, codec in _BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\x00" in data[:65536]:
        raise PageError(f"{name} is a binary file: save the page as text (.txt)")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise PageError(
            f"{name} is not UTF-8 text (byte {error.start}): convert it first, for example with "
            "iconv -f WINDOWS-1252 -t UTF-8"
        ) from error
    text = re.sub(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text)
    return _SPACE.sub(" ", _CONTROL.sub("", text))


def _visible(path: Path, folder: Path) -> bool:
    return path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
