"""Sentences that speak of another time than a question asks for: "in 2023" is not answered by what 2024 brought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.answer.evidence import Sentence
from rag.types import Filters, Reading, Scope
from store.records import Article, DateMention

NEAREST = 3  # sentences, one of which may tell the time in other words
_NEWS = timedelta(days=10)  # in which what happened is still reported
_SAID = re.compile(r"(?i)\b(?:said|told|wrote|estimated|testified)(?: [a-z]+){0,3}? ?$")
_SAID_BEHIND = re.compile(r"(?i)^,?(?: \S+){1,5}? (?:said|told|wrote|estimated|testified)\b")
# what a sentence compares with, or counts from: "up from 3.6 billion in 2023", "mayor since 2019"
_BACKGROUND = re.compile(
    r"(?i)\b(?:since|by|until|till|before|after|(?:from|than|against|compared with|compared to)(?: \S+){0,4}? in) *$"
)
_LEAD = re.compile(r"(?i)^(?:in|during|over|on|between|from)(?: the)? ")
_NAMED = re.compile(r"(?i)\b(?:the|that|this|an?|its|his|her|their) *$")


def times_asked(scope: Scope, given: Filters) -> tuple[Filters, ...]:
    """The times that were read from the question, also where no article is of that time; not the filters `given`."""
    read = tuple(reading.filters for reading in scope.read)
    return read if scope.widened is None or given.since or given.until else (*read, scope.widened)


def without(question: str, words: Sequence[str]) -> str:
    """The question without words for a time, that of "In March 2024, who won?" with its comma."""
    for one in words:
        spaced = r"\s+".join(map(re.escape, one.split()))
        question = re.sub(rf"\s*(?<!\w){spaced}(?!\w),?", "", question, count=1)
    return question.strip()


def told_otherwise(scope: Scope, evidence: Sequence[Sentence]) -> tuple[str, ...]:
    """Words for a time that was read from the question, if the best sentences tell it in words of their own.

    "In March 2024" is not in an article that says "last March", but the sentence speaks of it (`other_time`).
    """
    return tuple(r.words for r in scope.read if _is_told_otherwise(r, evidence[:NEAREST]))


def _is_told_otherwise(reading: Reading, evidence: Sequence[Sentence]) -> bool:
    since, until = reading.filters.since, reading.filters.until
    bare = _LEAD.sub("", reading.words).lower()
    if not (since and until) or any(bare in s.text.lower() for s in evidence):
        return False
    named = (m for s in evidence for m in _times_in(s))
    return any(m.first and m.last and since <= m.first and m.last <= until for m in named)


def other_time(sentence: Sentence, times: Sequence[Filters]) -> str | None:
    """The sentence's words for a time, if it names times and each lies outside one of the `times` asked for; else None.

    An article that came out at the time asked for reports it, whatever other times it names. Times of saying ("the army
    said in March"), of comparing and of naming ("the 2019 accident") are no time of what a sentence tells. Nor does a
    time asked for without beginning or end count.
    """
    named = _times_in(sentence)
    told = [m for m in named if not _is_aside(m, sentence)]
    for time in times:
        since, until = time.since, time.until
        if not (since and until and told) or _reports(sentence.article, since, until):
            continue
        if all(_outside(m, since, until) for m in named if m in told or m.first):
            return told[0].words
    return None


def _times_in(sentence: Sentence) -> list[DateMention]:
    return [m for m in sentence.article.dates if m.within(sentence.start, sentence.end)]


def _reports(article: Article, since: date, until: date) -> bool:
    return article.published is not None and since <= article.published <= until + _NEWS


def _outside(told: DateMention, since: date, until: date) -> bool:
    return told.first is not None and told.last is not None and (told.last < since or until < told.first)


def _is_aside(told: DateMention, sentence: Sentence) -> bool:
    """A time of saying, of comparing or of naming."""
    text = sentence.article.text
    before, behind = text[sentence.start : told.start], text[told.end : sentence.end]
    if _SAID.search(before) or _SAID_BEHIND.search(behind) or _BACKGROUND.search(before):
        return True
    return bool(_NAMED.search(before) and re.match(r" [a-z]", behind))
