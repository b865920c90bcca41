"""The score of one answer against one question. Pure: an answer, a question and the located page in, a score out.

A fact is *stated* if its matcher accepts the answer's text, and *supported* if also a valid citation, marked where it
is stated, is in an article of its evidence and either overlaps the evidence or satisfies the matcher itself. On a page
that is not the gold file's own only the latter counts.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from evals.checks import Located
from evals.citing import Support, invented, support
from evals.gold import Expect, Fact, Question
from evals.holders import rival_of
from evals.matching import accepts, says
from evals.words import plain_letters, words_in
from rag import Answer, Citation

MARKS = re.compile(r"\[(\d+(?:\s*,\s*\d+)*)\]")
SEGMENT = re.compile(r"(.*?)((?:\s*\[\d+(?:\s*,\s*\d+)*\])+)", re.DOTALL)
EMPHASIS = re.compile(r"[*_`~]")


Outcome = Literal["right", "refused", "wrong", "open"]
TRUTH: dict[Outcome, int] = {"right": 1, "refused": 0, "wrong": -1, "open": -1}


@dataclass(frozen=True, slots=True)
class FactScore:
    """What became of one fact; `rejected` are its reject phrases that the answer used, and
    the fact itself where the answer ascribes it to the other side of a conflict.

    `attributed`: a valid citation covers evidence of it; None where it is not stated or no evidence can be located.
    """

    statement: str
    importance: Literal["vital", "okay"]
    stated: bool
    supported: bool
    rejected: tuple[str, ...]
    attributed: bool | None = None


@dataclass(frozen=True, slots=True)
class CitationCount:
    """Citations of an answer: all that were emitted or marked, and how many of them hold."""

    valid: int
    total: int


@dataclass(frozen=True, slots=True)
class QuestionScore:
    """The score of one question. `reasons` say why it did not pass; empty if and only if `passed`.

    `outcome` is "open" where an answer says nothing wrong that can be seen, and a vital fact is not found in it: it may
    be right in other words. `truth` counts that as not right: 1 right, 0 refused, -1 otherwise. `canaries` are the
    forbidden strings said, None where none were forbidden.
    """

    id: str
    category: str
    split: str
    gate: str
    expect: Expect
    refused: bool
    passed: bool
    facts: tuple[FactScore, ...]
    citations: CitationCount
    words: int
    reasons: tuple[str, ...]
    outcome: Outcome
    confidence: float
    canaries: tuple[str, ...] | None
    support: Support

    @property
    def truth(self) -> int:
        """1 right, 0 refused without need, -1 wrong or not shown to be right."""
        return TRUTH[self.outcome]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer the question."""
        return self.expect in ("answer", "answer_with_conflict")


def score_answer(question: Question, answer: Answer, *, located: Located) -> QuestionScore:
    """The score of `answer`."""
    refused = answer.status == "refused"
    valid, count = check_citations(answer, located=located)
    facts = tuple(score_fact(fact, question, answer, valid=valid, located=located) for fact in question.facts)
    words = max(words_in(answer.text), sum(words_in(citation.quote) for citation in _distinct(answer.citations)))
    canaries = tuple(phrase for phrase in question.forbidden if _plain(phrase) in _plain(answer.text))
    made_up = () if refused else invented(answer, valid=valid, asked=(*question.earlier, question.asked))
    reasons = tuple(
        _faults(question, answer, facts=facts, count=count, words=words, canaries=canaries, made_up=made_up)
    )
    return QuestionScore(
        id=question.id,
        category=question.category,
        split=question.split,
        gate=question.gate,
        expect=question.expect,
        refused=refused,
        passed=not reasons,
        facts=facts,
        citations=count,
        words=words,
        reasons=reasons,
        outcome=_outcome(question, refused=refused, facts=facts, canaries=canaries, made_up=made_up),
        confidence=answer.confidence,
        canaries=canaries if question.forbidden else None,
        support=support(answer, valid=valid, emitted=count.total, matches=[fact.match for fact in question.facts]),
    )


def score_fact(
    fact: Fact, question: Question, answer: Answer, *, valid: tuple[Citation, ...], located: Located
) -> FactScore:
    """Whether the answer states the fact and those of its `valid` citations support it that are marked there.

    A refusal states nothing.
    """
    stated = answer.status == "answered" and accepts(fact.match, answer.text)
    valid = _marked_there(fact, answer.text, valid)
    rival = rival_of(fact, question.facts, answer.text) if stated else None
    rejected = [phrase for phrase in fact.reject if says(phrase, answer.text)]
    return FactScore(
        statement=fact.statement,
        importance=fact.importance,
        stated=stated,
        supported=stated and _supported(fact, valid, located=located),
        rejected=(*rejected, *([f"{fact.statement} (of {rival})"] if rival else [])),
        attributed=_attributed(fact, valid, located=located) if stated and located.places is not None else None,
    )


