"""Words of questions and sentences: which carry meaning, which are names, which are numbers."""

from __future__ import annotations

import re
from functools import cache
from zoneinfo import available_timezones

STEM = 5  # letters by which words are compared: "Russian" and "Russia", "sending" and "sends"
INNER_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w’'-]+")  # a capitalised word that does not open its sentence

WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")
_NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most my no nor not now of off on once only or other our out
    over own s same say said says she should so some such tell than that the their them then there these they this
    those through to too under until up us very was we were what when where which while who whom whose why will with
    would you your article articles according mention mentioned report reported state stated exactly much many
    please give list name describe explain""".split()
)


# A country, its people and what is theirs, where the first letters do not tell that they belong together.
_COUNTRIES = """
    afghanistan afghan; america american americans us usa u.s; argentina argentine; britain british briton britons uk
    u.k; brazil brazilian; chile chilean; china chinese; congo congolese; cuba cuban; cyprus cypriot; denmark danish
    danes; europe european eu; finland finnish finns; france french; greece greek greeks; hungary hungarian; iceland
    icelandic; iran iranian iranians; iraq iraqi iraqis; ireland irish; kenya kenyan; laos lao; libya libyan; mali
    malian; netherlands dutch; norway norwegian; oman omani; peru peruvian; philippines filipino filipinos philippine;
    poland polish poles; portugal portuguese; qatar qatari; scotland scottish; spain spanish spaniards; sudan
    sudanese; sweden swedish swedes; switzerland swiss; syria syrian; turkey turkish turkiye turks; ukraine ukrainian;
    vietnam vietnamese; wales welsh; yemen yemeni
"""


def words(text: str) -> list[str]:
    """The words of a text in lower case, possessives cut."""
    return [_plain(word) for word in WORD.findall(text)]


def stems(text: str) -> set[str]:
    """Its words, cut to their stems; a country and its people are one: "Dutch" and "Netherlands"."""
    united = {"UN"} if "United Nations" in text else set()
    return united.union(map(_stem, WORD.findall(text)))


def _stem(word: str) -> str:
    if word in ("UN", "U.N"):
        return "UN"  # "Un" is a name
    plain = _plain(word)
    return ((country(plain) if word != "us" else None) or plain)[:STEM]


def _plain(word: str) -> str:
    return re.sub(r"['’]s?$", "", word.lower())


def country(word: str) -> str | None:
    """The country that a word in small letters names or belongs to, where another name of it begins otherwise."""
    return _countries().get(word)


def content_words(text: str) -> list[str]:
    """Its words without those that every question has; all of them if nothing else is left."""
    found = words(text)
    return [w for w in found if w not in STOP_WORDS] or found


def numbers(text: str) -> set[str]:
    """The numbers written in digits, without thousands separators: "5,000" is "5000"."""
    return {n.replace(",", "").rstrip(".") for n in _NUMBER.findall(text)}


@cache
def _countries() -> dict[str, str]:
    """Each name of a country, its people or what is theirs -> the country."""
    groups = [group.split() for group in _COUNTRIES.split(";")]
    return {name: group[0] for group in groups for name in group}


def is_place(name: str) -> bool:
    """A place that the time zone database knows: its cities are most capitals."""
    return name in _places()


@cache
def _places() -> frozenset[str]:
    """Read from the disk once."""
    return frozenset(zone.rsplit("/", 1)[-1].replace("_", " ") for zone in available_timezones())
