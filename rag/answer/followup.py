"""Questions that lean on the conversation before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Turn

_LEANS = re.compile(
    r"(?i)^\W*(?:and|but|so|what about|how about|why not|or)\b|"
    r"\b(?:it|its|he|him|his|she|hers?|they|them|their|that|those|this|these|there|then|one|"
    r"the (?:other|same|first|second|latter|former))\b"
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it can be searched for: one that leans on the last turn is put behind that turn's question."""
    if history and _LEANS.search(question):
        return f"{history[-1].question} {question}"
    return question
