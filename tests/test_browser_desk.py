"""Library, history, filters and looks, as a reader uses them in headless chromium."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from rag import Answer, Attribution, Citation, Claim, Conflict, Position, Premise
from rag.settings import Settings
from tests.browsing import SAMPLE, SAPPERS, UNANSWERED, HeldEndpoint, Served, ask, expect_marked, serve, shot
from tests.fake_llm import FakeLLM, Reply

COURT = SAMPLE.with_name("court.txt")


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(None, Settings(mode="quote"), data=tmp_path_factory.mktemp("empty"))


def tab(page: Page, name: str) -> None:
    page.get_by_role("tab", name=name).click()


def test_pages_go_in_are_listed_and_go_out(
    page: Page, empty: Served, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    page.goto(empty.url)
    expect(page.locator(".welcome")).to_contain_text("Nothing to ask yet")
    tab(page, "Library")
    (tmp_path / "broken.pdf").write_bytes(b"%PDF-1.4 nothing")
    (tmp_path / "tool.exe").write_bytes(b"MZ")
    page.get_by_label("Saved on").fill("2025-06-21")
    page.locator("[data-part=files]").set_input_files([COURT, SAMPLE, tmp_path / "broken.pdf", tmp_path / "tool.exe"])
    expect(page.locator("[data-part=loading-words]")).to_have_text("2 of 4 files read.", timeout=60_000)
    results = page.locator(".results")
    expect(results.locator(".done").filter(has_text="court.txt")).to_contain_text("4 articles added")
    expect(results.locator(".failed").filter(has_text="tool.exe")).to_contain_text("files of this kind are not read")
    expect(results.locator(".failed").filter(has_text="broken.pdf")).not_to_contain_text("uploads")
    expect(page.locator(".library .total")).to_have_text("8 articles")
    expect(page.locator("#title")).to_contain_text("8 saved articles")
    expect(page.get_by_role("img")).to_have_accessible_name(
        "8 dated articles from 17 June 2025 to 20 June 2025, most on 18 June 2025 (3). By outlet: "
        + ", ".join(f"{name} {n}" for name, n in empty.rag.outlets().items())
        + "."
    )
    kept = sorted(p.name for p in (empty.rag.folder / "uploads" / "pages").rglob("*") if p.is_file())
    assert kept == ["broken.pdf", "court.txt", "pyongyang.txt"]
    assert not [p for p in (empty.rag.folder / "uploads" / "incoming").rglob("*") if p.is_file()]
    page.locator(".library").evaluate("node => node.scrollTop = 0")
    shot(page, request, "library")

    titles = page.locator(".row-title")
    page.get_by_label("Search").fill("dunmarrow guard")
    expect(titles).to_have_count(1)
    expect(titles).to_contain_text("Night guard")
    page.get_by_label("Search").fill("")
    page.locator("select[name=outlet]").select_option("Korea Herald")
    expect(titles).to_have_count(empty.rag.outlets()["Korea Herald"])
    page.locator("select[name=outlet]").select_option("all")
    page.locator("select[name=sort]").select_option("by title")
    expect(titles.first).to_have_text(min((a.title for a in empty.rag.articles()), key=str.lower))
    page.get_by_label("undated only").check()
    expect(titles).to_have_count(0)
    page.get_by_label("undated only").uncheck()
    titles.first.click()
    expect(page.locator(".reader h2")).to_be_focused()

    doomed = titles.first.text_content() or ""
    page.get_by_role("button", name=f"Delete {doomed}").click()
    page.get_by_role("button", name="Keep it").click()
    page.get_by_role("button", name=f"Delete {doomed}").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".library .total")).to_have_text("7 articles")
    assert doomed not in [a.title for a in empty.rag.articles()]
    tab(page, "Ask")
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_contain_text("7 articles to ask")


def test_history_is_found_opened_renamed_saved_and_deleted(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    reply.locator("a.cite").nth(1).click()
    page.wait_for_url("**/?answer=*&cite=2")
    address = page.url
    page.goto("about:blank")
    page.goto(address)  # a link: the conversation is there again, and open at the citation
    expect_marked(page, quoting.answer(SAPPERS).citations[1].quote)
    ask(page, "And who quoted Shoigu on this point?")
    assert [turn.question for turn in quoting.rag.histories[-1]] == [SAPPERS]
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".reply")).to_have_count(0)

    tab(page, "History")
    before = len(quoting.rag.history.conversations())
    page.get_by_label("Search").fill("who quoted shoigu on this point")
    expect(page.locator(".past .row-title")).to_have_count(1)
    expect(page.locator(".past .row-title")).to_have_text(SAPPERS)
    expect(page.locator(".past .row-origin")).to_contain_text("2 questions")
    page.get_by_role("button", name="Rename").click()
    page.get_by_label("New title").fill("Sappers for Kursk")
    page.keyboard.press("Enter")
    expect(page.locator(".past .row-title")).to_have_text("Sappers for Kursk")
    for kind, ends in (("Markdown", ".md"), ("HTML", ".html")):
        with page.expect_download() as download:
            page.get_by_role("button", name=kind).click()
        assert download.value.suggested_filename == f"Sappers-for-Kursk{ends}"
        text = Path(download.value.path()).read_text(encoding="utf-8")
        assert "1,000 sappers" in text
    page.locator(".past .row-title").click()
    expect(page.get_by_role("tab", name="Ask")).to_have_attribute("aria-selected", "true")
    expect(page.locator(".reply")).to_have_count(2)
    tab(page, "History")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(".past .row-title")).to_have_count(0)
    assert len(quoting.rag.history.conversations()) == before - 1


def test_filters_are_set_read_and_taken_away(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    page.get_by_role("button", name="Filters").click()
    page.get_by_label("Korea Herald").check()
    page.get_by_label("from").fill("2025-06-19")
    chips = page.locator(".chips li")
    expect(chips).to_have_text([re.compile("^Korea Herald"), re.compile("^from 19 June 2025")])
    reply = ask(page, "What does the treaty with Russia oblige either party to do?")
    expect(reply).to_contain_text("The search kept to: Korea Herald, from 19 June 2025.")
    assert "18 June 2025" not in (reply.text_content() or "")
    page.get_by_role("button", name="Remove the filter from 19 June 2025").click()
    expect(chips).to_have_count(1)
    page.get_by_role("button", name="Clear all").click()
    expect(chips).to_have_count(0)
    page.get_by_role("button", name="Filters").click()

    reply = ask(page, "What did the Korea Herald report on the sappers?")
    expect(chips).to_have_text([re.compile("^Korea Herald ?read from “.*Korea Herald.*”")])
    expect(reply).to_contain_text("The search kept to: Korea Herald.")
    page.get_by_role("button", name="Remove the filter Korea Herald").click()
    again = page.locator(".reply").nth(2)
    expect(again.locator(".status")).to_contain_text("searched")
    expect(again).not_to_contain_text("The search kept to")
    expect(chips).to_have_count(0)
    expect(page.locator(".asked").last).to_have_text("What did the Korea Herald report on the sappers?")


def test_an_answer_outlives_its_article(page: Page, empty: Served) -> None:
    (article,) = (a for a in empty.rag.read(SAMPLE) if a.title.startswith("What keeps"))
    gone = Citation(1, article, 0, 30, article.text[:30])
    answer = Answer("Why?", "answered", f"{gone.quote} [1]", (gone,), (Claim(gone.quote, (1,), "supported"),), "quote")
    saved = empty.rag.history.save(answer)
    if empty.rag.article(article.id):
        empty.rag.delete(article.id)
    page.goto(f"{empty.url}?answer={saved.id}&cite=1")
    expect(page.locator(".reader")).to_contain_text("no longer stored")
    expect_marked(page, gone.quote)


def test_doubt_conflict_and_premise_look_different(page: Page, quoting: Served, request: pytest.FixtureRequest) -> None:
    first, second = quoting.answer(SAPPERS).citations[:2]
    who = Attribution("Shoigu", ("TASS",), "Korea Herald", ("state media",))
    sides = (Position(first.quote, 1, who, date(2025, 6, 18)), Position(second.quote, 2, Attribution(), None))
    claims = (
        Claim("Kim decided to send 1,000 sappers.", (1,), "supported", who),
        Claim("They were to leave in May.", (), "unsupported"),
    )
    answer = Answer(
        "When did the 2,000 sappers leave?",
        "answered",
        "Kim decided to send 1,000 sappers. [1] They were to leave in May.",
        (first, second),
        claims,
        "llm",
        conflicts=(Conflict(("sappers",), sides),),
        premise=Premise("2,000 sappers left", "1,000 sappers are to go", 2),
    )
    saved = quoting.rag.history.save(answer)
    page.goto(f"{quoting.url}?answer={saved.id}")
    expect(page.locator(".reply .differs")).to_have_text("sources differ")
    expect(page.locator(".reply .doubt:not(.differs)")).to_have_text("unsupported")
    expect(page.locator(".reply .conflict .kicker")).to_have_text("Sources differ on sappers")
    expect(page.locator(".reply .remark")).to_contain_text("2,000 sappers left")
    lines = [
        page.locator(css).evaluate("node => getComputedStyle(node).textDecorationStyle")
        for css in (".reply .disputed", ".reply .doubtful")
    ]
    assert lines == ["double", "wavy"]
    page.locator(".reply .prose a.cite").first.hover()
    expect(page.get_by_role("tooltip")).to_contain_text("Said by Shoigu, quoted by TASS (state media)")
    shot(page, request, "conflict")
    quoting.rag.history.delete(saved.conversation)


def test_several_are_answered_at_once(browser: Browser, writing: Served, model: FakeLLM) -> None:
    """Eight people ask a model that answers none of them yet: all have their quotes, and all eight wait for it."""
    pages = [browser.new_page() for _ in range(8)]
    for page in pages:
        page.goto(writing.url)
        page.get_by_role("textbox", name="Question").fill(SAPPERS)
    HeldEndpoint.gate.clear()
    model.replies.extend(Reply(("Pyongyang is sending 1,000 ", "sappers [1].")) for _ in pages)
    for page in pages:
        page.keyboard.press("Enter")
    for page in pages:
        expect(page.locator(".reply .evidence").last).to_be_visible(timeout=100_000)
    assert HeldEndpoint.waiting == 8
    HeldEndpoint.gate.set()
    for page in pages:
        expect(page.locator(".reply .prose a.cite").first).to_have_text("[1]", timeout=100_000)
        page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_serious_fault_of_ours(
    page: Page, quoting: Served, scheme: str, request: pytest.FixtureRequest
) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(quoting.url)
    ask(page, UNANSWERED)
    ask(page, SAPPERS).locator("a.cite").first.click()
    expect(page.locator("mark.chosen")).to_be_focused()
    page.get_by_role("button", name="Filters").click()
    faults = serious(page)
    if scheme == "dark":
        page.get_by_role("button", name="Filters").click()
        shot(page, request, "dark")
    for name in ("Library", "History"):
        tab(page, name)
        expect(page.locator(".rows:visible li").first).to_be_visible()
        faults += serious(page)
    assert faults == []


def serious(page: Page) -> list[str]:
    """The serious and critical faults, without those in what gradio itself draws."""
    found = Axe().run(page).response["violations"]
    gradio = ("button.submit-button", "button.stop-button", ".tab-container", ".overflow-menu", "footer")
    return [
        f"{fault['id']}: {node['target']} {node['html'][:120]}"
        for fault in found
        if fault["impact"] in ("serious", "critical")
        for node in fault["nodes"]
        if not any(name in str(node["target"]) for name in gradio)
    ]
