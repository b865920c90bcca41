"""A claim that takes more than the cited words give: "the largest" for "the second-largest", "all" for "most"."""

from __future__ import annotations

import re

from rag.words import STEM, STOP_WORDS, roots, singular

_NUMBERS = "second third fourth fifth sixth seventh eighth ninth tenth".split()
_ORDINALS = {word: n for n, word in enumerate(_NUMBERS, start=2)} | {
    f"{n}{'nd' if n == 2 else 'rd' if n == 3 else 'th'}": n for n in range(2, 11)
}
_RANK = re.compile(
    rf"(?i)\b(?:(?P<ordinal>{'|'.join(_ORDINALS)})[- ])?(?P<most>most [a-z]+|least [a-z]+|(?<!at )best|(?<!at )worst|"
    r"(?:larg|bigg|small|high|low|long|short|old|young|fast|slow|rich|poor|wealthi|strong|weak|great|busi|deep|tall|"
    r"deadli|heavi|hott|cold|warm|wett|dri|clos|near|wid|broad|cheap)est)\b"
)
_AMONG = re.compile(
    r"(?i)(?:\b(?:one|some|most|several|many|few|number|among|part|parts)(?: of)? "
    r"(?:the|its|their|his|her|our|my|your|these|those|[\w’'-]+['’]s)(?: [\w’'-]+){0,4}"
    r"|\b(?:two|three|four|five|six|seven|eight|nine|ten|\d+)(?: of)?(?: the)?) $"
)
_BUT_FOR = re.compile(
    r"(?i)\b(?:after|behind|except|apart from|other than|outside|besides|second only|runner-up|trail\w*|overt[ao]\w+|"
    r"ahead of|but one|bar one|surpass\w*)\b"
)

_ALL = re.compile(
    r"(?i)\b(?:all|every)\b(?![-’'])(?! (?:but|in|day|night|week|weekend|month|year|summer|winter|time|sides?)\b)"
)
_NOT_ALL = re.compile(
    r"(?i)(?:\b(?:nearly|almost|virtually|practically|about|close to|quite|even|of|above|at|in)"
    r"|(?:\b(?:not?|cannot|never|without|nobody|den\w+|refus\w+|fail\w*)\b|n['’]t\b)[^.;]*) ?$"
)
_WHOLE = re.compile(
    r"(?i)\b(?:all|every(?:body|one)?|each|both|entire\w*|whole|any|no(?:ne|body)?|not a single|total\w*|full\w*|"
    r"complete\w*|unanimous\w*|rest|remain\w*|100|nationwide|across|throughout|daily|weekly|annual\w*|yearly)\b"
)
_NEARLY = r"(?:nearly|almost|virtually|practically|not) (?:all|every)"
_NEARLY_ALL = re.compile(rf"(?i)\b{_NEARLY}\b")
_PART = re.compile(
    rf"(?i)\b(?:{_NEARLY}"
    r"|(?:most|some|many|several|few|half|part|majority|minority|number|thirds?|quarters?|dozens|hundreds)(?! \d)"
    r"|\d+ ?(?:%|per ?cent))(?: of)?\s"
)
_END = re.compile(r"[,;:.!?](?=\s|$)|\n")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")


def taken_further(claim: str, text: str) -> str | None:
    """What the claim takes further than the text, as a clause for the reader; None if nothing."""
    if rank := _ranked_otherwise(claim, text):
        return f"the cited words do not call it the {rank}"
    return "the cited words do not say it of all" if _of_all(claim, text) else None


def _ranked_otherwise(claim: str, text: str) -> str | None:
    """A superlative of the claim that the text has, of the same, at another place or as that of several."""
    if _BUT_FOR.search(f"{claim} {text}"):
        return None
    given = [
        (_place(text, found), found["most"].lower(), roots(_clause(text, found.end())))
        for found in _RANK.finditer(text)
    ]
    for found in _RANK.finditer(claim):
        place, most, thing = _place(claim, found), found["most"].lower(), roots(_clause(claim, found.end()))
        same = [p for p, word, of in given if word == most and (not of or not thing or of & thing)]
        if same and place and place not in same:
            return f"{found['ordinal'].lower()}-{most}" if found["ordinal"] else most
    return None


def _place(text: str, found: re.Match[str]) -> int:
    """Which place a superlative names: 1 alone, 2 behind "second"; 0 for one of several, which claims no place."""
    if found["ordinal"]:
        return _ORDINALS.get(found["ordinal"].lower(), 0)
    return 0 if _AMONG.search(text[: found.start()]) else 1


def _of_all(claim: str, text: str) -> bool:
    """The claim says of all what the text says of a part of the same alone."""
    if _WHOLE.search(_NEARLY_ALL.sub("most", text)):
        return False
    parts = [stem for found in _PART.finditer(text) if (stem := _next(text, found.end()))]
    held = [_stem(word) for word in _WORD.findall(text)]
    return any(
        (stem := _next(claim, found.end())) in parts and held.count(stem or "") <= parts.count(stem or "")
        for found in _ALL.finditer(claim)
        if not _NOT_ALL.search(claim[: found.start()])
    )


def _next(text: str, at: int) -> str | None:
    """The stem of the next content word, up to the next stop or comma."""
    words = _WORD.findall(_clause(text, at))
    return next((_stem(word) for word in words if word.lower() not in STOP_WORDS), None)


def _clause(text: str, at: int) -> str:
    """The words up to the next stop or comma."""
    return _END.split(text[at:], maxsplit=1)[0]


def _stem(word: str) -> str:
    return singular(word)[:STEM]
