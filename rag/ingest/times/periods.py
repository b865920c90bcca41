"""Calendar arithmetic for words about time: units, the period a day lies in, steps from one to another."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, timedelta

from store.records import Precision

WEEKDAYS = "monday tuesday wednesday thursday friday saturday sunday".split()
MONTHS = "jan feb mar apr may jun jul aug sep oct nov dec".split()
# Meteorological seasons of the northern hemisphere, by their first month.
SEASONS = {"spring": 3, "summer": 6, "autumn": 9, "fall": 9, "winter": 12}
_NUMBERS = "zero one two three four five six seven eight nine ten eleven twelve".split()


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, both inclusive, and the unit in which they were named."""

    first: date
    last: date
    precision: Precision


def day(of: date) -> Period:
    return Period(of, of, "day")


def around(of: date, unit: str) -> Period:
    """The week (Monday to Sunday), month, quarter, year or decade in which a day lies; for "day" the day itself."""
    if unit == "week":
        monday = of - timedelta(days=of.weekday())
        return Period(monday, monday + timedelta(days=6), "week")
    if unit == "month":
        return Period(of.replace(day=1), of.replace(day=_days(of.year, of.month)), "month")
    if unit == "quarter":
        return quarter(of.year, (of.month - 1) // 3 + 1)
    if unit == "year":
        return Period(date(of.year, 1, 1), date(of.year, 12, 31), "year")
    if unit == "decade":
        start = of.year - of.year % 10
        return Period(date(start, 1, 1), date(start + 9, 12, 31), "decade")
    return day(of)


def quarter(year: int, number: int) -> Period:
    """The first to fourth quarter of a year."""
    last = 3 * number
    return Period(date(year, last - 2, 1), date(year, last, _days(year, last)), "quarter")


def season(year: int, name: str) -> Period:
    """A season by the year in which it begins: winter 2024 ends in February 2025."""
    first = date(year, SEASONS[name], 1)
    end = step(first, 2, "month")
    return Period(first, end.replace(day=_days(end.year, end.month)), "season")


def weekend(of: date) -> Period:
    """Saturday and Sunday of the week in which a day lies."""
    saturday = of + timedelta(days=5 - of.weekday())
    return Period(saturday, saturday + timedelta(days=1), "day")


def step(of: date, count: int, unit: str) -> date:
    """The day `count` units on (or back); the 31st becomes the last day of a shorter month.

    Raises ValueError beyond the years that a date can hold.
    """
    if unit in ("day", "week"):
        try:
            return of + timedelta(days=count * (7 if unit == "week" else 1))
        except OverflowError as error:
            raise ValueError("no such year") from error
    months = {"month": 1, "quarter": 3, "year": 12, "decade": 120, "century": 1200}[unit] * count
    year, month = divmod(of.year * 12 + of.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise ValueError("no such year")
    return date(year, month + 1, min(of.day, _days(year, month + 1)))


def weekday(of: date, name: str, *, way: int, same: bool) -> date:
    """The nearest day of that name before (`way` -1) or after (1) a day; the day itself if `same`."""
    gap = (WEEKDAYS.index(name) - of.weekday()) * way % 7
    return of + timedelta(days=way * (gap or (0 if same else 7)))


def weekday_name(word: str) -> str:
    """ "monday" to "sunday", of a name or its short form."""
    return next(name for name in WEEKDAYS if name[:3] == word[:3].lower())


def month_number(name: str) -> int:
    """1 to 12, of a name or its short form."""
    return MONTHS.index(name[:3].lower()) + 1


def number(word: str) -> int:
    """A count in digits or in words; "a" and "an" are one, "a couple of" is two."""
    word = word.lower()
    if word.isdigit():
        return int(word)
    if word.startswith("a couple"):
        return 2
    return 1 if word in ("a", "an", "the", "") else _NUMBERS.index(word)


def _days(year: int, month: int) -> int:
    return calendar.monthrange(year, month)[1]
