"""The Ask tab: question, filters, and what happens on a question, on stop and on a new conversation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from rag import ClipdeskError, Rag
from ui import filters, look, talk, welcome

AT_ONCE = 8  # answers in the making at a time; gradio's own default is 1
CANCELLING = 0.1  # seconds for an answer to end after it was cancelled
REDRAW = 0.05  # seconds between two drawings of an answer as it streams

Update = tuple[talk.Talk, list[talk.Message]]
QUICK: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
_SLOW: dict[str, Any] = {"concurrency_limit": AT_ONCE, "show_progress": "hidden", "api_visibility": "private"}


@dataclass(frozen=True)
class AskTab:
    """The parts that other tabs change."""

    conversation: gr.State
    chat: gr.Chatbot
    box: gr.Textbox
    filters: gr.HTML
    answers: list[Any]

    @property
    def shown(self) -> list[Any]:
        """What opening a conversation sets: see `open_talk`."""
        return [self.conversation, self.chat, self.box]


def ask_tab(rag: Rag) -> AskTab:
    """Lay out the tab, inside of the block that is open, and wire it."""
    conversation = gr.State(())
    chat = gr.Chatbot(
        elem_id="chat",
        label="Conversation",
        show_label=False,
        height="100%",
        layout="panel",
        buttons=[],
        autoscroll=False,  # chat.js does it
        latex_delimiters=[],
        **first_look(rag),
    )
    kept_to = gr.HTML(
        filters.nothing(rag),
        elem_id="filters",
        html_template=look.asset("filters.html"),
        js_on_load=look.asset("filters.js"),
        server_functions=[_outlets(rag)],
    )
    box = question_box()
    tab = AskTab(conversation, chat, box, kept_to, [])
    _wire(rag, tab)
    return tab


def open_talk(now: talk.Talk) -> tuple[Any, ...]:
    """A conversation as the values of `AskTab.shown`."""
    return now, talk.messages(now), question_box()


def _wire(rag: Rag, tab: AskTab) -> None:
    def ask(question: str, so_far: talk.Talk, value: Any) -> tuple[Any, ...]:
        if so_far and so_far[-1].is_running:
            raise not_now("An answer is still coming: wait for it, stop it, or begin a new conversation.")
        if not question.strip():
            raise not_now("Type a question first.")
        try:
            wanted = filters.wanted(value)
        except ClipdeskError as error:
            raise not_now(f"{error}.") from error
        now = (*so_far, talk.Exchange(question.strip(), wanted=wanted, articles=rag.article_count()))
        return now, talk.messages(now), question_box(is_running=True)

    def ask_example(chosen: gr.SelectData, so_far: talk.Talk, value: Any) -> tuple[Any, ...]:
        return ask(chosen.value["text"], so_far, value)

    def ask_again(event: gr.EventData, so_far: talk.Talk) -> tuple[Any, ...]:
        """The last question, without a filter that was read from it."""
        return ask(so_far[-1].question if so_far else "", so_far, event._data)

    async def answer(so_far: talk.Talk) -> AsyncIterator[Update]:
        *earlier, asked = so_far
        history = talk.turns(tuple(earlier))
        drawn = 0.0
        async for exchange in talk.follow(asked, lambda: talk.stream(rag, asked, history=history)):
            if exchange.answer is not None:
                exchange = await asyncio.to_thread(_kept, rag, exchange, earlier)
            elif exchange.is_running and exchange.streamed and time.monotonic() - drawn < REDRAW:
                continue
            drawn = time.monotonic()
            now = (*earlier, exchange)
            yield now, talk.messages(now)

    def answered(so_far: talk.Talk, value: Any) -> tuple[Any, ...]:
        done = so_far[-1].answer if so_far else None
        return question_box(), value | {"readings": filters.readings(done.scope) if done else []}

    def fail(so_far: talk.Talk) -> tuple[Any, ...]:
        return open_talk(talk.settled(so_far, reason=talk.FAILED))

    def stop(so_far: talk.Talk) -> tuple[Any, ...]:
        return open_talk(talk.settled(so_far, reason=talk.STOPPED, stopped=True))

    questions = (
        tab.box.submit(ask, [tab.box, tab.conversation, tab.filters], tab.shown, **QUICK),
        tab.chat.example_select(ask_example, [tab.conversation, tab.filters], tab.shown, **QUICK),
        tab.filters.without(ask_again, [tab.conversation], tab.shown, **QUICK),
    )
    tab.answers.extend(q.success(answer, [tab.conversation], [tab.conversation, tab.chat], **_SLOW) for q in questions)
    for made in tab.answers:
        made.success(answered, [tab.conversation, tab.filters], [tab.box, tab.filters], **QUICK)
        made.failure(fail, [tab.conversation], tab.shown, **QUICK)
    tab.box.stop(cancelling, cancels=tab.answers, **QUICK).then(stop, [tab.conversation], tab.shown, **QUICK)


def _kept(rag: Rag, exchange: talk.Exchange, earlier: Sequence[talk.Exchange]) -> talk.Exchange:
    """The exchange, kept in the history after those before it; a history that cannot be written costs no answer."""
    assert exchange.answer is not None
    before = next((e.saved.conversation for e in reversed(earlier) if e.saved), None)
    try:
        return replace(exchange, saved=rag.history.save(exchange.answer, conversation=before))
    except ClipdeskError as error:
        gr.Warning(f"This answer is not kept in the history: {error}.")
        return exchange


async def cancelling() -> None:
    """gradio asks for a cancel beside this call and waits for neither: what follows must find the answer ended."""
    await asyncio.sleep(CANCELLING)


def question_box(*, is_running: bool = False) -> gr.Textbox:
    """The question box; with a stop button while an answer is coming."""
    if is_running:
        return gr.Textbox(value="", submit_btn=False, stop_btn="Stop")
    return gr.Textbox(
        elem_id="question",
        label="Question",
        show_label=False,
        placeholder="Ask about your saved articles",
        lines=1,
        max_lines=5,
        max_length=2000,
        submit_btn="Ask",
        stop_btn=False,
        autofocus=True,
    )


def not_now(message: str) -> gr.Error:
    return gr.Error(message, title="Not now", print_exception=False)


def _outlets(rag: Rag) -> Any:
    def outlets(_: object) -> list[dict[str, Any]]:
        return filters.outlets(rag)

    return outlets


def first_look(rag: Rag) -> dict[str, Any]:
    """What the empty chat shows, as the articles are now."""
    return {
        "placeholder": welcome.welcome(rag.article_count(), mode=_mode(rag)),
        "examples": [{"text": question} for question in welcome.examples(rag)],
    }


def _mode(rag: Rag) -> str:
    settings = rag.settings
    if settings.mode == "local":
        return welcome.LOCAL
    if settings.answer_mode == "llm":
        host = urlsplit(settings.openai_base_url or "https://api.openai.com").hostname
        return welcome.LLM.format(endpoint=host or "the endpoint")
    return welcome.QUOTE if not settings.embedding.startswith("openai:") else welcome.QUOTE_BY_ENDPOINT
