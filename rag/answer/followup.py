"""Questions that lean on the conversation before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.types import Turn
from rag.words import INNER_NAME, STOP_WORDS, content_words

_OPENS = re.compile(r"(?i)^\W*(?:and|but|so|or|what about|how about|why not)\b")
_ASKS = re.compile(r"(?i)\W*(?:who|whom|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|will)\b")
_STANDS_FOR = re.compile(
    r"(?i)\b(?:it|its|he|him|his|she|hers?|they|them|their|there|then)\b"
    r"|\b(?:that|this|these|those|the (?:other|same|first|second|latter|former))(?: ones?)?"
    r"(?=\W*$| (?:is|was|were|are|did|do)\b)"
)
_YOU_SAID = re.compile(r"(?i),? (?:did you say|do you mean|you (?:said|mentioned))(?=\W*$)")
_WHOLE = 3  # words, a name among them, with which a question behind "and" asks for something of its own
_ENOUGH = 4  # words of its own with which a question stands alone, pronoun or not


def unsaid(question: str) -> str:
    """The question without "did you say" at its end, which asks for no saying of the articles."""
    left = _YOU_SAID.sub("", question)
    return left if STOP_WORDS.isdisjoint(content_words(left)) else question


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it can be searched for: one that leans on the last turn is put behind that turn's question.

    It leans if it opens like a continuation and asks nothing whole of its own ("So who won the vote in Varn?"), or if a
    pronoun stands in it where its own names could: a question with names or enough words of its own is left alone,
    since the turn before it would only lead astray.
    """
    if not history:
        return question
    opened, leans = _OPENS.search(question), _STANDS_FOR.search(question)
    behind = question[opened.end() :] if opened else question
    asks = _ASKS.match(behind) and not _OPENS.search(behind)  # "But what about Storm Ilse?" asks nothing whole
    whole = asks and not leans and INNER_NAME.search(behind) and len(set(content_words(behind))) >= _WHOLE
    own = INNER_NAME.search(question) or len(set(content_words(question))) >= _ENOUGH
    if (opened and not whole) or (leans and not own):
        return f"{history[-1].question} {question}"
    return question
