"""Dates that a text writes out, each with only the parts that are written."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from evals.words import Token

MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        start=1,
    )
    for name in names.split()
}


OF_A_YEAR = frozenset("the in since by from until till of during after before through to and for its their".split())


@dataclass(frozen=True, slots=True)
class WrittenDate:
    """A date as written: a part that the text leaves out is None. `start` and `end` are token positions, half open."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int


def written_dates(tokens: Sequence[Token]) -> tuple[WrittenDate, ...]:
    """All dates: "June 19, 2024", "19 June 2024", "2024-06-19", "June 19", "November 2023", "March", "2000"."""
    return tuple(_scan(tokens))


def _scan(tokens: Sequence[Token]) -> Iterator[WrittenDate]:
    at = 0
    while at < len(tokens):
        if not tokens[at].word[:1].isdigit() and tokens[at].word not in MONTHS:
            at += 1
            continue
        found = _iso(tokens, at) or _day_first(tokens, at) or _month_first(tokens, at) or _bare_year(tokens, at)
        if found is not None:
            yield found
        at = found.end if found is not None else at + 1


def _iso(tokens: Sequence[Token], at: int) -> WrittenDate | None:
    match = re.fullmatch(r"(\d{4})-(\d{2})(?:-(\d{2}))?", tokens[at].word)
    return WrittenDate(int(match[1]), int(match[2]), int(match[3]) if match[3] else None, at, at + 1) if match else None


def _day_first(tokens: Sequence[Token], at: int) -> WrittenDate | None:
    day = _day(tokens, at)
    month_at = at + 2 if at + 1 < len(tokens) and tokens[at + 1].word == "of" else at + 1
    month = _month(tokens, month_at)
    if day is None or month is None or _day(tokens, month_at + 1) is not None:
        return None
    year = _year(tokens, month_at + 1)
    return WrittenDate(year, month, day, at, month_at + 1 + (year is not None))


def _month_first(tokens: Sequence[Token], at: int) -> WrittenDate | None:
    month = _month(tokens, at)
    if month is None:
        return None
    day = _day(tokens, at + 1)
    year_at = at + 1 + (day is not None)
    year = _year(tokens, year_at)
    if day is None and year is None and tokens[at].word in ("may", "march", "mar") and _opens(tokens, at):
        return None  # "May I", "March on": a capital at the start of a sentence proves nothing
    return WrittenDate(year, month, day, at, year_at + (year is not None))


def _bare_year(tokens: Sequence[Token], at: int) -> WrittenDate | None:
    year = _year(tokens, at)
    return WrittenDate(year, None, None, at, at + 1) if year is not None and not _counts(tokens, at) else None


def _counts(tokens: Sequence[Token], at: int) -> bool:
    """Whether things in the plural follow: "2000 workers", but neither "in 2024 workers" nor "the 2024 polls"."""
    before, after = tokens[at - 1 : at], tokens[at + 1 : at + 2]
    if not after or after[0].clause != tokens[at].clause or (before and before[0].word in OF_A_YEAR):
        return False
    word = after[0].word
    return len(word) > 3 and word[-1] == "s" and word[-2] not in "sui" and after[0].raw == word


def _opens(tokens: Sequence[Token], at: int) -> bool:
    return at == 0 or tokens[at - 1].sentence != tokens[at].sentence


def _month(tokens: Sequence[Token], at: int) -> int | None:
    if at >= len(tokens) or not tokens[at].raw[:1].isupper():
        return None
    return MONTHS.get(tokens[at].word)


def _day(tokens: Sequence[Token], at: int) -> int | None:
    if at >= len(tokens):
        return None
    match = re.fullmatch(r"(\d{1,2})(?:st|nd|rd|th)?", tokens[at].word)
    day = int(match[1]) if match else 0
    return day if 1 <= day <= 31 else None


def _year(tokens: Sequence[Token], at: int) -> int | None:
    """A four-digit number from 1900 to 2099 written without a separator."""
    if at >= len(tokens) or tokens[at].joined or not re.fullmatch(r"(?:19|20)\d{2}", tokens[at].raw):
        return None
    return int(tokens[at].raw)
