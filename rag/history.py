"""The history: answers kept so that they can be read again, with their citations, when the articles may have gone."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from rag.errors import ClipdeskError
from rag.types import Answer, Article, Conversation, SavedExchange
from store.conversations import Conversations
from store.records import KeptExchange
from store.store import Store

if TYPE_CHECKING:
    from pydantic import TypeAdapter

LONGEST_TITLE = 120  # characters


class History:
    """The conversations of a data folder. What is kept of an answer are its words, its quotes and where they stood;
    the texts of the articles are not kept a second time, so that a deleted article is gone."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept = Conversations(store.truth)

    def save(self, answer: Answer, *, conversation: str | None = None) -> SavedExchange:
        """Keep an answer at the end of a conversation, or as the first of a new one, which its question names."""
        if conversation is not None and self._kept.one(conversation) is None:
            conversation = None  # deleted meanwhile, in another window
        now = datetime.now(UTC).replace(microsecond=0)
        json = self._answers.dump_json(_mapped(answer, _without_text)).decode()
        item = KeptExchange(secrets.token_hex(6), conversation or secrets.token_hex(6), now, json)
        words = "\n".join([answer.question, answer.text, *(c.quote for c in answer.citations)])
        self._kept.add(item, title=_title(answer.question), words=words)
        return SavedExchange(item.id, item.conversation, now, answer)

    def conversations(self, query: str = "") -> tuple[Conversation, ...]:
        """The conversations with this text in title, questions, answers or quotes, the latest first."""
        return self._kept.all(holding=" ".join(query.split()))

    def conversation(self, conversation: str) -> tuple[Conversation, tuple[SavedExchange, ...]]:
        """A conversation and what was asked in it, in order. Raises ClipdeskError if it is not there."""
        found = self._named(conversation)
        return found, tuple(self._opened(item) for item in self._kept.exchanges(conversation))

    def exchange(self, exchange: str) -> SavedExchange | None:
        """The one exchange with this id, or None."""
        item = self._kept.exchange(exchange)
        return self._opened(item) if item else None

    def rename(self, conversation: str, title: str) -> None:
        """Give it another title. Raises ClipdeskError if there is no such conversation, or no title."""
        self._named(conversation)
        if not title.strip():
            raise ClipdeskError("the title is empty: type one")
        self._kept.rename(conversation, _title(title))

    def delete(self, conversation: str) -> None:
        """Delete it with all that was asked in it. Raises ClipdeskError if there is no such conversation."""
        self._named(conversation)
        self._kept.delete(conversation)

    def export(self, conversation: str, *, kind: Literal["markdown", "html"]) -> str:
        """The conversation as a document of its own, each quote a footnote. Raises ClipdeskError."""
        from rag.export import as_html, as_markdown

        return (as_html if kind == "html" else as_markdown)(*self.conversation(conversation))

    def _named(self, conversation: str) -> Conversation:
        found = self._kept.one(conversation)
        if found is None:
            raise ClipdeskError("this conversation is not in the history any more: it was deleted")
        return found

    def _opened(self, item: KeptExchange) -> SavedExchange:
        answer = self._answers.validate_json(item.answer)
        stored: dict[str, Article] = {}

        def with_text(article: Article) -> Article:
            if article.id not in stored:
                stored[article.id] = self._store.truth.articles_by_id([article.id]).get(article.id, article)
            return stored[article.id]

        return SavedExchange(item.id, item.conversation, item.asked, _mapped(answer, with_text))

    @cached_property
    def _answers(self) -> TypeAdapter[Answer]:
        from pydantic import TypeAdapter

        return TypeAdapter(Answer)


def _title(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST_TITLE else f"{words[:LONGEST_TITLE].rsplit(' ', 1)[0]} …"


def _without_text(article: Article) -> Article:
    return replace(article, text="", dates=(), extra={})


def _mapped(value: Any, change: Callable[[Article], Article]) -> Any:
    """The same frozen value with each article in it changed."""
    if isinstance(value, Article):
        return change(value)
    if isinstance(value, tuple):
        return tuple(_mapped(item, change) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{f.name: _mapped(getattr(value, f.name), change) for f in fields(value)})
    return value
