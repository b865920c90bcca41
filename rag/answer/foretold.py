"""Whether a claim says that something happened of which the cited words say that it will, or should."""

from __future__ import annotations

import re

_COMING = re.compile(
    r"(?i)\b(?:will|would|should|shall|(?:plan|intend|hope|want|expect)(?:s|ed)? to"
    r"|(?:due|set|scheduled|planned|expected|poised) to|(?:is|are) to(?! blame\b))"
    r"(?: also)?(?: be)? (?!(?:not|never)\b)(?P<verb>[a-z]+)\b"
)
_OPEN = re.compile(
    r"(?i)\b(?:will|would|should|shall|could|can|may|might|must|if|to be|being|be|(?:plan|intend|hope|want|expect)\w*|"
    r"due|set to|scheduled|promis\w+|propos\w+)\b|['’]ll\b|\?"
)
_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "begin:began hold:held build:built send:sent pay:paid sell:sold buy:bought meet:met leave:left make:made "
        "take:took give:gave win:won lose:lost rise:rose fall:fell go:went come:came"
    ).split()
)


def happened_already(claim: str, quote: str, *, around: str = "") -> bool:
    """Whether the claim tells of a deed as past that the quote tells of as coming, and nothing around it as past."""
    if _OPEN.search(claim):
        return False
    said, near = _words(claim), _words(f"{_COMING.sub(' ', quote)} {around}")
    return any(said & past and not near & past for past in map(_pasts, _coming(quote)))


def _coming(quote: str) -> list[str]:
    return [found["verb"].lower() for found in _COMING.finditer(quote)]


def _words(text: str) -> set[str]:
    return set(re.findall(r"[a-z]+", text.lower()))


def _pasts(verb: str) -> set[str]:
    """How its past may be spelt; "opened" of "will be opened" is one itself."""
    own = {verb} if verb.endswith("ed") or verb in _IRREGULAR.values() else set()
    regular = {f"{verb}ed", f"{verb}d", f"{verb}{verb[-1]}ed", f"{verb[:-1]}ied"}
    return own | regular | ({_IRREGULAR[verb]} if verb in _IRREGULAR else set())
