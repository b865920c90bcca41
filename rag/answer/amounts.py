"""A claim that gives a number of the cited words otherwise: in another unit, as exact, of other harm, votes turned."""

from __future__ import annotations

import re

from rag.answer.figures import counting
from rag.answer.owners import steps_otherwise
from rag.answer.quantities import HARMS, Quantity, quantities
from rag.words import singular

_CURRENCY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₩": "won"}
_NAMED = {*_CURRENCY.values(), "crown", "krona", "krone", "rouble", "ruble", "franc", "rupee", "peso", "lira", "%"}
_EXACTLY = re.compile(r"(?i)\b(?:exactly|precisely)\s$")
_NO_MORE = re.compile(r"(?i)\b(?:only|just)\s$")
_VOTES = re.compile(r"(?i)\b(\d+)(?: votes?)?(?: (?:to|against) |[-–])(\d+)\b(?! ?%)")
_LOSES = re.compile(
    r"(?i)\b(?:los[et]\w*|defeat\w*|reject\w*|fail\w*|against|oppos(?:e[sd]?|ing)|block(?:s|ed|ing)?|"
    r"(?:vot|turn)(?:ed|ing) (?:\w+ ){0,3}down)\b"
)

_UNITS = [
    frozenset(units.split())
    for units in (
        "second minute hour day week month year decade century",
        "mile kilometer kilometre km metre meter foot feet yard inch centimetre centimeter",
        "kilogram kg gram pound ounce ton tonne",
        "acre hectare",
        "litre liter gallon barrel",
        "% point",
    )
]
_SAME = {"kilometre": "km", "kilometer": "km", "meter": "metre", "feet": "foot", "kilogram": "kg", "liter": "litre"}
_SAME |= {"tonne": "ton", "centimeter": "centimetre", "percent": "%"}  # a ton is seldom told from a tonne
_BEHIND = re.compile(r"(?i)[\s-]*(?:(%|per ?cent)(?: ?age)?(\s+points?)?|([a-z]+))")
_BELOW_ZERO = re.compile(r"(?<![\w\d])[-−]$")
_BELOW = re.compile(
    r"(?i)\b(?:minus|below|fell|fall\w*|drop\w*|declin\w*|loss\w*|lost|lose\w*|shr[aiu]nk\w*|negative|down|contract\w*|"
    r"deficit|lower|decreas\w*|slid\w*|sank|s[iu]nk\w*|slump\w*|frost|in the red|cut|reced\w*)\b|[-−]\d"
)
_OPPOSED = frozenset(("least", "most"))
_TREATED = re.compile(
    r"(?i)\b(?:hospitals?|treated|treatment|rescue\w*|drown\w*|perish\w*|bod(?:y|ies)|lives|shot|burns?|broken|fell|"
    r"surviv\w*)\b"
)
_TURNS = re.compile(r"(?i)\b(?:not?|never|cannot|fail\w*|refus\w*|bann\w*|exempt\w*|only|free|untaxed)\b|n['’]t\b")
_AS_MANY = re.compile(r"(?i)\bas many as\b")  # at least, or up to
_CLAUSE_END = re.compile(r"(?i)[.;]|\b(?:which|who|that|after|before|although|though|while|but)\b|, and\b")


def given_otherwise(claim: str, text: str) -> str | None:
    """What the claim makes of a number that the text gives otherwise, as a clause for the reader; None if nothing."""
    known, told = quantities(text), quantities(claim)
    for said in told:
        same = [q for q in known if q.value == said.value]
        words = claim[said.start : said.end]
        if _currency(said) in _NAMED and same and all(_currency(q) in _NAMED - {_currency(said)} for q in same):
            return f"the cited words give {words} in another unit"
        before = claim[: said.start]
        open_ends = {"least", "most", "about"} if _EXACTLY.search(before) else {"least"}
        if same and (_EXACTLY.search(before) or _NO_MORE.search(before)) and all(q.bound in open_ends for q in same):
            return f"the cited words do not give {words} as an exact number"
        turned = said.bound in _OPPOSED and all(q.bound in _OPPOSED - {said.bound} for q in same)
        if same and turned and not _AS_MANY.search(f"{claim} {text}") and not _TURNS.search(f"{claim} {text}"):
            return f"the cited words bound {words} on the other side"
    if other := _other_unit(claim, text):
        return f"the cited words give {other} in another unit"
    if step := steps_otherwise(claim, text):
        return f"the cited words have {step} as another step"
    if told and known and _another_harm(claim, text):
        return "the cited words count other harm"
    return "the cited words have the votes the other way round" if _turns_votes(claim, text) else None


def _currency(quantity: Quantity) -> str | None:
    return _CURRENCY.get(quantity.unit or "", quantity.unit)


def _other_unit(claim: str, text: str) -> str | None:
    """A number that the claim measures in months and the text in years, or that is below zero in the text alone."""
    given = counting(text)
    for said in counting(claim):
        unit = _measured(claim, said.end)
        same = [f for f in given if f.value == said.value]
        kinds = {_measured(text, f.end) for f in same}
        if unit and same and any(unit in of_kind and kinds <= of_kind - {unit} for of_kind in _UNITS):
            return said.words
        if same and not _BELOW.search(claim) and all(_BELOW_ZERO.search(text[: f.start]) for f in same):
            return said.words
    return None


def _measured(text: str, at: int) -> str | None:
    """The unit behind a number that ends at a place, or whatever word stands there."""
    found = _BEHIND.match(text, at)
    if found is None:
        return None
    if found[1]:
        return "point" if found[2] else "%"
    word = singular(found[3].lower())
    return _SAME.get(word, word)


def _another_harm(claim: str, text: str) -> bool:
    """The claim counts dead where the text counts hurt, or the other way round; who is in hospital may be hurt."""
    if _TREATED.search(text):
        return False
    said, given = ({kind for kind, words in HARMS.items() if words.search(t)} for t in (claim, text))
    return bool(said and given and not said & given)


def _turns_votes(claim: str, text: str) -> bool:
    """Votes for and against have changed places; not where either text tells of the loser, smaller number first."""
    if "vote" not in claim.lower() or _tells_loser(claim) or _tells_loser(text):
        return False
    known = {(a, b) for a, b in _VOTES.findall(text)}
    return any((b, a) in known and (a, b) not in known for a, b in _VOTES.findall(claim))


def _tells_loser(text: str) -> bool:
    """A clause that counts votes tells of who lost them."""
    return any(_VOTES.search(clause) and _LOSES.search(_VOTES.sub(" ", clause)) for clause in _CLAUSE_END.split(text))
