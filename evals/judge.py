"""A language model as judge, for what the offline scorer left open; its numbers stand apart from all others.

It sees facts that no matcher found in an answer. It replies in JSON under the question's id, and must copy the words
that state the fact: a span that is not in the answer makes the verdict unscored, as does a reply that cannot be read.
No number of a judge is shown before it was held against human labels: Cohen's kappa, for this model and this prompt.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from typing import Annotated, Literal

import yaml
from pydantic import Field, RootModel, ValidationError

from evals.fingerprint import digest
from evals.folder import RunError
from evals.gold import GoldError
from evals.matchers import Strict
from evals.results import Row, Run
from evals.stats import kappa
from rag import Endpoint, Settings

LEAST = 10  # labels under which agreement says nothing of a judge
FENCED = re.compile(r"\A\s*```(?:json)?\s*\n(.*)\n\s*```\s*\Z", re.DOTALL | re.IGNORECASE)
PROMPT = Path(__file__).parent / "judge_prompt.txt"
Verdict = Literal["stated", "absent"]


@dataclass(frozen=True, slots=True)
class OpenFact:
    """A fact (number from 1, in the order of the gold file) that an answer may state in words of its own."""

    id: str
    number: int
    question: str
    answer: str
    statement: str


@dataclass(frozen=True, slots=True)
class Settled:
    """What the judge made of one fact; `span` are the answer's words, copied."""

    id: str
    number: int
    state: Literal["stated", "absent", "unscored"]
    span: str
    why: str = ""


class Ruling(Strict):
    """One fact in the judge's reply."""

    verdict: Verdict
    span: str = ""


class Reply(RootModel[dict[str, dict[str, Ruling]]]):
    """Question id -> fact number -> ruling."""


class Labels(RootModel[dict[str, Annotated[dict[int, Verdict], Field(min_length=1)]]]):
    """Human labels: question id -> fact number -> stated or absent."""


class Calibration(Strict):
    """How far a judge agrees with people; kappa is None where chance alone decides.

    Of `n` labels that it ruled on people gave `stated` and, to the others, absent.
    """

    judge: str
    kappa: float | None
    n: int
    stated: int
    agreed: int
    unscored: int

    @property
    def kappa_text(self) -> str:
        """The figure for people."""
        return "n/a" if self.kappa is None else f"{self.kappa:.2f}"


class Judge:
    """A pinned model and the prompt in this version; `name` holds both."""

    def __init__(self, settings: Settings, *, endpoint: Endpoint | None = None) -> None:
        """`settings` name the endpoint and the model; `endpoint` may be one that keeps its calls."""
        self._endpoint = endpoint or Endpoint(settings)
        self._prompt = PROMPT.read_text(encoding="utf-8")
        self.name = f"{settings.model} {digest([self._prompt])}"

    def rule(self, facts: Sequence[OpenFact]) -> tuple[Settled, ...]:
        """The facts of one question, settled in one call. Raises EndpointError."""
        first = facts[0]
        asked = Template(self._prompt).substitute(
            id=first.id,
            question=first.question,
            answer=first.answer,
            facts="\n".join(f"{fact.number}. {fact.statement}" for fact in facts),
        )
        said = "".join(p for p in self._endpoint.chat([{"role": "user", "content": asked}]) if isinstance(p, str))
        return read_reply(said, facts)


def open_facts(run: Run) -> tuple[OpenFact, ...]:
    """The vital facts that no matcher found in answers that are otherwise open."""
    rows = [row for row in run.rows if row.score.outcome == "open"]
    return tuple(
        _open(row, n) for row in rows for n, fact in enumerate(row.score.facts) if _is_vital(row, n) and not fact.stated
    )


def read_reply(said: str, facts: Sequence[OpenFact]) -> tuple[Settled, ...]:
    """What a reply settles; a fact it does not settle as asked is unscored, and says why."""
    try:
        rulings = Reply.model_validate(json.loads(FENCED.sub(r"\1", said))).root.get(facts[0].id, {})
    except (json.JSONDecodeError, ValidationError):
        return tuple(
            Settled(fact.id, fact.number, "unscored", "", "the reply is not the JSON asked for") for fact in facts
        )
    return tuple(_settled(fact, rulings.get(str(fact.number))) for fact in facts)


