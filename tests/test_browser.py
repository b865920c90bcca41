"""The chat as a reader uses it: the real app over real articles, driven in headless chromium."""

from __future__ import annotations

import re
import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from app import build, start
from rag import Answer, Completed, Event, Rag, Turn
from rag.settings import Settings
from tests.fake_llm import FakeLLM, Reply, fake_llm

DOCS = Path(__file__).parent.parent / "docs"
SAMPLE = Path(__file__).parent.parent / "samples" / "pyongyang.txt"
CAPTURED = "2025-06-21"
CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
SAPPERS = "How many sappers is Pyongyang sending?"
UNANSWERED = "What is the price of tea in Lisbon?"

# a page whose author would like the reader's browser to do things; with letters beyond 16 bits before all else
TRAP = """\
Harbour council votes for a taller lighthouse
Harbour council votes for a taller lighthouse

Harbour Times2 days ago

🦑🇫🇷 The harbour council of Brackwater met on Monday evening. It voted 7 to 2 for a lighthouse of 41 metres \
<img src=x onerror="window.caught=1"> on the old mole.
Councillor Petra Vaughan published the drawing ![plan](http://evil.example/plan.png) of the lighthouse and asked \
readers to sign [a form](javascript:window.caught=2) by Friday.
The lighthouse will cost 3 million crowns, said the treasurer, who pointed to <script>window.caught=3</script> the \
*budget* of last year. Work begins in the spring, when the ice has left the harbour.
"""


expect.set_options(timeout=30_000)  # an answer may take its time on a loaded machine; a pass does not wait


