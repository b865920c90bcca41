"""The types that cross the public API: all frozen, none of them a framework's.

Those of a search and an answer are here, those of what is stored in `store.records`, of its upkeep in `rag.reports`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Literal, Self, TypeVar

from rag.reports import Failure as Failure
from rag.reports import Health as Health
from rag.reports import IngestReport as IngestReport
from rag.reports import NewArticle as NewArticle
from store.records import Article as Article
from store.records import ArticleRow as ArticleRow
from store.records import Check as Check
from store.records import Conversation as Conversation
from store.records import DateMention as DateMention
from store.records import DayCount as DayCount
from store.records import Feedback as Feedback
from store.records import Filters as Filters
from store.records import Listing as Listing
from store.records import Sort as Sort
from store.records import Verdict as Verdict

Day = date  # for a field that is itself called "date", whose name would hide the type
Mode = Literal["quote", "llm"]
Status = Literal["answered", "refused"]
Support = Literal["supported", "unsupported"]
Flag = Literal["state media", "anonymous", "opinion"]
_Count = TypeVar("_Count", int, float)


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier exchange of a conversation, oldest first in a history."""

    question: str
    answer: str


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
    `widened` holds those that were given up, and neither `filters` nor `read` names them any more. `left` are the words
    for a time that no filter was read from, since the reader did not want it: they count for nothing.
    """

    filters: Filters = field(default_factory=Filters)
    read: tuple[Reading, ...] = ()
    widened: Filters | None = None
    left: tuple[str, ...] = ()


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

    @property
    def dates(self) -> tuple[DateMention, ...]:
        """The words of the quote that name a time, with the days they stand for; offsets are the article's."""
        return tuple(d for d in self.article.dates if d.within(self.start, self.end))


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who said what a claim says, and how it came to us.

    `speaker` is None where the words do not tell for sure. `via` is the chain of agencies, papers and broadcasters
    that the article quotes, nearest to the speaker first; `outlet` published the article. `flags` name what a reader
    must know: a link of the chain is state media, the speaker stays anonymous, the words are an opinion.
    """

    speaker: str | None = None
    via: tuple[str, ...] = ()
    outlet: str | None = None
    flags: tuple[Flag, ...] = ()

    def render(self) -> str:
        """In words: "Shoigu, quoted by TASS (state media), per Korea Herald"; empty if nothing is known."""
        state = " (state media)" if "state media" in self.flags else ""
        via = ", via ".join(self.via) + state if self.via else ""
        said = [self.speaker or ("an unnamed source" if "anonymous" in self.flags else "")]
        said.append(f"quoted by {via}" if via and said[0] else via)
        if self.outlet:
            per = "an opinion in " if "opinion" in self.flags else "per " if any(said) else ""
            said.append(f"{per}{self.outlet}")
        return ", ".join(part for part in said if part)


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence of an answer without its marks, and the numbers of the citations it rests on.

    `doubt` says of an unsupported claim what is missing: "the figure 15 is not in the cited words".
    """

    text: str
    citations: tuple[int, ...]
    support: Support
    attribution: Attribution | None = None
    doubt: str | None = None


@dataclass(frozen=True, slots=True)
class Position:
    """One side of a conflict: the words, the citation that bears them, who holds them, the date of their article."""

    text: str
    citation: int
    attribution: Attribution
    date: Day | None


@dataclass(frozen=True, slots=True)
class Conflict:
    """What sources disagree on. In an "update" a later article gives new figures; positions are then oldest first."""

    subject: tuple[str, ...]
    positions: tuple[Position, ...]
    kind: Literal["contradiction", "update"] = "contradiction"


@dataclass(frozen=True, slots=True)
class Premise:
    """A false premise of the question: what it takes for granted, what the articles say, and the citation of that."""

    asked: str
    found: str
    citation: int


@dataclass(frozen=True, slots=True)
class Usage:
    """What a written answer took; None where the endpoint did not say.

    `cached_tokens` of the prompt were known to the server already. `finish_reason` is its word for why the model
    stopped ("stop", "length"). `seconds_to_first_token` counts from the call to the first text. `cost` is in dollars,
    from the prices that are set; cached tokens count in full.
    """

    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    finish_reason: str | None = None
    seconds_to_first_token: float | None = None
    cost: float | None = None

    def plus(self, later: Usage) -> Usage:
        """What this call and a later one took together; how the later one began and ended."""
        return replace(
            later,
            prompt_tokens=_total(self.prompt_tokens, later.prompt_tokens),
            completion_tokens=_total(self.completion_tokens, later.completion_tokens),
            cached_tokens=_total(self.cached_tokens, later.cached_tokens),
            cost=_total(self.cost, later.cost),
        )


def _total(one: _Count | None, other: _Count | None) -> _Count | None:
    return other if one is None else one if other is None else one + other


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
    filters held, and which of them were read from the question. `notice` says what went wrong on the
    way to a usable answer: the model was lost and its evidence is quoted instead, or its text broke off; and remarks on
    what it cites.
    `asked` is the question as it was understood from the conversation, `as_of` the day it counts as asked.
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
    notice: str | None = None
    scope: Scope = Scope()
    conflicts: tuple[Conflict, ...] = ()
    premise: Premise | None = None
    asked: str = ""
    as_of: date | None = None

    def quoting(self, citation: Citation) -> Answer:
        """The answer with the quote behind its text, as a claim; the citation is added unless it has it already."""
        new = () if citation in self.citations else (citation,)
        said = f"{citation.quote} [{citation.number}]"
        return replace(
            self,
            text=f"{self.text}\n\n{said}" if self.text else said,
            citations=(*self.citations, *new),
            claims=(*self.claims, Claim(citation.quote, (citation.number,), "supported")),
        )

    def noting(self, remark: str) -> Answer:
        """The answer with the remark behind what its notice says."""
        return replace(self, notice=" ".join(filter(None, [self.notice, remark])))

    @property
    def filters(self) -> Filters:
        """The filters in force."""
        return self.scope.filters

    @property
    def newest(self) -> date | None:
        """The date of the newest article cited; None if none has one."""
        return max((c.article.published for c in self.citations if c.article.published), default=None)

    @property
    def undated(self) -> tuple[int, ...]:
        """The numbers of the citations whose article has no date."""
        return tuple(c.number for c in self.citations if c.article.published is None)


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
class Waiting:
    """Event: something takes a while before the first text; `reason` says what, to be shown as progress."""

    reason: str


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


Event = Retrieved | Quoted | Waiting | Delta | Completed
