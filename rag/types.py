"""The types that cross the public API: all frozen, none of them a framework's."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal, Self

from store.records import Article as Article
from store.records import ArticleRow as ArticleRow
from store.records import Check as Check
from store.records import Conversation as Conversation
from store.records import DateMention as DateMention
from store.records import DayCount as DayCount
from store.records import Feedback as Feedback
from store.records import Listing as Listing
from store.records import Sort as Sort
from store.records import Verdict as Verdict

Mode = Literal["quote", "llm"]
Status = Literal["answered", "refused"]
Support = Literal["supported", "unsupported"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, oldest first in a history."""

    question: str
    answer: str


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be ingested, and the sentence that says why and what to do."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class IngestReport:
    """What an ingest did: ids of articles, and the files that failed."""

    added: tuple[str, ...] = ()
    updated: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    failed: tuple[Failure, ...] = ()


@dataclass(frozen=True, slots=True)
class NewArticle:
    """An article that is clean already, for `Rag.add`: nothing is cut out of it and its words do not change."""

    title: str
    text: str
    source: str | None = None
    published: date | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """What `doctor` found. `newest` and `oldest` are dates of publication; `undated` counts articles without one."""

    checks: tuple[Check, ...]
    articles: int
    newest: date | None
    oldest: date | None
    undated: int
    copies: int

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)


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
    def narrow(self) -> bool:
        """Whether any condition is set."""
        return bool(self.sources or self.since or self.until or self.articles or self.language)


@dataclass(frozen=True, slots=True)
class Reading:
    """Words of a question that were taken for a filter: only the conditions that they set are set in `filters`.

    A filter that was read also lets pass what names the outlet or speaks of the time, and what has no date.
    """

    words: str
    filters: Filters


@dataclass(frozen=True, slots=True)
class Scope:
    """What a search kept to: all conditions in force, and which of them were `read` from the question.

    To search without a reading, give `filters` of your own with `read=False`. Where no article met the conditions,
    `widened` holds those that were given up, and neither `filters` nor `read` names them any more.
    """

    filters: Filters = Filters()
    read: tuple[Reading, ...] = ()
    widened: Filters | None = None


@dataclass(frozen=True, slots=True)
class Passage:
    """A retrieved span; `text == article.text[start:end]`. A higher score is better, within one search only."""

    article: Article
    start: int
    end: int
    text: str
    score: float


class Found(tuple[Passage, ...]):
    """The passages of a search, best first, and the `scope` that it kept to."""

    scope: Scope

    def __new__(cls, passages: Iterable[Passage] = (), scope: Scope = Scope()) -> Self:
        found = super().__new__(cls, passages)
        found.scope = scope
        return found


@dataclass(frozen=True, slots=True)
class Citation:
    """The exact words behind a mark `[number]`; `quote == article.text[start:end]`."""

    number: int
    article: Article
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer without its marks, and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    support: Support


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens that the endpoint counted for an answer; None where it did not say."""

    prompt_tokens: int | None = None
    completion_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What made an answer: identities of the models, digest of the prompts. None where one had no part in it."""

    embedding: str = ""
    reranker: str = ""
    model: str | None = None
    prompt: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, or a refusal (`status == "refused"`): then `claims` and `citations` are empty.

    `nearby` are the passages closest to a refused question. `removed_marks` counts marks of the model
    that pointed at nothing and were taken out. `seconds` is wall time. `confidence`, 0 to 1, says how well the best
    sentence found answers the question, whether it was used or not; 0 where nothing was found. `scope` says which
    filters held, and which of them were read from the question.
    """

    question: str
    status: Status
    text: str
    citations: tuple[Citation, ...]
    claims: tuple[Claim, ...]
    mode: Mode
    nearby: tuple[Passage, ...] = ()
    removed_marks: int = 0
    usage: Usage = field(default_factory=Usage)
    seconds: float = 0.0
    confidence: float = 0.0
    fingerprint: Fingerprint = field(default_factory=Fingerprint)
    scope: Scope = Scope()

    @property
    def filters(self) -> Filters:
        """The filters in force."""
        return self.scope.filters


@dataclass(frozen=True, slots=True)
class SavedExchange:
    """A question and its answer out of the history. An article that has gone has an empty `text`, and its quotes."""

    id: str
    conversation: str
    asked: datetime
    answer: Answer


@dataclass(frozen=True, slots=True)
class Retrieved:
    """Event: the search is done; these passages are the evidence, and `scope` says which filters held."""

    passages: tuple[Passage, ...]
    scope: Scope = Scope()


@dataclass(frozen=True, slots=True)
class Quoted:
    """Event, before a model begins to write: the sentences found to answer, word for word, best first."""

    citations: tuple[Citation, ...]


@dataclass(frozen=True, slots=True)
class Delta:
    """Event: more text of the answer, to be appended to what came before."""

    text: str


@dataclass(frozen=True, slots=True)
class Completed:
    """Event, always the last: the whole checked answer, which replaces the text streamed so far."""

    answer: Answer


Event = Retrieved | Quoted | Delta | Completed