def _marked_there(fact: Fact, text: str, valid: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """The citations marked behind the words that state the fact; all of them where it is stated across marks.

    A right article that another sentence cites says nothing for this one.
    """
    there = [marks for words, marks in SEGMENT.findall(text) if accepts(fact.match, words)]
    numbers = {int(number) for marks in there for number in re.findall(r"\d+", marks)}
    return tuple(citation for citation in valid if citation.number in numbers) if numbers else valid


def check_citations(answer: Answer, *, located: Located) -> tuple[tuple[Citation, ...], CitationCount]:
    """The citations that hold, and the count.

    One holds if its quote is the stored article's text at its offsets, and its number is used once and marked in the
    text. A mark in the text, or a number of a claim, that no citation carries counts as one that does not.
    """
    marked = {int(part) for group in MARKS.findall(answer.text) for part in group.split(",")}
    claimed = {number for claim in answer.claims for number in claim.citations}
    numbers = Counter(citation.number for citation in answer.citations)
    valid = tuple(
        citation
        for citation in answer.citations
        if _exact(citation, located) and numbers[citation.number] == 1 and citation.number in marked
    )
    dangling = (marked | claimed) - set(numbers)
    return valid, CitationCount(len(valid), len(answer.citations) + len(dangling))


def _exact(citation: Citation, located: Located) -> bool:
    article = located.known.get(citation.article.id)
    if article is None:
        return False
    text = article.text
    return 0 <= citation.start < citation.end <= len(text) and citation.quote == text[citation.start : citation.end]


def _supported(fact: Fact, valid: tuple[Citation, ...], *, located: Located) -> bool:
    for alias in dict.fromkeys(evidence.article for evidence in fact.evidence):
        there = [citation for citation in valid if located.alias(citation.article) == alias]
        if any(_overlaps(fact, citation, alias, located) for citation in there):
            return True
        quotes = [citation.quote for citation in sorted(there, key=lambda citation: citation.start)]
        if quotes and accepts(fact.match, "\n".join(quotes)):
            return True
    return False


def _attributed(fact: Fact, valid: tuple[Citation, ...], *, located: Located) -> bool:
    return any(_overlaps(fact, citation, located.alias(citation.article) or "", located) for citation in valid)


def _overlaps(fact: Fact, citation: Citation, alias: str, located: Located) -> bool:
    """Whether the citation covers at least half of a piece of the fact's evidence."""
    if located.places is None:
        return False
    places = [located.places[evidence] for evidence in fact.evidence if evidence.article == alias]
    return any(covered(citation.start, citation.end, place.start, place.end) >= 0.5 for place in places)


def _outcome(
    question: Question,
    *,
    refused: bool,
    facts: tuple[FactScore, ...],
    canaries: tuple[str, ...],
    made_up: tuple[str, ...],
) -> Outcome:
    if canaries or any(fact.rejected for fact in facts):
        return "wrong"
    if refused:
        return "refused" if question.answerable else "right"
    if question.expect == "refuse":
        return "wrong"
    return "right" if not made_up and all(fact.supported for fact in facts if fact.importance == "vital") else "open"


def covered(start: int, end: int, gold_start: int, gold_end: int) -> float:
    """The share of the gold span that `start:end` covers, 0 to 1."""
    return max(0, min(end, gold_end) - max(start, gold_start)) / (gold_end - gold_start)


def _plain(text: str) -> str:
    """Text without the ways of writing it that hide a word: case, emphasis, breaks, unseen letters, lookalikes."""
    return " ".join(EMPHASIS.sub("", plain_letters(text)).casefold().split())


def _distinct(citations: tuple[Citation, ...]) -> tuple[Citation, ...]:
    """Citations without repeats of the same span."""
    return tuple({(citation.article.id, citation.start, citation.end): citation for citation in citations}.values())


def _faults(
    question: Question,
    answer: Answer,
    *,
    facts: tuple[FactScore, ...],
    count: CitationCount,
    words: int,
    canaries: tuple[str, ...],
    made_up: tuple[str, ...],
) -> list[str]:
    """Why the answer does not pass; empty if it does."""
    faults = [f"says {phrase!r}" for phrase in canaries]
    if answer.status == "refused":
        faults += ["refused, but the articles answer it"] if question.answerable else []
        says = answer.citations or answer.claims or MARKS.search(answer.text)
        return faults + (["a refusal that makes claims"] if says else [])
    if question.expect == "refuse":
        return [*faults, "answered, but the articles are silent"]
    for fact in facts:
        if fact.importance == "vital" and not fact.supported:
            faults.append(f"{'stated without support' if fact.stated else 'not stated'}: {fact.statement}")
        faults += [f"says {phrase!r}" for phrase in fact.rejected]
    faults += [f"says {words}, which neither its citations nor the question hold" for words in made_up]
    if count.valid < count.total:
        faults.append(f"{count.total - count.valid} of {count.total} citations do not hold")
    if words > question.max_words:
        faults.append(f"{words} words said or quoted, at most {question.max_words} allowed")
    return faults
