"""The bench, run tiny: every ratio is there, and the files can be read."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

from typer.testing import CliRunner

from evals.bench.corpus import made
from evals.bench.run import Ratio
from evals.cli import app


def test_a_ratio_is_met_on_its_own_side() -> None:
    assert Ratio("a", 1.5, 1.5, "at most").met
    assert not Ratio("a", 1.6, 1.5, "at most").met
    assert Ratio("a", 0.9, 0.85, "at least").met
    assert not Ratio("a", 0.8, 0.85, "at least").met


def test_the_corpus_is_the_same_whatever_was_made_before() -> None:
    texts = [("A title", "One sentence of five words. Another sentence of five words.")]
    whole = list(made(texts, first=0, count=4))
    assert whole[2:] == list(made(texts, first=2, count=2))
    assert len({a.text for a in whole}) > 1


def test_a_tiny_run_measures_everything(tmp_path: Path) -> None:
    words = ["bench", "--size", "60", "--size", "120", "--real", "20", "--out", str(tmp_path), "--json"]
    ran = CliRunner().invoke(app, words)
    assert ran.exit_code in (0, 1), ran.output  # which targets a run of this size meets says nothing
    found = json.loads((tmp_path / "bench.json").read_text("utf-8"))
    names = " ".join(ratio["name"] for ratio in found["ratios"])
    for part in ("model alone", "no page is read) / stock", "search / stock", "cold start", "import rag", "bare parts"):
        assert part in names
    for part in ("at 120 chunks / at 60", "filtered search p95", "recall@10 on mixed vectors"):
        assert part in names
    assert all(ratio["value"] > 0 for ratio in found["ratios"])
    assert [point["chunks"] for point in found["growth"]] == [60, 120]
    for name in ("latency", "ingest"):
        ElementTree.parse(tmp_path / f"bench-{name}.svg")
    assert "| cold start" in (tmp_path / "bench.md").read_text("utf-8")
