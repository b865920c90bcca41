"""Which local models there are, and whether their files are the right ones."""

from __future__ import annotations

import hashlib
import importlib.util
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from rag.errors import ModelError


class Model(BaseModel):
    """One entry of a manifest."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    role: Literal["embedding", "reranker"]
    origin: str = ""
    licence: str = ""
    package: str | None = None
    folder: str
    dimension: int | None = None
    max_tokens: int = 512
    query_prefix: str = ""
    pooling: Literal["cls", "mean"] = "cls"
    inner: str | None = None  # of a reranker: the tensor that holds the hidden states of a layer
    sha256: dict[str, str] = {}

    @property
    def identity(self) -> str:
        """Name and the start of the weights' digest: two files under one name are two models."""
        return f"{self.name}@{self.sha256.get('model.onnx', 'unchecked')[:8]}"


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid")
    model: list[Model]


def find_model(role: Literal["embedding", "reranker"], *, name: str | None, folder: Path | None) -> tuple[Model, Path]:
    """The model of a role (by `name`, else the first) and the folder of its files, whose digests have been checked.

    Raises ModelError for an unknown name, a missing file and a digest that differs.
    """
    path = folder / "manifest.toml" if folder else None
    try:
        text = path.read_text("utf-8") if path else files("rag.models").joinpath("manifest.toml").read_text("utf-8")
        models = [m for m in _Manifest(**tomllib.loads(text)).model if m.role == role]
    except OSError as error:
        raise ModelError(f"{path} cannot be read ({error.strerror}): CLIPDESK_MODELS must name its folder") from error
    except (tomllib.TOMLDecodeError, ValidationError) as error:
        raise ModelError(f"{path or 'the manifest'} is not a model manifest ({error}): see docs/settings.md") from error
    model = next((m for m in models if name in (None, m.name)), None)
    if model is None and name is None:
        raise ModelError(f"{path or 'the manifest'} names no {role} model: add one, as in docs/settings.md")
    if model is None:
        known = ", ".join(m.name for m in models) or "none"
        raise ModelError(f'no {role} model is called "{name}" (known: {known}): set CLIPDESK_EMBEDDING to one of them')
    where = _package_folder(model.package) if model.package else (path.parent if path else Path())
    where = where / model.folder
    for file in ("model.onnx", "tokenizer.json"):
        _check(where / file, model.sha256.get(file))
    return model, where


def model_identity(role: Literal["embedding", "reranker"], *, name: str | None = None, folder: Path | None) -> str:
    """The identity of the model of a role, which is not loaded. Raises ModelError."""
    return find_model(role, name=name, folder=folder)[0].identity


def _package_folder(package: str) -> Path:
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModelError(f"the package {package}, which carries the local models, is missing: run make setup")
    return Path(spec.submodule_search_locations[0])


def _check(path: Path, expected: str | None) -> None:
    try:
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(f"the model file {path} cannot be read ({error.strerror}): run make setup again") from error
    if expected is not None and actual != expected:
        raise ModelError(
            f"the model file {path} has sha256 {actual}, its manifest says {expected}: install it again, or correct "
            "the manifest if you changed the file on purpose"
        )
