"""llama.cpp's server in a process of its own, on a free port of loopback: the embedded language model.

In a process of its own a crash of the runtime does not take the application down, and its memory goes with it.
`python -m rag.models.llama FILE` is that process; it ends when its standard input does, and so with its parent.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import IO

from rag.errors import ModelError
from rag.models.llm_file import QWEN, find
from rag.settings import quiet_threads

CONTEXT = 4096  # tokens
LOADING = 180.0  # seconds until a server that has not come up is given up
_READY = "READY "


class LlamaServer:
    """The server for one GGUF file: started by the first `address`, again if it died, stopped by `close`."""

    def __init__(self, model: str | None = None, *, folder: Path | None = None) -> None:
        """`model` is the path of a GGUF file; without it, the one that was pulled into `folder` is served."""
        self._model, self._folder = model, folder
        self._process: subprocess.Popen[str] | None = None
        self._address = ""
        self._starting = threading.Lock()

    @property
    def name(self) -> str:
        """The name of the file, without its ending."""
        return Path(self._model or QWEN.name).stem

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def address(self) -> str:
        """Where it listens, such as `http://127.0.0.1:41234/v1`; waits until it does. Raises ModelError."""
        with self._starting:
            if not self.is_running:
                self._release()
                self._start()
            return self._address

    def close(self) -> None:
        """Stop it; `address` would start it again."""
        with self._starting:
            self._release()

    def _start(self) -> None:
        file = find(self._model, folder=self._folder)
        with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as log:
            command = [sys.executable, "-m", "rag.models.llama", str(file)]
            process = subprocess.Popen(  # noqa: S603
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, env=quiet_threads()
            )
            given_up = threading.Timer(LOADING, process.kill)
            given_up.start()
            said = _ready_line(process)
            given_up.cancel()
            if not said:
                process.kill()
                code = process.wait()
                _close_pipes(process)
                log.seek(0)
                raise ModelError(_why(file, code, log.read()))
        self._process, self._address = process, said.removeprefix(_READY).strip().rstrip("/") + "/v1"

    def _release(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        _close_pipes(process)  # the end of its input ends it
        try:
            process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _ready_line(process: subprocess.Popen[str]) -> str:
    """The line that says where it listens; "" if the process ended without."""
    assert process.stdout is not None
    return next((line for line in process.stdout if line.startswith(_READY)), "")


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def _why(file: Path, code: int, log: str) -> str:
    if "No module named 'xllamacpp'" in log:
        return 'the local language model needs its runtime: pip install "clipdesk[local]", or use CLIPDESK_MODE=quote'
    if code == -4:  # SIGILL
        return (
            "this processor cannot run the local language model (it needs AVX2): set OPENAI_BASE_URL to another "
            "server, or use CLIPDESK_MODE=quote"
        )
    last = next((line for line in reversed(log.splitlines()) if line.strip()), f"exit code {code}")
    return (
        f"the local language model {file.name} did not start ({last.strip()[:200]}): see that there are 3 GB of memory "
        "free and that it is a GGUF file which llama.cpp runs, or use CLIPDESK_MODE=quote"
    )


def main(file: str, stop: IO[str]) -> None:
    """Serve until `stop` ends."""
    import xllamacpp  # in here: the process sets the thread policy before it is imported

    cores = min(os.cpu_count() or 2, 8)
    params = xllamacpp.CommonParams()
    params.model.path, params.port, params.hostnames = file, 0, ["127.0.0.1"]
    params.n_ctx, params.n_parallel = CONTEXT, 1
    params.cpuparams.n_threads = params.cpuparams_batch.n_threads = cores
    params.ui, params.offline, params.verbosity = False, True, -1
    server = xllamacpp.Server(params)
    sys.stdout.write(f"{_READY}{server.listening_address}\n")
    sys.stdout.flush()
    stop.read()
    os._exit(0)  # the runtime's threads have nothing to finish


if __name__ == "__main__":
    main(sys.argv[1], sys.stdin)
