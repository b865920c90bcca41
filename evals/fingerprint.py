"""What made a run: settings without secrets, gold files, index and code. Equal fingerprints mean comparable rows."""

from __future__ import annotations

import hashlib
import platform
import subprocess
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from rag import Settings

ROOT = Path(__file__).parent.parent
SHOWN = ("mode", "model", "embedding", "timeout")  # settings that shape answers and give nothing away


def fingerprint(settings: Settings, *, files: Iterable[Path], article_ids: Iterable[str]) -> dict[str, Any]:
    """The parts by name. `files` are the gold files or data read, `article_ids` those of the index.

    The endpoint's address goes in as a digest. Prompts and models are on each answer's own fingerprint.
    """
    return {
        "settings": {name: getattr(settings, name) for name in SHOWN},
        "endpoint": digest([settings.openai_base_url or ""]) if settings.answer_mode == "llm" else None,
        "data": digest(path.read_bytes() for path in files),
        "index": digest(sorted(article_ids)),
        "git": _commit(),
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


def _commit() -> str | None:
    """The commit, with a digest of what is changed since; None outside a git checkout."""
    try:
        commit = _git("rev-parse", "--short=12", "HEAD").decode().strip()
        changed = _git("diff", "HEAD", "--", "rag", "store", "prompts", "evals", ":!evals/baseline")
    except (OSError, subprocess.CalledProcessError):
        return None
    return f"{commit}+{digest([changed])}" if changed else commit


def _git(*arguments: str) -> bytes:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, check=True).stdout  # noqa: S603, S607
