"""News sense: an answer's claims with who said them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from rag.answer.speakers import attribute
from rag.types import Answer, Attribution, Citation, Claim
from store.records import Span

Sentences = Callable[[str], Sequence[Span]]


def enrich(answer: Answer, *, asked: str, as_of: date, sentences: Sentences) -> Answer:
    """The answer with the attribution of each claim, the question as it was understood, and the day it is as of."""
    cited = {citation.number: citation for citation in answer.citations}
    claims = tuple(_attributed(claim, cited, sentences) for claim in answer.claims)
    return replace(answer, claims=claims, asked=asked, as_of=as_of)


def _attributed(claim: Claim, cited: dict[int, Citation], sentences: Sentences) -> Claim:
    """The claim with the attribution that its citations share; what they do not share stays open."""
    found = [_of_citation(claim.text, cited[n], sentences) for n in claim.citations if n in cited]
    return replace(claim, attribution=_common(found)) if found else claim


def _of_citation(claim: str, citation: Citation, sentences: Sentences) -> Attribution:
    article = citation.article
    return attribute(claim, article, sentences(article.id), citation.start, citation.end)


def _common(found: Sequence[Attribution]) -> Attribution:
    """One attribution if all citations give it. Of one outlet with different voices, the outlet; else nothing."""
    first = found[0]
    if all(other == first for other in found):
        return first
    outlets = {a.outlet for a in found}
    speakers = {a.speaker for a in found}
    flags = tuple(flag for flag in first.flags if flag == "opinion" and all(flag in a.flags for a in found))
    return Attribution(
        first.speaker if len(speakers) == 1 else None, (), first.outlet if len(outlets) == 1 else None, flags
    )
