"""From a path to bytes: which files are pages, and what they hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rag.errors import PageError
from rag.ingest.decode import MAX_BYTES
from rag.ingest.paths import is_there, shown
from rag.ingest.readers import ENDINGS, detect

MAX_ARCHIVE = 200 * 2**20  # of a file that holds many of them
ARCHIVES = (".warc", ".warc.gz", ".jsonl", ".ndjson")


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


def _is_page(path: Path, folder: Path) -> bool:
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