def settle(judge: Judge, facts: Sequence[OpenFact], *, folder: Path) -> tuple[Settled, ...]:
    """All facts settled, question by question, and kept in `judge.jsonl`. Raises EndpointError."""
    groups: dict[str, list[OpenFact]] = {}
    for fact in facts:
        groups.setdefault(fact.id, []).append(fact)
    found = tuple(item for group in groups.values() for item in judge.rule(group))
    lines = [json.dumps({"judge": judge.name, **asdict(item)}, ensure_ascii=False) + "\n" for item in found]
    (folder / "judge.jsonl").write_text("".join(lines), encoding="utf-8")
    return found


def calibrate(judge: Judge, run: Run, *, labels: Mapping[str, Mapping[int, Verdict]], folder: Path) -> Calibration:
    """Have the judge rule on the labelled facts, and keep how far it agrees. Raises GoldError, EndpointError."""
    rows = {row.question.id: row for row in run.rows}
    if unknown := [i for i in labels if i not in rows]:
        raise GoldError(f"the labels name {unknown[0]}, which the run has no answer to: label questions of this run")
    pairs: list[tuple[str, str]] = []
    unscored = 0
    for item, wanted in labels.items():
        for settled in judge.rule([_open(rows[item], number - 1) for number in wanted]):
            if settled.state == "unscored":
                unscored += 1
            else:
                pairs.append((wanted[settled.number], settled.state))
    human, machine = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    agreed = sum(a == b for a, b in pairs)
    found = Calibration(
        judge=judge.name,
        kappa=kappa(human, machine),
        n=len(pairs),
        stated=human.count("stated"),
        agreed=agreed,
        unscored=unscored,
    )
    (folder / "calibration.json").write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
    return found


def read_calibration(folder: Path, judge: Judge) -> Calibration:
    """The judge's calibration on this run. Raises RunError where none that counts is of this model and prompt."""
    remedy = "hold it against human labels first with `python -m evals calibrate`"
    try:
        found = Calibration.model_validate_json((folder / "calibration.json").read_bytes())
    except (OSError, ValidationError) as error:
        raise RunError(f"the judge {judge.name} was not calibrated on this run: {remedy}") from error
    if found.judge != judge.name:
        raise RunError(f"the calibration is of {found.judge}, not of {judge.name}: {remedy}")
    if found.n < LEAST or found.stated in (0, found.n):
        raise RunError(
            f"the judge ruled on {found.n} labels, of which {found.stated} are `stated`: label at least {LEAST} facts, "
            "of both kinds, and calibrate again"
        )
    return found


def read_labels(path: Path) -> dict[str, dict[int, Verdict]]:
    """The human labels. Raises GoldError."""
    try:
        return Labels.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))).root
    except (OSError, ValueError, yaml.YAMLError) as error:
        raise GoldError(
            f"{path} cannot be used as labels (question id -> fact number -> stated or absent): {error}"
        ) from error


def _is_vital(row: Row, at: int) -> bool:
    return row.question.facts[at].importance == "vital"


def _open(row: Row, at: int) -> OpenFact:
    if not 0 <= at < len(row.question.facts):
        raise GoldError(f"{row.question.id} has no fact {at + 1}: it has {len(row.question.facts)}")
    fact = row.question.facts[at]
    return OpenFact(row.question.id, at + 1, row.question.asked, row.answer.text, fact.statement)


def _settled(fact: OpenFact, ruling: Ruling | None) -> Settled:
    if ruling is None:
        return Settled(fact.id, fact.number, "unscored", "", "the reply leaves it out")
    if ruling.verdict == "stated" and (not ruling.span.strip() or ruling.span not in fact.answer):
        return Settled(fact.id, fact.number, "unscored", ruling.span, "the span is not in the answer")
    return Settled(fact.id, fact.number, ruling.verdict, ruling.span)
