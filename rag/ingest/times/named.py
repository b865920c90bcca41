"""What words mean that name a time by the calendar: weekdays, dates, months, seasons, quarters, years, decades."""

from __future__ import annotations

import re
from datetime import date

from rag.ingest.times import periods
from rag.ingest.times.context import Context, NoTime, Unresolved
from rag.ingest.times.periods import WEEKDAYS, Period, around, day, month_number, step, weekday_name
from store.records import Precision

_HALF_YEAR = 183
_LEADS_MONTH = re.compile(
    r"(?i)\b(?:in|since|until|till|by|from|before|after|through|between|of|during|around|for|from.{1,24} to|"
    r"between.{1,24} and)\s$"
)
_COUNTED = re.compile(
    r"(?i)\s?(?:%|percent|people|troops|workers|soldiers|men\b|women|miles|km|kilomet|met|feet|dollars|euros|won\b|votes)"
)
_COUNTS = re.compile(r"[$€£₩#]\s?$|(?i:\b(?:no\.|page|room|flight|highway|route|than|about|nearly|some|over)\s)$")
_LEADS_YEAR = re.compile(
    r"(?i:\b(?:in|since|of|by|until|till|from|to|through|after|before|during|for|and|or|between|early|late|mid|the|around|"
    r"year|back in)[ -]|[(–—-]|['’]s\s)$"
)
_FOLLOWS_YEAR = re.compile(
    r"\)|[–—-](?=\d)|(?: [a-z]+)? (?:election|war|summit|deal|season|treaty|budget|report|vote|census|championship|"
    r"Olympics|World Cup)"
)


def weekday(m: re.Match[str], c: Context) -> Period:
    name, base = weekday_name(m["wd"]), c.base("day")
    way = (m["way"] or "").lower()
    if m["week"]:
        weeks = {"last": -1, "next": 1}.get(m["week"].lower(), 0)
        return day(_in_week(step(base, weeks, "week"), name))
    if way in ("last", "this past", "past"):
        return day(periods.weekday(base, name, way=-1, same=False))
    if way in ("next", "this coming", "coming"):
        return day(periods.weekday(base, name, way=1, same=False))
    ahead = c.ahead if not way else c.ahead is not False
    return day(periods.weekday(base, name, way=1 if ahead else -1, same=True))


def week_then_day(m: re.Match[str], c: Context) -> Period:
    weeks = {"last": -1, "next": 1}.get(m["week"].lower(), 0)
    return day(_in_week(step(c.base("day"), weeks, "week"), weekday_name(m["wd"])))


def _in_week(of: date, name: str) -> date:
    return periods.weekday(around(of, "week").first, name, way=1, same=True)


def day_of_month(m: re.Match[str], c: Context) -> Period:
    """A month and day, with a year, with "last year", or with none."""
    month, number_of_day = month_number(m["mon"]), int(m["d"])
    last = int(m["d2"]) if m.groupdict().get("d2") else number_of_day
    year = _year_of(m, c, month=month, number_of_day=number_of_day)
    return Period(date(year, month, number_of_day), date(year, month, last), "day")


def _year_of(m: re.Match[str], c: Context, *, month: int, number_of_day: int) -> int:
    if m["year"]:
        return int(m["year"])
    if when := (m["when"] or "").lower():
        return _year_told(when, c, "day")
    if c.year is not None:
        return c.year
    base = c.base("day")
    days = [_possible(base.year + n, month, number_of_day) for n in (-1, 0, 1)]
    if m["wd"]:  # "Tuesday, June 17": only some years have that
        days = [d for d in days if d and WEEKDAYS[d.weekday()] == weekday_name(m["wd"])] or days
    known = [d for d in days if d]
    if not known:
        raise NoTime
    ahead = c.ahead
    past = [d for d in known if d <= base][-1:]
    future = [d for d in known if d >= base][:1]
    if c.names_event and past and (base - past[0]).days > _HALF_YEAR and ahead is not True:
        raise Unresolved("day")
    nearest = min(known, key=lambda d: abs((d - base).days))
    chosen = {True: future, False: past, None: [nearest]}[ahead] or [nearest]
    return chosen[0].year


def _year_told(when: str, c: Context, unit: Precision) -> int:
    """The year of "last year", "next year", "this year"; of "that year" the one named before. Raises Unresolved."""
    if when.endswith(("that year", "same year")):
        return c.anchored("year").first.year
    return c.base(unit).year + (-1 if "last" in when else 1 if "next" in when else 0)


