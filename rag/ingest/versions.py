"""An article that is met again: what is kept of it, and which earlier version it stands for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from rag.ingest.pending import Pending
from store.records import Article

_UNITS = ("day", "week", "month", "quarter", "season", "year", "decade")  # of a date, finest first


def merged(now: Article, stored: Article) -> Article:
    """What is known of an article after it was met again: the newer word counts, silence takes nothing away.

    A coarser date ("1 month ago") never takes the place of a finer one ("2 days ago", or the day itself).
    """
    fields = ("agency", "author", "captured", "url", "language", "section", "kind", "extra")
    finer = _UNITS.index(now.published_precision or "day") <= _UNITS.index(stored.published_precision or "day")
    dating = not stored.published or (now.published and finer)
    dated = ("published", "published_precision", "published_from", "dates") if dating else ()
    known = {name: getattr(now, name) or getattr(stored, name) for name in fields}
    return replace(stored, **known, **{name: getattr(now, name) for name in dated})


def earlier_version(pending: Pending, article: Article, old: Mapping[str, Article]) -> str | None:
    """The article of a page as it was that this one stands for now: the same headline, or the same place."""
    before = [i for i in (pending.before.article_ids if pending.before else ()) if i not in pending.page.article_ids]
    same = [i for i in before if i in old and old[i].title.casefold() == article.title.casefold()]
    if not same and pending.before and len(pending.before.article_ids) == len(pending.articles):
        place = pending.page.article_ids.index(article.id)
        same = [i for i in before if pending.before.article_ids.index(i) == place]
    return same[0] if same else None
