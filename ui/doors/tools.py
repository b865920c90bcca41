"""The four tools over an open Rag, and their shapes on the wire: pydantic here, at the border, and nowhere inside.

A field that is the same as in `rag.types` has the same name there, so that docs/api.md describes both.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, TypeVar

import anyio
import anyio.to_thread
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from rag import Rag
from rag.types import Mode, Status, Support, Turn

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


class ClaimOut(_Out):
    """One sentence of the answer, and the numbers of the citations it rests on."""

    text: str
    citations: tuple[int, ...]
    support: Support


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


class Found(_Out):
    """The best passages, best first."""

    passages: tuple[PassageOut, ...]


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

    async def ask(self, question: str, *, as_of: date | None = None, history: Sequence[Earlier] = ()) -> AnswerOut:
        turns = [Turn(earlier.question, earlier.answer) for earlier in history]
        answer = await self._work(lambda: self.rag.ask(question, history=turns, as_of=as_of))
        return AnswerOut.model_validate(answer)

    async def search(self, question: str, *, k: int) -> Found:
        passages = await self._work(lambda: self.rag.search(question, k=k))
        return Found(passages=tuple(PassageOut.model_validate(p) for p in passages))

    async def article(self, article_id: str) -> ArticleText | None:
        found = await self._work(lambda: self.rag.article(article_id))
        return ArticleText.model_validate(found) if found else None

    async def list(self, *, limit: int, offset: int) -> Listed:
        articles = await self._work(self.rag.articles)
        newest = sorted(articles, key=lambda a: a.published or date.min, reverse=True)
        shown = (ArticleHead.model_validate(a) for a in newest[offset : offset + limit])
        return Listed(total=len(articles), articles=tuple(shown))

    async def _work(self, work: Callable[[], T]) -> T:
        return await anyio.to_thread.run_sync(work, limiter=self.limiter)


def no_article(article_id: str) -> str:
    """What is said where there is no such article."""
    return f'no article is stored as "{article_id}": list the articles to see their ids'
