"""The list of stored articles without their texts: searched, filtered, sorted and counted by SQLite."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from store.database import Database
from store.records import ArticleRow, DayCount, Listing, Sort
from store.rows import read_day

_ROW = (
    "a.id, a.title, a.source, a.agency, a.published, a.published_precision, a.published_from, a.captured, "
    "CASE WHEN a.copy_group IS NULL THEN 0 ELSE "
    "(SELECT count(*) - 1 FROM articles b WHERE b.copy_group = a.copy_group) END"
)
_ORDER: dict[Sort, str] = {
    "newest": "a.published IS NULL, a.published DESC, a.seq",
    "oldest": "a.published IS NULL, a.published, a.seq",
    "title": "a.title COLLATE NOCASE, a.seq",
    "outlet": "a.source IS NULL, a.source COLLATE NOCASE, a.published DESC, a.seq",
    "added": "a.seq DESC",
}


def list_articles(
    database: Database,
    *,
    words: str = "",
    outlets: Sequence[str] = (),
    first: date | None = None,
    last: date | None = None,
    undated: bool = False,
    copies: bool = False,
    sort: Sort = "newest",
    limit: int = 50,
    offset: int = 0,
) -> Listing:
    """The articles that meet every condition given.

    `words` must all begin a word of title or text; `first` and `last` are days of publication, both inclusive;
    `undated` leaves only articles without a date, `copies` only those that other outlets have too.
    """
    parts, values = ["1"], list[Any]()
    if match := _all_terms(words):
        parts.append("a.seq IN (SELECT rowid FROM articles_fts WHERE articles_fts MATCH ?)")
        values.append(match)
    if outlets:
        parts.append(f"coalesce(a.source, '') IN ({', '.join('?' * len(outlets))})")
        values += outlets
    for day, sign in ((first, ">="), (last, "<=")):
        if day:
            parts.append(f"a.published {sign} ?")
            values.append(day.isoformat())
    if undated:
        parts.append("a.published IS NULL")
    if copies:
        parts.append("a.copy_group IN (SELECT copy_group FROM articles GROUP BY copy_group HAVING count(*) > 1)")
    where = f"FROM articles a WHERE {' AND '.join(parts)}"
    page = database.rows(f"SELECT {_ROW} {where} ORDER BY {_ORDER[sort]} LIMIT ? OFFSET ?", *values, limit, offset)
    days = database.rows(
        f"SELECT a.published, a.source, count(*) {where} AND a.published IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2",
        *values,
    )
    (total,) = database.row(f"SELECT count(*) {where}", *values)
    return Listing(
        tuple(_row(r) for r in page), int(total), tuple(DayCount(date.fromisoformat(d), s, n) for d, s, n in days)
    )


def outlets(database: Database) -> dict[str | None, int]:
    """How many articles each outlet has, the most first; None stands for those without one."""
    return dict(database.rows("SELECT source, count(*) FROM articles GROUP BY source ORDER BY 2 DESC, 1"))


def _all_terms(words: str) -> str:
    return " AND ".join(f'"{term}"*' for term in dict.fromkeys(re.findall(r"\w+", words)))


def _row(row: Sequence[Any]) -> ArticleRow:
    return ArticleRow(row[0], row[1], row[2], row[3], read_day(row[4]), row[5], row[6], read_day(row[7]), int(row[8]))
