"""What a gold fact looks for in a text. Exactly one kind per fact; each is strict about numbers, years and negation.

A matcher is written in the gold file as `{kind: ...}`. `accepts(match, text)` is pure. Traps left out on purpose: SQuAD
normalisation, any shared word, fuzzy ratios; they all take "15 million" for "1.5 million".
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator

Polarity = Literal["affirmed", "denied", "any"]


def _as_group(value: object) -> object:
    return (value,) if isinstance(value, str) else value


def _as_groups(value: object) -> object:
    return {"groups": value} if isinstance(value, list | tuple) else value


def _as_quote(value: object) -> object:
    return {"phrase": value} if isinstance(value, str) else value


def _as_text(value: object) -> object:
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1), BeforeValidator(_as_text)]
Words = Annotated[tuple[Phrase, ...], BeforeValidator(_as_group)]
Group = Annotated[Words, Field(min_length=1)]


class Strict(BaseModel):
    """A part of the gold file: unknown keys are errors, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TextMatch(Strict):
    """Every group has one of its phrases in the same sentence (or in `sentences` consecutive ones)."""

    groups: tuple[Group, ...] = Field(min_length=1)
    polarity: Polarity = "affirmed"
    sentences: int = Field(1, ge=1, le=3)


class NumberMatch(Strict):
    """A number by value; a `unit` word right after it, or a `context` word at most `window` tokens away, or both.

    The context word must be nearer to this number than to any other: "1,000 sappers and 5,000 workers" holds 1,000 for
    "sapper" and 5,000 for "worker". `tolerance` is absolute.
    """

    value: Decimal
    unit: Words = ()
    tolerance: Decimal = Field(Decimal(0), ge=0)
    context: Words = ()
    window: int = Field(10, ge=1, le=40)
    polarity: Polarity = "affirmed"


class DateMatch(Strict):
    """A date: its finest part must be written, and a coarser part, where written, must agree.

    With `year_written` the year must be there. A `context` word, where given, must be in the same sentence. "Before",
    "after" and "by" in front of it make another date of it, but for those that `bounds` names.
    """

    value: Annotated[str, BeforeValidator(str)]  # YAML reads 2024 as a number
    granularity: Literal["day", "month", "year"]
    year_written: bool = False
    context: Words = ()
    bounds: tuple[Literal["before", "after", "by"], ...] = ()
    polarity: Polarity = "affirmed"

    @model_validator(mode="after")
    def _shape(self) -> DateMatch:
        shapes = {"day": r"\d{4}-\d{2}-\d{2}", "month": r"\d{4}-\d{2}", "year": r"\d{4}"}
        if not re.fullmatch(shapes[self.granularity], self.value):
            raise ValueError(f"date value {self.value!r} does not have the shape of granularity {self.granularity!r}")
        try:
            date.fromisoformat(self.value + "0001-01-01"[len(self.value) :])
        except ValueError as error:
            raise ValueError(f"there is no date {self.value!r}") from error
        return self


class QuoteMatch(Strict):
    """The words of the phrase one after another; case, quote marks and spacing do not matter."""

    phrase: Phrase
    polarity: Polarity = "any"


class EntityMatch(Strict):
    """A name or one of its aliases, as whole words."""

    name: Phrase
    aliases: Words = ()
    polarity: Polarity = "affirmed"


class ListMatch(Strict):
    """At least `minimum` of the items (all, if not given), anywhere in the text; an item may be several spellings."""

    items: tuple[Group, ...] = Field(min_length=1)
    minimum: int | None = Field(None, ge=1)

    @model_validator(mode="after")
    def _within(self) -> ListMatch:
        if (self.minimum or 0) > len(self.items):
            raise ValueError(
                f"a minimum of {self.minimum} is more than the {len(self.items)} items: no answer reaches it"
            )
        return self


class PolarityMatch(Strict):
    """The groups in one sentence, and a negation on them (`denied`) or none (`affirmed`)."""

    about: tuple[Group, ...] = Field(min_length=1)
    value: Literal["affirmed", "denied"]


class Match(Strict):
    """The matcher of a fact: exactly one of the kinds."""

    text: Annotated[TextMatch, BeforeValidator(_as_groups)] | None = None
    number: NumberMatch | None = None
    date: DateMatch | None = None
    quote: Annotated[QuoteMatch, BeforeValidator(_as_quote)] | None = None
    entity: EntityMatch | None = None
    list: ListMatch | None = None
    polarity: PolarityMatch | None = None

    @model_validator(mode="after")
    def _one(self) -> Match:
        if sum(value is not None for value in self.__dict__.values()) != 1:
            raise ValueError(f"a matcher has exactly one kind, of: {', '.join(type(self).model_fields)}")
        return self
