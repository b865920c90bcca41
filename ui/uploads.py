"""Pages dropped into the browser: bounded in size and kind, kept in `uploads` of the data folder, then read.

The browser hands files to gradio, which keeps them in `uploads/incoming` (see `rag.settings.quiet_gradio`); what is to
stay is moved from there, and nothing is ever read or written elsewhere.
"""

from __future__ import annotations

import re
import shutil
import unicodedata
from contextlib import suppress
from pathlib import Path, PurePosixPath
from typing import Any

from rag import ClipdeskError, IngestReport, Rag
from ui.markup import counted

LARGEST = 50 * 1024 * 1024  # bytes of one file; larger ones go in by the command line
KINDS = tuple(
    ".txt .text .md .markdown .html .htm .xhtml .mht .mhtml .eml .pdf .json .jsonl .ndjson .warc .gz .yaml .yml".split()
)
DEEPEST = 8  # folders below uploads
LONGEST = 120  # characters of a name


def folder(rag: Rag) -> Path:
    """Where uploaded pages stay, so that they can be read again."""
    return (rag.folder / "uploads").resolve()


def incoming(rag: Rag) -> Path:
    """Where gradio puts what is uploaded; what a reader gave up half-way is cleared away when the chat is built."""
    place = folder(rag) / "incoming"
    shutil.rmtree(place, ignore_errors=True)
    return place


def keep(rag: Rag, *, given: str, name: str) -> Path:
    """Move a file that gradio took in to its place; returns the place. Raises ClipdeskError, and keeps nothing then.

    `given` is where gradio says that it is, `name` its name in the reader's folder, with slashes.
    """
    taken = Path(given).resolve()
    if not taken.is_relative_to(folder(rag) / "incoming") or not taken.is_file():
        raise ClipdeskError("this is not a file that was uploaded: drop it here again")
    try:
        place = folder(rag) / "pages" / _safe(name)
        if taken.stat().st_size > LARGEST:
            raise ClipdeskError(f'it is larger than {LARGEST >> 20} MB: read it with "clipdesk ingest"')
        place.parent.mkdir(parents=True, exist_ok=True)
        taken.replace(place)
    finally:
        taken.unlink(missing_ok=True)
        with suppress(OSError):
            taken.parent.rmdir()  # gradio makes a folder for each
    return place


def read(rag: Rag, places: list[Path], *, captured: str | None) -> list[dict[str, str]]:
    """Ingest kept files; says for each, in words, what came of it."""
    results = []
    for place in places:
        try:
            report = rag.ingest(place, captured=captured or None)
            results.append({"state": "failed" if report.failed else "done", "words": in_words(report)})
        except ClipdeskError as error:
            results.append({"state": "failed", "words": str(error)})
    return results


def in_words(report: IngestReport) -> str:
    """What became of one page."""
    if report.failed:
        return re.sub(r"^.*?/uploads/pages/[^/]+/", "", report.failed[0].reason)
    parts = [
        f"{counted(len(ids), 'article')} {what}"
        for ids, what in ((report.added, "added"), (report.updated, "updated"), (report.unchanged, "known already"))
        if ids
    ]
    return ", ".join(parts) or "read; it holds facts for the pages beside it, or no article of its own"


def _safe(name: str) -> PurePosixPath:
    """A relative path of harmless names. Raises ClipdeskError."""
    parts = [_harmless(part) for part in PurePosixPath(unicodedata.normalize("NFC", name).lstrip("/")).parts]
    kept = [part for part in parts if part]
    if not kept or len(kept) > DEEPEST:
        raise ClipdeskError(f"its name cannot be kept: give it a shorter one, at most {DEEPEST} folders deep")
    if PurePosixPath(kept[-1]).suffix.lower() not in KINDS:
        raise ClipdeskError(f"files of this kind are not read: {', '.join(KINDS[:11])} and the like are")
    return PurePosixPath(*kept)


def _harmless(part: str) -> str:
    """One name without what could lead out of the folder or hide it."""
    clean = re.sub(r'[\x00-\x1f\x7f/\\:*?"<>|]', "_", part).strip(" .")
    stem, dot, kind = clean.rpartition(".")
    return clean if len(clean) <= LONGEST else f"{(stem or kind)[: LONGEST - len(kind) - 1]}{dot}{kind}"


def functions(rag: Rag) -> list[Any]:
    """What library.js calls to take files in."""

    def take(value: Any) -> dict[str, str]:
        """One file that was uploaded; the words are those of a fault."""
        try:
            place = keep(rag, given=str(value["path"]), name=str(value["name"]))
        except (ClipdeskError, OSError) as error:
            return {"place": "", "words": str(error)}
        return {"place": place.relative_to(folder(rag)).as_posix(), "words": ""}

    def read_pages(value: Any) -> list[dict[str, str]]:
        """Files that `take` has taken."""
        inside = folder(rag) / "pages"
        places = [(folder(rag) / str(place)).resolve() for place in value["places"]]
        if not all(place.is_relative_to(inside) for place in places):
            return [{"state": "failed", "words": "this is not a file that was uploaded"} for _ in places]
        return read(rag, places, captured=str(value.get("captured") or ""))

    return [take, read_pages]
