"""What a reader gives: a story in the page's own terms, before anything is worked out from it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from store.records import Origin, Precision

AGENCIES = (
    "Associated Press|AP|AFP|Agence France-Presse|Reuters|Yonhap|Xinhua|Kyodo(?: News)?|Jiji(?: Press)?|DPA|dpa|EFE|"
    "ANSA|TASS|Tass|Interfax|RIA Novosti|UPI|PTI|ANI|IANS|Bernama|Anadolu(?: Agency)?|AA|CNA|Bloomberg|PA(?: Media)?|"
    "Press Association|AAP|NZME|CP|The Canadian Press|Belga|ANP|TT|NTB|Ritzau|APA|MTI|PAP|Ukrinform|Antara|VNA|KCNA|"
    "WAM|SPA|IRNA|Lusa|Europa Press|Notimex|Agencia Brasil|QNA|SANA|NNA"
)
_DATELINE = re.compile(rf"^[\"'“‘]?[A-Z][\w .,'’/-]{{0,60}}?\((?P<agency>{AGENCIES})\)\s*[—–-]")
_CREDIT = re.compile(rf"[\[(](?P<agency>{AGENCIES})[\])]\W*$")
_BY_AGENCY = re.compile(rf"(?:^|.*[,/|]\s*|The )(?P<agency>{AGENCIES})$")
_KINDS = "exclusive|opinion|analysis|editorial|commentary|column|interview|review|explainer|feature|obituary|fact check"
_KIND = re.compile(rf"(?i)^\W*(?P<kind>{_KINDS})\s*(?:[\])}}|:–—]|-\s)|[|–—-]\s*(?P<last>{_KINDS})$")


@dataclass(frozen=True, slots=True)
class Known:
    """A date that somebody stated, how exact it is, and where it was stated."""

    day: date
    precision: Precision
    origin: Origin


@dataclass(frozen=True, slots=True)
class Story:
    """An article as the page gives it.

    `when` is a date or age in the page's own words, to be counted from the day of capture; `published` is a date that
    needs no such counting, and wins over it. `captured` is when the page was saved, as far as its own file says so.
    """

    title: str
    source: str | None
    agency: str | None
    author: str | None
    when: str | None
    url: str | None
    text: str
    published: Known | None = None
    captured: date | None = None
    language: str | None = None
    section: str | None = None
    kind: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


@dataclass(frozen=True, slots=True)
class Reading:
    """The stories of one file, in order, and a sentence for each part of it that could not be read.

    `captured` is the day of capture that a sidecar or front matter names.
    """

    stories: tuple[Story, ...]
    skipped: tuple[str, ...] = ()
    captured: date | None = None


def find_agency(text: str, *, author: str | None = None) -> str | None:
    """The news agency that a dateline ("PARIS (AP) —"), a closing "(Yonhap)" or the byline credits."""
    found = _DATELINE.match(text) or _CREDIT.search(text) or (_BY_AGENCY.match(author) if author else None)
    return found["agency"] if found else None


def find_kind(title: str, *, section: str | None = None) -> str | None:
    """What the page calls the piece, in lower case: "exclusive" of "[Exclusive] Pact …", or an opinion section."""
    found = _KIND.search(title)
    if found:
        return (found["kind"] or found["last"]).lower()
    words = re.findall(r"[a-z]+", (section or "").lower())
    return next((w.rstrip("s") for w in words if w.rstrip("s") in {"opinion", "editorial", "analysis", "review"}), None)
