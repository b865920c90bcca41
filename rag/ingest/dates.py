"""From "3 days ago" or "June 18, 2025" on a saved page to a date."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time

from rag.ingest.boilerplate import is_sentence

_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*\.?"
_AGE = r"(?:\d+|an?|one)\s*(?:seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|months?|years?|yrs?|[hd])\s+ago"
_DAY = rf"(?:{_MONTH}\s+\d{{1,2}},?\s+\d{{4}}|\d{{1,2}}\s+{_MONTH},?\s+\d{{4}}|\d{{4}}-\d{{2}}-\d{{2}})"
_CLOCK = (
    r"(?:[T,]?\s*(?:at\s+)?\d{1,2}[:.]\d{2}(?:[:.]\d{2})?\s*(?:[ap]\.?m\.?)?\s*(?:Z|[A-Z]{2,4}|[+-]\d{2}:?\d{2})?)?"
)
_STAMP = re.compile(
    rf"""(?ix) ^[\s•·*|–—-]*
    (?P<label>published|posted|updated|last\ updated|modified)?(?:\ on)?[:\s]*
    (?P<source>.{{0,60}}?)[\s•·|,–—-]*(?:time)?
    (?:(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?,?\s+)?
    (?P<when>{_AGE}|{_DAY}|(?<![^\s•·|]\ )(?:yesterday|today|just\ now)){_CLOCK}\W*$"""
)
_WEEKDAY = re.compile(r"(?i)\b(?:mon|tues?|wednes|thurs?|fri|satur|sun)(?:day)?\b")


@dataclass(frozen=True, slots=True)
class Stamp:
    """A line that dates a story: "Korea Herald3 days ago" is source "Korea Herald", when "3 days ago"."""

    source: str | None
    when: str
    updated: bool


def read_stamp(line: str) -> Stamp | None:
    """The stamp in a line that is nothing else, or None."""
    if len(line) > 120:
        return None
    found = _STAMP.match(line)
    if not found:
        return None
    source = _WEEKDAY.sub("", found["source"]).strip(" •·|,–—-")
    if len(source.split()) > 6:
        return None
    label = (found["label"] or "").lower()
    if not label and is_sentence(line):
        return None  # "The talks began 2 days ago." is a sentence of a story
    return Stamp(source or None, found["when"], label in {"updated", "last updated", "modified"})


def resolve(when: str, *, captured: date | None) -> date | None:
    """The day that `when` names; an age counts back from the day of capture and without one gives None.

    Ages in hours or less give the day of capture itself; weeks, months and years are counted in whole ones.
    """
    import dateparser

    if re.fullmatch(_DAY, when, re.IGNORECASE):
        found = dateparser.parse(when, languages=["en"], settings={"DATE_ORDER": "MDY"})
        return found.date() if found else None
    if captured is None:
        return None
    if re.search(r"(?i)second|sec|min|hour|hr|just|today|\dh", when):
        return captured
    base = datetime.combine(captured, time(12))
    found = dateparser.parse(when, languages=["en"], settings={"RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"})
    return found.date() if found else None
