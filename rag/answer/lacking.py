"""The word that a refusal names: no article found has it, and it stands in the question as a thing or as a name."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.signals import Weighed
from rag.types import Passage
from rag.words import stems

# A thing stands behind one of these, or before an auxiliary ("Which zebras are"): "went" of "How many nurses went" does
# neither, and that nobody wrote "went" says nothing of nurses.
_BEFORE_THINGS = (
    r"\b(?:the|an?|any|some|this|these|those|its|his|her|their|my|our|many|much|no|all|both|every|of|on|in|at|for|from|"
    r"with|by|about|between)|['’]s?"
)
_AUXILIARY = r"(?:do|does|did|is|are|was|were|has|have|had|will|would|can|could)\b"


def lacking(question: str, weighed: Sequence[Weighed], passages: Sequence[Passage]) -> str | None:
    """The first word that a weighed sentence leaves unmet, of those that may be named; None if there is none."""
    held = stems(" ".join({p.article.id: p.article.named.replace("-", " ") for p in passages}.values()))
    unmet = (w.word for w in weighed if w.word)
    return next((w for w in unmet if _is_thing(w, question) and not stems(w.replace("-", " ")) & held), None)


def _is_thing(word: str, question: str) -> bool:
    if len(word) < 2 or any(c.isdigit() for c in word):
        return False
    if word[0].isupper():
        return not question.startswith(word)
    this = re.escape(word)
    return bool(re.search(rf"(?i)(?:{_BEFORE_THINGS}) {this}\b|\b{this} {_AUXILIARY}", question))
