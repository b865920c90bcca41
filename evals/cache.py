"""Calls kept on disk: those of the LLM, so that a run can be repeated word for word, and what the
cross-encoder makes of pairs.

An LLM call's key is the endpoint's address, the model, the messages in full, the parameters and the epoch. `record`
asks for what is not there and keeps it; `replay` is strict: what is not there is an error. Only whole replies are kept,
never errors and never a stream that broke off.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import cached_property
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from evals.folder import RunError, mend
from rag import ClipdeskError, Endpoint, Reranker, Scored, Settings, Usage

CACHE = Path("runs/cache")  # unless a run names another folder

_Row = tuple[float, str | None]  # a logit, and a state in Base64
_Line = TypeAdapter(tuple[str, _Row])


class CacheMiss(ClipdeskError):
    """A call that strict replay does not know."""


class RememberingReranker(Reranker):
    """The local cross-encoder, which remembers what it made of a question and a text: the same again, at once.

    `remembered` counts the calls of which a pair was known, so that their time says nothing.
    """

    def __init__(self, settings: Settings, *, folder: Path, cold: bool = False) -> None:
        """`folder` holds the scores of earlier runs; it is made if it is missing. `cold` scores every pair anew."""
        super().__init__(folder=settings.models)
        folder.mkdir(parents=True, exist_ok=True)
        self._cold = cold
        self._kept = _Kept(folder / "scored.jsonl")
        self.remembered = 0

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """As Reranker.read, through which `scores` and `pairs` go too."""
        keys = [_digest([self.identity, self.inner, self.runtime, *pair]) for pair in pairs]
        new = {key: pair for key, pair in zip(keys, pairs, strict=True) if self._cold or key not in self._kept.known}
        self.remembered += len(new) < len(set(keys))
        if new:
            made = super().read(list(new.values()))
            self._kept.add({key: _written(one) for key, one in zip(new, made, strict=True)})
        return [_scored(*self._kept.known[key]) for key in keys]


def _written(scored: Scored) -> _Row:
    state = scored.state
    return scored.logit, None if state is None else b64encode(state.tobytes()).decode()


def _scored(logit: float, state: str | None) -> Scored:
    return Scored(logit, None if state is None else np.frombuffer(b64decode(state), np.float16))


class _Kept:
    """Scored pairs by key, in a file of JSON lines that is added to."""

    def __init__(self, file: Path) -> None:
        self._file, self._writing = file, Lock()
        self.known: dict[str, _Row] = {}
        mend(file)
        for n, line in enumerate(file.read_bytes().splitlines() if file.exists() else (), start=1):
            try:
                key, (logit, state) = _Line.validate_json(line)
            except ValidationError as error:
                raise RunError(f"{file}: line {n} is no scored pair: delete the file, it only saves time") from error
            self.known[key] = logit, state

    def add(self, found: dict[str, _Row]) -> None:
        with self._writing, self._file.open("a", encoding="utf-8") as file:
            file.writelines(json.dumps([key, value]) + "\n" for key, value in found.items())
        self.known |= found


class CachedEndpoint(Endpoint):
    """An Endpoint whose chats are recorded or replayed; `replayed` counts those that came from the cache."""

    def __init__(self, settings: Settings, *, folder: Path, strict: bool, epoch: int = 0) -> None:
        """`strict` replays and asks nothing; `epoch` keeps several recordings of the same calls apart."""
        super().__init__(settings)
        self._folder, self._strict, self._epoch = folder, strict, epoch
        self.replayed = 0

    @cached_property
    def model(self) -> str:
        """The model; with one not set, the one that the server listed when the calls were recorded."""
        if self._model:
            return self._model
        found = self._read("model", [])
        if found is None:
            found = self._write("model", [], {"model": super().model})
        return str(found["model"])

    def chat(self, messages: Sequence[dict[str, str]]) -> Iterator[str | Usage]:
        """Stream the reply, from the cache where it is there. Raises CacheMiss in strict replay, else EndpointError."""
        asked = [self.model, list(messages), self.parameters, self._epoch]
        found = self._read("chat", asked)
        if found is not None:
            self.replayed += 1
        else:
            pieces: list[Any] = []
            is_whole = False
            for piece in super().chat(messages):
                pieces.append(asdict(piece) if isinstance(piece, Usage) else piece)
                is_whole = is_whole or (isinstance(piece, Usage) and piece.finish_reason is not None)
                yield piece
            if is_whole:  # a stream may end in the middle without an error
                self._write("chat", asked, {"pieces": pieces})
            return
        for piece in found["pieces"]:
            yield piece if isinstance(piece, str) else Usage(**piece)

    def first_word(self, messages: Sequence[dict[str, str]]) -> tuple[float | None, Usage]:
        """As Endpoint.first_word, from the cache where it is there. Raises CacheMiss in strict replay."""
        asked = [self.model, list(messages), self.parameters_of_one_word, self._epoch]
        found = self._read("leaning", asked)
        if found is None:
            odds, used = super().first_word(messages)
            found = self._write("leaning", asked, {"odds": odds, "usage": asdict(used)})
        else:
            self.replayed += 1
        return found["odds"], Usage(**found["usage"])

    def _read(self, kind: str, asked: list[Any]) -> dict[str, Any] | None:
        path = self._path(kind, asked)
        if path.exists():
            stored: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
            return stored
        if self._strict:
            raise CacheMiss(f"the cache {self._folder} does not hold this call: record it first with --cache record")
        return None

    def _write(self, kind: str, asked: list[Any], value: dict[str, Any]) -> dict[str, Any]:
        path = self._path(kind, asked)
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_suffix(".new")
        beside.write_text(json.dumps(value, ensure_ascii=False), encoding="utf-8")
        beside.replace(path)
        return value

    def _path(self, kind: str, asked: list[Any]) -> Path:
        name = _digest([kind, self.address, *asked])
        return self._folder / name[:2] / f"{name}.json"


def _digest(value: list[Any]) -> str:
    text = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
