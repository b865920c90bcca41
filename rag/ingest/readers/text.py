"""Plain text: an aggregator page with several stories, or a single article."""

from __future__ import annotations

from rag.ingest.decode import decode
from rag.ingest.page import split_page
from rag.ingest.story import Reading


def read(data: bytes, *, name: str) -> Reading:
    """The stories of a text page. Raises PageError if it is empty, binary, not UTF-8 or holds no article."""
    return Reading(split_page(decode(data, name=name), name=name))