class WatchedRag(Rag):
    """A Rag that remembers the histories it was given, and can be made to wait before it completes an answer."""

    def __init__(self, *args: object, **parts: object) -> None:
        super().__init__(*args, **parts)  # type: ignore[arg-type]
        self.histories: list[tuple[Turn, ...]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.dropped = threading.Event()

    def stream(self, question: str, *, history: Sequence[Turn] = (), as_of: date | None = None) -> Iterator[Event]:
        self.histories.append(tuple(history))
        try:
            for event in super().stream(question, history=history, as_of=as_of):
                if isinstance(event, Completed):
                    self.gate.wait(10)
                yield event
        except GeneratorExit:
            self.dropped.set()
            raise


@dataclass(frozen=True)
class Served:
    """An open Rag and the address of its chat."""

    rag: WatchedRag
    url: str
    known: dict[str, Answer] = field(default_factory=dict)

    def answer(self, question: str) -> Answer:
        """What the chat is to show for a question that begins a conversation."""
        if question not in self.known:
            self.known[question] = self.rag.ask(question)
        return self.known[question]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("there is no chromium to test with: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM))
        yield browser
        browser.close()


def serve(page: Path, settings: Settings, *, data: Path) -> Iterator[Served]:
    with WatchedRag.open(data, settings=settings) as rag:
        rag.ingest(page, captured=CAPTURED)
        served = start(build(rag), rag, host="127.0.0.1", port=0)
        try:
            yield Served(rag, served.url)
        finally:
            served.close()


@pytest.fixture(scope="module")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(SAMPLE, Settings(mode="quote"), data=tmp_path_factory.mktemp("quoting"))


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("trapped")
    page = folder / "trap.txt"
    page.write_text(TRAP, encoding="utf-8")
    yield from serve(page, Settings(mode="quote"), data=folder / "data")


@pytest.fixture(scope="module")
def model() -> Iterator[FakeLLM]:
    with fake_llm() as server:
        yield server


@pytest.fixture(scope="module")
def writing(tmp_path_factory: pytest.TempPathFactory, model: FakeLLM) -> Iterator[Served]:
    settings = Settings(mode="llm", openai_base_url=model.url)
    yield from serve(SAMPLE, settings, data=tmp_path_factory.mktemp("writing"))


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page of its own per test. No request of it leaves the machine and its console shows no error."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, color_scheme="light")
    context.set_default_timeout(10_000)
    page = context.new_page()
    hosts: set[str | None] = set()
    faults: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            faults.append(message.text)

    page.on("request", lambda request: hosts.add(urlsplit(request.url).hostname))
    page.on("console", note)
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    assert hosts - {None} == {"127.0.0.1"}  # None: data: and blob: addresses
    assert faults == []
    context.close()


def ask(page: Page, question: str) -> Locator:
    """Ask, and wait for the whole reply."""
    before = page.locator(".reply").count()
    page.get_by_role("textbox").fill(question)
    page.keyboard.press("Enter")
    reply = page.locator(".reply").nth(before)
    expect(reply.locator(".status").last).to_contain_text("searched")
    return reply


def expect_marked(page: Page, words: str) -> None:
    """The article shows exactly these words as the chosen ones, in view, and has the focus on them."""
    mark = page.locator("mark.chosen")
    expect(mark).to_be_focused()
    assert mark.text_content() == words
    expect(mark).to_be_in_viewport()


def test_answer_opens_at_the_exact_quote(page: Page, quoting: Served, request: pytest.FixtureRequest) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    answer = quoting.answer(SAPPERS)
    expect(reply.locator("blockquote.quote")).to_have_count(len(answer.citations))
    assert reply.locator("a.cite").all_text_contents() == [f"[{c.number}]" for c in answer.citations]
    assert reply.locator("blockquote .words").all_text_contents() == [c.quote for c in answer.citations]
    expect(reply.locator(".status")).to_have_text(re.compile(r"^Quote mode · 4 articles searched · \d+\.\d s$"))
    for citation in reversed(answer.citations):
        reply.get_by_text(f"[{citation.number}]", exact=True).click()
        expect(page.locator(".reader h2")).to_have_text(citation.article.title)
        expect_marked(page, citation.quote)
    others = [c for c in answer.citations[1:] if c.article.id == answer.citations[0].article.id]
    in_order = sorted(others, key=lambda c: c.start)
    assert page.locator(".reader a.also").all_text_contents() == [c.quote for c in in_order]
    expect(page.locator(".reader-outlet")).to_have_text("Korea Herald")
    expect(page.locator(".reader-byline")).to_have_text("18 June 2025, page saved 21 June 2025")
    if request.config.getoption("--screenshots"):
        page.screenshot(path=DOCS / "screenshot-answer.png")


def test_everything_can_be_done_from_the_keyboard(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    citations = quoting.answer(SAPPERS).citations
    first = reply.locator("a.cite").first
    page.keyboard.press("Shift+Tab")
    for _ in range(10):  # backwards from the question box to the marks
        if first.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect_marked(page, citations[0].quote)
    other = next(c for c in citations[1:] if c.article.id == citations[0].article.id)
    page.keyboard.press("Tab" if other.start > citations[0].start else "Shift+Tab")
    expect(page.locator("a.also").filter(has_text=other.quote)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark.chosen")).to_have_text(other.quote)
    expect_marked(page, other.quote)
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_refusal_looks_like_one_and_offers_passages(
    page: Page, quoting: Served, request: pytest.FixtureRequest
) -> None:
    page.goto(quoting.url)
    reply = ask(page, UNANSWERED)
    answer = quoting.answer(UNANSWERED)
    expect(reply.locator(".refusal .kicker")).to_have_text("Not answered")
    expect(reply.locator(".refusal")).to_contain_text(answer.text)
    expect(reply.locator("blockquote")).to_have_count(0)
    expect(reply.locator(".nearby a.cite")).to_have_count(len(answer.nearby))
    reply.locator(".nearby a.cite").first.click()
    expect_marked(page, answer.nearby[0].text)
    if request.config.getoption("--screenshots"):
        page.screenshot(path=DOCS / "screenshot-refusal.png")


def test_article_text_never_becomes_markup(page: Page, trapped: Served) -> None:
    page.goto(trapped.url)
    for question, words in (
        ("How tall is the lighthouse?", '<img src=x onerror="window.caught=1">'),
        ("Who published the drawing of the lighthouse?", "![plan](http://evil.example/plan.png)"),
        ("What will the lighthouse cost?", "<script>window.caught=3</script> the *budget*"),
    ):
        reply = ask(page, question)
        citation = trapped.answer(question).citations[0]
        assert words in citation.quote
        assert reply.locator(".words").first.text_content() == citation.quote
        reply.locator("a.cite").first.click()
        expect_marked(page, citation.quote)  # its offset lies behind letters of two UTF-16 units
    assert page.evaluate("window.caught") is None
    assert (
        page.locator("#chat img, #reader img, #reader script, #chat em, a[href^=javascript], a[href^=http]").count()
        == 0
    )


def test_question_is_shown_as_typed(page: Page, trapped: Served) -> None:
    page.goto(trapped.url)
    question = 'Who is <img src=x onerror="window.caught=4"> & **what** ![x](http://evil.example/q.png)?'
    ask(page, question)
    assert page.locator(".asked").text_content() == question
    assert page.evaluate("window.caught") is None


def test_second_question_gets_the_conversation_so_far(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    answer = quoting.answer(SAPPERS)
    ask(page, SAPPERS)
    ask(page, "And who quoted Shoigu on that?")
    first, second = quoting.rag.histories[-2:]
    assert first == ()
    assert second == (Turn(SAPPERS, answer.text),)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, SAPPERS)
    assert quoting.rag.histories[-1] == ()


def test_stop_takes_effect_at_once_and_keeps_what_was_shown(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    quoting.rag.gate.clear()
    quoting.rag.dropped.clear()
    page.get_by_role("textbox").fill(SAPPERS)
    page.keyboard.press("Enter")
    expect(page.locator(".reply .prose")).to_contain_text("1,000 sappers")
    begun = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reply .stopped")).to_contain_text("Stopped")
    assert time.monotonic() - begun < 2  # the answer itself is still held at the gate
    expect(page.locator(".reply .unchecked")).to_contain_text("1,000 sappers")
    expect(page.get_by_role("button", name="Ask")).to_be_visible()
    quoting.rag.gate.set()
    assert quoting.rag.dropped.wait(5)
    reply = ask(page, UNANSWERED)
    expect(reply.locator(".refusal")).to_be_visible()
    assert quoting.rag.histories[-1] == ()  # a stopped answer is no part of the conversation


def test_first_visit_offers_questions_and_says_the_mode(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    expect(page.locator(".welcome")).to_contain_text("Quote mode")
    expect(page.locator(".welcome")).to_contain_text("OPENAI_BASE_URL")
    expect(page.locator(".reader-contents li")).to_have_count(4)
    page.get_by_role("button", name=SAPPERS).click()
    expect(page.locator(".reply .status")).to_contain_text("searched")
    page.get_by_role("button", name="A year on, N. Korea praises").click()
    expect(page.locator(".reader-outlet")).to_have_text("Korea Herald / Yonhap")


def test_model_writes_and_its_doubtful_claims_are_marked(page: Page, writing: Served, model: FakeLLM) -> None:
    page.goto(writing.url)
    expect(page.locator(".welcome")).to_contain_text("LLM mode: a model at 127.0.0.1")
    invented = "Some 77,777 cooks follow <img src=x onerror=window.caught=5> ![](http://evil.example/m.png) [1]."
    model.replies.append(Reply(("Pyongyang is sending 1,000 ", "sappers [1]. ", invented)))
    reply = ask(page, SAPPERS)
    expect(reply.locator(".prose")).to_contain_text("Pyongyang is sending 1,000 sappers")
    expect(reply.locator(".doubtful")).to_contain_text("77,777 cooks follow <img src=x onerror=window.caught=5> ![]")
    expect(reply.locator(".doubt")).to_have_text("unsupported")
    expect(reply.locator(".status")).to_contain_text(re.compile("^LLM mode · fake-model · 4 articles searched"))
    reply.locator(".prose a.cite").first.click()
    expect(page.locator("mark.chosen")).to_be_focused()
    assert page.evaluate("window.caught") is None
    assert page.locator("#chat img").count() == 0


def test_lost_endpoint_is_said_and_what_came_is_kept(page: Page, writing: Served, model: FakeLLM) -> None:
    page.goto(writing.url)
    model.replies.append(Reply(("Pyongyang is sending 1,000 sappers [1], ",), cut=True))
    page.get_by_role("textbox").fill(SAPPERS)
    page.keyboard.press("Enter")
    expect(page.locator(".reply .fault")).to_contain_text("CLIPDESK_MODE=quote")
    expect(page.locator(".reply .unchecked")).to_contain_text("1,000 sappers")
    model.replies.append(Reply(("Pyongyang is sending 1,000 sappers [1].",)))
    expect(ask(page, SAPPERS).locator(".prose a.cite")).not_to_have_count(0)


def test_phone_shows_the_article_over_the_chat(page: Page, quoting: Served) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".reader")).to_be_hidden()
    reply.locator("a.cite").first.click()
    expect_marked(page, quoting.answer(SAPPERS).citations[0].quote)
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator(".reader")).to_be_hidden()
    expect(reply.locator("a.cite").first).to_be_focused()
