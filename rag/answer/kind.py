"""What kind of thing a question asks for, and whether a sentence holds one.

A sentence can be all about the question and still not answer it: "How many hours did they talk?" is not answered by
a sentence without a number of hours.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_NUMBER_WORDS = (
    "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety hundred thousand million billion trillion "
    "dozen dozens hundreds thousands millions half third quarter once twice single double several none no zero both"
).split()
_ORDINALS = "first second third fourth fifth sixth seventh eighth ninth tenth".split()
NUMBER = rf"(?:(?<![^A-Z][A-Z]-)(?<![A-Z\d])\d[\d,.]*|\b(?:{'|'.join(_NUMBER_WORDS)})\b)"
_MONTHS = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_DAYS = r"(?:mon|tues|wednes|thurs|fri|satur|sun)day"
DATE = (
    rf"(?:\b{_MONTHS}\s+\d|\b{_DAYS}\b|\b(?:19|20)\d\d\b|\b(?:yesterday|today|tomorrow|tonight|weekend|century|decade)\b"
    r"|\b(?:last|next|this|earlier|previous|same|following|later)\s+(?:\w+\s+)?(?:week|month|year|spring|summer|autumn|fall|winter|night|morning|day)"
    rf"|\b(?:ago|since|until|before|after|during|while|when)\b|\b{_MONTHS}\b(?=\s)|\b(?:in|by|from) {_MONTHS}(?![\w-]))"
)
_CURRENCIES = (
    r"dollars?|euros?|pounds?|pence|won|yen|yuan|renminbi|roubles?|rubles?|rupees?|francs?|crowns?|kron[aeor]+|"
    r"korunas?|zlotys?|forints?|liras?|shekels?|dinars?|dirhams?|riy?als?|rupiahs?|ringgits?|baht|dong|pesos?|reais|"
    r"rand|naira|shillings?|hryvnias?|tenge|taka|cents?"
)
_CODES = r"USD|EUR|GBP|JPY|CNY|KRW|RUB|INR|CHF|SEK|NOK|DKK|PLN|CZK|HUF|TRY|ILS|AED|SAR|BRL|MXN|ZAR|AUD|CAD|UAH"
MONEY = rf"(?:[$€£¥₩₽₹₪₴₺]|\b(?:{_CURRENCIES}|{_CODES})\b)"

# unit asked for -> how a sentence may write it; "which day" asks for a date, "how many days" for a number
_PERIODS = {
    "hours?|minutes?|seconds?": r"(?:hours?|minutes?|seconds?)",
    "days?|weeks?|months?|years?": r"(?:days?|weeks?|months?|fortnight|years?|decades?)",
}
_UNITS = {
    "kilomet(?:er|re)s?|miles?|met(?:er|re)s?|feet|km": r"(?:(?:kilo)?met(?:er|re)s?|miles?|feet|foot|km|m)\b",
    "tons?|tonnes?|kilos?|kilograms?|kg": r"(?:tons?|tonnes?|kilos?|kilograms?|kg|pounds?)",
    "degrees?": r"(?:degrees?|°)",
    "per ?cent|percentage|share|proportion": r"(?:per ?cent|%|percentage|third|half|quarter|fifth|majority|tenth)",
    _CURRENCIES: MONEY,
}
_COST = (
    r"\bhow much (?:money|did .{0,60}\b(?:cost|pay|spend|raise|earn|make|lose|charge))\b"
    r"|\bhow much (?:is|was|were|are|does|do|will) .{0,60}\b(?:cost|worth|paid|spent)\b"
    r"|\b(?:what|which) (?:price|wages?|salary|salaries|fee|fine|sum|pay)\b|\bwhat .{0,40}\bcost\b"
)
_WHEN = (
    r"^\W*(?:and |but |so )?when\b"
    r"|\b(?:until|till|since|by|from) when\b"
    r"|\b(?:what|which|on what|on which|in what|in which) (?:date|days?|year|month|time)\b"
)


@dataclass(frozen=True, slots=True)
class Kind:
    """`name` of the kind, and the pattern that a sentence holding one matches."""

    name: str
    pattern: re.Pattern[str]

    def in_(self, sentence: str) -> bool:
        return bool(self.pattern.search(sentence))


def kind_asked(question: str) -> Kind | None:
    """The kind of thing a question asks for, where its words say so; None for open questions (why, how, what did)."""
    asked = question.lower()
    for unit, written in (_PERIODS | _UNITS).items():
        openings = "how many|how much" if unit in _PERIODS else "how many|how much|in|what"
        if re.search(rf"\b(?:{openings}) (?:\w+ )?(?:{unit})\b", asked):
            near = rf"(?:{NUMBER}[\s-]*(?:\w+[\s-]+){{0,2}}{written}|{written}\s*{NUMBER})"
            return _kind(f"a number of {unit.split('|')[0].replace('?', '')}", near)
    if re.search(r"\bhow old\b|\bwhat age\b", asked):
        return _kind("an age", r"\d+[- ]years?[- ]old|\baged?\s+\d+|\bage of\b|,\s*\d\d\s*,|\bborn\b")
    if re.search(_COST, asked):
        return _kind("a sum of money", rf"{MONEY}|\bfree\b|\b(?:million|billion|trillion)\b")
    if re.search(r"\bhow (?:many|often|few)\b|\bwhat (?:number|is the (?:size|number))\b", asked):
        return _kind(
            "a number", rf"{NUMBER}|\b(?:{'|'.join(_ORDINALS)})\b|\b(?:never|few|many|daily|weekly|annual\w*)\b"
        )
    if re.search(r"\bhow (?:long|far|tall|high|big|large|deep|wide|heavy|fast)\b", asked):
        return _kind("a measure", rf"{NUMBER}|\b(?:decades?|years?|weeks?|months?|centur\w+|indefinite\w*)\b")
    if re.search(_WHEN, asked):
        return _kind("a date", DATE)
    return None


def _kind(name: str, pattern: str) -> Kind:
    return Kind(name, re.compile(pattern, re.IGNORECASE))
