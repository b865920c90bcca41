"""Whether a claim says that something happened of which the cited words say that it will, or should."""

from __future__ import annotations

import re

from rag.verbs import pasts
from rag.words import spelt

_COMING = re.compile(
    r"(?i)\b(?:will|would|should|shall|can|could|may|might|(?:plan|intend|hope|want|expect|threaten)(?:s|ed)? to"
    r"|(?:due|set|scheduled|planned|expected|poised|likely) to|(?:is|are) to(?! blame\b))"
    r"(?: also)?(?: be)? (?!(?:not|never|see|hear|feel|hold|count)\b)(?P<verb>[a-z]+)\b"
)
_OPEN = re.compile(
    r"(?i)\b(?:will|would|should|shall|could|can|may|might|must|if|to be|being|be|(?:plan|intend|hope|want|expect)\w*|"
    r"due|set to|scheduled|promis\w+|propos\w+)\b|['’]ll\b|\?"
)


def happened_already(claim: str, quote: str, *, around: str = "") -> bool:
    """Whether the claim tells of a deed as past that the quote tells of as coming, and nothing around it as past."""
    if _OPEN.search(claim):
        return False
    said, near = spelt(claim), spelt(f"{_COMING.sub(' ', quote)} {around}")
    return any(said & past and not near & past for past in map(pasts, _coming(quote)))


def _coming(quote: str) -> list[str]:
    return [found["verb"].lower() for found in _COMING.finditer(quote)]
