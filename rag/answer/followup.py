"""Questions that lean on the conversation before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Turn
from rag.words import INNER_NAME, content_words

_OPENS = re.compile(r"(?i)^\W*(?:and|but|so|or|what about|how about|why not)\b")
_STANDS_FOR = re.compile(
    r"(?i)\b(?:it|its|he|him|his|she|hers?|they|them|their|there|then)\b"
    r"|\b(?:that|this|these|those|the (?:other|same|first|second|latter|former))(?: ones?)?"
    r"(?=\W*$| (?:is|was|were|are|did|do)\b)"
)
_ENOUGH = 4  # words of its own with which a question stands alone, pronoun or not


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it can be searched for: one that leans on the last turn is put behind that turn's question.

    It leans if it opens like a continuation, or if a pronoun stands in it where its own names could: a question with
    names or enough words of its own is left alone, since the turn before it would only lead astray.
    """
    if not history:
        return question
    own = INNER_NAME.search(question) or len(set(content_words(question))) >= _ENOUGH
    if _OPENS.search(question) or (_STANDS_FOR.search(question) and not own):
        return f"{history[-1].question} {question}"
    return question
