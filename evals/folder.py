"""A run on disk: `run.json` (what was run), `results.jsonl` (a row per question), `times.jsonl`, `articles.jsonl`.

Rows are appended as they come, so that a run that was stopped goes on where it was; a finished run has them in order.
Times stand in a file of their own: two runs of the same thing give the same `results.jsonl`, byte for byte.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from evals.matchers import Strict
from evals.stored import Json
from rag import ClipdeskError

T = TypeVar("T")
Progress = Callable[[str], None]
Ask = Callable[[str], tuple[Json, float | None]]
"""From an id to its row and the seconds it took; raises ClipdeskError where there is no answer to score."""


AGAIN = "take it out, or run it again with --fresh"
ROWS = ("results.jsonl", "times.jsonl", "articles.jsonl")
REPORTS = ("report.html", "report.json", "report.md", "junit.xml")
MADE_OF_ROWS = ("summary.json", "calibration.json", "judge.jsonl", *REPORTS)
REMEMBERED = {"finished", "run", "suite", "mode", "split", "limit", "metrics"}
_Row = TypeAdapter(Json)


class RunError(Exception):
    """A run folder that cannot be used; the message names the remedy."""


class Manifest(Strict):
    """What was run. Two runs with the same `suite` ... `fingerprint` would give the same rows."""

    suite: str
    mode: str
    split: str
    ids: tuple[str, ...]
    options: dict[str, Any]
    fingerprint: dict[str, Any]
    gold: Path | None = None  # folders of gold questions that are not our own, and of their pages
    samples: Path | None = None
    started: datetime
    finished: datetime | None = None

    def same_run(self, other: Manifest) -> bool:
        """Whether the rows of one may stand beside the rows of the other."""
        return self.model_copy(update={"started": other.started, "finished": other.finished}) == other


@dataclass(frozen=True, slots=True)
class Unscored:
    """A question that got no answer, and why: a state of its own, never a zero."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class RunFolder:
    """One run; `path` is its folder."""

    path: Path
    manifest: Manifest

    @classmethod
    def begin(cls, path: Path, manifest: Manifest, *, fresh: bool = False) -> RunFolder:
        """Start a run, or take up the unfinished one that lies there.

        A finished run, and with `fresh` any run, even one that cannot be read, is replaced, with all that was made of
        its rows. Raises RunError for an unfinished run of another kind.
        """
        path.mkdir(parents=True, exist_ok=True)
        old = None if fresh or not (path / "run.json").exists() else read_run(path).manifest
        if old is not None and old.finished is None:
            if not old.same_run(manifest):
                raise RunError(
                    f"{path} holds an unfinished run of something else (settings, gold files or code differ): "
                    "add --fresh to drop it, or name another folder with --out"
                )
            return cls(path, old)
        for name in (*ROWS, *MADE_OF_ROWS):
            (path / name).unlink(missing_ok=True)
        run = cls(path, manifest)
        run._write_manifest()
        return run

    def rows(self) -> dict[str, Json]:
        """The rows by id, in the order of the manifest; of an id that was asked twice the last."""
        found = {row["id"]: row for row in _read_lines(self.path / "results.jsonl", key="id")}
        return {i: found[i] for i in self.manifest.ids if i in found}

    def times(self) -> dict[str, float | None]:
        """Seconds by id; None where the answer was replayed."""
        return {row["id"]: row.get("seconds") for row in _read_lines(self.path / "times.jsonl", key="id")}

    def unscored(self) -> tuple[Unscored, ...]:
        """What was asked and got no answer, and what was not asked yet."""
        rows = self.rows()
        failed = [Unscored(i, row["unscored"]) for i, row in rows.items() if "unscored" in row]
        return (*failed, *(Unscored(i, "not asked: run it again to go on") for i in self.manifest.ids if i not in rows))

    def keep_summary(self, summary: Json) -> None:
        """Write what the run came to as `summary.json`."""
        text = json.dumps(summary, ensure_ascii=False, indent=2) + "\n"
        (self.path / "summary.json").write_text(text, encoding="utf-8")

    def collect(self, ask: Ask, *, progress: Progress, at_once: int = 1) -> RunFolder:
        """Ask what has no answer yet, `at_once` at a time, each row on disk in its turn; returns the finished run.

        Answers that compete for the cores are not timed.
        """
        mend(self.path / "results.jsonl")
        mend(self.path / "times.jsonl")
        done = {i: row for i, row in self.rows().items() if "unscored" not in row}
        for item in done:
            progress(item)
        left = [item for item in self.manifest.ids if item not in done]
        with (
            (self.path / "results.jsonl").open("a", encoding="utf-8") as rows,
            (self.path / "times.jsonl").open("a", encoding="utf-8") as times,
            ThreadPoolExecutor(at_once, thread_name_prefix="ask") as threads,
        ):
            in_turn = map if at_once == 1 else threads.map
            for item, (row, seconds) in zip(left, in_turn(partial(_asked, ask), left), strict=True):
                _append(rows, row)
                timed = seconds if at_once == 1 else None
                _append(times, {"id": item, "seconds": None if timed is None else round(timed, 3)})
                progress(item)
        return self._finish()

    def keep_articles(self, values: Iterable[Json]) -> None:
        """Store the articles that the answers cite."""
        _write_lines(self.path / "articles.jsonl", values)

    def articles(self) -> list[Json]:
        """The stored articles."""
        return _read_lines(self.path / "articles.jsonl")

    def _finish(self) -> RunFolder:
        _write_lines(self.path / "results.jsonl", self.rows().values())
        times = self.times()
        _write_lines(self.path / "times.jsonl", [{"id": i, "seconds": times.get(i)} for i in self.manifest.ids])
        done = RunFolder(self.path, self.manifest.model_copy(update={"finished": now()}))
        done._write_manifest()
        return done

    def _write_manifest(self) -> None:
        _replace(self.path / "run.json", f"{self.manifest.model_dump_json(indent=2)}\n".encode())


