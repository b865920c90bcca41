"""The types of the upkeep of the store: what `add` takes, what `ingest` and `doctor` report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from store.records import Check


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
