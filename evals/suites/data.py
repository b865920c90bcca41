"""Reading the files of a public set: found by their content, so that a part may come under any name."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from evals.cache import CachedEndpoint
from evals.folder import Ask
from evals.stored import Json
from rag import Settings

SUFFIXES = (".json", ".jsonl")


class DataError(Exception):
    """Data that is not there or not in the format; the message names the remedy."""


class Shape(BaseModel):
    """What a suite reads of a row. Values are of that very type; other keys are left aside."""

    model_config = ConfigDict(strict=True, frozen=True)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a suite works: settings, a folder to keep its index in (None: a temporary one), the endpoint in LLM mode.

    `progress` gets (done, total, what) while articles are embedded. Without `answers` only the search is measured.
    """

    settings: Settings
    index: Path | None
    endpoint: CachedEndpoint | None
    progress: Callable[[int, int, str], None]
    answers: bool = True


@dataclass(frozen=True, slots=True)
class Loaded:
    """A set that was read: the ids of its cases in order, the files read, and how to ask them.

    `opened` gives, inside its context, the function from an id to a row. `notes` say what of the set is not asked.
    """

    ids: tuple[str, ...]
    files: tuple[Path, ...]
    opened: Callable[[Place, Sequence[str]], AbstractContextManager[Ask]]
    notes: tuple[str, ...] = ()


def find(paths: Sequence[Path], *, keys: Sequence[str], split: str) -> list[tuple[Path, list[Json]]]:
    """The files among `paths` (files, or folders of them) whose first object has all `keys`, with their rows.

    Of several such files in one folder those count whose name holds the split, if any does. Raises DataError.
    """
    found: list[tuple[Path, list[Json]]] = []
    for path in paths:
        if not path.exists():
            raise DataError(f"--data: there is no {path}: name the set's folder or file")
        inside = [path] if path.is_file() else sorted(p for p in path.iterdir() if p.suffix in SUFFIXES)
        fitting = [(p, rows) for p in inside if (rows := read_rows(p)) and set(keys) <= set(_first(rows))]
        named = [pair for pair in fitting if split in pair[0].stem]
        found += named if path.is_dir() and named else fitting
    for path, rows in found:
        for n, row in enumerate(rows, start=1):
            if not isinstance(row, dict):
                raise DataError(f"{path}: row {n} is no JSON object but {row!r:.40}: mend it, or take the row out")
            if missing := [key for key in keys if key not in row]:
                raise DataError(f"{path}: row {n} has no {missing[0]!r}: add it, or take the row out")
    return found


def need(found: Sequence[tuple[Path, list[Json]]], paths: Sequence[Path], *, what: str, shape: type[BaseModel]) -> None:
    """Raise DataError unless something was found, and every row of it has the shape."""
    if not found:
        names = ", ".join(map(str, paths))
        there = [p for path in paths for p in ([path] if path.is_file() else sorted(path.iterdir())) if p.is_file()]
        seen = [f"{p.name} has {', '.join(list(first)[:8])}" for p in there[:5] if (first := _first(read_rows(p)))]
        raise DataError(
            f"{names}: no {what} in the format of this set ({'; '.join(seen) or 'no rows of JSON'}): "
            "see docs/evals.md, or name the file with --data"
        )
    for path, rows in found:
        for n, row in enumerate(rows, start=1):
            try:
                shape.model_validate(row)
            except ValidationError as error:
                wrong = error.errors()[0]
                where = ".".join(map(str, wrong["loc"]))
                remedy = "mend it as the set's format asks, or take the row out"
                raise DataError(f"{path}: row {n}: {where}: {wrong['msg']}: {remedy}") from error


def keyed(found: Sequence[tuple[Path, list[Json]]], key: Callable[[Path, int, Json], str]) -> dict[str, Json]:
    """All rows by id; `key` makes it of the file, the row's number over all files, and the row. Raises DataError."""
    cases: dict[str, Json] = {}
    rows = ((path, row) for path, rows in found for row in rows)
    for n, (path, row) in enumerate(rows):
        if (name := key(path, n, row)) in cases:
            raise DataError(f"{path}: two rows have the id {name!r}: give each its own, or take one out")
        cases[name] = row
    return cases


def mixed(cases: Mapping[str, Json], answerable: Callable[[Json], bool]) -> tuple[str, ...]:
    """The ids, answerable and unanswerable in turn as long as there are both, so that a limited run holds both."""
    halves = [[i for i, case in cases.items() if answerable(case) is flag] for flag in (True, False)]
    return tuple(half[n] for n in range(max(map(len, halves))) for half in halves if n < len(half))


def read_rows(path: Path) -> list[Any]:
    """The rows of a JSON Lines file, or of a JSON file that is a list; a JSON object becomes rows with its key as `id`.

    A row may be no object. A file that is none of them has no rows.
    Raises DataError if it cannot be read, or breaks off being JSON.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as text ({error}): name the set's own files") from error
    try:
        return list(_rows(text))
    except json.JSONDecodeError as error:
        if not text.lstrip().startswith("{") or error.msg.startswith("line 1:"):
            return []
        raise DataError(f"{path} breaks off being JSON lines ({error.msg}): mend that line, or take it out") from error


def _first(rows: Sequence[Any]) -> Json:
    """The first row that is an object; an empty one if none is."""
    return next((row for row in rows if isinstance(row, dict)), {})


def _rows(text: str) -> Iterator[Any]:
    value: Any
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = [_line(n, line) for n, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if isinstance(value, dict) and value and all(isinstance(item, dict) for item in value.values()):
        value = [{"id": key, **item} for key, item in value.items()]
    yield from value if isinstance(value, list) else [value]


def _line(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except json.JSONDecodeError as error:
        raise json.JSONDecodeError(f"line {number}: {error.msg}", line, error.pos) from error
