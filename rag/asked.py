"""What a question says of the articles it wants: outlet, time of publication, language, and whether the newest count.

Words that only may mean a filter are left alone or make an outlet's passages count a little more, since leaving the
right article out is worse than searching too many. What is read also lets articles pass that name the outlet or speak
of the time (`rag.search`): most questions name the time of an event, and the articles about it came out later.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from rag.clauses import clauses
from rag.types import DateMention, Filters, Reading

Day = Callable[[str], date | None]

# Words of an outlet's name that people leave away: "Yonhap News Agency" is Yonhap, "BBC News" the BBC.
_GENERIC = "news agency television tv online com newspaper newswire network media".split()
_SAYS = (
    r"(?:say|said|says|report(?:ed|s)?|writ(?:e|es|ten)|wrote|publish(?:ed)?|print(?:ed)?|describe[sd]?|cover(?:ed)?|"
    r"claim(?:ed|s)?|quote[sd]?|tell|told|think|find|found|know|mention(?:ed|s)?)"
)
_PIECES = r"(?:articles?|reports?|reporting|stor(?:y|ies)|coverage|pieces?|editorials?|dispatch(?:es)?)"
# {0} stands for the outlet. Each asks for what the outlet itself brought, not for what somebody did to it.
_BY_OUTLET = (
    (
        rf"\b(?:what|how|why|when|where|who|whom|which)\b.{{0,60}}\b(?:did|does|do|has|had|have) (?:the )?{{0}}"
        rf"(?: \w+ly| also| ever)? {_SAYS}\b"
    ),
    rf"\b{_PIECES} (?:from|by|in|of) (?:the )?{{0}}(?!\w)",
    rf"\b(?:in|from) (?:the )?{{0}}(?:['’]s?)? {_PIECES}\b",
    r"\b(?:only|just) (?:in|from|by) (?:the )?{0}(?!\w)",
    r"\b[Aa]ccording to (?:the )?{0}(?!\w)",
)
LANGUAGES = {
    "english": "en", "german": "de", "french": "fr", "spanish": "es", "italian": "it", "portuguese": "pt",
    "dutch": "nl", "russian": "ru", "ukrainian": "uk", "polish": "pl", "korean": "ko", "japanese": "ja",
    "chinese": "zh", "arabic": "ar", "turkish": "tr", "swedish": "sv", "norwegian": "no", "danish": "da",
}  # fmt: skip
_LANGUAGE = re.compile(
    rf"(?i)\b(?P<one>{'|'.join(LANGUAGES)})-language\b|\b{_PIECES} in (?P<two>{'|'.join(LANGUAGES)})\b"
)
_LATEST = re.compile(r"(?i)\b(?:latest|newest|most recent(?:ly)?|last known|as of (?:now|today))\b")
# Of these only where no year is named: "who currently owned it in 1990" asks for then.
_NOW = re.compile(
    r"(?i)\b(?:current(?:ly)?|recent(?:ly)?|at the moment|right now|(?<!until )(?<!by )now(?=\W*$)|to date|"
    r"up[- ]to[- ]date|so far(?! (?:over|above|below|from|away|apart|off|out|back|behind|ahead|beyond|as|north|south|"
    r"east|west)\b))\b(?!-)"
)
_YEAR = re.compile(r"(?i)\b(?:in|since|during|before|after|until|by|of|from) (?:\w+ )?(?:1\d|20)\d\d\b")
_MAYBE_TIME = re.compile(
    r"(?i)\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\w*days?\b|weekend|week|month|year|decade|tonight|"
    r"today|yesterday|spring|summer|autumn|fall|winter|ago)"
)
_BEFORE = r"before|prior to|ahead of|(?:in|during) the run-?up to"
_LEAD = re.compile(rf"(?i)\b(?P<lead>{_BEFORE}|since|after|following|in|during|over|on|between|from)(?: the)?\s*$")
# Elsewhere these words bound what is told, not when: "who was mayor until 2020", "must be paid by May 3".
_TOLD_UNTIL = re.compile(
    r"(?i)\b(?:(?:say|said|report|reported|happen|happened|published|written|articles|coverage|stories) "
    r"(?=until|till|up to)|(?:had|has|have) (?!to\b)(?:[\w’'.-]+ ){0,3}?(?:said|reported|happened|published|written) "
    r"(?=by))(?P<lead>until|till|up to|by)(?: the)?\s*$"
)
# Days and months written small: "may" and "march" only where they can be no verb.
_SMALL = re.compile(
    r"\b(?:january|february|april|june|july|august|september|october|november|december|"
    r"(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:may|march)(?= (?:19|20)\d\d\b)|(?:in|since) (?:may|march)|"
    r"(?:on|since|before|after) (?:\d\d? (?:may|march)|(?:may|march)(?= \d)))\b"
)
_PART = re.compile(r"(?i)(?P<part>early|mid|late)[ -]")
_BY_ITSELF = re.compile(
    r"(?i)^(?:(?:earlier |late |early )?(?:last|this|the past|this past) |over the |yesterday|today|.* ago$)"
)
_AHEAD = re.compile(r"(?i)^\W*(?:(?:when|what|who|how \w+) )?(?:\w+ ){0,3}?(?:will|is going to|are going to)\b")
_EVENT = re.compile(
    rf"\b(?P<lead>{_BEFORE}|since|after|following) (?:the|its|their|his|her|this|that) "
    r"(?P<event>(?:[\w’'.-]+ ){0,4}?[\w’'.-]*[\w])(?=\s*(?:[?.,;:]|$|\bin\b|\bon\b|\bat\b|\bof\b|\bwith\b|\bbetween\b))"
)
_NO_EVENT = re.compile(r"(?i)\b(?:week|month|year|day|time|end|start|beginning|morning|night|first|last|next|past)s?\b")


@dataclass(frozen=True, slots=True)
class Asked:
    """What was read: the filters, outlets whose passages count a little more, and whether newer ones win ties."""

    readings: tuple[Reading, ...] = ()
    outlets: tuple[str, ...] = ()
    latest: bool = False

    @property
    def times(self) -> tuple[str, ...]:
        """The words for a time of beginning and end, such as "in March"; not those for an event."""
        return tuple(r.words for r in self.readings if r.filters.since and r.filters.until)


def read(question: str, *, as_of: date, outlets: Sequence[str], event: Day) -> Asked:
    """What a question asked on the day `as_of` says of its articles.

    `outlets` are the names that the stored articles go by; `event` gives the day of an event that a question names
    ("the summit"), or None if the articles do not make it plain.
    """
    readings = [*_languages(question), *_times(question, as_of, event)]
    named = named_outlets(question, outlets)
    names = tuple(dict.fromkeys(name for words in named.values() for name in words))
    if sure := _asked_in_a_row(question, list(named)):
        return Asked((*readings, Reading(sure, Filters(sources=names))), (), asks_for_latest(question))
    return Asked(tuple(readings), names, asks_for_latest(question))


def asks_for_latest(question: str) -> bool:
    """Whether it asks for how things stand: then the newer of two near-equals counts."""
    return bool(_LATEST.search(question) or (_NOW.search(question) and not _YEAR.search(question)))


def named_outlets(question: str, outlets: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The outlets that a question names, by its words for them: the longest name at each place, as it is written.

    In a question without capitals case does not count, and only names of one word asked for as such are taken.
    """
    by_name: dict[str, list[str]] = {}
    for outlet in outlets:
        for name in _names(outlet):
            by_name.setdefault(name, []).append(outlet)
    flags = 0 if re.search(r"[^\W\d_a-z]", question) else re.IGNORECASE
    places: list[tuple[int, int, str]] = []
    for name in sorted(by_name, key=lambda n: (-len(n), n)):
        for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", question, flags):
            if all(match.end() <= start or match.start() >= end for start, end, _ in places):
                places.append((*match.span(), name))
    found = {question[start:end]: tuple(by_name[name]) for start, end, name in sorted(places)}
    if not flags or _asked_in_a_row(question, list(found)):
        return found
    return {words: names for words, names in found.items() if _is_asked_for(question, words)}


