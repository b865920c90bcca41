"""Words about time in an article, resolved against its own publication date and never written into its text.

The rules, in the order of what is assumed:
- "Tuesday" is the last one or the next one, as the verb of its sentence says; on a Tuesday it is that day.
- "last" and "next" before a weekday or month mean the nearest one before or after the day of publication.
- A day or month without a year is the nearest one that the verb allows, or lies in a year named earlier in the
  sentence; what names an event of more than half a year ago ("the Sept. 19 agreement") keeps its year open.
- Weeks run from Monday to Sunday; "two years ago" is that year, "two months ago" that month, "three days ago" a day.
- "the next year", "a day earlier" and "that month" count from the time named before them, in that sentence or the one
  before; where there is none they stay unresolved.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

from rag.ingest.sentences import split_sentences
from rag.ingest.times.context import RANK, Context, NoTime, Rule, Unresolved
from rag.ingest.times.periods import Period
from rag.ingest.times.words import PATTERNS, RANGE
from store.records import DateMention, Precision


def find_dates(text: str, *, published: date | None, precision: Precision | None = "day") -> tuple[DateMention, ...]:
    """All mentions of days and longer times in a text, in order, none inside another.

    Where `published` is None, or less exact than the words need, what counts from it stays unresolved.
    """
    found: list[DateMention] = []
    anchor: Period | None = None
    for sentence in split_sentences(text):
        words = text[sentence.start : sentence.end]
        here = list(_in_sentence(words, published=published, precision=precision, anchor=anchor))
        found.extend(replace(m, start=m.start + sentence.start, end=m.end + sentence.start) for m in here)
        if resolved := [_period(m) for m in here if m.first]:
            anchor = resolved[-1]
        elif here:
            anchor = None
    return tuple(found)


def _in_sentence(
    sentence: str, *, published: date | None, precision: Precision | None, anchor: Period | None
) -> Iterator[DateMention]:
    mentions: list[DateMention] = []
    for match, rule in _places(sentence):
        start, end = match.span()
        context = Context(sentence, start, end, published, precision or "day", anchor, _year_named(mentions))
        try:
            period = rule(match, context)
        except (NoTime, ValueError):  # ValueError: 31 June, the year 12025
            continue
        except Unresolved as open_time:
            mentions.append(DateMention(start, end, match[0], None, None, open_time.unit))
        else:
            mentions.append(DateMention(start, end, match[0], period.first, period.last, period.precision))
            anchor = period
    yield from _ranges(sentence, mentions)


def _places(sentence: str) -> list[tuple[re.Match[str], Rule]]:
    """Where the patterns match, the longer of two that overlap, in order."""
    matches = [(match, rule) for pattern, rule in PATTERNS for match in pattern.finditer(sentence)]
    kept: list[tuple[re.Match[str], Rule]] = []
    for match, rule in sorted(matches, key=lambda m: (m[0].start() - m[0].end(), m[0].start())):
        if all(match.end() <= m.start() or match.start() >= m.end() for m, _ in kept):
            kept.append((match, rule))
    return sorted(kept, key=lambda place: place[0].start())


def _ranges(sentence: str, mentions: list[DateMention]) -> Iterator[DateMention]:
    """Two mentions that are the ends of one range ("from Monday to Wednesday") become one mention."""
    at = 0
    while at < len(mentions):
        one = mentions[at]
        other = mentions[at + 1] if at + 1 < len(mentions) else None
        if other and RANGE.fullmatch(f"{sentence[: one.start][-8:]}\0{sentence[one.end : other.start]}"):
            known = one.first and other.last and one.first <= other.last
            yield DateMention(
                one.start,
                other.end,
                sentence[one.start : other.end],
                one.first if known else None,
                other.last if known else None,
                min(one.precision, other.precision, key=RANK.index),
            )
            at += 2
        else:
            yield one
            at += 1


def _year_named(mentions: list[DateMention]) -> int | None:
    """The year that the sentence has named in full so far."""
    years = [m.first.year for m in mentions if m.first and m.precision == "year" and m.words[-4:].isdigit()]
    return years[-1] if years else None


def _period(mention: DateMention) -> Period:
    assert mention.first is not None
    assert mention.last is not None
    return Period(mention.first, mention.last, mention.precision)