def read_run(path: Path) -> RunFolder:
    """The run in a folder. Raises RunError."""
    try:
        return RunFolder(path, Manifest.model_validate_json((path / "run.json").read_bytes()))
    except FileNotFoundError as error:
        raise RunError(f"{path} holds no run: make one with `python -m evals run --out {path}`") from error
    except (OSError, ValidationError) as error:
        raise RunError(f"{path / 'run.json'} cannot be read ({error}): run it again with --fresh") from error


def now() -> datetime:
    """The time of day, to the second."""
    return datetime.now(UTC).replace(microsecond=0)


def mend(path: Path) -> None:
    """Drop a last line that was cut off by a crash, so that the next row begins a line of its own."""
    if path.exists():
        data = path.read_bytes()  # the cut may go through a character
        if not data.endswith(b"\n"):
            _replace(path, data[: data.rfind(b"\n") + 1])


def _asked(ask: Ask, item: str) -> tuple[Json, float | None]:
    try:
        row, seconds = ask(item)
    except ClipdeskError as error:
        return {"id": item, "unscored": str(error)}, None
    return {"id": item, **row}, seconds


def _append(file: Any, value: Json) -> None:
    file.write(_line(value))
    file.flush()


def _line(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True) + "\n"


def _read_lines(path: Path, *, key: str = "", remedy: str = AGAIN) -> list[Json]:
    """The rows of a file, none if it is missing; a last line that was cut off by a crash is left out.

    Raises RunError with the line that is no object, or lacks the `key`, and the remedy.
    """
    if not path.exists():
        return []
    *whole, _ = path.read_bytes().split(b"\n")
    found = []
    for n, line in enumerate(whole, start=1):
        try:
            found.append(_Row.validate_json(line))
        except ValidationError as error:
            raise RunError(f"{path}: line {n} is no JSON object ({error.errors()[0]['msg']}): {remedy}") from error
        if key and key not in found[-1]:
            raise RunError(f"{path}: line {n} has no {key!r}: {remedy}")
    return found


def _write_lines(path: Path, values: Iterable[Json]) -> None:
    _replace(path, "".join(_line(value) for value in values).encode())


def _replace(path: Path, data: bytes) -> None:
    """Write a file wholly or not at all."""
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(data)
    beside.replace(path)


def spread(ids: Sequence[T], limit: int | None) -> tuple[T, ...]:
    """`limit` of them at even distances, so that a part holds what the whole holds; all without a limit."""
    if limit is None or limit >= len(ids):
        return tuple(ids)
    return tuple(ids[n * len(ids) // limit] for n in range(limit))


def read_history(runs: Path) -> list[Json]:
    """What finished runs in this folder came to, oldest first; rows of other programs are left out."""
    return [row for row in _all_history(runs) if row.keys() >= REMEMBERED]


def remember(folder: RunFolder, summary: Json) -> None:
    """Add the run to the history beside its folder, in place of an earlier scoring of the same run.

    Rows of other programs stay. Raises RunError.
    """
    entry = {
        "finished": folder.manifest.finished.isoformat() if folder.manifest.finished else None,
        "run": folder.path.name,
        "git": folder.manifest.fingerprint.get("git"),
        **{key: summary[key] for key in ("scored_with", "suite", "mode", "split", "verdict")},
        "limit": folder.manifest.options.get("limit"),
        "metrics": {name: value["value"] for name, value in summary["metrics"].items()},
    }
    same = ("finished", "run")
    kept = [
        old
        for old in _all_history(folder.path.parent)
        if not old.keys() >= REMEMBERED or any(old[key] != entry[key] for key in same)
    ]
    _write_lines(folder.path.parent / "history.jsonl", [*kept, entry])


def _all_history(runs: Path) -> list[Json]:
    return _read_lines(runs / "history.jsonl", remedy="take the line out; no run needs it")
