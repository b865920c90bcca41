"""What the browser tests share: chats over real articles, headless chromium, and what a reader does again and again.

The servers last for the whole run, the browser for one module: its event loop would be in the way of other tests.
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Locator, Page, expect, sync_playwright

from app import build, start
from rag import Answer, Completed, Endpoint, Event, Rag, Turn
from rag.settings import Settings
from tests.fake_llm import FakeLLM, fake_llm

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

    def stream(self, question: str, *, history: Sequence[Turn] = (), **given: Any) -> Iterator[Event]:
        self.histories.append(tuple(history))
        try:
            for event in super().stream(question, history=history, **given):
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


class HeldEndpoint(Endpoint):
    """An endpoint that can be made to wait before it answers."""

    gate = threading.Event()
    waiting = 0  # at the gate

    def chat(self, messages: Sequence[dict[str, str]]) -> Iterator[Any]:
        HeldEndpoint.waiting += 1
        self.gate.wait(100)
        HeldEndpoint.waiting -= 1
        yield from super().chat(messages)


def serve(page: Path | None, settings: Settings, *, data: Path, **parts: Any) -> Iterator[Served]:
    with WatchedRag.open(data, settings=settings, **parts) as rag:
        if page is not None:
            rag.ingest(page, captured=CAPTURED)
        served = start(build(rag), rag, host="127.0.0.1", port=0)
        try:
            yield Served(rag, served.url)
        finally:
            served.close()


@pytest.fixture(scope="session")
def quoting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    yield from serve(SAMPLE, Settings(mode="quote"), data=tmp_path_factory.mktemp("quoting"))


@pytest.fixture(scope="session")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("trapped")
    page = folder / "trap.txt"
    page.write_text(TRAP, encoding="utf-8")
    yield from serve(page, Settings(mode="quote"), data=folder / "data")


@pytest.fixture(scope="session")
def model() -> Iterator[FakeLLM]:
    with fake_llm() as server:
        yield server


@pytest.fixture(scope="session")
def writing(tmp_path_factory: pytest.TempPathFactory, model: FakeLLM) -> Iterator[Served]:
    settings = Settings(mode="llm", openai_base_url=model.url)
    HeldEndpoint.gate.set()
    yield from serve(SAMPLE, settings, data=tmp_path_factory.mktemp("writing"), endpoint=HeldEndpoint(settings))


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
    page.get_by_role("textbox", name="Question").fill(question)
    page.keyboard.press("Enter")
    reply = page.locator(".reply").nth(before)
    expect(reply.locator(".status").last).to_contain_text("searched")
    return reply


def shot(page: Page, request: pytest.FixtureRequest, name: str) -> None:
    """A screenshot for docs/, when it was asked for."""
    if request.config.getoption("--screenshots"):
        page.wait_for_timeout(400)
        page.screenshot(path=DOCS / f"screenshot-{name}.png")


def expect_marked(page: Page, words: str) -> None:
    """The article shows exactly these words as the chosen ones, in view, and has the focus on them."""
    mark = page.locator("mark.chosen")
    expect(mark).to_be_focused()
    assert mark.text_content() == words
    expect(mark).to_be_in_viewport()
