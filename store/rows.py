"""An article as a row of SQLite and back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

from store.records import Article, DateMention

_KEPT = "id title source text copy_group".split()  # columns that meeting an article again does not change
_COLUMNS = (
    "id title source agency author published captured url text published_precision published_from language section "
    "kind extra dates copy_group"
).split()
ARTICLE_COLUMNS = ", ".join(_COLUMNS)
PUT_ARTICLE = (
    f"INSERT INTO articles ({ARTICLE_COLUMNS}) VALUES ({', '.join('?' * len(_COLUMNS))}) "
    "ON CONFLICT (id) DO UPDATE SET " + ", ".join(f"{name} = excluded.{name}" for name in _COLUMNS if name not in _KEPT)
)


def read_article(row: Sequence[Any]) -> Article:
    """The article of a row of the columns ARTICLE_COLUMNS."""
    known = dict(zip(_COLUMNS, row, strict=True))
    known |= {"published": read_day(known["published"]), "captured": read_day(known["captured"])}
    known["extra"] = json.loads(known["extra"])
    known["dates"] = tuple(
        DateMention(start, end, words, read_day(first), read_day(last), precision)
        for start, end, words, first, last, precision in json.loads(known["dates"])
    )
    return Article(**known)


def article_row(article: Article) -> list[Any]:
    """The row of an article, for PUT_ARTICLE."""
    known = {name: getattr(article, name) for name in _COLUMNS}
    dates = [(m.start, m.end, m.words, iso(m.first), iso(m.last), m.precision) for m in article.dates]
    known |= {"published": iso(article.published), "captured": iso(article.captured)}
    known |= {"extra": json.dumps(dict(article.extra), ensure_ascii=False), "dates": json.dumps(dates)}
    return list(known.values())


def read_day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()
