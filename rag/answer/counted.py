"""What the numbers of a sentence count, and whether a question asks for that."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.costs import MONEY, asks_for_cost, tells_cost
from rag.answer.evidence import SPEAKS, Sentence
from rag.answer.quantities import HARMS, Quantity, is_of_people, quantities
from rag.words import content_words, singular

_COUNTS = re.compile(
    r"(?i)\bhow (?:many|much|long|big|large|high|far|often|few)\b"
    r"|\b(?:numbers?|figures?|tolls?|turnout|share|percentage|total|"
    r"amount|size|count)\b"
)
_COUNTED = re.compile(r"(?i)\b(?:how many|number of|figures? (?:for|of|on)|how much) ((?:[\w’'-]+ ?){1,3})")
_TOLL = r"toll (?:(?!\S*\d|while\b|who\b|which\b|after\b)\S+ ){0,12}?(?:to|at|was|is|of)"
_OF_TOLL = re.compile(rf"(?i)\b{_TOLL} (?:at least )?$")
_OF_PEOPLE = re.compile(rf"(?i)\b(?:{_TOLL}|killing|injuring|wounding|injured|killed)(?: at least| about)? $")
_MEASURES = MONEY | frozenset(
    "% meter metre ton tonne liter litre hectare acre kilometer kilometre mile percent".split()
)


def asks_for_count(question: str) -> bool:
    """Whether a question asks for a quantity."""
    return bool(_COUNTS.search(question)) or asks_for_cost(question)


def what_is_counted(question: str) -> list[str]:
    """The words for what a question wants counted: "how many jobs"; none if it does not say."""
    return _COUNTED.findall(question)


def is_asked(question: str, quantity: Quantity, text: str) -> bool:
    """Whether a question for a quantity asks for this one of a text."""
    wanted = harms(question)
    if quantity.unit is None or not asks_for_count(question) or (wanted and harm_of(quantity, text) != wanted):
        return False
    if quantity.unit == "minute":
        return bool(re.search(r"(?i)\bhow (?:long|many (?:hours|minutes|days|weeks|months|years))\b", question))
    counted = what_is_counted(question)
    if not counted and re.search(r"(?i)\bhow (?:long|often|far|high)\b", question):
        return False
    if quantity.unit in {singular(word) for words in counted or [question] for word in content_words(words)}:
        return True
    if is_of_people(quantity.unit):
        return harm_of(quantity, text) == wanted
    if re.search(r"(?i)\bhow many\b", question):
        return False  # it names what it counts, and this counts something else
    if asks_for_cost(question) and not (quantity.unit in MONEY and tells_cost(text)):
        return False
    if re.search(r"(?i)\bhow much\b", question) and quantity.unit not in _MEASURES:
        return False
    return len(quantities(text)) == 1


def asked_in(question: str, text: str) -> list[Quantity]:
    """The quantities of a text that a question for one asks for."""
    return [q for q in counted_in(text) if is_asked(question, q, text)]


def counting_first(question: str, sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences; if the first counts only another harm ("3 are missing"), those that count what is asked lead."""
    found = quantities(sentences[0].text) if sentences and asks_for_count(question) else []
    counted = [harm_of(q, sentences[0].text) for q in found]
    if not counted or not all(harm and harm != harms(question) for harm in counted):
        return tuple(sentences)
    asked = [s for s in sentences if s.score >= SPEAKS and asked_in(question, s.text)]
    return (*asked, *(s for s in sentences if s not in asked))


def same_unit(one: Quantity, other: Quantity, here: str, there: str) -> bool:
    """Whether a quantity of one text counts what one of another counts."""
    same = one.unit == other.unit and one.unit is not None
    people = is_of_people(one.unit) and is_of_people(other.unit)
    return (same or people) and harm_of(one, here) == harm_of(other, there)


def counted_in(text: str) -> list[Quantity]:
    """The quantities; a bare number behind a word for harm counts people: "injuring 37", "the toll rose to 21"."""
    return [
        replace(q, unit="people") if q.unit is None and _OF_PEOPLE.search(text[: q.start]) else q
        for q in quantities(text)
    ]


def harms(text: str) -> set[str]:
    """The kinds of harm that a text speaks of."""
    return {name for name, pattern in HARMS.items() if pattern.search(text)}


def harm_of(quantity: Quantity, text: str) -> set[str]:
    """The harm that a number counts, if any: of several in its sentence that of the nearest word."""
    if _OF_TOLL.search(text[: quantity.start]):
        return {"death"}
    near = [
        (max(found.start() - quantity.end, quantity.start - found.end()), name)
        for name, pattern in HARMS.items()
        for found in pattern.finditer(text)
    ]
    return {min(near)[1]} if near else set()
