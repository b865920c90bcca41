"""What words mean that count from a day: "yesterday", "three weeks ago", "the next morning", "a year earlier"."""

from __future__ import annotations

import re
from datetime import date

from rag.ingest.times import periods
from rag.ingest.times.context import Context, NoTime
from rag.ingest.times.periods import Period, around, day, number, step, weekday_name, weekend
from store.records import Precision


def weekday_apart(m: re.Match[str], c: Context) -> Period:
    """ "a week ago Tuesday", "two weeks from Friday"."""
    base, weeks, name = c.base("day"), number(m["n"]), weekday_name(m["wd"])
    if m["way"].lower() == "ago":
        return day(periods.weekday(step(base, -weeks, "week"), name, way=-1, same=True))
    return day(step(periods.weekday(base, name, way=1, same=True), weeks, "week"))


def near_day(m: re.Match[str], c: Context) -> Period:
    """ "today", "last night", "the day after tomorrow"."""
    word = m[0].lower()
    back = "yesterday" in word or word == "last night"
    days = -1 if back else 1 if "tomorrow" in word else 0
    days += -1 if "before" in word else 1 if "after tomorrow" in word else 0
    return day(step(c.base("day"), days, "day"))


def unit_near(m: re.Match[str], c: Context) -> Period:
    """ "last week", "earlier this month", "the next year" (counted from the time named before it)."""
    unit, way, phase = m["unit"].lower(), m["way"].lower(), (m["phase"] or "").lower().strip(" -")
    before = c.sentence[: c.start].lower()
    if m["the"] and unit != "weekend":
        if re.search(r"\b(?:over|in|for|within|during|through(?:out)?|of|across)\s*$", before):
            return _span(unit, 1, way, c)
        if way in ("last", "past", "coming", "this"):
            raise NoTime
        start = c.anchored(_precision(unit))
        return around(
            step(start.last if way != "previous" else start.first, -1 if way == "previous" else 1, unit), unit
        )
    base = c.base(_precision(unit))
    count = {"last": -1, "past": -1, "previous": -1, "next": 1, "coming": 1, "following": 1}.get(way.split()[-1], 0)
    if unit == "weekend":
        return _weekend(base, count, c)
    whole = around(step(base, count, unit), unit)
    if way == "this" and phase == "earlier":
        return Period(whole.first, base, whole.precision)
    if way == "this" and phase == "later":
        return Period(base, whole.last, whole.precision)
    return whole


def _weekend(base: date, count: int, c: Context) -> Period:
    this = weekend(base)
    if count == 0 and c.ahead is False and base < this.first:
        return weekend(step(base, -1, "week"))
    return weekend(step(base, count, "week"))


def bare_weekend(m: re.Match[str], c: Context) -> Period:
    base = c.base("day")
    this = weekend(base)
    return this if c.ahead or base >= this.first else weekend(step(base, -1, "week"))


def _precision(unit: str) -> Precision:
    names: dict[str, Precision] = {"hour": "day", "minute": "day", "weekend": "day", "century": "decade"}
    known: dict[str, Precision] = {
        "day": "day", "week": "week", "month": "month", "quarter": "quarter", "year": "year", "decade": "decade",
    }  # fmt: skip
    return names.get(unit) or known[unit]


def _span(unit: str, count: int, way: str, c: Context) -> Period:
    """ "over the past two years": from that long ago to the day of publication, or on from it."""
    base = c.base("day")
    if unit in ("hour", "minute"):
        days = (count + 23) // 24 if unit == "hour" else 0
        unit, count = "day", days
    ahead = way in ("next", "coming", "following")
    far = step(base, count if ahead else -count, unit)
    return Period(base, far, _precision(unit)) if ahead else Period(far, base, _precision(unit))


def span_of(m: re.Match[str], c: Context) -> Period:
    return _span(m["unit"].lower(), number(m["n"]), m["way"].lower(), c)


def ago(m: re.Match[str], c: Context) -> Period:
    """ "three days ago", "two years from now", "in two weeks"."""
    unit, count = m["unit"].lower(), number(m["n"])
    if (m["half"] or m["h2"]) and unit in ("year", "decade"):
        unit, whole = ("month", 12) if unit == "year" else ("year", 10)
        count = whole * count + whole // 2
    base = c.base(_precision(unit))
    if unit in ("hour", "minute"):
        return day(base)
    return around(step(base, -count, unit), unit)


def hence(m: re.Match[str], c: Context) -> Period:
    unit, count = m["unit"].lower(), number(m["n"])
    if m["lead"] and not c.ahead:
        raise NoTime  # "finished in two weeks" is how long it took
    base = c.base(_precision(unit))
    return day(base) if unit in ("hour", "minute") else around(step(base, count, unit), unit)


def apart(m: re.Match[str], c: Context) -> Period:
    """ "two days later", "a year earlier", "the day before": from the time named before."""
    unit, count = m["unit"].lower(), number(m["n"] or "a")
    if unit in ("hour", "minute"):
        raise NoTime
    start = c.anchored(_precision(unit))
    back = (m["way"] or m["way2"]).lower() in ("earlier", "before", "previously")
    return around(step(start.first if back else start.last, -count if back else count, unit), unit)


def same(m: re.Match[str], c: Context) -> Period:
    unit = m["unit"].lower()
    return around(c.anchored(_precision(unit)).first, unit)


def next_day(m: re.Match[str], c: Context) -> Period:
    """ "the next morning", "the following Tuesday"."""
    start = c.anchored("day")
    back = m["way"].lower() == "previous"
    if m["wd"]:
        return day(periods.weekday(start.last, weekday_name(m["wd"]), way=-1 if back else 1, same=False))
    return day(step(start.last, -1 if back else 1, "day"))


def whole_unit(m: re.Match[str], c: Context) -> Period:
    """ "the end of the year", "year-end": the year of publication."""
    unit = (m["unit"] or "year").lower()
    return around(c.base(_precision(unit)), unit)


def same_day(m: re.Match[str], c: Context) -> Period:
    """ "this time last year"."""
    return day(step(c.base("day"), -1, m["unit"].lower()))
