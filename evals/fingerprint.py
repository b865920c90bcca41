"""What made a run: settings without secrets, models, prompts, gold files, index and code.

Equal fingerprints mean comparable rows.
"""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rag import ClipdeskError, Endpoint, Settings, model_identity

ROOT = Path(__file__).parent.parent
SHOWN = ("mode", "embedding", "timeout", "max_tokens")  # settings that shape answers and give nothing away
CODE = ("rag", "store", "prompts", "evals", ":!evals/baseline")


def fingerprint(
    settings: Settings, *, files: Iterable[Path], article_ids: Iterable[str], endpoint: Endpoint | None = None
) -> dict[str, Any]:
    """The parts by name. `files` are the gold files or data read, `article_ids` those of the index.

    The endpoint's address goes in as a digest; `endpoint` is that of the run where it has one of its own. Raises
    ModelError.
    """
    return {
        "settings": {name: getattr(settings, name) for name in SHOWN},
        "models": {
            "chat": _chat_model(settings, endpoint),
            "embedding": _embedding(settings),
            "reranker": model_identity("reranker", folder=settings.models),
        },
        "prompts": digest(path.read_bytes() for path in sorted((ROOT / "prompts").glob("*.txt"))),
        "endpoint": digest([settings.openai_base_url or ""]) if settings.answer_mode == "llm" else None,
        "data": digest(path.read_bytes() for path in files),
        "index": digest(sorted(article_ids)),
        "git": commit(),
        "processor": processor(),
    }


def processor() -> str:
    """The kind of processor, as in "x86_64 X86_V3".

    The models work with rounded numbers, and what is rounded differs a little between kinds: their scores do by some
    hundredths of a logit, which turns an answer over where two passages all but tie.
    """
    found = np.show_config(mode="dicts").get("SIMD Extensions", {}).get("found")
    return f"{platform.machine()} {found[-1] if found else 'plain'}"


def digest(parts: Iterable[str | bytes]) -> str:
    """A short digest of the parts, their borders included."""
    total = hashlib.blake2b(digest_size=8)
    for part in parts:
        data = part.encode() if isinstance(part, str) else part
        total.update(f"{len(data)}:".encode() + data)
    return total.hexdigest()


def commit(root: Path = ROOT) -> str | None:
    """The commit, with a digest of what is changed or new since; None outside a git checkout."""
    try:
        head = _git(root, "rev-parse", "--short=12", "HEAD").decode().strip()
        changed = _git(root, "diff", "HEAD", "--", *CODE)
        new = _git(root, "ls-files", "--others", "--exclude-standard", "-z", "--", *CODE).decode().split("\0")[:-1]
        parts = [changed, *(part for name in new for part in (name, (root / name).read_bytes()))]
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{head}+{digest(parts)}" if any(parts) else head


def _chat_model(settings: Settings, endpoint: Endpoint | None) -> str | None:
    """The model that writes; None in quote mode, and where the server that lists it does not answer."""
    if settings.answer_mode != "llm":
        return None
    try:
        return (endpoint or Endpoint(settings)).model
    except ClipdeskError:
        return None


def _embedding(settings: Settings) -> str:
    """As in an answer's own fingerprint; an endpoint's model is known by its name alone."""
    if settings.embedding.startswith("openai:"):
        return settings.embedding
    return model_identity("embedding", name=settings.embedding, folder=settings.models)


def _git(root: Path, *arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=root, capture_output=True, check=True).stdout  # noqa: S603, S607
