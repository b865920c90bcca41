"""MHTML, a browser's "save as single file": a mail whose first HTML part is the page."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

from rag.errors import PageError
from rag.ingest.markup import iso_date
from rag.ingest.readers.eml import text_of
from rag.ingest.readers.html import read_markup
from rag.ingest.story import Reading


def read(data: bytes, *, name: str) -> Reading:
    """The stories of the saved page, captured when the snapshot was made. Raises PageError if it holds no page."""
    snapshot = message_from_bytes(data, policy=policy.default)
    parts = [p for p in snapshot.walk() if p.get_content_type() in ("text/html", "application/xhtml+xml")]
    if not parts:
        raise PageError(f"{name} holds no HTML page: save the page again")
    page = parts[0]
    assert isinstance(page, EmailMessage)
    url = snapshot.get("snapshot-content-location") or page.get("content-location")
    url = str(url) if url and str(url).startswith("http") else None
    saved = iso_date(str(snapshot.get("date") or ""))
    stories = read_markup(text_of(page), url=url)
    return Reading(tuple(replace(s, captured=saved.day if saved else None) for s in stories))
