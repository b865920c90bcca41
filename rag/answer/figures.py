"""What a number counts: "5,000 sappers" is not borne by "5,000 workers and 1,000 sappers"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.words import STOP_WORDS

_TOKEN = re.compile(r"\d[\d,]*(?:\.\d+)?|[^\W\d_]+(?:[-'’][^\W\d_]+)*")
_REACH = 4  # words after a number that may name what it counts


def swaps_figures(claim: str, quote: str) -> bool:
    """Whether a number of the claim counts something that the quote counts with another number."""
    counted = list(_counted(quote))
    for number, things in _counted(claim):
        same = set().union(*(words for n, words in counted if n == number))
        other = set().union(*(words for n, words in counted if n != number))
        if things and not things & same and things & other:
            return True
    return False


def _counted(text: str) -> Iterator[tuple[str, set[str]]]:
    """Each number in digits with the stems of the words that follow it, up to the next number."""
    tokens = _TOKEN.findall(text)
    for at, token in enumerate(tokens):
        if token[0].isdigit():
            words: list[str] = []
            for word in tokens[at + 1 :]:
                if word[0].isdigit() or len(words) == _REACH:
                    break
                if word.lower() not in STOP_WORDS:
                    words.append(_stem(word.lower()))
            yield token.replace(",", "").rstrip("."), set(words)


def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word
