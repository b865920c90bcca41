"""Runs of the evals, from outside: a subprocess that is started, followed by what it writes, and stopped.

The evals stand above the page (`tests/test_layers.py`), so nothing of them is imported here: the files of a run, which
docs/evals.md describes, are the seam.
"""

from __future__ import annotations

import atexit
import json
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any

LONGEST = 3600.0  # seconds after which a run is given up
LONGEST_REPORT = 120.0
_SAID = 1000  # characters of what a failed run said
_SHOWN = {"run", "finished", "suite", "mode", "split", "limit", "verdict", "metrics"}  # of a run, in the history

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is: questions answered, of how many; `asked` is None until its pages are read."""

    answered: int
    asked: int | None


@dataclass
class Runner:
    """The runs of a folder; at most one is being made at a time."""

    runs: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _process: subprocess.Popen[bytes] | None = None
    _begun: float = 0.0
    _out: Path | None = None
    _said: IO[bytes] | None = None
    _fault: str | None = None

    @property
    def is_running(self) -> bool:
        """Whether a run is being made; one that takes too long is stopped here."""
        if self._process is None or self._process.poll() is not None:
            return False
        if time.monotonic() - self._begun > LONGEST:
            self.stop()
            return False
        return True

    def start(self, *, limit: int | None) -> bool:
        """Begin a run of the gold questions in quote mode, all or `limit` of each file; False if one is being made."""
        with self._lock:
            if self.is_running:
                return False
            self.runs.mkdir(parents=True, exist_ok=True)
            self._out = self.runs / ("gold-quote-all" if limit is None else "gold-quote-sample")
            words: list[str | Path] = ["run", "--mode", "quote", "--fresh", "--out", self._out]
            words += ["--cache-dir", self.runs / "cache"]
            words += [] if limit is None else ["--limit", str(limit)]
            if self._process is None:
                atexit.register(self.stop)
            if self._said is not None:
                self._said.close()
            self._said = tempfile.TemporaryFile()  # noqa: SIM115 - it is read when the process has ended
            self._process = self._evals(*words, said=self._said)
            self._begun = time.monotonic()
            return True

    def stop(self) -> None:
        """End the run that is being made, if one is; what it had answered stays on the disk."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            self._process.wait(10)

    def progress(self) -> Progress:
        """How far the run is, by the rows it has written."""
        if self._out is None:
            return Progress(0, None)
        manifest = _read_json(self._out / "run.json")
        rows = self._out / "results.jsonl"
        is_new = manifest is not None and rows.exists() and manifest.get("finished") is None
        return (
            Progress(rows.read_bytes().count(b"\n"), len(manifest["ids"])) if manifest and is_new else Progress(0, None)
        )

    def finish(self) -> str | None:
        """Write the report of the run when it has ended, once; what went wrong in its own words, or None."""
        process = self._process
        if process is None:
            return None
        code = process.wait()
        with self._lock:  # each open tab asks
            if self._process is process and self._said is not None and self._out is not None:
                with self._said as said:
                    self._said = None
                    self._fault = self._ended(code, self._out, said)
            return self._fault

    def _ended(self, code: int, out: Path, said: IO[bytes]) -> str | None:
        if code < 0:
            return "The run was stopped."
        if code not in (0, 1, 3):
            said.seek(0)
            return said.read().decode(errors="replace").strip()[-_SAID:] or f"The run ended with code {code}."
        with tempfile.TemporaryFile() as unread:
            writing = self._evals("report", out, said=unread)
            try:
                writing.wait(LONGEST_REPORT)
            except subprocess.TimeoutExpired:
                writing.kill()
                return f"The report of {out} took too long: write it with “python -m evals report”."
        return None

    def history(self) -> list[Json]:
        """What finished runs came to, oldest first; rows of other programs are left out."""
        path = self.runs / "history.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [row for line in lines if isinstance(row := json.loads(line), dict) and row.keys() >= _SHOWN]

    def report(self, run: str) -> str | None:
        """The report of a run as one HTML file, or None if none was written."""
        path = self.runs / Path(run).name / "report.html"
        return path.read_text(encoding="utf-8") if path.exists() else None

    def _evals(self, *words: str | Path, said: IO[bytes]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "evals", *map(str, words)]
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said)  # noqa: S603


def missing() -> str | None:
    """Why the gold questions cannot be asked here, or None: an install from a wheel comes without their pages."""
    spec = find_spec("evals")
    if spec is None or spec.origin is None:
        return "The evals are not part of this install."
    if not (Path(spec.origin).parents[1] / "samples").is_dir():
        return "The pages of the gold questions are not part of this install: they are in the project’s repository."
    return None


def _read_json(path: Path) -> Json | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, json.JSONDecodeError):  # it is not there yet
        return None
    return value if isinstance(value, dict) else None
