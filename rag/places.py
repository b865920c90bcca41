"""Names of countries and cities: what belongs to one country, and what is a place at all."""

from __future__ import annotations

import re
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from zoneinfo import available_timezones

# A country, its people and what is theirs, where the first letters do not tell that they belong together.
_COUNTRIES = """
    afghanistan afghan; america american us usa u.s; argentina argentine; australia australian; austria austrian;
    britain british briton uk u.k; brazil brazilian; burma burmese myanmar; chile chilean; china chinese; congo
    congolese; croatia croat croatian; cuba cuban; cyprus cypriot; czechia czech; denmark danish dane; england english;
    europe european eu; finland finnish finn; france french; greece greek; hungary hungarian; iceland icelandic; iran
    iranian; iraq iraqi; ireland irish; italy italian; kenya kenyan; laos lao; libya libyan; mali malian; netherlands
    dutch holland; niger nigerien; nigeria nigerian; norway norwegian; oman omani; peru peruvian; philippines filipino
    philippine; poland polish pole; portugal portuguese; qatar qatari; scotland scottish; serbia serb serbian; spain
    spanish spaniard; sudan sudanese; sweden swedish swede; switzerland swiss; syria syrian; thailand thai; turkey
    turkish turkiye turk; ukraine ukrainian; vietnam vietnamese; wales welsh; yemen yemeni
"""
_PEOPLE = re.compile(r"i?(?:an|ese|ish|i)s?$")  # "Russians", "Japanese", "Israelis"
_ROOT = 4  # letters that a people and its country share at least
_ENDING = re.compile(r"(?:wo)?m[ae]n$|s$")  # "Frenchmen", "Cubans"
_COMMON = {"us", "polish", "pole", "poles"}  # words that in small letters are no country's
_LETTERS = str.maketrans("øłđıßæœ", "oldisao")  # those that do not come apart into a letter and its accent


def country(word: str) -> str | None:
    """The country that a word names or belongs to, where another name of it begins otherwise; None for other words."""
    if word in _COMMON:
        return None
    known, plain = _countries(), fold(word)
    first = plain.split("-")[0]  # "US-led", "Chinese-made"
    return next((known[w] for w in (plain, _ENDING.sub("", plain), first) if w in known), None)


def fold(text: str) -> str:
    """The text in lower case and without accents: "Türkiye" is "turkiye"."""
    split = unicodedata.normalize("NFKD", text.lower().translate(_LETTERS))
    return "".join(c for c in split if not unicodedata.combining(c))


@lru_cache(maxsize=10_000)
def is_place(name: str) -> bool:
    """A country or a people, or a place that the time zone database knows: its cities are most capitals."""
    plain = fold(name)
    return plain in _places() or country(name) is not None or _is_people(plain)


def may_be_first_name(name: str) -> bool:
    """A place, and no people: "Casey" and "Paris" may be somebody's, "Polish" and "US" are not."""
    return fold(name) in _places() and country(name) is None


def _is_people(word: str) -> bool:
    """By its first letters and its ending: "russians"."""
    root = _PEOPLE.sub("", word).rstrip("aio")
    is_cut = root != word and len(root) >= _ROOT
    return is_cut and any(land.startswith(root) and len(land) - len(root) <= 3 for land in _lands())


@cache
def _countries() -> dict[str, str]:
    """Each name of a country, its people or what is theirs -> the country."""
    groups = [group.split() for group in _COUNTRIES.split(";")]
    return {name: group[0] for group in groups for name in group}


@cache
def _places() -> frozenset[str]:
    """The cities of time zones and the countries, folded; read from the disk once."""
    zones = [zone.rsplit("/", 1)[-1].replace("_", " ") for zone in available_timezones()]
    return _lands().union(map(fold, zones))


@cache
def _lands() -> frozenset[str]:
    """The countries of ISO 3166 as the time zone database names them, and some that it does not, folded."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text(encoding="utf-8")
    names = [line.split("\t")[1] for line in table.splitlines() if line and not line.startswith("#")]
    turned = [re.sub(r"(.+) \((.+)\)", r"\2 \1", name) for name in names]  # "Korea (North)"
    return frozenset(map(fold, [*names, *turned, "Korea", "United Kingdom", "United Nations", "European Union"]))
