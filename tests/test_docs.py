"""What the documentation says, run and compared."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rag.settings import Settings
from tests.conftest import ROOT

DOCS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks(path: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", path.read_text("utf-8"), re.DOTALL)


@pytest.mark.parametrize("path", [p for p in DOCS if blocks(p)], ids=lambda p: p.name)
def test_python_blocks_run(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(tmp_path)
    for block in blocks(path):
        exec(compile(block, str(path), "exec"), {})


def test_every_setting_is_described_with_its_default() -> None:
    text = (ROOT / "docs" / "settings.md").read_text("utf-8")
    for name, field in Settings.model_fields.items():
        variable = name.upper() if name.startswith("openai") else f"CLIPDESK_{name.upper()}"
        (row,) = re.findall(rf"^\| `{variable}` \|(.*)$", text, re.MULTILINE)
        default = field.default
        if default is not None:
            assert f"`{default:g}`" in row if isinstance(default, float) else f"`{default}`" in row


@pytest.mark.parametrize("path", DOCS, ids=lambda p: p.name)
def test_links_lead_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text("utf-8")):
        assert (path.parent / target).exists(), f"{path.name} links to {target}"


def test_commands_of_the_readme_exist() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    makefile = (ROOT / "Makefile").read_text("utf-8")
    for target in re.findall(r"^make (\w+)", readme, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE)
    cli = (ROOT / "rag" / "cli.py").read_text("utf-8")
    for command in re.findall(r"clipdesk (\w+)", readme):
        assert f"\ndef {command}(" in cli


def test_no_file_names_a_registry_or_a_machine() -> None:
    names = ["pypi" + ".org", "files.python" + "hosted", "npm" + "js", "debian" + ".org", "/ro" + "ot/", "/wo" + "rk/"]
    kinds = {".py", ".md", ".toml", ".txt", ".yaml", ".yml", ".css", ".js", ".sql", ".html"}
    tops = ["rag", "store", "prompts", "evals", "ui", "tests", "samples", "docs", ".ci"]
    files = [f for top in tops for f in (ROOT / top).rglob("*") if f.is_file() and (f.suffix in kinds or top == ".ci")]
    files += [f for f in ROOT.iterdir() if f.is_file() and f.name != ".git"]
    for file in files:
        text = file.read_text("utf-8", errors="ignore")
        assert not [n for n in names if n in text], file
