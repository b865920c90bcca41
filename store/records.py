"""What the truth store holds, as frozen values. Offsets count Unicode code points in `Article.text`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

Verdict = Literal["right", "wrong", "missing"]


@dataclass(frozen=True, slots=True)
class Article:
    """One clean news article, cut out of a saved page.

    `id` is the digest of source, title and text: an article whose words change is another article,
    so a stored offset can never point into text it was not computed from.
    """

    id: str
    title: str
    source: str | None
    agency: str | None
    author: str | None
    published: date | None
    captured: date | None
    url: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of code points, `text[start:end]`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of whole sentences of one article: the unit that is embedded and searched."""

    id: str
    article_id: str
    ordinal: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Page:
    """A saved page: the file it was read from, the digest of its bytes, and the articles found in it, in order."""

    path: str
    digest: str
    captured: date | None
    article_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prepared:
    """An article cut into sentences and chunks, ready to be stored; `vector_hashes` runs beside `chunks`."""

    article: Article
    sentences: tuple[Span, ...]
    chunks: tuple[Chunk, ...]
    vector_hashes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feedback:
    """What a user said of an answer: "missing" means that the articles answer what was refused or left out."""

    question: str
    answer: str
    verdict: Verdict
    note: str
    given: datetime


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found. Scores of different searches cannot be compared; higher is better."""

    chunk_id: str
    score: float
