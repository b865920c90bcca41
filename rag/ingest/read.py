"""From a path to bytes, and from bytes to clean text: the one place that meets files as they are."""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from rag.errors import PageError

MAX_BYTES = 20 * 2**20  # of a saved page
MAX_ARCHIVE = 200 * 2**20  # of a file that holds many of them
ARCHIVES = (".warc", ".warc.gz", ".jsonl", ".ndjson")

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
_SPACE = re.compile(r"[^\S\n]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def find_pages(path: Path) -> Iterator[Path]:
    """The files to read: the path itself, or the pages under a folder, sorted.

    Left out are hidden files, sidecars, the "…_files" folder that a browser saves beside a page, and files that
    neither by name nor by content are pages. Raises PageError for a path that does not exist and for a folder without
    a page.
    """
    if is_there(path, Path.is_dir):
        inside = sorted(p for p in path.rglob("*") if _is_page(p, path))
        if not inside:
            raise PageError(f"{shown(path)} holds no saved page: save pages as HTML, text or PDF in it")
        yield from inside
    elif is_there(path):
        yield path
    else:
        raise PageError(f"{shown(path)} does not exist: check the path")


def read_bytes(path: Path) -> bytes:
    """The file's bytes.

    Raises PageError if it cannot be read, is larger than a saved page can be, or has a name that cannot be stored.
    """
    limit = MAX_ARCHIVE if path.name.lower().endswith(ARCHIVES) else MAX_BYTES
    if shown(path) != str(path):
        raise PageError(f"{shown(path)} has a name that is not UTF-8: rename the file (or its folder)")
    try:
        size = path.stat().st_size
        if size > limit:
            raise PageError(
                f"{path} has {size / 2**20:.0f} MB, more than the {limit // 2**20} MB of a saved page: "
                "save single pages, or split the file"
            )
        return path.read_bytes()
    except OSError as error:
        raise PageError(f"{path} cannot be read ({error.strerror}): check its permissions") from error


def shown(path: str | Path) -> str:
    """A path as text that can be printed and stored, whatever bytes its names are made of."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def is_there(path: Path, kind: Callable[[Path], bool] = Path.exists) -> bool:
    """Whether there is something (of a kind) at a path; False also where the system will not look."""
    try:
        return kind(path)
    except OSError:
        return False


def decode(data: bytes, *, name: str) -> str:
    """Text of the bytes: UTF-8, or UTF-16 with its mark; lines end in "\\n", control characters are gone.

    Raises PageError, with the remedy, for an empty or binary file and for another encoding.
    """
    if not data.strip():
        raise PageError(f"{name} is empty: save the page again as HTML or text")
    encoding = next((codec for mark, codec in _BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\x00" in data[:65536]:
        raise PageError(f"{name} is a binary file: save the page as HTML, text (.txt) or PDF")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise PageError(
            f"{name} is not UTF-8 text (byte {error.start}): convert it first, for example with "
            "iconv -f WINDOWS-1252 -t UTF-8"
        ) from error
    text = re.sub(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text)
    return _SPACE.sub(" ", _CONTROL.sub("", text))


def _is_page(path: Path, folder: Path) -> bool:
    from rag.ingest.readers import ENDINGS, detect

    parts = path.relative_to(folder).parts
    if any(part.startswith(".") for part in parts) or not is_there(path, Path.is_file):
        return False
    if any(part.endswith("_files") for part in parts[:-1]):
        return False
    name = path.name.lower().removesuffix(".gz")
    if any(name.endswith(ending) for ending in ENDINGS):
        return True
    if path.suffix.lower() in _NO_PAGES:
        return False
    try:
        with path.open("rb") as file:
            return detect(file.read(65536), name=path.name) is not None
    except OSError:
        return True  # what cannot be read is reported, not passed over


_NO_PAGES = frozenset(
    ".yaml .yml .meta .js .css .png .jpg .jpeg .gif .webp .svg .ico .woff .woff2 .ttf .mp3 .mp4 .zip .py .xml .csv "
    ".tsv .ini .toml .cfg .lock .log .sqlite3 .db .part .tmp .crdownload".split()
)
