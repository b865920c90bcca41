"""Filters as a condition of SQL."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from typing import Any

from store.records import Filters

# A date that is known to the week covers that week, in either direction.
_SPREAD = "CASE published_precision WHEN 'week' THEN 6 WHEN 'month' THEN 30 WHEN 'year' THEN 365 ELSE 0 END"


def condition(filters: Filters, *, outlets: Callable[[], Iterable[str]]) -> tuple[str, list[Any]]:
    """What rows of `articles` must meet, and its values; `outlets` gives the names of all, where some are wanted."""
    parts, values = ["TRUE"], list[Any]()
    if filters.sources:
        wanted = {_plain_name(name) for name in filters.sources}
        names = json.dumps([name for name in outlets() if _plain_name(name) in wanted])
        parts.append("(source IN (SELECT value FROM json_each(?)) OR agency IN (SELECT value FROM json_each(?)))")
        values += [names, names]
    if filters.since:
        parts.append(f"published >= date(?, '-366 days') AND julianday(published) + {_SPREAD} >= julianday(?)")
        values += [filters.since.isoformat()] * 2
    if filters.until:
        parts.append(f"published <= date(?, '+366 days') AND julianday(published) - {_SPREAD} <= julianday(?)")
        values += [filters.until.isoformat()] * 2
    if filters.articles:
        parts.append("id IN (SELECT value FROM json_each(?))")
        values.append(json.dumps(filters.articles))
    if filters.language:
        parts.append("language = ?")
        values.append(filters.language)
    return " AND ".join(parts), values


def _plain_name(outlet: str) -> str:
    return re.sub(r"^the ", "", outlet.strip().casefold())
