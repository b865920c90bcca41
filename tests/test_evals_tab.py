"""The Evals tab in a real browser, over real runs of the evals."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

import app
from rag import Rag
from rag.settings import quiet_gradio
from tests.browsing import DOCS

SLOW = 240_000  # milliseconds that a run may take on a loaded machine


@pytest.fixture(scope="module")
def runs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evals") / "runs"


@pytest.fixture(scope="module")
def url(desk: Rag, runs: Path) -> Iterator[str]:
    quiet_gradio(runs.parent / "incoming")
    import gradio as gr

    from ui.evals_tab import evals_tab

    with gr.Blocks(title="Clipdesk", analytics_enabled=False) as blocks, gr.Tabs():
        with gr.Tab("Ask"):
            gr.Markdown("The chat.")
        with gr.Tab("Evals") as tab:
            evals_tab(tab, runs=runs, sample=1)
    served = app.start(blocks, desk, host="127.0.0.1", port=0)
    yield served.url
    served.close()


def opened(page: Page, url: str) -> Page:
    page.goto(url)
    page.get_by_role("tab", name="Evals").click()
    return page


def test_a_run_is_made_followed_and_shown(page: Page, url: str, runs: Path, request: pytest.FixtureRequest) -> None:
    page.set_default_timeout(SLOW)
    opened(page, url)
    status = page.locator("#evals-status")
    expect(status).to_contain_text("No run yet")
    page.get_by_role("button", name="Run the evals").click()
    expect(page.get_by_role("button", name="Stop the run")).to_be_visible()
    expect(status).to_contain_text("of 4 questions answered", timeout=SLOW)
    expect(status).to_contain_text("Last run: ", timeout=SLOW)
    summary = json.loads((runs / "gold-quote-sample" / "summary.json").read_text("utf-8"))
    expect(status).to_contain_text(f"{summary['verdict']} (gold, quote mode, 1 questions of each file")
    expect(page.get_by_role("button", name="Stop the run")).to_be_hidden()
    report = page.frame_locator("#evals-report iframe")
    expect(report.locator("body")).to_contain_text(str(summary["questions"][0]["id"]))
    expect(page.locator("#evals-history")).to_be_hidden()  # one run is no history
    _again(runs)
    opened(page, url)
    expect(page.locator("#evals-history canvas, #evals-history svg.marks").first).to_be_visible()
    if request.config.getoption("--screenshots"):
        page.wait_for_timeout(1000)
        page.screenshot(path=DOCS / "screenshot-evals.png")


def _again(runs: Path) -> None:
    """A second run of the same kind, as the command line would have remembered it."""
    path = runs / "history.jsonl"
    (first,) = map(json.loads, path.read_text("utf-8").splitlines())
    earlier = first | {"finished": "2025-06-21T10:00:00+00:00", "run": "earlier"}
    others = {"a": 1}  # a row of another program
    path.write_text("".join(json.dumps(entry) + "\n" for entry in (earlier, first, others)), encoding="utf-8")


def test_the_frame_of_the_report_reaches_nothing(page: Page, url: str) -> None:
    opened(page, url)
    frame = page.locator("#evals-report iframe")
    assert frame.get_attribute("sandbox") == "allow-scripts"
    inside = frame.element_handle().content_frame()
    assert inside is not None
    assert inside.evaluate("window.origin") == "null"


def test_a_run_is_stopped_and_one_is_made_at_a_time(page: Page, url: str) -> None:
    page.set_default_timeout(SLOW)
    opened(page, url)
    page.get_by_role("radio", name="all questions").check()
    page.get_by_role("button", name="Run the evals").click()
    stop = page.get_by_role("button", name="Stop the run")
    expect(stop).to_be_visible()
    page.get_by_role("button", name="Run the evals").click()  # it is followed, not begun again
    other = opened(page.context.new_page(), url)  # and followed from elsewhere too
    begun = time.monotonic()
    other.get_by_role("button", name="Stop the run").click()
    for each in (other, page):
        expect(each.locator("#evals-status")).to_contain_text("Last run: ", timeout=SLOW)
        expect(each.get_by_role("button", name="Stop the run")).to_be_hidden()
    assert time.monotonic() - begun < 60
    expect(page.locator("#evals-status")).to_contain_text("The run was stopped")


def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    from ui.evals_run import Runner

    runner = Runner(tmp_path / "runs")
    assert runner.finish() is None
    assert (runner.history(), runner.report("../../etc")) == ([], None)
    (tmp_path / "runs").mkdir()
    (tmp_path / "runs" / "gold-quote-all").write_text("in the way")
    assert runner.start(limit=None)
    assert not runner.start(limit=1)
    said = runner.finish() or ""
    assert "File exists: check the path" in said


def test_an_install_without_the_pages_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from ui.evals_run import missing

    assert missing() is None
    bare = tmp_path / "evals"
    bare.mkdir()
    (bare / "__init__.py").touch()
    monkeypatch.delitem(__import__("sys").modules, "evals", raising=False)
    monkeypatch.syspath_prepend(tmp_path)
    assert "not part of this install" in (missing() or "")
