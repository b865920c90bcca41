"""Who holds which position: a conflict told with its sides swapped is wrong, though every number in it is right."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evals.gold import Fact
from evals.matching import accepts
from evals.patterns import find_any
from evals.words import normalise, tokenise

CLAUSE = re.compile(r"[.!?;,:]+[\"')\]]*\s+|\s+(?:and|but|while|whereas)\s+|\n")


def rival_of(fact: Fact, facts: Sequence[Fact], text: str) -> str | None:
    """The other side's holder to whom `text` ascribes this position, or None.

    That is so where one clause states the fact, names the holder of another position, and does not name its own.
    """
    if not fact.holder:
        return None
    rivals = [other.holder for other in facts if other.holder and other.holder != fact.holder]
    for clause in CLAUSE.split(normalise(text)):
        tokens = tokenise(clause)
        if find_any(fact.holder, tokens, plural=True) or not accepts(fact.match, clause):
            continue
        for rival in rivals:
            if find_any(rival, tokens, plural=True):
                return rival[0]
    return None
