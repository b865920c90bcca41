"""The shape of the project, held by its own imports."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# Imports run downward: a layer may import itself and those listed.
LAYERS = {
    "prompts": set(),
    "store": set(),
    "rag": {"store", "prompts"},
    "ui": {"rag"},
    "app": {"rag", "ui"},
    "evals": {"rag", "store"},
}
# The one place of each outside thing.
ONLY = {
    "chromadb": ("store/index.py",),
    "openai": ("rag/endpoint.py",),
    "gradio": ("app.py", "ui/"),
}
ONLY |= {"ir_measures": ("evals/retrieval.py",), "scipy": ("evals/stats.py",)}
ONLY |= {"distributed": ("rag/ingest/spread.py",)}
ONLY |= {"llama_index": ("rag/", "evals/bench/parts.py")}
ONLY |= {
    "sqlite3": ("store/database.py", "evals/bench/parts.py"),
    "onnxruntime": ("rag/models/onnx.py", "evals/bench/parts.py"),
}
ONLY |= {"xllamacpp": ("rag/models/llama.py",)}
ONLY |= {"mcp": ("ui/doors/mcp.py",), "fastapi": ("ui/doors/",), "uvicorn": ("ui/doors/serve.py",)}


def sources() -> list[Path]:
    return [ROOT / "app.py", *(p for layer in LAYERS for p in sorted((ROOT / layer).rglob("*.py")))]


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: imports are absolute"
            yield node.module or ""


def layer_of(path: Path) -> str:
    return path.relative_to(ROOT).parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_run_downward_and_outside_things_have_one_place(path: Path) -> None:
    here, place = layer_of(path), path.relative_to(ROOT).as_posix()
    for name in imports(path):
        top = name.split(".")[0]
        if top in LAYERS and top != here:
            assert top in LAYERS[here], f"{place} imports {name}"
        if here == "evals" and not place.startswith("evals/fit_"):  # what fits a model of rag looks inside
            assert not name.startswith("rag."), f"{place} imports {name}: evals use the public API, `from rag import …`"
        if top in ONLY:
            assert place.startswith(ONLY[top]), f"{place} imports {name}"


@pytest.mark.parametrize("path", sources(), ids=lambda p: str(p.relative_to(ROOT)))
def test_the_environment_is_read_in_one_file(path: Path) -> None:
    if path == ROOT / "rag" / "settings.py":
        return
    names = {n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)}
    assert not names & {"environ", "getenv", "putenv"}, f"{path} reads the environment"


def test_the_modules_of_ingest_import_each_other_in_no_circle() -> None:
    modules = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
        for path in sources()
        if "rag/ingest/" in path.as_posix()
    }
    graph: dict[str, set[str]] = {}
    for name, path in modules.items():
        nodes = [n for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.ImportFrom)]
        named = {f"{n.module}.{alias.name}" for n in nodes for alias in n.names} | set(imports(path))
        graph[name] = (named & modules.keys()) - {name}
    order = list(TopologicalSorter(graph).static_order())  # raises CycleError with the circle
    assert order.index("rag.ingest.decode") < order.index("rag.ingest.readers") < order.index("rag.ingest.read")


def test_the_layer_test_sees_a_violation(tmp_path: Path) -> None:
    bad = tmp_path / "bad.py"
    bad.write_text("import chromadb\nfrom evals import gold\n")
    assert list(imports(bad)) == ["chromadb", "evals"]


def test_importing_rag_loads_nothing_heavy() -> None:
    heavy = "chromadb llama_index openai gradio onnxruntime pydantic numpy sqlite3 tokenizers dateparser".split()
    code = f"import sys, rag; print(sorted(set({heavy}) & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"


def test_asking_loads_neither_gradio_nor_llama_index(tmp_path: Path) -> None:
    code = (
        "import sys; from rag import Rag\n"
        f"with Rag.open({str(tmp_path)!r}) as rag: rag.ask('Who?')\n"
        "heavy = 'gradio llama_index openai trafilatura lxml pypdf warcio datasketch scipy py3langid watchfiles'\n"
        "print(sorted(set(heavy.split()) & set(sys.modules)))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True, cwd=ROOT).strip() == "[]"
