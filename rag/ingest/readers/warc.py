"""WARC, the web archive: every HTML response in it is a page, captured on the day of its record."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

from rag.errors import PageError
from rag.ingest.decode import MAX_BYTES
from rag.ingest.markup import iso_date
from rag.ingest.readers.html import decode_markup, read_markup
from rag.ingest.story import Reading, Story


def read(data: bytes, *, name: str) -> Reading:
    """The stories of all HTML pages in an archive; what is no page, or an error page, is passed over.

    Raises PageError if none of them holds a story, or the archive is damaged before the first.
    """
    from warcio.exceptions import ArchiveLoadFailed

    stories: list[Story] = []
    skipped: list[str] = []
    try:
        for url, captured, markup in _pages(data):
            day = iso_date(captured)
            stories.extend(replace(s, captured=day.day if day else None) for s in read_markup(markup, url=url))
    except (ArchiveLoadFailed, EOFError, ValueError) as error:
        skipped.append(f"{name} is damaged after {len(stories)} articles ({str(error)[:80]}): save it again")
    if not stories:
        raise PageError(skipped[0] if skipped else f"{name} holds no page with an article in it")
    return Reading(tuple(stories), tuple(skipped))


def _pages(data: bytes) -> Iterator[tuple[str | None, str, str]]:
    """(address, date, markup) of the HTML pages of an archive."""
    from warcio.archiveiterator import ArchiveIterator

    for record in ArchiveIterator(io.BytesIO(data)):
        if record.rec_type not in ("response", "resource"):
            continue
        headers = record.http_headers
        kind = (headers or record.rec_headers).get_header("Content-Type") or ""
        if "html" not in kind or (headers is not None and not headers.get_statuscode().startswith("2")):
            continue
        content = record.content_stream().read(MAX_BYTES)
        address = record.rec_headers.get_header("WARC-Target-URI")
        yield address, record.rec_headers.get_header("WARC-Date") or "", decode_markup(content)
