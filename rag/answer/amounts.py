"""Whether a claim gives a number of the cited words otherwise: in another currency, as exact, or votes turned round."""

from __future__ import annotations

import re

from rag.answer.quantities import Quantity, quantities

_CURRENCY = {"$": "dollar", "€": "euro", "£": "pound", "¥": "yen", "₩": "won"}
_NAMED = {*_CURRENCY.values(), "crown", "krona", "krone", "rouble", "ruble", "franc", "rupee", "peso", "lira", "%"}
_EXACTLY = re.compile(r"(?i)\b(?:exactly|precisely)\s$")
_NO_MORE = re.compile(r"(?i)\b(?:only|just)\s$")
_VOTES = re.compile(r"(?i)\b(\d+)(?: votes?)?(?: (?:to|against) |[-–])(\d+)\b(?! ?%)")
_LOSES = re.compile(
    r"(?i)\b(?:los[et]\w*|defeat\w*|reject\w*|fail\w*|against|oppos(?:e[sd]?|ing)|block(?:s|ed|ing)?|"
    r"(?:vot|turn)(?:ed|ing) (?:\w+ ){0,3}down)\b"
)

_CLAUSE_END = re.compile(r"(?i)[.;]|\b(?:which|who|that|after|before|although|though|while|but)\b|, and\b")


def given_otherwise(claim: str, text: str) -> str | None:
    """What the claim makes of a number that the text gives otherwise, as a clause for the reader; None if nothing."""
    known = quantities(text)
    for said in quantities(claim):
        same = [q for q in known if q.value == said.value]
        words = claim[said.start : said.end]
        if _currency(said) in _NAMED and same and all(_currency(q) in _NAMED - {_currency(said)} for q in same):
            return f"the cited words give {words} in another unit"
        before = claim[: said.start]
        open_ends = {"least", "most", "about"} if _EXACTLY.search(before) else {"least"}
        if same and (_EXACTLY.search(before) or _NO_MORE.search(before)) and all(q.bound in open_ends for q in same):
            return f"the cited words do not give {words} as an exact number"
    return "the cited words have the votes the other way round" if _turns_votes(claim, text) else None


def _currency(quantity: Quantity) -> str | None:
    return _CURRENCY.get(quantity.unit or "", quantity.unit)


def _turns_votes(claim: str, text: str) -> bool:
    """Votes for and against have changed places; not where either text tells of the loser, smaller number first."""
    if "vote" not in claim.lower() or _tells_loser(claim) or _tells_loser(text):
        return False
    known = {(a, b) for a, b in _VOTES.findall(text)}
    return any((b, a) in known and (a, b) not in known for a, b in _VOTES.findall(claim))


def _tells_loser(text: str) -> bool:
    """A clause that counts votes tells of who lost them."""
    return any(_VOTES.search(clause) and _LOSES.search(_VOTES.sub(" ", clause)) for clause in _CLAUSE_END.split(text))
