"""From "3 days ago" or "June 18, 2025" on a saved page to a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from rag.ingest.boilerplate import is_noise, is_sentence
from store.records import Precision

# English, German, French, Spanish, Italian, Portuguese and Dutch, as far as dateparser reads them.
LANGUAGES = ["en", "de", "fr", "es", "it", "pt", "nl"]
_MONTH = (
    r"(?:jan|jän|ene|gen|feb|fe[vb]|fév|mar|mär|mrt|maart|apr|avr|abr|may|mai|mag|mei|jun|jui|giu|jul|lug|aug|aoû|ago|"
    r"sep|set|oct|okt|ott|out|nov|dec|dez|déc|dic)[^\W\d_]*\.?"
)
_UNITS = {
    "second": "sec(?:ond)?s?|sekunden?|secondes?|segundos?|secondi",
    "minute": "min(?:ute)?s?|minuten?|minutos?|minut[oi]",
    "hour": "hours?|hrs?|h|stunden?|heures?|horas?|or[ae]|uur",
    "day": "days?|d|tag(?:en)?|jours?|d[íi]as?|giorn[oi]|dag(?:en)?",
    "week": "weeks?|wks?|w|wochen?|semaines?|semanas?|settiman[ae]|we[e]?k(?:en)?",
    "month": "months?|mos?|monat(?:en)?|mois|mes(?:es)?|mês|mes[ei]|maand(?:en)?",
    "year": "years?|yrs?|y|jahr(?:en)?|ans?|a[ñn]os?|ann[oi]|jaar",
}
_UNIT = "|".join(_UNITS.values())
_LIMITS = {"second": 59, "minute": 59, "hour": 24, "day": 31, "week": 9, "month": 12, "year": 30}  # of a plausible age
_ONE = r"an?|one|eine[mrn]?|une?|uma?|uno?|una|een"
_BEFORE = r"(?:vor|il\s+y\s+a|hace|há)\s+"  # where "ago" comes first
_AGE = (
    rf"(?:{_BEFORE}(?:\d+|{_ONE})\s+(?:{_UNIT})|(?:\d+\+?|{_ONE}|a\s+few)\s*(?:{_UNIT})\s+(?:ago|fa|atrás|geleden))\b"
)
_SHORT_AGE = r"(?-i:\d{1,2}\s?(?:h|d|hrs?)(?!\w))"  # a part of its own: "BBC News · 2h"
_DAY = (
    rf"(?:{_MONTH}\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s+\d{{4}}|"
    rf"\d{{1,2}}(?:st|nd|rd|th|er|º|ª|\.)?[\s-]+(?:de\s+|of\s+)?{_MONTH},?[\s-]+(?:de\s+)?\d{{4}}|"
    r"\d{4}(?P<a>[-/.])\d{1,2}(?P=a)\d{1,2}|\d{1,2}(?P<b>[/.])\d{1,2}(?P=b)\d{4})(?!\d)"
)
_CLOCK = (
    r"\d{1,2}(?:[:.]\d{2}(?:[:.]\d{2}(?:\.\d+)?)?\s*(?:[ap]\.?m\.?)?|\s*[ap]\.?m\.?)"
    r"(?:\s*(?:uhr|Z|\(?[A-Z]{2,4}\)?|[+-]\d{2}:?\d{2}))?"
)
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs?)?|fri|sat(?:ur)?|sun)(?:day)?\b\.?"
_LABEL = (
    r"(?:first\s+|last\s+)?(?:published|posted|released|created|issued|date[d:]?|updated?|modified|publié|publicado|"
    r"pubblicato|veröffentlicht|gepubliceerd|aktualisiert|actualizado|aggiornato|mis\s+à\s+jour)\b"
    r"(?:\s*(?:on|at|le|el|il|am|em|op|:)(?=[\s\d]|$))*"
)
_STAMP = re.compile(
    rf"""(?ix) ^\W* (?P<label>{_LABEL})? [\s:]* (?P<source>.{{0,60}}?) \s*(?-i:time)? [\s,]*
    (?:(?:at\s+)?{_CLOCK},?\s+(?:on\s+)?)? (?:{_WEEKDAY},?\s+(?:the\s+)?)? (?:about|over|almost|nearly)?\s*
    (?P<when>{_AGE}|{_DAY}|(?:(?<=^)|(?<=:\s))(?:yesterday|today|just\ now|{_SHORT_AGE}))
    (?:[T,\s]*(?:at\s+|um\s+|à\s+)?{_CLOCK})? (?:\s+by\s+.{{1,60}})? \W*$"""
)
_SEPARATOR = re.compile(
    r"(?i)\s*[•·|▪●]\s*|\s+(?:/|[–—-]+|\(updated\))\s+|(?<!first)(?<!last)\s+(?=(?:(?:first|last)\s+)?(?:published|updated|modified)\b)"
)
_ONLY_CLOCK = re.compile(rf"(?i)(?:at\s+)?{_CLOCK}|{_WEEKDAY}")
_LEADS_ON = re.compile(r"\b(?:on|in|of|since|by|until|from|to|for|before|after|the|and|than)\s*$")
_BYLINE = re.compile(r"(?i)(?:reported |written |story )?by\s")
_SECTION = re.compile(
    r"(?i)(?:world|politics|business|sports?|tech(?:nology)?|opinion|analysis|news|local|national|international|live|"
    r"entertainment|health|science|culture|lifestyle|weather|videos?|breaking(?: news)?|exclusive|reply|edited|time|"
    r"on|at|date)$"
)


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line that dates a story: "Korea Herald3 days ago" is source "Korea Herald", when "3 days ago"."""

    source: str | None
    when: str
    updated: bool