def outlets_meant(name: str, outlets: Sequence[str]) -> tuple[str, ...]:
    """The outlets that somebody who names one in any case means; the name as it is if it is one of them, or of none."""
    names = {outlet: {n.casefold() for n in _names(outlet)} for outlet in outlets}
    wanted = {n.casefold() for n in _names(name)}
    if max(wanted, key=len) in {max(known, key=len) for known in names.values()}:
        return (name,)
    return tuple(outlet for outlet, known in names.items() if known & wanted) or (name,)


def language_code(name: str) -> str | None:
    """The code of a language that is given by its name or code ("English", "EN", "en-US"); None for what is neither."""
    plain = name.strip().lower()
    code = re.fullmatch(r"([a-z]{2,3})(?:[-_][a-z0-9]{2,4})*", plain)
    return LANGUAGES.get(plain) or (code[1] if code else None)


def _names(outlet: str) -> set[str]:
    """How an outlet may be called: without "The", and without the words that say only that it is one."""
    name = re.sub(r"^(?i:the) ", "", outlet.strip())
    words = name.split()
    while len(words) > 1 and words[-1].lower().strip(".") in _GENERIC:
        words.pop()
    return {name, " ".join(words)}


def _asked_in_a_row(question: str, named: Sequence[str]) -> str:
    """The words that name one outlet, or several in a row ("Reuters and AP"), if what they brought is asked for."""
    row = re.search(r"(?:,? (?:and|or) |, )(?:the )?".join(map(re.escape, named)), question)
    return row[0] if row and row[0] and _is_asked_for(question, row[0]) else ""


