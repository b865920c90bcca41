"""Conversations in the truth store: answers as JSON, whose form is the business of `rag.history`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store.database import Database
from store.records import Conversation, KeptExchange

_CONVERSATION = (
    "SELECT c.id, c.title, c.started, coalesce(max(e.asked), c.started), count(e.seq) "
    "FROM conversations c LEFT JOIN exchanges e ON e.conversation = c.id"
)
_EXCHANGE = "SELECT id, conversation, asked, answer FROM exchanges"


class Conversations:
    """The conversations of one database. Each method that writes is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def all(self, *, holding: str = "") -> tuple[Conversation, ...]:
        """The conversations whose title or words hold this text (in any case), the latest first."""
        if not holding:
            rows = self._db.rows(f"{_CONVERSATION} GROUP BY c.id ORDER BY 4 DESC, c.id")
            return tuple(_conversation(row) for row in rows)
        needle = holding.lower()
        # SQLite's own lower() knows ASCII only: titles are compared here
        titled = [i for i, title in self._db.rows("SELECT id, title FROM conversations") if needle in title.lower()]
        worded = self._db.rows("SELECT DISTINCT conversation FROM exchanges WHERE instr(words, ?)", needle)
        wanted = {*titled, *(i for (i,) in worded)}
        return tuple(c for c in self.all() if c.id in wanted)

    def one(self, conversation: str) -> Conversation | None:
        row = self._db.row(f"{_CONVERSATION} WHERE c.id = ? GROUP BY c.id", conversation)
        return _conversation(row) if row else None

    def exchanges(self, conversation: str) -> tuple[KeptExchange, ...]:
        """What was asked and answered in it, in order."""
        rows = self._db.rows(f"{_EXCHANGE} WHERE conversation = ? ORDER BY seq", conversation)
        return tuple(_exchange(row) for row in rows)

    def exchange(self, exchange: str) -> KeptExchange | None:
        row = self._db.row(f"{_EXCHANGE} WHERE id = ?", exchange)
        return _exchange(row) if row else None

    def add(self, item: KeptExchange, *, title: str, words: str) -> None:
        """Keep an exchange; a conversation that is not there begins with it, under this title."""
        asked = item.asked.isoformat()
        with self._db.transaction():
            self._db.run("INSERT OR IGNORE INTO conversations VALUES (?, ?, ?)", item.conversation, title, asked)
            self._db.run(
                "INSERT INTO exchanges (id, conversation, asked, words, answer) VALUES (?, ?, ?, ?, ?)",
                *(item.id, item.conversation, asked, words.lower(), item.answer),
            )

    def rename(self, conversation: str, title: str) -> None:
        with self._db.transaction():
            self._db.run("UPDATE conversations SET title = ? WHERE id = ?", title, conversation)

    def delete(self, conversation: str) -> None:
        """Delete it with all its exchanges."""
        with self._db.transaction():
            self._db.run("DELETE FROM conversations WHERE id = ?", conversation)


def _conversation(row: Sequence[Any]) -> Conversation:
    return Conversation(row[0], row[1], datetime.fromisoformat(row[2]), datetime.fromisoformat(row[3]), int(row[4]))


def _exchange(row: Sequence[Any]) -> KeptExchange:
    return KeptExchange(row[0], row[1], datetime.fromisoformat(row[2]), row[3])
