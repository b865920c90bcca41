"""Cutting an answer into claims, and checking each against the words it cites."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.facts import Cited
from rag.answer.support import doubt
from rag.ingest.sentences import split_sentences
from rag.ingest.times.mentions import find_dates
from rag.models.reranker import Reranker
from rag.types import Claim
from store.records import Span

_MARKS = re.compile(r"\s*((?:\[\d+\]\s*)+)")
_ITEM = re.compile(r"^\W*\d{1,2}[.)]\W*$")  # the number of a list item, alone
_STATES_NOTHING = re.compile(r"^\W*\d{1,2}[.)]\W*$|:\s*$|^\W*$")


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
    return [(words, cited) for words, cited in claims if re.search(r"\w", words) and (cited or not _ITEM.search(words))]


def check(text: str, sources: Sequence[str], *, reranker: Reranker) -> tuple[Claim, ...]:
    """The claims of any text, each checked against all the sources together; marks in it are taken for words.

    The number of a list item and a lead-in that ends in a colon state nothing, and are left out.
    """
    given = [part for source in sources for part in parts(source)]
    claims = [text[span.start : span.end] for span in claims_in(text)]
    doubts = [(words, doubt(words, given, reranker=reranker)) for words in claims]
    return tuple(Claim(words, (), "unsupported" if why else "supported", doubt=why) for words, why in doubts)


def claims_in(text: str) -> list[Span]:
    """The sentences of a text that state something."""
    return [span for span in split_sentences(text) if not _STATES_NOTHING.search(text[span.start : span.end])]


def parts(source: str) -> list[Cited]:
    """The sentences of a source, to be cited."""
    dates = find_dates(source, published=None)
    return [
        Cited(
            source[span.start : span.end],
            tuple(d for d in dates if d.within(span.start, span.end)),
            whole=source,
        )
        for span in split_sentences(source)
    ]
