"""Cutting an answer into claims, and checking each against the words it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.figures import swaps_figures
from rag.ingest.sentences import split_sentences
from rag.types import Claim
from rag.words import numbers

_MARKS = re.compile(r"\s*((?:\[\d+\]\s*)+)")
_QUOTED = re.compile(r"[\"“”]([^\"“”]{8,})[\"“”]")


def cut_claims(text: str) -> list[tuple[str, tuple[int, ...]]]:
    """The sentences of an answer without their marks, each with the numbers of its marks.

    Marks after a full stop belong to the sentence that it ends.
    """
    plain, marks = "", []
    at = 0
    for found in _MARKS.finditer(text):
        plain += text[at : found.start()]
        marks.append((len(plain), [int(n) for n in re.findall(r"\d+", found[1])]))
        at = found.end()
        if at < len(text) and text[at] not in ".,;:!?)":
            plain += "\n" if "\n" in found[0] else " "
    plain += text[at:]
    claims = []
    for span in split_sentences(plain):
        cited = [n for place, group in marks for n in group if span.start < place <= span.end]
        claims.append((plain[span.start : span.end], tuple(dict.fromkeys(cited))))
    if len(claims) > 1 and not claims[-1][1] and not re.search(r"[.!?…][\"'”’)]*$", claims[-1][0]):
        claims.pop()  # the reply ran out of tokens in the middle of a sentence
    return [(words, cited) for words, cited in claims if re.search(r"\w", words)]


def bears(claim: str, quotes: Sequence[str]) -> bool:
    """Whether cited words can bear a claim.

    There are some, every number and quotation of the claim is in them, and its numbers count what theirs count.
    """
    if not quotes:
        return False
    given = " ".join(quotes)
    if numbers(claim) - numbers(given) or swaps_figures(claim, given):
        return False
    flat = _flat(given)
    return all(_flat(quoted) in flat for quoted in _QUOTED.findall(claim))


def check(text: str, sources: Sequence[str]) -> tuple[Claim, ...]:
    """The claims of any text, each checked against all the sources together; marks in it are taken for words."""
    spans = split_sentences(text)
    words = [text[span.start : span.end] for span in spans]
    return tuple(
        Claim(w, (), "supported" if bears(w, sources) else "unsupported") for w in words if re.search(r"\w", w)
    )


def _flat(text: str) -> str:
    return " ".join(re.sub(r"[^\w\s]", "", text.lower()).split())
