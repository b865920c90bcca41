"""Which articles a search keeps to, and what it does when there are few of them, or none."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from rag.asked import Asked, language_code, outlets_meant, read
from rag.errors import FilterError, SettingsError
from rag.types import Filters, Reading, Scope
from rag.words import content_words, words
from store.records import DateMention
from store.truth import Truth

EVENT_CHUNKS = 20  # looked at for the day of an event
EVENT_WORDS = 8  # in front of a day, among which the event must stand: a sentence may name it and another day
FEW = 200  # articles whose chunks are all scored, rather than looked for among the best of all
SOME = 2000  # articles whose chunks are all scored where hardly any is among the best of all


@dataclass(frozen=True, slots=True)
class Keeping:
    """Conditions that were given, and readings of the question for conditions that were not."""

    given: Filters = field(default_factory=Filters)
    readings: tuple[Reading, ...] = ()

    @property
    def filters(self) -> Filters:
        """All conditions in force."""
        merged = self.given
        for reading in self.readings:
            merged = replace(merged, **reading.filters.conditions)
        return merged

    @property
    def steps(self) -> tuple[Keeping, ...]:
        """What to keep to, and then each time where nothing meets it: without the times that were read, without all
        that was read, without anything.
        """
        timeless = tuple(r for r in self.readings if not (r.filters.since or r.filters.until))
        return tuple(dict.fromkeys([self, Keeping(self.given, timeless), Keeping(self.given), Keeping()]))

    def given_up(self, kept: Keeping) -> Filters | None:
        """The conditions that are not in force any more where `kept` are; None if all are."""
        left = self.filters.conditions
        for name in kept.filters.conditions:
            left.pop(name, None)
        return Filters(**left) if left else None

    def scope(self, *, widened: Filters | None = None, left: tuple[str, ...] = ()) -> Scope:
        return Scope(self.filters, self.readings, widened, left)

    def few(self, truth: Truth) -> list[str] | None:
        """The articles that meet all conditions, by id, if they are few; a store of many is not listed to its end."""
        found = truth.matching(self.filters, limit=FEW + 1)
        return found if len(found) <= FEW else None

    def newest(self, truth: Truth) -> list[str]:
        """The articles that meet all conditions, by id; of more than can be looked through those that came last."""
        return truth.matching(self.filters, limit=SOME, newest=True)

    def admitted(self, truth: Truth, article_ids: Collection[str], *, near: Collection[str]) -> set[str]:
        """Those of these articles that pass: what was given holds strictly, what was read as `Reading` says.

        Only those `near`, the best, are looked into for what they speak of.
        """
        kept = set(truth.matching(self.given, among=article_ids))
        for reading in self.readings:
            strict = set(truth.matching(reading.filters, among=kept))
            kept = strict | _speaking(truth, (kept - strict) & set(near), reading)
        return kept


def checked(filters: Filters | None, truth: Truth) -> Filters:
    """The filters that were given, none of them by default, in the words of the store.

    Raises FilterError for those that cannot be meant.
    """
    if not isinstance(filters, Filters | None):
        raise FilterError("the filters are no Filters: write filters=Filters(sources=(NAME,))")
    filters = filters or Filters()
    if isinstance(filters.sources, str) or isinstance(filters.articles, str):
        raise FilterError("the filters name sources and articles as a tuple: write sources=(NAME,)")
    since, until = (as_day(getattr(filters, name), name=name) for name in ("since", "until"))
    if since and until and since > until:
        raise FilterError(f"the filters are empty: since {since} is after until {until}")
    sources = [name for name in filters.sources or () if name and name.strip()]
    outlets = truth.outlets() if sources else []
    return Filters(
        sources=tuple(dict.fromkeys(meant for name in sources for meant in outlets_meant(name, outlets))),
        since=since,
        until=until,
        articles=_stored(tuple(filters.articles or ()), truth),
        language=_language(filters.language),
        read=filters.read,
    )


def as_day(value: str | date | None, *, name: str) -> date | None:
    """A day that was given as one, with a time, or in ISO words. Raises SettingsError, which calls it by its `name`."""
    if isinstance(value, datetime):
        return value.date()
    if value is None or isinstance(value, date):
        return value
    try:
        return datetime.fromisoformat(value).date()
    except (TypeError, ValueError) as error:
        raise SettingsError(f'{name} "{value}" is no date: give the day as YYYY-MM-DD') from error


def _stored(article_ids: tuple[str, ...], truth: Truth) -> tuple[str, ...]:
    known = truth.matching(Filters(articles=article_ids)) if article_ids else ()
    if unknown := set(article_ids) - set(known):
        raise FilterError(f'no article has the id "{min(unknown)}": `clipdesk articles --json` lists the ids')
    return article_ids


def _language(name: str | None) -> str | None:
    if not name or not name.strip():
        return None
    if code := language_code(name):
        return code
    raise FilterError(f'"{name}" is no language that is known: give its code, such as "en"')


def day_of(truth: Truth, event: str) -> date | None:
    """The day of an event, if the articles that name it in one sentence with a day agree on that day."""
    wanted = set(content_words(event))
    found: Counter[date] = Counter()
    hits = [hit.chunk_id for hit in truth.full_text.chunks(event, k=EVENT_CHUNKS)]
    for article in truth.articles_by_id(set(truth.articles_of(hits).values())).values():
        days = [m for m in article.dates if m.precision == "day" and m.first is not None and m.first == m.last]
        for sentence in truth.sentences(article.id) if days else ():
            within = [m for m in days if sentence.start <= m.start < sentence.end]
            leads = {m.first: article.text[sentence.start : m.start].split()[-EVENT_WORDS:] for m in within if m.first}
            found.update(day for day, lead in leads.items() if wanted <= set(words(" ".join(lead))))
    best = found.most_common(2)
    return best[0][0] if best and (len(best) == 1 or best[0][1] >= 2 * best[1][1]) else None


def keep(given: Filters, readings: tuple[Reading, ...]) -> Keeping:
    """What is in force: a condition that was given wins over one that was read."""
    taken = set(given.conditions)
    if taken & {"since", "until"}:
        taken |= {"since", "until"}
    return Keeping(given, tuple(r for r in readings if not taken & r.filters.conditions.keys()))


def wanted(truth: Truth, question: str, filters: Filters, *, as_of: date) -> tuple[Asked, Keeping, tuple[str, ...]]:
    """What a question asks of its articles, what is in force of that and of the filters, and words that count for
    nothing: those for a time of which the filters want none read.
    """
    whole = read(question, as_of=as_of, outlets=truth.outlets(), event=lambda words: day_of(truth, words))
    asked = whole if filters.read else Asked()
    left = () if filters.read or filters.since or filters.until else whole.times
    return asked, keep(filters, asked.readings), left


def _speaking(truth: Truth, article_ids: Collection[str], reading: Reading) -> set[str]:
    """Those of the articles that name the outlet or speak of the time, or leave open what was asked for."""
    asked, found = reading.filters, set()
    for article_id, article in truth.articles_by_id(article_ids).items():
        if asked.sources:
            passes = any(_names(article.text, name) for name in (reading.words, *asked.sources))
        elif asked.language:
            passes = article.language is None
        else:
            passes = article.published is None or reading.words.casefold() in article.text.casefold()
            passes = passes or any(_within(m, asked.since, asked.until) for m in article.dates)
        if passes:
            found.add(article_id)
    return found


def _names(text: str, name: str) -> bool:
    """Whether a text has a name as words of its own: "AP" is not in "capital", nor in "the app"."""
    case = 0 if name.isupper() else re.IGNORECASE
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text, case) is not None


def _within(mention: DateMention, since: date | None, until: date | None) -> bool:
    """Whether words of an article speak of a time between two days; what has one bound only is too vague to tell."""
    if since is None or until is None or mention.first is None or mention.last is None:
        return False
    return mention.first <= until and since <= mention.last and (mention.last - mention.first).days <= 366
