"""Which sums tell what a question asks where it names no unit: "What will the bridge cost?"."""

from __future__ import annotations

import re

from rag.words import INNER_NAME, roots

_COST = re.compile(r"(?i)\b(?:cost(?:s|ing)?|price[ds]?|worth|pays?|paid|paying|spends?|spent|spending)\b")
_ASKS = re.compile(
    r"(?i)(?:\bhow much\b|^(?!.*\b(?:say|said|says|about)\b).*\bwhat(?: \w+)? (?:will|would|does|do|did|has|is|was)\b)"
    rf".*{_COST.pattern.removeprefix('(?i)')}"
)
_STANDS_FOR = re.compile(r"(?i)\b(?:it|its|they|this|project|plan|scheme)\b")  # for what the title names
_OWN = re.compile(r"\b[\w-]+['’]s\b(?! (?:costs?|price)\b)")  # what is the bridge's is not the bridge
_RECKONS = re.compile(
    r"(?i)\b(?:reckon\w* with|puts? (?:it|that|the \w+) at|spoke of|speaks of|estimated?s?)"
    r"(?: (?:about|at least|around|some|only|more than|nearly|up to))? $"
)
_RATE = re.compile(
    r"(?i)\b(?:an?|per|each|every) (?:hour|day|week|month|year|head|person|piece)\b|\b(?:annual|year)ly\b"
)
_CHANGES = re.compile(  # by how much, or which part: what is asked may be a share
    r"(?i)\bhow much of\b|\b(?:ris(?:e|es|en|ing)|rose|fall(?:s|en|ing)?|fell|gr[eo]wn?|drop\w*|(?:in|de)crease\w*|"
    r"climb\w*|change\w*)\b"
)
MONEY = frozenset("$ € £ ¥ ₩ dollar euro pound yen franc crown krone ruble rouble yuan won rupee peso".split())


def asks_for_cost(question: str) -> bool:
    """Whether a question asks what something costs."""
    return bool(_ASKS.search(question)) and not _CHANGES.search(question)


def tells_cost(text: str) -> bool:
    """Whether a text speaks of costing or paying."""
    return bool(_COST.search(text))


def reckons(before: str) -> bool:
    """Whether the words before a sum put it against another that was told before it: "… reckons with"."""
    return bool(_RECKONS.search(before))


def like_rates(one: str, other: str) -> bool:
    """Whether both tell of a sum for a time or a head, or neither."""
    return bool(_RATE.search(one)) == bool(_RATE.search(other))


def is_about(question: str, text: str, *, title: str, titled: bool = False) -> bool:
    """Whether a text has half of the words, but for names, that say of what a question asks a sum.

    Those of the title count if a pronoun of the text can stand for them, or in any case if it is `titled`.
    """
    asked = roots(_COST.sub(" ", INNER_NAME.sub(" ", question)))
    own = roots(_OWN.sub(" ", text)) | (roots(title) if titled or _STANDS_FOR.search(text) else set())
    return 2 * len(asked & own) >= len(asked)
