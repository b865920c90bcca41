"""What the truth store holds, as frozen values. Offsets count Unicode code points in `Article.text`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import date, datetime
from typing import Any, Literal

Precision = Literal["day", "week", "month", "quarter", "season", "year", "decade"]
Origin = Literal["sidecar", "metadata", "byline", "age"]
Verdict = Literal["right", "wrong", "missing"]
Sort = Literal["newest", "oldest", "title", "outlet", "added"]


@dataclass(frozen=True, slots=True)
class DateMention:
    """Words of an article that name a time: `words == text[start:end]`.

    `first` and `last` are the days it spans, both inclusive, counted from the article's own publication date;
    both are None where that date is needed and not known. `precision` is the unit in which the words speak.
    """

    start: int
    end: int
    words: str
    first: date | None
    last: date | None
    precision: Precision

    def within(self, start: int, end: int) -> bool:
        """Whether the words stand in `text[start:end]`."""
        return start <= self.start and self.end <= end


@dataclass(frozen=True, slots=True)
class Article:
    """One clean news article, cut out of a saved page.

    `id` is the digest of source, title and text: an article whose words change is another article,
    so a stored offset can never point into text it was not computed from.

    `published_from` says how the date is known: "sidecar" (a file beside the page, or front matter), "metadata" (of
    the page), "byline" (printed at the story) or "age" ("3 days ago", counted from `captured`), and
    `published_precision` how exact it is. `kind` is what the page calls the piece ("exclusive", "opinion"), `extra`
    what a JSON record held besides, and `copy_group` an id shared with other copies of the same story.
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
    published_precision: Precision | None = None
    published_from: Origin | None = None
    language: str | None = None
    section: str | None = None
    kind: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)
    dates: tuple[DateMention, ...] = ()
    copy_group: str | None = None

    @property
    def named(self) -> str:
        """The words in which something can be named: text, title, outlet and agency."""
        return " ".join((self.text, self.title, self.source or "", self.agency or ""))

    @property
    def story(self) -> str:
        """What the copies of one story have in common: their group, or the article's own id."""
        return self.copy_group or self.id


@dataclass(frozen=True, slots=True)
class ArticleRow:
    """An article in a list: all but its text. `copies` counts those that other outlets or pages have of it."""

    id: str
    title: str
    source: str | None
    agency: str | None
    published: date | None
    published_precision: Precision | None
    published_from: Origin | None
    captured: date | None
    copies: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """How many articles an outlet published on a day."""

    day: date
    source: str | None
    articles: int


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of a list of articles, the number of all that meet its conditions, and those by day and outlet."""

    rows: tuple[ArticleRow, ...]
    total: int
    days: tuple[DayCount, ...]


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
    """A saved page: the file it was read from, the digest of its bytes, and the articles found in it, in order.

    An empty digest marks a page whose articles are still arriving: the next ingest reads it again.
    """

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
class Conversation:
    """Questions that were asked one after the other; times are UTC, `changed` that of the latest question."""

    id: str
    title: str
    started: datetime
    changed: datetime
    exchanges: int


@dataclass(frozen=True, slots=True)
class KeptExchange:
    """A question and its answer as they are stored; `answer` is JSON."""

    id: str
    conversation: str
    asked: datetime
    answer: str


@dataclass(frozen=True, slots=True)
class Filters:
    """Which articles a search looks at: those that meet every condition that is set.

    `sources` are outlets or agencies, in any case; `since` and `until` days of publication, both inclusive; `articles`
    ids; `language` an ISO 639-1 code. An article that does not say what a condition asks for does not meet it. With
    `read`, more is read from the question ("what did Yonhap say last week?") for the conditions that are not set here.
    """

    sources: tuple[str, ...] = ()
    since: date | None = None
    until: date | None = None
    articles: tuple[str, ...] = ()
    language: str | None = None
    read: bool = True

    @property
    def conditions(self) -> dict[str, Any]:
        """The conditions that are set, by name."""
        named = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "read"}
        return {name: value for name, value in named.items() if value}

    @property
    def narrow(self) -> bool:
        """Whether any condition is set."""
        return bool(self.conditions)


@dataclass(frozen=True, slots=True)
class Hit:
    """A chunk that a search found. Scores of different searches cannot be compared; higher is better."""

    chunk_id: str
    score: float


@dataclass(frozen=True, slots=True)
class Server:
    """A Chroma server that holds the vector index; `token` is sent as a bearer token and as X-Chroma-Token."""

    url: str
    token: str | None = None
    tenant: str = "default_tenant"
    database: str = "default_database"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at; `detail` says in a few words what was found."""

    name: str
    ok: bool
    detail: str
