"""The four tools over an open Rag, and their shapes on the wire: pydantic here, at the border, and nowhere inside.

A field that is the same as in `rag.types` has the same name there, so that docs/api.md describes both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Literal, TypeVar

import anyio
import anyio.to_thread
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag import Rag
from rag.types import Filters, Flag, Mode, Status, Support, Turn

LONGEST_QUESTION = 2_000  # characters, as in the chat
LONGEST_TURN = 20_000
MOST_TURNS = 50
MOST_PASSAGES = 50
MOST_LISTED = 500
AT_ONCE = 8  # questions and searches in the making, over all doors; more wait

T = TypeVar("T")


def _asked(question: str) -> str:
    if not any(letter.isalnum() for letter in question):
        raise ValueError("the question is empty: type one")
    return question.strip()


Question = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_QUESTION, description="A question in plain words.", examples=["Who?"]),
    AfterValidator(_asked),
]
AsOf = Annotated[
    date | None,
    Field(description='Day on which the question counts as asked (YYYY-MM-DD), for "last week"; today if not given.'),
]
Sources = Annotated[
    tuple[str, ...], Field(max_length=100, description="Keep to articles of these outlets or agencies; all if empty.")
]
Since = Annotated[date | None, Field(description="Keep to articles published on or after this day (YYYY-MM-DD).")]
Until = Annotated[date | None, Field(description="Keep to articles published on or before this day (YYYY-MM-DD).")]
Language = Annotated[str | None, Field(max_length=8, description="Keep to articles in this language (ISO 639-1).")]
Articles = Annotated[tuple[str, ...], Field(max_length=500, description="Keep to the articles with these ids.")]
Passages = Annotated[int, Field(ge=1, le=MOST_PASSAGES, description="How many passages to give.")]
ArticleId = Annotated[str, Field(min_length=1, max_length=200, description="Id of an article, as in a citation.")]
Limit = Annotated[int, Field(ge=1, le=MOST_LISTED, description="How many articles to list.")]
Offset = Annotated[int, Field(ge=0, le=10_000_000, description="How many of the newest to leave out.")]


class _Out(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class ArticleHead(_Out):
    """An article without its text. `published` is null where the date is not known."""

    id: str
    title: str
    source: str | None = Field(description="The outlet.")
    agency: str | None
    author: str | None
    published: date | None
    published_precision: str | None
    captured: date | None = Field(description="Day the page was saved.")
    url: str | None
    language: str | None
    copy_group: str | None = Field(description="The same for all outlets' copies of one story.")


class ArticleText(ArticleHead):
    """A whole article."""

    text: str


class PassageOut(_Out):
    """A retrieved span: `text` is the article's text from `start` to `end`, in Unicode code points."""

    article: ArticleHead
    start: int
    end: int
    text: str
    score: float = Field(description="Higher is better, within one search only.")


class CitationOut(_Out):
    """The exact words behind a mark `[number]`: `quote` is the article's text from `start` to `end`."""

    number: int
    article: ArticleHead
    start: int
    end: int
    quote: str


class AttributionOut(_Out):
    """Who said it, through which agencies and papers, nearest to the speaker first, and which outlet published it."""

    speaker: str | None
    via: tuple[str, ...]
    outlet: str | None
    flags: tuple[Flag, ...]


class ClaimOut(_Out):
    """One sentence of the answer, the numbers of its citations, and what they lack where they do not support it."""

    text: str
    citations: tuple[int, ...]
    support: Support
    attribution: AttributionOut | None
    doubt: str | None = None


class PositionOut(_Out):
    """One side of a disagreement, with the number of the citation that bears it and the day of its article."""

    text: str
    citation: int
    attribution: AttributionOut
    date: date | None


class ConflictOut(_Out):
    """What the articles disagree on; in an "update" a later one has new figures, and the oldest comes first."""

    kind: Literal["contradiction", "update"]
    subject: tuple[str, ...]
    positions: tuple[PositionOut, ...]


class PremiseOut(_Out):
    """What the question takes for granted and the articles do not bear out, and the citation of what they say."""

    asked: str
    found: str
    citation: int


class FiltersOut(_Out):
    """What the search kept to, given or read from the question; empty or null where all was searched."""

    sources: tuple[str, ...]
    since: date | None
    until: date | None
    articles: tuple[str, ...]
    language: str | None


class UsageOut(_Out):
    """Tokens that the endpoint counted; null in quote mode."""

    prompt_tokens: int | None
    completion_tokens: int | None


class AnswerOut(_Out):
    """An answer, or a refusal: then `status` is "refused", and `nearby` holds the closest passages."""

    question: str
    status: Status
    text: str
    citations: tuple[CitationOut, ...]
    claims: tuple[ClaimOut, ...]
    mode: Mode
    nearby: tuple[PassageOut, ...]
    removed_marks: int
    usage: UsageOut
    seconds: float
    confidence: float
    notice: str | None = Field(description="What went wrong on the way to this answer; null if nothing did.")
    asked: str = Field(description="The question as it was understood from the conversation.")
    as_of: date | None
    newest: date | None = Field(description="The date of the newest article cited.")
    filters: FiltersOut
    conflicts: tuple[ConflictOut, ...]
    premise: PremiseOut | None


class Found(_Out):
    """The best passages, best first."""

    passages: tuple[PassageOut, ...]
    filters: FiltersOut


class Listed(_Out):
    """Stored articles, newest first, undated ones last; `total` counts all of them."""

    total: int
    articles: tuple[ArticleHead, ...]


class Earlier(BaseModel):
    """An earlier exchange of the conversation."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(max_length=LONGEST_TURN)
    answer: str = Field(max_length=LONGEST_TURN)


@dataclass(frozen=True)
class Tools:
    """What every door does. Blocking work runs in threads, a bounded number of them at a time."""

    rag: Rag
    limiter: anyio.CapacityLimiter = field(default_factory=lambda: anyio.CapacityLimiter(AT_ONCE))

    async def ask(
        self,
        question: str,
        *,
        as_of: date | None = None,
        history: Sequence[Earlier] = (),
        filters: Filters | None = None,
    ) -> AnswerOut:
        turns = [Turn(earlier.question, earlier.answer) for earlier in history]
        answer = await self._work(lambda: self.rag.ask(question, history=turns, as_of=as_of, filters=filters))
        return AnswerOut.model_validate(answer)

    async def search(
        self, question: str, *, k: int, as_of: date | None = None, filters: Filters | None = None
    ) -> Found:
        found = await self._work(lambda: self.rag.search(question, k=k, as_of=as_of, filters=filters))
        passages = tuple(PassageOut.model_validate(p) for p in found)
        return Found(passages=passages, filters=FiltersOut.model_validate(found.scope.filters))

    async def article(self, article_id: str) -> ArticleText | None:
        found = await self._work(lambda: self.rag.article(article_id))
        return ArticleText.model_validate(found) if found else None

    async def list(self, *, limit: int, offset: int) -> Listed:
        found = await self._work(lambda: self.rag.list_articles(limit=limit, offset=offset))
        articles = await self._work(lambda: [self.rag.article(row.id) for row in found.rows])
        return Listed(total=found.total, articles=tuple(ArticleHead.model_validate(a) for a in articles if a))

    async def _work(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self.limiter)


def no_article(article_id: str) -> str:
    """What is said where there is no such article."""
    return f'no article is stored as "{article_id}": list the articles to see their ids'
