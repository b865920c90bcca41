"""A claim that takes more than the cited words give, or the other side: "the largest" for "the second-largest"."""

from __future__ import annotations

import re

from rag.words import STEM, STOP_WORDS

_ORDINALS = dict(zip("2nd 3rd 4th 5th 6th 7th 8th 9th 10th".split(), range(2, 11), strict=True)) | dict(
    zip("second third fourth fifth sixth seventh eighth ninth tenth".split(), range(2, 11), strict=True)
)
_RANK = re.compile(
    rf"(?i)\b(?:(?P<ordinal>{'|'.join(_ORDINALS)})[- ])?(?P<most>most [a-z]+|least [a-z]+|best|worst|"
    r"(?:larg|bigg|small|high|low|long|short|old|young|fast|slow|rich|poor|wealthi|strong|weak|great|busi|deep|tall|"
    r"deadli|heavi|hott|cold|warm|wett|dri|clos|near|wid|broad|cheap)est)\b"
)
_AMONG = re.compile(
    r"(?i)\b(?:one|some|two|three|four|five|several|many|among|part)(?: of)? "
    r"(?:the|its|their|[\w’'-]+['’]s)(?: [\w’'-]+){0,2} $"
)
_BUT_FOR = re.compile(r"(?i)\b(?:after|behind|except|apart from|other than|outside|besides|second only|runner-up)\b")

_ALL = re.compile(r"(?i)(?<!not )(?<!nearly )(?<!almost )(?<!virtually )(?<!of )(?<!above )\b(?:all|every)\b(?![-’'])")
_WHOLE = re.compile(
    r"(?i)\b(?:all|every(?:body|one)?|each|both|entire\w*|whole|any|none?|not a single|total\w*|full\w*|complete\w*|"
    r"unanimous\w*)\b"
)
_PART = re.compile(
    r"(?i)\b(?:(?:most|some|many|several|few|half|part|majority|minority|number|thirds?|quarters?)(?! \d)"
    r"|\d+ ?(?:%|per ?cent))(?: of)?\s"
)
_NEARLY_ALL = re.compile(r"(?i)\b(?:nearly|almost|virtually|not) (?:all|every)\b")

_SIDED = re.compile(
    r"(?i)\b(?P<verb>vot|rul|campaign|argu|rall|spok|speak|testif|decid|lobb|march|fought|fight)\w*(?: \w+){0,2}? "
    r"(?P<side>for|in favou?r of|against)\b"
)


def taken_further(claim: str, text: str) -> str | None:
    """What the claim takes further than the text, or to its other side, as a clause for the reader; None if nothing."""
    if rank := _ranked_otherwise(claim, text):
        return f"the cited words do not call it the {rank}"
    if _of_all(claim, text):
        return "the cited words do not say it of all"
    return "the cited words have it on the other side" if _changes_sides(claim, text) else None


def _ranked_otherwise(claim: str, text: str) -> str | None:
    """A superlative of the claim that the text has at another place, or as that of several."""
    if _BUT_FOR.search(f"{claim} {text}"):
        return None
    given = [(_place(text, found), found["most"].lower()) for found in _RANK.finditer(text)]
    for found in _RANK.finditer(claim):
        place, most = _place(claim, found), found["most"].lower()
        same = [other for other, word in given if word == most]
        if same and place and place not in same:
            return f"{found['ordinal'].lower()}-{most}" if found["ordinal"] else most
    return None


def _place(text: str, found: re.Match[str]) -> int:
    """Which place a superlative names: 1 alone, 2 behind "second"; 0 for one of several, which claims no place."""
    if found["ordinal"]:
        return _ORDINALS[found["ordinal"].lower()]
    return 0 if _AMONG.search(text[: found.start()]) else 1


def _of_all(claim: str, text: str) -> bool:
    """The claim says of all what the text says of a part of the same, and of nothing else that it is all."""
    if _WHOLE.search(_NEARLY_ALL.sub("most", text)):
        return False
    given = {_next(text, found.end()) for found in (*_PART.finditer(text), *_NEARLY_ALL.finditer(text))}
    return any(_next(claim, found.end()) in given - {None} for found in _ALL.finditer(claim))


def _changes_sides(claim: str, text: str) -> bool:
    """The claim has somebody vote, argue or march for what the text has nobody do so for, but against."""
    said, given = _sides(claim), _sides(text)
    return any((*rest, not against) in given and (*rest, against) not in given for *rest, against in said)


def _sides(text: str) -> set[tuple[str | bool | None, ...]]:
    """What is done, of what, and whether against it."""
    return {
        (found["verb"].lower(), _next(text, found.end()), found["side"].lower() == "against")
        for found in _SIDED.finditer(text)
    }


def _next(text: str, at: int) -> str | None:
    """The stem of the next content word."""
    words = (word.lower() for word in re.findall(r"[^\W\d_][\w’'-]*", text[at : at + 60]))
    return next((word[:STEM].rstrip("s") for word in words if word not in STOP_WORDS), None)