def _possible(year: int, month: int, number_of_day: int) -> date | None:
    try:
        return date(year, month, number_of_day)
    except ValueError:
        return None


def iso(m: re.Match[str], _: Context) -> Period:
    return day(date.fromisoformat(m[0]))


def month(m: re.Match[str], c: Context) -> Period:
    """A month with a year, with "last year", with "last", "this" or "next", or after a preposition alone."""
    number_of_month = month_number(m["mon"])
    if m["year"]:
        return around(date(int(m["year"]), number_of_month, 1), "month")
    when, way = (m["when"] or "").lower(), (m["way"] or "").lower()
    if when:
        return around(date(_year_told(when, c, "month"), number_of_month, 1), "month")
    if not (way or _LEADS_MONTH.search(c.sentence[: c.start])):
        raise NoTime  # "May said"
    base = c.base("month")
    if not way and c.year is not None:
        return around(date(c.year, number_of_month, 1), "month")
    this = around(date(base.year, number_of_month, 1), "month")
    if way == "this":
        return this
    if way in ("last", "this past", "past"):
        return this if this.last < base else around(step(this.first, -1, "year"), "month")
    if way in ("next", "this coming", "coming") or c.ahead:
        return (
            this
            if this.last >= base and (not way or this.first > base)
            else around(step(this.first, 1, "year"), "month")
        )
    return this if this.first <= base else around(step(this.first, -1, "year"), "month")


def season(m: re.Match[str], c: Context) -> Period:
    name = m["season"].lower()
    when, way = (m["when"] or "").lower(), (m["way"] or "").lower()
    if m["year"]:
        return periods.season(int(m["year"]), name)
    if not (when or way):
        raise NoTime
    if when:
        return periods.season(_year_told(when, c, "season"), name)
    base = c.base("season")
    known = [periods.season(base.year + n, name) for n in (-2, -1, 0, 1)]
    if way in ("last", "this past", "past"):
        return [s for s in known if s.last < base][-1]
    if way in ("next", "this coming", "coming"):
        return next(s for s in known if s.first > base)
    return next(s for s in known if s.last >= base and s.last.year >= base.year)


def quarter(m: re.Match[str], c: Context) -> Period:
    names = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1": 1, "2": 2, "3": 3, "4": 4}
    wanted = names[m["q"].lower()]
    if m["year"]:
        return periods.quarter(int(m["year"]), wanted)
    if when := (m["when"] or "").lower():
        return periods.quarter(_year_told(when, c, "quarter"), wanted)
    base = c.base("quarter")
    this = periods.quarter(base.year, wanted)
    return periods.quarter(base.year - 1, wanted) if this.first > base and not c.ahead else this


def year_alone(m: re.Match[str], c: Context) -> Period:
    """ "2018", where a year and no count is meant: after a preposition, in brackets, or before "election"."""
    before, after = c.sentence[: c.start], c.sentence[c.end :]
    if _COUNTED.match(after) or _COUNTS.search(before):
        raise NoTime
    if not (_LEADS_YEAR.search(before) or _FOLLOWS_YEAR.match(after)):
        raise NoTime
    return around(date(int(m["year"]), 1, 1), "year")


def decade(m: re.Match[str], _: Context) -> Period:
    return around(date(int(m["year"]), 1, 1), "decade")


def ordinal_day(m: re.Match[str], c: Context) -> Period:
    """ "on the 15th": the nearest that the verb allows."""
    base, number_of_day = c.base("day"), int(m["d"])
    months = [step(base.replace(day=1), n, "month") for n in (-2, -1, 0, 1, 2)]
    days = [d for d in (_possible(f.year, f.month, number_of_day) for f in months) if d]
    past, future = [d for d in days if d <= base], [d for d in days if d >= base]
    return day(future[0] if c.ahead else past[-1])


def week_of(m: re.Match[str], c: Context) -> Period:
    return around(day_of_month(m, c).first, "week")


def year_range(m: re.Match[str], _: Context) -> Period:
    first = int(m["year"])
    last = int(m["to"]) if len(m["to"]) == 4 else first - first % 100 + int(m["to"])
    if last <= first:
        raise NoTime
    return Period(date(first, 1, 1), date(last, 12, 31), "year")
