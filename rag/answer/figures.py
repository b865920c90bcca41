"""Numbers by value, and what each counts: "5,000 sappers" is not borne by "5,000 workers and 1,000 sappers"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from rag.words import STOP_WORDS, singular

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
SMALL = {word: float(n) for n, word in enumerate(_ONES)} | {word: 10.0 * n for n, word in enumerate(_TENS, start=2)}
SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_LOOSE = {"one", "two", "first", "second", *SCALES}
_SHORT = {"k": 1e3, "m": 1e6, "mn": 1e6, "bn": 1e9, "b": 1e9, "tn": 1e12}

_SCALE = rf"(?:{'|'.join(SCALES)})"
_WORD = rf"(?:{'|'.join([*SMALL, *SCALES])})"
_FIGURE = re.compile(
    r"(?<![^\W_])(?<!\d[.,])(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?P<short>(?:k|m|mn|bn|b|tn)\b)?"
    rf"(?P<scale>(?:[\s-]+{_SCALE}\b)*)"
    rf"|(?<![\w])(?P<spelled>(?:a\s+(?={_SCALE}\b))?{_WORD}(?:(?:[\s-]+|\s+and\s+){_WORD})*)(?!\w)"
    rf"|(?<![\w])(?P<ordinal>{'|'.join(_ORDINALS)})(?!\w)",
    re.IGNORECASE,
)
_RUN = re.compile(r"[^\W\d_]+(?:[-'’][^\W\d_]+)*|[^\s\w]")
_NEAR = 40  # characters in which the name before a number stands
_LABEL = re.compile(r"\b[A-Z]\w*[ -]$")
_NAMED, _HELD = 2, 6  # words after a number that say what it counts: of the claim, and at most in the quote


@dataclass(frozen=True, slots=True)
class Figure:
    """A number as written, `words == text[start:end]`, and its value.

    Not `exact` are "one", "two", "first" and "second", which count things that are merely named, and "hundreds". A
    number that `is_label` stands behind a name, as in "Flight 9525".
    """

    start: int
    end: int
    words: str
    value: float
    exact: bool
    is_label: bool


def figures(text: str) -> list[Figure]:
    """The numbers of a text in order: "5,000" and "five thousand" have one value, and "$1.5bn" is 1.5 billion."""
    return [
        Figure(
            start=m.start(),
            end=m.end(),
            words=m[0].strip(),
            value=_value(m),
            exact=m[0].lower() not in _LOOSE,
            is_label=bool(_LABEL.search(text, max(0, m.start() - _NEAR), m.start())),
        )
        for m in _FIGURE.finditer(text)
    ]


def counting(text: str) -> list[Figure]:
    """The numbers that may count something: no years, and not "one", "two" or "hundreds"."""
    return [figure for figure in figures(text) if figure.exact and not _is_year(figure)]


def swaps_figures(claim: str, quote: str) -> bool:
    """Whether a number of the claim counts something that the quote counts with another number."""
    counted = list(_counted(quote))
    for figure, things in _counted(claim):
        if figure.is_label:
            continue
        named = set(things[:_NAMED])
        same = {word for f, words in counted if f.value == figure.value for word in words}
        other = {word for f, words in counted if f.value != figure.value and not f.is_label for word in words[:_NAMED]}
        if same and not _meet(named, same) and _meet(named, other):
            return True
    return False


def _meet(one: set[str], other: set[str]) -> bool:
    """They share a word, or one shortens it as units are: "min" for "minutes"."""
    return any(a.startswith(b) or b.startswith(a) for a in one for b in other)


def _counted(text: str) -> Iterator[tuple[Figure, list[str]]]:
    """Each number that counts, last first, with the stems of the words right behind it, or behind its range."""
    found = counting(text)
    things: list[str] = []
    end = len(text)
    for figure in reversed(found):
        between = text[figure.end : end]
        if not re.fullmatch(r"\s*(?:to|or|and|-|–)?\s*", between):
            things = []
            for word in _RUN.findall(between):
                if len(things) == _HELD or word in ",.;:()":
                    break
                if word[0].isalpha() and word.lower() not in STOP_WORDS:
                    things.append(singular(word))
        end = figure.start
        yield figure, things


def _is_year(figure: Figure) -> bool:
    return bool(re.fullmatch(r"(?:1[5-9]|20)\d\d", figure.words))


def _value(found: re.Match[str]) -> float:
    if found["ordinal"]:
        return float(_ORDINALS.index(found["ordinal"].lower()) + 1)
    if found["digits"]:
        value = float(found["digits"].replace(",", "")) * _SHORT.get((found["short"] or "").lower(), 1)
        for scale in found["scale"].lower().replace("-", " ").split():
            value *= SCALES[scale]
        return round(value, 6)
    return _spelled(re.findall(r"[a-z]+", found["spelled"].lower()))


def _spelled(words: list[str]) -> float:
    """The value of "two hundred and fifty thousand": parts below a scale are multiplied by it."""
    total = part = 0.0
    for word in words:
        if word in SMALL:
            part += SMALL[word]
        elif word == "hundred":
            part = (part or 1) * 100
        elif word in SCALES:
            total, part = total + (part or 1) * SCALES[word], 0.0
    return total + part
