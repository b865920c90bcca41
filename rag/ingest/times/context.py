"""What a rule gets to see of a mention, and how it says that the words mean no time, or none that can be known."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from rag.ingest.times.periods import Period
from rag.ingest.times.tense import looks_ahead
from store.records import Precision

RANK = "day week month quarter season year decade".split()


class NoTime(Exception):
    """The words look like a time and are none."""


class Unresolved(Exception):
    """The words name a time, but what it counts from is not known."""

    def __init__(self, unit: Precision) -> None:
        super().__init__(unit)
        self.unit = unit


@dataclass(frozen=True, slots=True)
class Context:
    """A mention at [start, end) of a sentence, and what it may count from.

    `precision` is that of `published`; `anchor` the time named before it, `year` a year named in its sentence.
    """

    sentence: str
    start: int
    end: int
    published: date | None
    precision: Precision
    anchor: Period | None
    year: int | None

    def base(self, unit: Precision) -> date:
        """The day of publication, if it is known exactly enough for a unit. Raises Unresolved."""
        exact = self.precision == "day" or RANK.index(unit) > RANK.index(self.precision)
        if self.published is None or not exact:
            raise Unresolved(unit)
        return self.published

    def anchored(self, unit: Precision) -> Period:
        """The time named before. Raises Unresolved if there is none, or it is vaguer than the unit."""
        if self.anchor is None or RANK.index(self.anchor.precision) > RANK.index(unit):
            raise Unresolved(unit)
        return self.anchor

    @property
    def ahead(self) -> bool | None:
        return looks_ahead(self.sentence, self.start, self.end)

    @property
    def names_event(self) -> bool:
        """ "the Sept. 19 agreement": an article before the words and a noun behind them."""
        before, after = self.sentence[: self.start], self.sentence[self.end :]
        return bool(re.search(r"(?i)\b(?:the|a|an|its|their|his|her)\s*$", before) and re.match(r"[ -][a-z]", after))


Rule = Callable[[re.Match[str], Context], Period]
