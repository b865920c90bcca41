"""The filters beside the question: what the browser sends of them, and what it is told of those that were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from rag import ClipdeskError, Filters, Rag, Scope
from rag.origin import day
from ui.markup import in_words


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a question is to keep to, and the day it counts as asked on (today if None)."""

    filters: Filters = field(default_factory=Filters)
    as_of: date | None = None


def outlets(rag: Rag) -> list[dict[str, Any]]:
    """The outlets to choose from."""
    return [{"name": name, "articles": count} for name, count in rag.outlets().items() if name]


def nothing(rag: Rag) -> dict[str, Any]:
    """The state of the filters at first."""
    return {"sources": [], "since": "", "until": "", "as_of": "", "readings": [], "outlets": outlets(rag)}


def wanted(value: Any) -> Wanted:
    """What the browser sent. Raises ClipdeskError for days that cannot be."""
    value = value if isinstance(value, dict) else {}
    since, until, as_of = (_day(value.get(name)) for name in ("since", "until", "as_of"))
    if since and until and since > until:
        raise ClipdeskError(f"no article can be published from {day(since)} to {day(until)}: turn the two days around")
    sources = tuple(dict.fromkeys(str(name) for name in value.get("sources") or ()))
    language = str(value["language"]) if value.get("language") else None
    return Wanted(Filters(sources, since, until, language=language, read=value.get("read") is not False), as_of)


def readings(scope: Scope) -> list[dict[str, Any]]:
    """The filters that were read from a question, each as it can be removed."""
    return [
        {
            "words": reading.words,
            "label": in_words(reading.filters),
            "filters": {
                "sources": list(reading.filters.sources),
                "since": reading.filters.since.isoformat() if reading.filters.since else "",
                "until": reading.filters.until.isoformat() if reading.filters.until else "",
                "language": reading.filters.language or "",
            },
        }
        for reading in scope.read
    ]


def _day(text: Any) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(str(text))
    except ValueError as error:
        raise ClipdeskError(f'"{text}" is no day: choose one, or leave it empty') from error