def read_stamp(line: str, *, outlets: tuple[str, ...] = ()) -> Stamp | None:
    """The stamp in a line that is nothing else, or None.

    `outlets` are names that may stand at its beginning: "France 24 days ago" is of "France 2" if that is one of them.
    """
    if len(line) > 120 or not re.search(r"\d|(?i:ago|yesterday|today|just now|a\s)", line):
        return None
    named = next((n for n in outlets if line.startswith(n) and line != n), "")
    parts = [p for p in _SEPARATOR.split(line[len(named) :].strip()) if p and p.strip(" ,")]
    found = [(n, m) for n, part in enumerate(parts) if (m := _STAMP.match(part))]
    if not found:
        return None
    match = next((m for _, m in found if not _is_update(m)), found[0][1])
    if not match["label"] and is_sentence(line):
        return None  # "The talks began 2 days ago." is a sentence of a story
    glued, when = _parted(match)
    if _LEADS_ON.search(glued) and not match["label"]:
        return None  # "What was agreed on June 18, 2025" is a heading
    others = [p for n, p in enumerate(parts) if n not in {n for n, _ in found}]
    names = [n for n in (_name(glued) if not match["label"] else "", *map(_name, others)) if n]
    if any(len(name.split()) > 6 for name in names):
        return None
    return Stamp(named or (names[0] if names else None), when, _is_update(match))


def _is_update(match: re.Match[str]) -> bool:
    return bool(re.match(r"(?i)last|updat|modif|aktual|actual|aggior|mis", match["label"] or ""))


def _parted(match: re.Match[str]) -> tuple[str, str]:
    """The outlet and the age of "France 243 days ago": no page counts as far as 243 days, and "1" alone is singular."""
    source, when = match["source"], match["when"]
    number = re.match(r"\d+", when)
    if not source or not number or re.fullmatch(_DAY, when, re.IGNORECASE):
        return source, when
    rest = when[number.end() :]
    singular = bool(re.match(r"(?i)\s*(?:second|minute|hour|day|week|month|year)\s", rest))
    limit = 1 if singular else _LIMITS[_unit(when)]
    for cut in range(len(number[0])):
        if number[0][cut] != "0" and int(number[0][cut:]) <= limit:
            gap = match.string[match.end("source") : match.start("when")] if cut else ""
            return source + gap + number[0][:cut], number[0][cut:] + rest
    return source, when


def _name(part: str) -> str:
    """What may be an outlet; "" for a byline, a time of day, a section, a reading time."""
    if re.search(r"[:\[]\s*$", part):
        return ""  # a label, whose value was parted from it
    name = part.strip(" •·|,–—-:")
    if name == "TIME":
        return name
    odd = _ONLY_CLOCK.fullmatch(name) or _BYLINE.match(name) or _SECTION.match(name) or is_noise(name)
    return "" if odd or not re.search(r"[^\W\d_]", name) else name


def is_age(when: str) -> bool:
    """Whether words count back from the day of capture."""
    return not re.fullmatch(_DAY, when, re.IGNORECASE)


def precision_of(when: str) -> Precision:
    """How exactly words name a day: "2 weeks ago" is a week."""
    unit = _unit(when) if is_age(when) else "day"
    known: dict[str, Precision] = {"week": "week", "month": "month", "year": "year"}
    return known.get(unit, "day")


def resolve(when: str, *, captured: date | None) -> date | None:
    """The day that `when` names; an age counts back from the day of capture and without one gives None.

    Ages in hours or less give the day of capture itself; weeks, months and years are counted in whole ones. "6/7/2025"
    may be of June or of July and gives None, as do "30+ days ago" and "a few days ago".
    """
    import dateparser

    if not is_age(when):
        if re.fullmatch(r"[\d/.-]+", when):
            return numeric(when)
        plain = re.sub(r"(?<=\d)(?:st|nd|rd|th|er|º|ª)\b|\bof\b", "", when)
        found = dateparser.parse(plain, languages=LANGUAGES)
        return found.date() if found else None
    if captured is None or re.search(r"\+|(?i:a\s+few)", when):
        return None
    if re.search(r"(?i)just|today", when) or _unit(when) in ("second", "minute", "hour"):
        return captured
    base = datetime.combine(captured, time(12))
    settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
    found = dateparser.parse(_spelled(when), languages=LANGUAGES, settings=settings)
    return found.date() if found else None


def numeric(text: str) -> date | None:
    """A date in numbers; with dots the day comes first, with strokes it must be clear which number it is."""
    found = re.fullmatch(r"(\d+)([-/.])(\d+)\2(\d+)", text)
    if not found:
        return None
    a, b, c = int(found[1]), int(found[3]), int(found[4])
    try:
        if a > 31:
            return date(a, b, c)
        if found[2] == "." or a > 12 or a == b:
            return date(c, b, a)
        return date(c, a, b) if b > 12 else None
    except ValueError:
        return None


def _unit(when: str) -> str:
    """The unit of an age, by its English name; "day" for "yesterday"."""
    found = re.search(rf"(?i)(?:\d\+?|\s)\s*({_UNIT})(?:\s|$)", when)
    return next(
        (unit for unit, words in _UNITS.items() if found and re.fullmatch(words, found[1], re.IGNORECASE)), "day"
    )


def _spelled(when: str) -> str:
    """ "3w ago" as dateparser reads it."""
    short = re.fullmatch(r"(\d+)\s?(d|w|wks?|mos?|y)(?:\s+ago)?", when, re.IGNORECASE)
    return f"{short[1]} {_unit(when)}s ago" if short else when
