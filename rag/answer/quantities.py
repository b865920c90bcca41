"""Quantities of a text: value, what it counts, how exact it is; and whether two of them exclude each other."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from rag.answer.figures import SCALES, SMALL
from rag.words import STOP_WORDS, singular

_WORD = "|".join(sorted(SMALL, key=len, reverse=True))
_NUMBER = re.compile(
    rf"(?<![\w.,:-])(?:(?P<money>[$€£¥₩])\s?)?(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)"
    rf"(?:[ -](?P<scale>hundred|thousand|million|billion|trillion))?(?![\w:])(?P<sign>\s?%)?"
    rf"|\b(?P<words>(?:{_WORD})(?:[ -](?:{_WORD}))?|an?(?= (?:dozen|hundred|thousand|million)\b))"
    rf"(?: (?P<scale2>dozen|hundred|thousand|million|billion))?\b(?!-)",
    re.IGNORECASE,
)
_MINUTES = {"second": 1 / 60, "minute": 1, "hour": 60, "day": 1440, "week": 10080, "month": 43830, "year": 525960}
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)\w*\.?"
_NO_QUANTITY = re.compile(
    rf"(?i)(?:\b{_MONTH}|\baged?|\bage of|\bno\.|\bnumber|\bsection|\barticle|\bchapter|\bphase|\bstage|\bday)\s$"
)
_NO_QUANTITY_AFTER = re.compile(
    rf"(?i)^(?:[- ]years?[- ]old|\s?[ap]\.?m\b|\so'clock|th\b|st\b|nd\b|rd\b|\s(?:of )?{_MONTH}\b(?! \w+s\b)"
    r"|\s(?:of|out of|in) (?:the|its|their|those|these|every|each|\d+|two|three|four|five|six|seven|eight|nine|ten)\b)"
)
_MORE = re.compile(r"(?i)\b(?:another|further|additional|extra|other)\s$")
_ABOUT = re.compile(r"(?i)\b(?:about|around|some|nearly|almost|approximately|roughly|close to|an estimated|circa)\s$")
_LEAST = re.compile(
    r"(?i)\b(?:(?<!no )more than|over|at least|exceed(?:s|ed|ing)?|upwards of|as many as|no fewer than|above)\s$"
)
_MOST = re.compile(r"(?i)\b(?:up to|at most|fewer than|less than|under|below|no more than)\s$")
_PEOPLE = ("people person man men woman women child children dead death victim casualty fatality life lives").split()
HARMS = {
    "death": re.compile(
        r"(?i)\b(?:die[ds]?|dying|dead|deaths?|kill\w*|fatal\w*|toll|los[et]\w* (?:their|his|her) li\w+)\b"
    ),
    "injury": re.compile(r"(?i)\b(?:injur\w+|wound\w*|hurt|hospitali[sz]ed)\b"),
    "missing": re.compile(r"(?i)\b(?:missing|unaccounted)\b"),
}

Bound = Literal["exact", "about", "least", "most"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """`value` counts `unit`: a noun (singular), "%", a currency, "minute" for all times, None if no noun follows."""

    start: int
    end: int
    value: float
    unit: str | None
    bound: Bound
    added: bool
    decimals: int


def quantities(text: str) -> list[Quantity]:
    """The quantities of a text in order; dates, ages, clock times and parts ("three of the five") are none."""
    return list(_quantities(text))


def _quantities(text: str) -> Iterator[Quantity]:
    for match in _NUMBER.finditer(text):
        before, after = text[: match.start()], text[match.end() :]
        age = re.search(r"(?:\b(?:who|he|she) (?:is|was)|,) $", before) and re.match(r",|\.?$", after)
        if age or _NO_QUANTITY.search(before) or _NO_QUANTITY_AFTER.search(after):
            continue
        value = _value(match)
        unit, more = _unit(match, after)
        year = match["digits"] and re.fullmatch(r"(?:19|20)\d\d", match["digits"]) and not match["scale"]
        if year and (unit is None or not re.match(r" \w+s\b", after)):
            continue
        if value == 1 and unit is not None and not match["digits"]:
            continue  # "one day", "one man" are seldom counts
        added = bool(_MORE.search(before)) or more
        scale = _MINUTES.get(unit or "", 1.0)
        decimals = len(match["digits"].partition(".")[2]) if match["digits"] else 0
        unit = "minute" if unit in _MINUTES else unit
        yield Quantity(match.start(), match.end(), value * scale, unit, _bound(before), added, decimals)


def _value(match: re.Match[str]) -> float:
    scale = SCALES.get((match["scale"] or match["scale2"] or "").lower(), 1.0)
    if match["digits"]:
        return float(match["digits"].replace(",", "")) * scale
    return (sum(SMALL.get(word, 0) for word in re.split(r"[ -]", match["words"].lower())) or 1) * scale


def _unit(match: re.Match[str], after: str) -> tuple[str | None, bool]:
    """The noun counted, and whether "more" stands before it ("3,000 more")."""
    if match["money"]:
        return match["money"], False
    if match["sign"] or re.match(r"(?i)\s?(?:percent|per cent)\b", after):
        return "%", False
    more = False
    for n, word in enumerate(re.match(r"(?:[ -]?['\"‘“]?[^\W\d_][\w-]*['’\"”]?){0,5}", after)[0].lower().split()):  # type: ignore[index]
        word = word.strip("'\"‘’“”-")
        if word in ("more", "further", "additional", "extra"):
            more = True
        elif word in STOP_WORDS or n > 3:
            break
        elif word in _PEOPLE or (word.endswith("s") and not word.endswith(("ss", "us", "is"))):
            return singular(word), more
    return None, more


def _bound(before: str) -> Bound:
    if _LEAST.search(before):
        return "least"
    if _MOST.search(before):
        return "most"
    return "about" if _ABOUT.search(before) else "exact"


def is_of_people(unit: str | None) -> bool:
    """Whether a unit counts human beings without saying more of them."""
    return unit in _PEOPLE


def excludes(one: Quantity, other: Quantity) -> bool:
    """Whether both cannot be right of the same thing: neither is the other rounded, or within its "more than"."""
    low, high = sorted((one, other), key=lambda q: q.value)
    if low.value == high.value or one.added or other.added:
        return False
    if low.bound == "least" or high.bound == "most":
        return False
    apart = (high.value - low.value) / high.value
    if "about" in (low.bound, high.bound) or "least" in (low.bound, high.bound) or "most" in (low.bound, high.bound):
        return apart > 0.1
    return not (apart <= 0.05 and _is_rounding(low, high))


def _is_rounding(one: Quantity, other: Quantity) -> bool:
    """Whether one of two near values is the other rounded."""
    for coarse, fine in ((one, other), (other, one)):
        for unit in (1.0, 10.0, 100.0, 1e3, 1e4, 1e5, 1e6, 1e9):
            counts = coarse.value >= 100 or fine.decimals > coarse.decimals
            if counts and coarse.value % unit == 0 and abs(coarse.value - fine.value) <= unit / 2:
                return True
    return False
