"""News sense: an answer with who said what, where the articles disagree, and what it counts as asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from rag.answer.conflicts import Disagreement, disagreements
from rag.answer.evidence import Sentence, Sentences
from rag.answer.premise import Correction, denied_premise, false_premise
from rag.answer.speakers import Statement, as_attribution, attribute
from rag.types import Answer, Attribution, Citation, Claim, Conflict, Position, Premise
from store.records import Article, Span


def enrich(answer: Answer, evidence: Sequence[Sentence], *, asked: str, as_of: date, sentences: Sentences) -> Answer:
    """The answer with the attribution of its claims, conflicts, a false premise, the question as understood, its day
    and what came out after it.

    `sentences` gives the spans of an article's sentences by its id. Words that a conflict or a correction needs and
    the answer does not have are quoted with it. A refusal gets the question and the day; it gives way
    to a sentence that denies what the question takes for granted.
    """
    answer = replace(answer, asked=asked, as_of=as_of)
    if answer.status == "refused":
        denied = denied_premise(asked, evidence)
        if denied is None:
            return answer
        answer = _corrected(replace(answer, status="answered", text="", nearby=()), denied)
        return _noted(_with_voices(answer, sentences), as_of)
    for found in disagreements(asked, _cited(answer, evidence), evidence, sentences=sentences):
        answer = _with_conflict(answer, found)
    if wrong := false_premise(asked, evidence):
        answer = _corrected(answer, wrong)
    return _noted(_with_voices(answer, sentences), as_of)


def _noted(answer: Answer, as_of: date) -> Answer:
    """The answer with a remark on what it cites that came out after the day it counts as asked."""
    late = [f"[{c.number}]" for c in answer.citations if c.article.published and c.article.published > as_of]
    return answer.noting(f"{', '.join(late)} came out after {as_of}, the day asked as of.") if late else answer


def _with_voices(answer: Answer, sentences: Sentences) -> Answer:
    """The answer with the attribution of its claims."""
    cited = {citation.number: citation for citation in answer.citations}
    return replace(answer, claims=tuple(_attributed(claim, cited, sentences) for claim in answer.claims))


def _cited(answer: Answer, evidence: Sequence[Sentence]) -> list[Sentence]:
    known = {(s.article.id, s.start): s for s in evidence}
    return [known[c.article.id, c.start] for c in answer.citations if (c.article.id, c.start) in known]


def _with_conflict(answer: Answer, found: Disagreement) -> Answer:
    """The answer with each side cited, the conflict, and a sentence that says so, with words that the text lacks."""
    positions: list[Position] = []
    for side in found.sides:
        answer, number = _citing(answer, side.article, side.sentence, within=Span(side.start, side.end))
        who = as_attribution(side.said or Statement(side.start, side.end, None), side.article)
        positions.append(Position(side.text, number, who, side.article.published))
    if all(p.text in answer.text for p in positions):
        sides = "".join(f" [{number}]" for number in dict.fromkeys(p.citation for p in positions))
    else:
        sides = " " + "; ".join(f"“{p.text}” [{p.citation}]" for p in positions)
    about = f" on {', '.join(found.subject)}" if found.subject else ""
    says = f"Sources differ{about}:" if found.kind == "contradiction" else f"The later article has new figures{about}:"
    conflict = Conflict(found.subject, tuple(positions), found.kind)
    return replace(answer, text=f"{answer.text}\n\n{says}{sides}", conflicts=(*answer.conflicts, conflict))


def _corrected(answer: Answer, wrong: Correction) -> Answer:
    """The answer with the correction in front of everything else, cited."""
    span = Span(wrong.sentence.start, wrong.sentence.end)
    answer, number = _citing(answer, wrong.sentence.article, span, within=span)
    said = f"{wrong.sentence.text} [{number}]"
    rest = [block for block in answer.text.split("\n\n") if block != said]
    text = "\n\n".join((f"The articles say otherwise: {said}", *rest))
    return replace(answer, text=text, premise=Premise(wrong.asked, wrong.sentence.text, number))


def _citing(answer: Answer, article: Article, sentence: Span, *, within: Span) -> tuple[Answer, int]:
    """The answer with the sentence quoted and cited, if no citation holds `within` yet, and the citation's number."""
    for citation in answer.citations:
        if citation.article.id == article.id and citation.start <= within.start and within.end <= citation.end:
            return answer, citation.number
    number = max((c.number for c in answer.citations), default=0) + 1
    quote = article.text[sentence.start : sentence.end]
    return answer.quoting(Citation(number, article, sentence.start, sentence.end, quote)), number


def _attributed(claim: Claim, cited: dict[int, Citation], sentences: Sentences) -> Claim:
    """The claim with the attribution that its citations share; what they do not share stays open."""
    found = [_of_citation(claim.text, cited[n], sentences) for n in claim.citations if n in cited]
    return replace(claim, attribution=_common(found)) if found else claim


def _of_citation(claim: str, citation: Citation, sentences: Sentences) -> Attribution:
    article = citation.article
    return attribute(claim, article, sentences(article.id), citation.start, citation.end)


def _common(found: Sequence[Attribution]) -> Attribution:
    """One attribution if all citations give it; else the speaker and the outlet that all share, if there is one."""
    first = found[0]
    if all(other == first for other in found):
        return first
    speaker = first.speaker if len({a.speaker for a in found}) == 1 else None
    outlet = first.outlet if len({a.outlet for a in found}) == 1 else None
    flags = tuple(flag for flag in first.flags if flag == "opinion" and all(flag in a.flags for a in found))
    return Attribution(speaker, (), outlet, flags)
