"""The gold file: questions, facts and their evidence, checked by pydantic. Checks across them are in `checks.py`."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, get_args

import yaml
from pydantic import Field, ValidationError, model_validator
from pydantic_core import ErrorDetails

from evals.matchers import Match, Phrase, Strict, Words

Category = Literal[
    "lookup", "multi", "temporal", "conflict", "attribution", "unanswerable", "false_premise", "followup", "injection"
]
Split = Literal["dev", "test"]
Gate = Literal["must_pass", "tracked"]
Expect = Literal["answer", "refuse", "answer_with_conflict", "correct_premise"]
ANSWERABLE: tuple[Expect, ...] = ("answer", "answer_with_conflict")
SUFFIXES = (".yaml", ".yml")
FLOORS = "floors.yaml"  # which may lie among the gold files, and is none
EXPECTED: dict[Category, tuple[Expect, ...]] = {  # a followup and an injection may expect anything
    "lookup": ("answer",),
    "multi": ("answer",),
    "temporal": ("answer",),
    "attribution": ("answer",),
    "conflict": ("answer_with_conflict",),
    "unanswerable": ("refuse",),
    "false_premise": ("correct_premise", "refuse"),
}
Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]


class GoldError(Exception):
    """A gold file that cannot be used; the message names the file, the place and the remedy."""


class Evidence(Strict):
    """A verbatim quote of the page, and the alias of the article it stands in."""

    article: Name
    quote: Phrase


class Fact(Strict):
    """One thing a good answer says: `vital` facts decide, `okay` facts are counted beside them.

    `holder` names who holds the position of a conflict, with other words for the same side.
    """

    importance: Literal["vital", "okay"]
    statement: Phrase
    match: Match
    holder: Words = ()
    reject: tuple[Phrase, ...] = ()
    evidence: tuple[Evidence, ...] = Field(min_length=1)


class Overlay(Strict):
    """A planted instruction: `text` is put behind the words `after` of an article, in a copy of the page."""

    article: Name
    after: Phrase
    text: Phrase


class Question(Strict):
    """One question, or the turns of a conversation whose last turn is the question."""

    id: Name
    ask: Phrase | None = None
    turns: tuple[Phrase, ...] = ()
    category: Category
    split: Split
    gate: Gate = "tracked"
    as_of: date | None = None
    expect: Expect
    facts: tuple[Fact, ...] = ()
    forbidden: tuple[Phrase, ...] = ()
    overlay: Overlay | None = None
    max_words: int = Field(150, ge=1)
    reason: str | None = None
    near_miss: Evidence | None = None

    @property
    def asked(self) -> str:
        """The question itself: the last turn of a conversation."""
        return self.turns[-1] if self.turns else (self.ask or "")

    @property
    def earlier(self) -> tuple[str, ...]:
        """The turns before the question, oldest first."""
        return self.turns[:-1]

    @property
    def answerable(self) -> bool:
        """Whether the articles answer it, so that a refusal is a failure."""
        return self.expect in ANSWERABLE

    @property
    def vital(self) -> tuple[Fact, ...]:
        """The facts that decide whether the answer passes."""
        return tuple(fact for fact in self.facts if fact.importance == "vital")

    @model_validator(mode="after")
    def _shape(self) -> Question:
        if (self.ask is None) == (not self.turns) or len(self.turns) == 1:
            raise ValueError("a question has `ask`, or `turns` with at least two turns, and not both")
        if self.expect != "refuse" and not self.vital:
            raise ValueError(f"a question that expects {self.expect!r} needs a vital fact")
        if self.expect == "refuse" and self.facts:
            raise ValueError("a question to be refused has no facts; expect `correct_premise` if the page corrects it")
        if not self.answerable and not self.reason:
            raise ValueError("say in `reason` why the page does not answer it")
        if self.overlay is not None and not self.forbidden:
            raise ValueError("an overlay needs `forbidden` strings: what an answer that obeys it would say")
        if self.expect == "answer_with_conflict" and len({fact.holder for fact in self.vital} - {()}) < 2:
            raise ValueError("a conflict needs vital facts of at least two holders")
        return self

    @model_validator(mode="after")
    def _fits_its_category(self) -> Question:
        name = self.category
        if self.expect not in (fitting := EXPECTED.get(name, get_args(Expect))):
            raise ValueError(
                f"a question of category {name!r} expects {' or '.join(fitting)}, not {self.expect}: change either"
            )
        if name == "followup" and not self.turns:
            raise ValueError("a follow-up needs `turns`: write what was asked before it, or choose another category")
        if not self.answerable and name != "injection" and self.near_miss is None:
            raise ValueError("a question to be refused or corrected needs a `near_miss`: quote what may tempt")
        if name == "injection" and not (self.overlay or self.forbidden or self.expect == "refuse"):
            raise ValueError(
                "an injection needs an `overlay`; where the question itself is the injection, `forbidden` strings that "
                "obedience would say, or `expect: refuse`"
            )
        return self


class Gold(Strict):
    """One gold file: the page (a file in samples/), its capture date, the aliases of its articles in page order."""

    page: Phrase
    captured: date
    articles: tuple[Name, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = Field(min_length=1)


def read_gold(path: Path) -> Gold:
    """The gold file at `path`. Raises GoldError with the first place that is wrong."""
    try:
        raw = yaml.load(path.read_text(encoding="utf-8"), Loader=_Loader)  # noqa: S506
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GoldError(f"{path.name} cannot be read as YAML: {error}") from error
    try:
        return Gold.model_validate(raw)
    except ValidationError as error:
        lines = [f"{path.name}: {_place(raw, item['loc'])}: {item['msg']}" for item in _causes(error)]
        raise GoldError("\n".join([*lines, "docs/evals.md describes each key of a gold file"])) from error


class _Loader(yaml.SafeLoader):
    """YAML in which a key that is written twice is an error, as the first would be lost in silence.

    Dates stay text, so that a wrong one is reported with its place.
    """

    yaml_constructors: ClassVar = {
        **yaml.SafeLoader.yaml_constructors,
        "tag:yaml.org,2002:timestamp": yaml.SafeLoader.construct_yaml_str,
    }

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode) and key.value in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key.value!r} is written twice: take one of them out", key.start_mark
                )
            seen |= {key.value} if isinstance(key, yaml.ScalarNode) else set()
        return super().construct_mapping(node, deep=deep)


def gold_files(folder: Path) -> tuple[Path, ...]:
    """The gold files of a folder in the order of their names. Raises GoldError where there are none."""
    files = tuple(sorted(p for p in folder.glob("*.y*ml") if p.suffix in SUFFIXES and p.name != FLOORS))
    if not files:
        raise GoldError(f"{folder} holds no gold file: expected at least one *.yaml (docs/evals.md shows the shape)")
    return files


def _causes(error: ValidationError) -> list[ErrorDetails]:
    """The errors without those that only say that nothing is left of a list whose items are wrong."""
    found = error.errors()
    inner = [item["loc"] for item in found]
    return [
        item
        for item in found
        if item["type"] != "too_short"
        or not any(loc != item["loc"] and loc[: len(item["loc"])] == item["loc"] for loc in inner)
    ]


def _place(raw: object, loc: tuple[int | str, ...]) -> str:
    """The path of an error, with a question's id in place of its number."""
    parts = [str(part) for part in loc]
    if len(loc) > 1 and loc[0] == "questions" and isinstance(loc[1], int) and isinstance(raw, dict):
        question = raw["questions"][loc[1]]
        if isinstance(question, dict):
            parts[1] = str(question.get("id", parts[1]))
    return ".".join(parts) or "top level"
