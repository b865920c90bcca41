"""The command line, as its own process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from rag import NewArticle, Rag
from tests.conftest import CAPTURED, ROOT, SAMPLE


def clipdesk(*args: str | Path, data: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if not k.startswith(("CLIPDESK_", "OPENAI_"))}
    return subprocess.run(
        [sys.executable, "-m", "rag", *map(str, args)],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env=clean | {"CLIPDESK_DATA": str(data)} | environment,
        check=False,
    )


def document(result: subprocess.CompletedProcess[str]) -> Any:
    """Its stdout as the one JSON document that it must be."""
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cli")
    with Rag.open(folder) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
    return folder


def test_ingest_says_what_it_did(tmp_path: Path) -> None:
    result = clipdesk("ingest", SAMPLE, "--captured", "2025-06-21", data=tmp_path)
    assert (result.returncode, result.stdout) == (0, "Articles: 4 added, 0 updated, 0 unchanged, 0 removed.\n")
    again = document(clipdesk("ingest", SAMPLE, "--json", data=tmp_path))
    assert len(again["unchanged"]) == 4
    assert again["failed"] == []


def test_articles(data: Path) -> None:
    lines = clipdesk("articles", data=data).stdout.splitlines()
    assert len(lines) == 4
    assert "2025-06-19  Korea Herald, AP: " in lines[1]
    found = document(clipdesk("articles", "--json", data=data))
    assert found[1]["agency"] == "AP"
    assert found[1]["published"] == "2025-06-19"


def test_ask_and_its_json(data: Path) -> None:
    shown = clipdesk("ask", "How many sappers is Pyongyang sending?", data=data)
    assert shown.returncode == 0
    assert "1,000 sappers" in shown.stdout
    assert "[1] Korea Herald, 2025-06-18, " in shown.stdout
    answer = document(clipdesk("ask", "How many sappers is Pyongyang sending?", "--json", data=data))
    assert answer["status"] == "answered"
    texts = {a["id"]: a["text"] for a in document(clipdesk("articles", "--json", data=data))}
    for c in answer["citations"]:
        assert texts[c["article"]["id"]][c["start"] : c["end"]] == c["quote"]


def test_a_refusal_is_a_success_and_shows_the_nearest_passages(data: Path) -> None:
    result = clipdesk("ask", "How old is Lee Jong-seok?", data=data)
    assert result.returncode == 0
    assert result.stdout.startswith("The saved articles do not answer this: ")
    assert "Nearest passages:" in result.stdout


def test_search(data: Path) -> None:
    assert clipdesk("search", "sappers", "-k", "2", data=data).stdout.startswith("1. Korea Herald, ")
    assert len(document(clipdesk("search", "sappers", "-k", "2", "--json", data=data))) == 2


def test_rebuild(data: Path) -> None:
    chunks = document(clipdesk("rebuild", "--json", data=data))["chunks"]
    assert chunks > 4
    assert clipdesk("rebuild", data=data).stdout == f"Indexed {chunks} chunks.\n"


def test_delete_doctor_and_prune(tmp_path: Path) -> None:
    folder, data = tmp_path / "pages", tmp_path / "data"
    folder.mkdir()
    for name in ("a", "b", "c"):
        body = f"The {name} council voted on Tuesday to close the old bridge. Nobody liked it, the {name} mayor said."
        (folder / f"{name}.json").write_text(json.dumps({"title": f"Bridge {name}", "text": body}))
    assert len(document(clipdesk("ingest", folder, "--json", data=data))["added"]) == 3
    (folder / "a.json").unlink()
    assert len(document(clipdesk("ingest", folder, "--prune", "--json", data=data))["removed"]) == 1
    assert clipdesk("delete", folder / "b.json", data=data).stdout == "Removed 1 article.\n"
    assert 'no article and no page is stored as x: "clipdesk articles"' in one_error(clipdesk("delete", "x", data=data))
    health = document(clipdesk("doctor", "--json", data=data))
    assert (health["ok"], health["articles"], health["undated"]) == (True, 1, 1)
    shown = clipdesk("doctor", data=data).stdout.splitlines()
    assert shown[0] == "ok      database: sound"
    assert shown[-1] == "1 articles, none dated; 1 undated, 0 copies."


def write(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: save the page again as HTML or text"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is a binary file: save the page as HTML, text (.txt) or PDF"),
        ("Schöne Grüße".encode("latin-1"), "is not UTF-8 text"),
        (b"nothing here", "holds no article: a saved page needs a headline"),
        (b"x" * (21 * 2**20), "has 21 MB, more than the 20 MB of a saved page"),
        (None, "does not exist: check the path"),
    ],
)
def test_bad_pages(content: bytes | None, message: str, tmp_path: Path) -> None:
    page = tmp_path / "page.txt"
    if content is not None:
        page.write_bytes(content)
    result = clipdesk("ingest", page, data=tmp_path / "data")
    assert result.returncode == 1
    assert result.stderr.startswith("error: ")
    assert message in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def one_error(result: subprocess.CompletedProcess[str]) -> str:
    """Its stderr, which must be one clear sentence and no traceback; stdout must be empty."""
    assert result.returncode == 1
    assert result.stdout == ""
    assert len(result.stderr.strip().splitlines()) == 1, result.stderr
    assert result.stderr.startswith("error: ")
    return result.stderr


def test_bad_settings_and_folders(data: Path, tmp_path: Path) -> None:
    file = write(tmp_path / "file", b"x")
    assert "cannot write to the data folder" in one_error(clipdesk("articles", "--data", file / "data", data=data))
    assert "CLIPDESK_PORT cannot be used" in one_error(clipdesk("articles", data=data, CLIPDESK_PORT="many"))
    assert "there is no endpoint" in one_error(clipdesk("ask", "x?", "--mode", "llm", data=data))
    assert "YYYY-MM-DD" in one_error(clipdesk("ingest", SAMPLE, "--captured", "21 June", data=data))
    unreachable = clipdesk("ask", "How many sappers?", data=data, OPENAI_BASE_URL="http://127.0.0.1:9/v1")
    assert unreachable.returncode == 0  # the evidence is quoted instead, and stderr says why
    assert "so the evidence is quoted: http://127.0.0.1:9/v1 cannot be reached: start the server" in unreachable.stderr
    assert "1,000 sappers" in unreachable.stdout
    no_model = clipdesk("ask", "How many sappers?", data=data, CLIPDESK_MODE="local", CLIPDESK_LLM_FOLDER=tmp_path)
    assert 'is not here: run "clipdesk model pull"' in one_error(no_model)
    with Rag.open(data):
        assert "is in use by process" in one_error(clipdesk("ask", "x?", data=data))
    assert len(document(clipdesk("articles", "--json", data=data))) == 4


def test_no_arguments_shows_the_help(tmp_path: Path) -> None:
    result = clipdesk(data=tmp_path)
    assert all(name in result.stdout + result.stderr for name in ("ingest", "ask", "search", "serve", "rebuild"))


def test_an_answer_is_printed_with_who_said_it_and_the_days_meant(data: Path) -> None:
    printed = clipdesk("ask", "How many sappers did Shoigu say Kim will send?", data=data).stdout
    assert "Said by: Shoigu, quoted by TASS (state media), per Korea Herald" in printed
    visit = clipdesk("ask", "What did the Russian Security Council announce on Shoigu's arrival?", data=data).stdout
    assert "Tuesday = 2025-06-17" in visit


def test_a_disagreement_and_a_correction_are_printed(tmp_path: Path) -> None:
    text = (
        "The mill at Varn will bring 900 jobs, says its owner. The labour ministry counts 650 jobs at the mill. "
        "Its manager Ada Quill called the plan a failure and ruled out resigning."
    )
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Mill plans", text, "Harbour Post", date(2025, 6, 18))], name="mill")
    jobs = clipdesk("ask", "How many jobs will the mill at Varn bring?", data=tmp_path).stdout
    assert "Sources differ on jobs, mill" in jobs
    assert "650 jobs at the mill. (the labour ministry, per Harbour Post, 2025-06-18)" in jobs
    resigned = clipdesk("ask", "Why did Ada Quill resign?", data=tmp_path).stdout
    assert resigned.startswith("The articles say otherwise: ")
    assert "Taken for granted: Ada Quill did resign." in resigned
