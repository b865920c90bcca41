"""Sentences that speak of another time than a question asks for: "in 2023" is not answered by what 2024 brought."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta

from rag.answer.evidence import Sentence
from rag.types import Filters, Scope
from store.records import DateMention

_NEWS = timedelta(days=10)  # before publication: such days may be those of the report, not of what it reports
_SAID = re.compile(
    r"(?i)\b(?:said|told|reported|announced|wrote|estimated|disclosed|revealed|confirmed|testified|counted)"
    r"(?: \w+){0,3}?(?: (?:in|on|at|back|late|early))* ?$"
)


def times_asked(scope: Scope, given: Filters) -> tuple[Filters, ...]:
    """The times that were read from the question, also where no article is of that time; not the filters `given`."""
    read = tuple(reading.filters for reading in scope.read)
    return read if scope.widened is None or given.since or given.until else (*read, scope.widened)


def other_time(sentence: Sentence, times: Sequence[Filters]) -> str | None:
    """The sentence's words for a time, if it names times and each lies outside one of the `times` asked for; else None.

    Days just before the article came out count for nothing, nor do times of saying: "the court heard on Tuesday" and
    "the army said in March" may be about any year. Nor does a time asked for without beginning or end.
    """
    told = [m for m in sentence.article.dates if m.within(sentence.start, sentence.end)]
    for time in times:
        since, until = time.since, time.until
        if since and until and told and all(_outside(m, since, until, sentence) for m in told):
            return told[0].words
    return None


def _outside(told: DateMention, since: date, until: date, sentence: Sentence) -> bool:
    """Whether it is known to lie outside, and is plainly not the time of the report."""
    article = sentence.article
    if told.first is None or told.last is None or _SAID.search(article.text[sentence.start : told.start]):
        return False
    if article.published and abs(told.first - article.published) <= _NEWS:
        return False
    return told.last < since or until < told.first
