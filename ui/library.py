"""The Library tab: what is stored, how fresh it is, and the way in and out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import gradio as gr

from rag import ArticleRow, ClipdeskError, DayCount, Rag
from rag.origin import day, origin
from ui import look, uploads
from ui.markup import counted

MOST_OUTLETS = 5  # drawn by name; the others together
MOST_DAYS = 62  # columns of days; a longer time is drawn by month
UNKNOWN = "?"  # how the browser names articles without an outlet


def library_tab(rag: Rag) -> gr.HTML:
    """Lay out the tab, inside of the block that is open."""
    return gr.HTML(
        elem_id="library",
        html_template=look.asset("library.html"),
        js_on_load=look.asset("library.js"),
        server_functions=[*_functions(rag), *uploads.functions(rag)],
    )


def _functions(rag: Rag) -> list[Any]:
    def library(value: Any) -> dict[str, Any]:
        try:
            return listing(rag, value)
        except ClipdeskError as error:
            return {"fault": f"{error}."}

    def delete_article(article_id: object) -> str:
        """Nothing if it went; else why not."""
        try:
            rag.delete(str(article_id))
        except ClipdeskError as error:
            return str(error)
        return ""

    def bounds(_: object) -> dict[str, Any]:
        return {"largest": uploads.LARGEST, "kinds": uploads.KINDS}

    return [library, delete_article, bounds]


def listing(rag: Rag, value: Any) -> dict[str, Any]:
    """One page of the list with all that is shown around it, as plain values."""
    found = rag.list_articles(
        words=str(value.get("words") or ""),
        outlets=[("" if value["outlet"] == UNKNOWN else str(value["outlet"]))] if value.get("outlet") else (),
        first=_day(value.get("first")),
        last=_day(value.get("last")),
        undated=bool(value.get("undated")),
        copies=bool(value.get("copies")),
        sort=value.get("sort") or "newest",
        limit=min(int(value.get("limit") or 50), 200),
        offset=max(int(value.get("offset") or 0), 0),
    )
    stored = rag.article_count()
    everything = rag.list_articles(limit=1).rows if stored else ()
    return {
        "rows": [_row(row) for row in found.rows],
        "total": found.total,
        "stored": stored,
        "words": f"{counted(found.total, 'article')}{'' if found.total == stored else f' of {stored:,}'}",
        "fresh": freshness(everything, today=date.today()),
        "outlets": list(rag.outlets()),
        "timeline": timeline(found.days),
    }


def freshness(newest: Sequence[ArticleRow], *, today: date) -> str:
    """How old the newest article is; nothing is said of an empty library."""
    if not newest:
        return "The library is empty."
    latest = newest[0].published
    if latest is None:
        return "No article has a date."
    age = (today - latest).days
    words = "of today" if age <= 0 else f"{counted(age, 'day')} old"
    return f"The newest article is of {day(latest)}, {words}."


def timeline(days: Sequence[DayCount]) -> dict[str, Any]:
    """The picture: labelled columns of counts by outlet, and what it shows in words."""
    if not days:
        return {"columns": [], "outlets": [], "words": ""}
    ranked = [name for name, _ in _by_outlet(days).most_common()]
    named = ranked if len(ranked) <= MOST_OUTLETS else ranked[: MOST_OUTLETS - 1]
    outlets = [*named, *(["other outlets"] if len(named) < len(ranked) else [])]
    by_month = (days[-1].day - days[0].day).days >= MOST_DAYS
    columns: dict[str, list[int]] = {label: [0] * len(outlets) for label in _labels(days, by_month=by_month)}
    for count in days:
        name = _name(count)
        at = named.index(name) if name in named else len(outlets) - 1
        columns[_label(count.day, by_month=by_month)][at] += count.articles
    return {
        "columns": [{"label": label, "counts": counts} for label, counts in columns.items()],
        "outlets": outlets,
        "words": _in_words(days, ranked=ranked),
    }


def _labels(days: Sequence[DayCount], *, by_month: bool) -> list[str]:
    """A label for every day or month from the first to the last, empty ones too."""
    first, last = days[0].day.toordinal(), days[-1].day.toordinal()
    return list(dict.fromkeys(_label(date.fromordinal(n), by_month=by_month) for n in range(first, last + 1)))


def _label(when: date, *, by_month: bool) -> str:
    return f"{when:%b %Y}" if by_month else f"{when.day} {when:%b %Y}"


def _in_words(days: Sequence[DayCount], *, ranked: Sequence[str]) -> str:
    total = _by_outlet(days)
    by_day: Counter[date] = Counter()
    for count in days:
        by_day[count.day] += count.articles
    busiest, most = by_day.most_common(1)[0]
    shares = ", ".join(f"{name} {total[name]}" for name in ranked[:10])
    return (
        f"{counted(sum(total.values()), 'dated article')} from {day(days[0].day)} to {day(days[-1].day)}, "
        f"most on {day(busiest)} ({most}). By outlet: {shares}."
    )


def _by_outlet(days: Sequence[DayCount]) -> Counter[str]:
    total: Counter[str] = Counter()
    for count in days:
        total[_name(count)] += count.articles
    return total


def _name(count: DayCount) -> str:
    return count.source or "unknown outlet"


def _row(row: ArticleRow) -> dict[str, str]:
    copies = f"and in {counted(row.copies, 'copy')}".replace("copys", "copies") if row.copies else ""
    return {"id": row.id, "title": row.title, "origin": origin(row), "copies": copies}


def _day(text: Any) -> date | None:
    try:
        return date.fromisoformat(str(text)) if text else None
    except ValueError as error:
        raise ClipdeskError(f'"{text}" is no day: choose one, or leave it empty') from error
