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

from rag.types import Filters, Reading

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
_LATEST = re.compile(
    r"(?i)\b(?:latest|newest|most recent(?:ly)?|currently|at the moment|right now|as of (?:now|today))\b"
)
_MAYBE_TIME = re.compile(
    r"(?i)\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|\w+day\b|weekend|week|month|year|decade|tonight|"
    r"today|yesterday|spring|summer|autumn|fall|winter|ago)"
)
_LEAD = re.compile(
    r"(?i)\b(?P<lead>since|before|prior to|ahead of|after|following|in|during|over|on|between|from)(?: the)?\s*$"
)
_BY_ITSELF = re.compile(
    r"(?i)^(?:(?:earlier |late |early )?(?:last|this|the past|this past) |over the |yesterday|today|.* ago$)"
)
_AHEAD = re.compile(r"(?i)^\W*(?:(?:when|what|who|how \w+) )?(?:\w+ ){0,3}?(?:will|is going to|are going to)\b")
_EVENT = re.compile(
    r"\b(?P<lead>since|before|after|ahead of|prior to|following) (?:the|its|their|his|her|this|that) "
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
    sure = [words for words in named if _is_asked_for(question, words)]
    if len(named) == 1 and sure:
        readings.append(Reading(sure[0], Filters(sources=named[sure[0]])))
        named = {}
    weighed = tuple(dict.fromkeys(name for names in named.values() for name in names))
    return Asked(tuple(readings), weighed, asks_for_latest(question))


def asks_for_latest(question: str) -> bool:
    """Whether it asks for how things stand: then the newer of two near-equals counts."""
    return bool(_LATEST.search(question))


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
    return found if not flags else {words: names for words, names in found.items() if _is_asked_for(question, words)}


def _names(outlet: str) -> set[str]:
    """How an outlet may be called: without "The", and without the words that say only that it is one."""
    name = re.sub(r"^(?i:the) ", "", outlet.strip())
    words = name.split()
    while len(words) > 1 and words[-1].lower().strip(".") in _GENERIC:
        words.pop()
    return {name, " ".join(words)}


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
    since = [r for r in found if r.filters.since]
    until = [r for r in found if r.filters.until]
    if len(since) > 1 or len(until) > 1:
        return []
    if since and until and since[0].filters.since and until[0].filters.until:
        return found if since[0].filters.since <= until[0].filters.until else []
    return found


def _dated(question: str, as_of: date) -> Iterator[Reading]:
    if not _MAYBE_TIME.search(question) or _AHEAD.search(question):
        return  # what lies ahead is told before it comes
    from rag.ingest.times.mentions import find_dates

    for mention in find_dates(question, published=as_of):
        lead = _LEAD.search(question[: mention.start])
        which = lead["lead"].lower() if lead else "" if _BY_ITSELF.match(mention.words) else None
        following = question[mention.end :]
        if which is None or mention.first is None or mention.last is None or re.match(r"['’]s?\b|-", following):
            continue  # "the May 3 deal", "last week's vote": the time names the thing
        if mention.first > as_of or re.search(r"(?i)\bas of\s*$", question[: mention.start]):
            continue  # told before it comes; and what held "as of June 18" may have been told long before
        words = f"{lead[0].strip()} {mention.words}" if lead else mention.words
        if which in ("before", "prior to", "ahead of"):
            yield Reading(words, Filters(until=mention.first - timedelta(days=1)))
        elif which in ("since", "after", "following") or (which == "from" and re.match(r" on(?:wards?)?\b", following)):
            yield Reading(words, Filters(since=mention.first))
        elif which != "from" or mention.first != mention.last:
            yield Reading(words, Filters(since=mention.first, until=mention.last))


def _events(question: str, event: Day) -> Iterator[Reading]:
    for found in _EVENT.finditer(question):
        if _MAYBE_TIME.search(found["event"]) or _NO_EVENT.search(found["event"]):
            continue
        day = event(found["event"])
        if day is not None:
            before = found["lead"] in ("before", "ahead of", "prior to")
            bounds = Filters(until=day - timedelta(days=1)) if before else Filters(since=day)
            yield Reading(found[0], bounds)
