"""The report: complete in one file, beside it JSON, Markdown and JUnit, and usable in a real browser."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from typer.testing import CliRunner

from evals.asking import read_tasks
from evals.cli import app
from evals.folder import Unscored, read_run
from evals.gates import Gate
from evals.metrics import Effort
from evals.report.junit import junit
from evals.report.plots import history_plot, risk_plot
from evals.results import score_run
from evals.stats import RiskPoint
from tests.conftest import ROOT

DOCS = ROOT / "docs"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of a few questions on the court story, reported twice over, so that there is a history."""
    base = tmp_path_factory.mktemp("report")
    gold = base / "gold"
    gold.mkdir()
    (gold / "court.yaml").write_bytes((ROOT / "evals" / "gold" / "court.yaml").read_bytes())
    for name in ("first", "second"):
        arguments = ["run", "--gold", str(gold), "--split", "dev", "--out", str(base / "runs" / name)]
        result = CliRunner().invoke(app, [*arguments, "--cache-dir", str(base / "cache")])
        assert result.exit_code in (0, 1), result.output
    result = CliRunner().invoke(app, ["report", str(base / "runs" / "second"), "--gold", str(gold)])
    assert result.exit_code == 0, result.output
    return base / "runs" / "second"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("chromium is not installed: make browser")
    with sync_playwright() as play:
        found = play.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield found
        found.close()


@pytest.fixture
def page(browser: Browser, folder: Path) -> Iterator[Page]:
    """The report, opened; any request or error of the page fails the test."""
    found = browser.new_page(viewport={"width": 1200, "height": 900})
    wrong: list[str] = []
    found.on("request", lambda request: wrong.append(request.url) if not request.url.startswith("file:") else None)
    found.on("pageerror", lambda error: wrong.append(str(error)))
    found.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    found.goto((folder / "report.html").as_uri())
    yield found
    found.close()
    assert wrong == []


def test_the_verdict_comes_first_and_filters_narrow_the_questions(page: Page, pytestconfig: pytest.Config) -> None:
    expect(page.locator("header .badge")).to_have_text(re.compile("passed|failed"))
    first = page.locator("h2").first
    expect(first).to_have_text("Gates")
    shown = page.locator(".question:visible")
    every = shown.count()
    page.locator("[data-filter=category]").select_option("conflict")
    assert 0 < shown.count() < every
    page.locator("[data-text]").fill("protest")
    expect(shown).to_have_count(1)
    expect(page.locator("#count")).to_have_text(f"1 of {every}")
    if pytestconfig.getoption("--screenshots"):
        page.locator("[data-text]").fill("")
        page.locator("[data-filter=category]").select_option("")
        page.locator("#q-dunmarrow-doors summary").click()
        page.screenshot(path=DOCS / "screenshot-report.png", full_page=False)
        page.locator("#q-dunmarrow-doors").scroll_into_view_if_needed()
        page.evaluate("document.getElementById('q-dunmarrow-doors').scrollIntoView()")
        page.screenshot(path=DOCS / "screenshot-report-question.png")


def test_a_question_opens_to_its_evidence(page: Page) -> None:
    question = page.locator("#q-dunmarrow-crowd")
    question.locator("summary").click()
    expect(question.locator(".fact")).to_have_count(2)
    expect(question.locator("ol li").first).to_be_visible()
    expect(question.locator("ol .badge", has_text="gold").first).to_be_visible()
    expect(question.locator("blockquote mark").first).to_be_visible()
    question.locator(".answer a").first.click()
    expect(page.locator("blockquote:target")).to_have_count(1)


def test_a_link_opens_its_question_even_if_it_is_filtered_out(page: Page) -> None:
    page.locator("[data-text]").fill("nothing has these words")
    page.evaluate("location.hash = '#q-dunmarrow-crowd'")
    expect(page.locator("#q-dunmarrow-crowd .answer")).to_be_visible()


def test_a_phone_shows_the_page_without_sideways_scrolling(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_what_stands_beside_the_page(folder: Path) -> None:
    value = json.loads((folder / "report.json").read_text("utf-8"))
    text = (folder / "report.md").read_text("utf-8")
    assert value["verdict"] in text.splitlines()[0]
    for label, metric in value["labelled"].items():
        assert f"| {label} |" in text
        assert metric["state"] in ("measured", "not applicable", "unmeasured")
    root = ElementTree.parse(folder / "junit.xml").getroot()
    suites = {suite.get("name"): suite for suite in root}
    assert int(suites["questions"].get("tests") or 0) == len(value["questions"])
    failed = sum(not question["passed"] for question in value["questions"])
    assert int(suites["questions"].get("failures") or 0) == failed
    html = (folder / "report.html").read_text("utf-8")
    assert not re.search(r"""(?:src|href)=["'](?!#)""", html)


def test_junit_is_xml_whatever_a_reason_holds(folder: Path) -> None:
    tasks = read_tasks(folder.parent.parent / "gold", samples=ROOT / "samples")
    run = score_run(read_run(folder), tasks)
    score = replace(run.rows[0].score, passed=False, reasons=("it says “\x00\x1b[31m\ud800\uffff & é <b>”",))
    first = replace(run.rows[0], score=score, effort=Effort(1.25))
    second = replace(run.rows[1], effort=Effort(None))
    lost = (Unscored("lost", "the server sent \x07"),)
    text = junit(replace(run, rows=(first, second), unscored=lost), [Gate("complete", "failed", "\x01")])
    root = ElementTree.fromstring(text.encode("utf-8"))
    cases = {case.get("name"): case for case in root.iter("testcase")}
    assert [cases[row.score.id].get("time") for row in (first, second)] == ["1.250", None]
    failure = cases[first.score.id].find("failure")
    assert failure is not None
    assert failure.get("message") == "it says “��[31m�� & é <b>”"
    assert [error.get("message") for error in root.iter("error")] == ["the server sent �"]


def test_text_of_articles_is_never_markup(folder: Path) -> None:
    html = (folder / "report.html").read_text("utf-8")
    assert html.count("<script>") == 1
    assert "default-src 'none'" in html


def test_plots_say_when_there_is_nothing_to_plot() -> None:
    assert "no risk to plot" in risk_plot([])
    assert "polyline" in risk_plot([RiskPoint(0.5, 0.0), RiskPoint(1.0, 0.25)])
    assert "second whole run" in history_plot([], suite="gold", mode="quote", split="all")
    entry = {"suite": "gold", "mode": "quote", "split": "all", "limit": None, "finished": "2025-06-21T00:00:00"}
    runs = [{**entry, "metrics": {"vital_recall": 0.5, "question_pass": None}} for _ in range(3)]
    assert history_plot(runs, suite="gold", mode="quote", split="all").count("<circle") == 3