def _is_asked_for(question: str, words: str) -> bool:
    return any(re.search("(?i)" + pattern.replace("{0}", re.escape(words)), question) for pattern in _BY_OUTLET)


def _languages(question: str) -> Iterator[Reading]:
    found = _LANGUAGE.search(question)
    if found:
        code = LANGUAGES[(found["one"] or found["two"]).lower()]
        yield Reading(found[0], Filters(language=code))


def _times(question: str, as_of: date, event: Day) -> list[Reading]:
    """The bounds of publication; none if the question names times that do not go together."""
    found = [*_dated(question, as_of), *_events(question, event)]
    since = [r.filters.since for r in found if r.filters.since]
    until = [r.filters.until for r in found if r.filters.until]
    whole = [r for r in found if r.filters.since and r.filters.until]
    if len(found) == 2 and len(whole) == 1 and not clauses(question):
        return _cut(whole[0], next(r for r in found if r not in whole))
    if len(since) > 1 or len(until) > 1 or (since and until and since[0] > until[0]):
        return []
    return found


def _cut(whole: Reading, bound: Reading) -> list[Reading]:
    """A time of beginning and end, cut by a bound ("last month … before the summit"); none if nothing of it is left."""
    first, last = whole.filters.since or date.min, whole.filters.until or date.max
    since, until = bound.filters.since or first, bound.filters.until or last
    if since > last or until < first:
        return []
    return [whole] if since <= first and until >= last else [whole, bound]


def _dated(question: str, as_of: date) -> Iterator[Reading]:
    if not _MAYBE_TIME.search(question) or _AHEAD.search(question):
        return  # what lies ahead is told before it comes
    from rag.ingest.times.mentions import find_dates

    for mention in find_dates(_SMALL.sub(lambda small: small[0].title(), question), published=as_of):
        before, following = question[: mention.start], question[mention.end :]
        lead = _LEAD.search(before) or _TOLD_UNTIL.search(before)
        if mention.first is None or mention.last is None or re.match(r"['’]s?\b|-", following):
            continue  # "the May 3 deal", "last week's vote": the time names the thing
        if mention.first > as_of or re.search(r"(?i)\bas of\s*$", before):
            continue  # told before it comes; and what held "as of June 18" may have been told long before
        if not lead and not _BY_ITSELF.match(mention.words):
            continue
        words = question[lead.start("lead") if lead else mention.start : mention.end]
        if bounds := _bounds(lead["lead"].lower() if lead else "", words, mention, following):
            yield Reading(words, bounds if not bounds.since or bounds.since <= as_of else Filters(since=as_of))


def _bounds(lead: str, words: str, mention: DateMention, following: str) -> Filters | None:
    """The days of publication that a time asks for, by the word that leads to it."""
    first, last = _days(mention)
    if re.fullmatch(_BEFORE, lead):
        return Filters(until=first - timedelta(days=1))
    if lead in ("until", "till", "up to", "by"):
        return Filters(until=last)
    if lead in ("after", "following"):  # what came of "the May 3 vote" is told on that day
        whole = mention.precision == "day" and not words[len(lead) :].lower().startswith(" the ")
        return Filters(since=last + timedelta(days=1) if whole else first)
    if lead == "since" or (lead == "from" and re.match(r" on(?:wards?)?\b", following)):
        return Filters(since=first)
    return None if lead == "from" and first == last else Filters(since=first, until=last)


def _days(mention: DateMention) -> tuple[date, date]:
    """The first and last day of a time; of an "early", "mid" or "late" month about the half that is meant."""
    first, last = mention.first or date.min, mention.last or date.max
    part = _PART.match(mention.words)
    if part is None or mention.precision in ("day", "week"):
        return first, last
    half, quarter = (last - first) // 2, (last - first) // 4
    parts = {"early": (first, first + half), "mid": (first + quarter, last - quarter), "late": (first + half, last)}
    return parts[part["part"].lower()]


def _events(question: str, event: Day) -> Iterator[Reading]:
    for found in _EVENT.finditer(question):
        if _MAYBE_TIME.search(found["event"]) or _NO_EVENT.search(found["event"]):
            continue
        day = event(found["event"])
        if day is not None:
            before = re.fullmatch(_BEFORE, found["lead"])
            bounds = Filters(until=day - timedelta(days=1)) if before else Filters(since=day)
            yield Reading(found[0], bounds)
