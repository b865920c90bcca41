"""Sentences that speak of another time than a question asks for: "in 2023" is not answered by what 2024 brought."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from rag.answer.evidence import Sentence
from rag.types import Filters, Scope
from store.records import DateMention

_NEWS = timedelta(days=10)  # before publication: such days may be those of the report, not of what it reports


def times_asked(scope: Scope, given: Filters) -> tuple[Filters, ...]:
    """The times that were read from the question, also where no article is of that time; not the filters `given`."""
    read = tuple(reading.filters for reading in scope.read)
    return read if scope.widened is None or given.since or given.until else (*read, scope.widened)


def other_time(sentence: Sentence, times: Sequence[Filters]) -> str | None:
    """The sentence's words for a time, if it names times and each lies outside one of the `times` asked for; else None.

    Days just before the article came out count for nothing: "the court heard on Tuesday" may be about any year. Nor
    does a time without beginning or end.
    """
    told = [m for m in sentence.article.dates if m.within(sentence.start, sentence.end)]
    for time in times:
        since, until = time.since, time.until
        if since and until and told and all(_outside(m, since, until, sentence.article.published) for m in told):
            return told[0].words
    return None


def _outside(told: DateMention, since: date, until: date, published: date | None) -> bool:
    """Whether it is known to lie outside, and is not just before the article came out."""
    if told.first is None or told.last is None or (published and abs(told.first - published) <= _NEWS):
        return False
    return told.last < since or until < told.first
