"""From a story to an article: its date, its language, its id."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from rag.ingest.dates import is_age, precision_of, resolve
from rag.ingest.decode import decode
from rag.ingest.facts import Facts, apply, read_sidecar, sidecar_of, split_front_matter
from rag.ingest.read import read_bytes
from rag.ingest.readers import detect, read_stories
from rag.ingest.story import Known, Reading, Story
from rag.ingest.times.mentions import find_dates
from store.records import Article

_ENOUGH = 20  # words, to tell a language by


def read_page(
    page: str | Path | bytes, *, name: str | None = None, captured: date | None = None
) -> tuple[Article, ...]:
    """The articles of one saved page, not stored: a path, with its sidecar if it has one, or the file's bytes.

    `name` helps to tell the format and stands in messages; `captured` is the day it was saved. Raises PageError.
    """
    if isinstance(page, bytes):
        reading = read_with_facts(page, name=name or "page")
    else:
        path = Path(page)
        beside = sidecar_of(path)
        facts = read_sidecar(beside) if beside else None
        reading = read_with_facts(read_bytes(path), name=name or str(path), sidecar=facts)
    return make_articles(reading, captured=captured)


def read_with_facts(data: bytes, *, name: str, sidecar: Facts | None = None) -> Reading:
    """The stories of a file, with what its front matter and its sidecar say of them. Raises PageError."""
    front, data = _front_matter(data, name=name)
    found = read_stories(data, name=name)
    stories = list(found.stories)
    for facts in (front, sidecar):
        if facts is not None:
            stories = [apply(facts, story, main=n == 0) for n, story in enumerate(stories)]
    said = next((f.captured for f in (sidecar, front) if f and f.captured), None)
    return replace(found, stories=tuple(stories), captured=said)


def make_articles(reading: Reading, *, captured: date | None) -> tuple[Article, ...]:
    """The articles of a file, each once, in order.

    The day of capture is what sidecar or front matter say, else `captured`, else what the file's own format records.
    """
    days = (reading.captured or captured or story.captured for story in reading.stories)
    articles = (make_article(story, captured=day) for story, day in zip(reading.stories, days, strict=True))
    return tuple({article.id: article for article in articles}.values())


def make_article(story: Story, *, captured: date | None) -> Article:
    """An Article of a story; its id is the digest of source, title and text."""
    digest = hashlib.blake2b("\0".join((story.source or "", story.title, story.text)).encode(), digest_size=8)
    published = story.published or _resolved(story.when, captured=captured)
    exact = published.day if published else None
    return Article(
        id=digest.hexdigest(),
        title=story.title,
        source=story.source,
        agency=story.agency,
        author=story.author,
        published=exact,
        captured=captured,
        url=story.url,
        text=story.text,
        published_precision=published.precision if published else None,
        published_from=published.origin if published else None,
        language=story.language or language_of(story.text),
        section=story.section,
        kind=story.kind,
        extra=_sorted(story.extra),
        dates=find_dates(story.text, published=exact, precision=published.precision if published else None),
    )


def language_of(text: str) -> str | None:
    """The language of a text as an ISO 639-1 code; None if it is too short to tell."""
    if len(text.split()) < _ENOUGH:
        return None
    import py3langid

    return str(py3langid.classify(text[:4000])[0])


def _front_matter(data: bytes, *, name: str) -> tuple[Facts | None, bytes]:
    if not data.lstrip(b"\xef\xbb\xbf \r\n").startswith(b"---") or detect(data, name=name) not in (
        "text", "markdown", "html", None,
    ):  # fmt: skip
        return None, data
    facts, rest = split_front_matter(decode(data, name=name), name=name)
    return (facts, rest.encode()) if facts is not None else (None, data)


def _resolved(when: str | None, *, captured: date | None) -> Known | None:
    day = resolve(when, captured=captured) if when else None
    if when is None or day is None:
        return None
    return Known(day, precision_of(when), "age" if is_age(when) else "byline")


def _sorted(extra: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(extra.items()))
