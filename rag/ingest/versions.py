"""An article that is met again: what is kept of it, and which earlier version it stands for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
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


class Vanished:
    """The articles that a page had and no longer has: of which of them is a new one the next version?"""

    def __init__(self, pending: Pending, articles_by_id: Callable[[Iterable[str]], Mapping[str, Article]]) -> None:
        now = {i: place for place, i in enumerate(pending.page.article_ids)}
        before = list(pending.before.article_ids) if pending.before else []
        old = articles_by_id(i for i in before if i not in now)
        self._by_title: dict[str, str] = {}
        for i in reversed(before):  # of several with one title the first
            if i in old:
                self._by_title[old[i].title.casefold()] = i
        same_length = len(before) == len(pending.articles)
        self._by_place = {place: i for place, i in enumerate(before) if i not in now} if same_length else {}
        self._places = now

    def version_of(self, article: Article) -> str | None:
        """The id of the earlier version: of the same headline, or else in the same place of the page."""
        same = self._by_title.get(article.title.casefold())
        return same or self._by_place.get(self._places[article.id])
