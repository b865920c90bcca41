"""A conversation as frozen values, and the way an answer comes into it."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, TypedDict, TypeVar

from rag import Rag
from rag.errors import ClipdeskError
from rag.types import Answer, Citation, Delta, Event, Quoted, Retrieved, SavedExchange, Turn, Waiting
from ui import markup
from ui.filters import Wanted

STOPPED = "you stopped this answer; ask again to have it whole"
FAILED = "something went wrong inside Clipdesk; the terminal it runs in says what"

T = TypeVar("T")


class Message(TypedDict):
    """A message as the chatbot takes it; `content` is HTML made by `markup`."""

    role: Literal["user", "assistant"]
    content: str


@dataclass(frozen=True, slots=True)
class Exchange:
    """A question and what has come of it: text so far, then an answer, or the reason why there is none."""

    question: str
    wanted: Wanted = field(default_factory=Wanted)
    articles: int = 0  # searched
    progress: str = "Searching …"
    found: tuple[Citation, ...] = ()
    streamed: str = ""
    answer: Answer | None = None
    ended: str | None = None
    is_stopped: bool = False
    saved: SavedExchange | None = None  # its place in the history

    @property
    def is_running(self) -> bool:
        return self.answer is None and self.ended is None

    def after(self, event: Event) -> Exchange:
        """The exchange with one more event of the stream."""
        if isinstance(event, Retrieved):
            found = len({p.article.id for p in event.passages})
            passages = markup.counted(len(event.passages), "passage")
            return replace(self, progress=f"Reading {passages} of {markup.counted(found, 'article')} …")
        if isinstance(event, Quoted):
            sentences = markup.counted(len(event.citations), "sentence")
            return replace(self, found=event.citations, progress=f"{sentences} found; the model is writing …")
        if isinstance(event, Delta):
            return replace(self, streamed=self.streamed + event.text)
        if isinstance(event, Waiting):
            return replace(self, progress=event.reason)
        return replace(self, answer=event.answer)

    def without_answer(self, reason: str, *, stopped: bool = False) -> Exchange:
        """The exchange, ended early; what was streamed stays."""
        return replace(self, ended=reason, is_stopped=stopped)


Talk = tuple[Exchange, ...]


def messages(talk: Talk) -> list[Message]:
    """The conversation as the chatbot shows it."""
    return [message for exchange in talk for message in _pair(exchange)]


def turns(talk: Talk) -> list[Turn]:
    """The finished exchanges, as history for the next question."""
    return [Turn(e.question, e.answer.text) for e in talk if e.answer is not None]


def reopened(exchanges: Iterable[SavedExchange], *, articles: int) -> Talk:
    """A conversation out of the history, ready to be gone on with."""
    return tuple(Exchange(e.answer.question, articles=articles, answer=e.answer, saved=e) for e in exchanges)


def settled(talk: Talk, *, reason: str, stopped: bool = False) -> Talk:
    """The conversation with an answer that is still running ended; unchanged if none is."""
    if talk and talk[-1].is_running:
        return (*talk[:-1], talk[-1].without_answer(reason, stopped=stopped))
    return talk


def stream(rag: Rag, asked: Exchange, *, history: Sequence[Turn]) -> Iterator[Event]:
    """The events of an answer to the exchange's question."""
    return rag.stream(asked.question, history=history, filters=asked.wanted.filters, as_of=asked.wanted.as_of)


async def follow(exchange: Exchange, stream: Callable[[], Iterator[Event]]) -> AsyncIterator[Exchange]:
    """The exchange after each event of its stream. An error of ours ends it with its message."""
    try:
        async for event in in_thread(stream):
            exchange = exchange.after(event)
            yield exchange
    except ClipdeskError as error:
        yield exchange.without_answer(str(error))


async def in_thread(start: Callable[[], Iterator[T]]) -> AsyncIterator[T]:
    """The items of a blocking iterator, which runs in a thread of its own.

    Cancelling takes effect at once, while the thread may still wait for a model: it drops the iterator at its next
    item, and so closes what the iterator holds open.
    """
    loop = asyncio.get_running_loop()
    ready: asyncio.Queue[tuple[T] | Exception | None] = asyncio.Queue()
    dropped = threading.Event()

    def post(item: tuple[T] | Exception | None) -> None:
        with contextlib.suppress(RuntimeError):  # the loop has closed: nobody waits any more
            loop.call_soon_threadsafe(ready.put_nowait, item)

    def work() -> None:
        try:
            for item in start():
                if dropped.is_set():
                    return
                post((item,))
            post(None)
        except Exception as error:
            post(error)

    threading.Thread(target=work, daemon=True, name="clipdesk-answer").start()
    try:
        while (item := await ready.get()) is not None:
            if isinstance(item, Exception):
                raise item
            yield item[0]
    finally:
        dropped.set()


def _pair(exchange: Exchange) -> Sequence[Message]:
    if exchange.answer is not None:
        reply = markup.completed(
            exchange.answer, articles=exchange.articles, saved=exchange.saved.id if exchange.saved else None
        )
    elif exchange.ended is not None:
        reply = markup.broken_off(
            exchange.streamed, reason=exchange.ended, stopped=exchange.is_stopped, evidence=exchange.found
        )
    else:
        reply = markup.streaming(exchange.streamed, progress=exchange.progress, evidence=exchange.found)
    return (
        {"role": "user", "content": markup.asked(exchange.question)},
        {"role": "assistant", "content": reply},
    )
