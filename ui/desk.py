"""The page: masthead, chat on the left, reader on the right, and what happens on a question.

Importing this imports gradio: call `quiet_gradio` before.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import gradio as gr

from rag import Rag
from ui import look, reader, talk, welcome
from ui.markup import counted, inert

AT_ONCE = 8  # answers in the making at a time; gradio's own default is 1
CANCELLING = 0.1  # seconds for an answer to end after it was cancelled
REDRAW = 0.05  # seconds between two drawings of an answer as it streams

Update = tuple[talk.Talk, list[talk.Message]]


def desk(rag: Rag) -> gr.Blocks:
    """The page over an open Rag."""
    articles = rag.articles()
    page: gr.Blocks = gr.Blocks(title="Clipdesk", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        conversation = gr.State(())
        with gr.Row(elem_id="masthead"):
            gr.HTML(_masthead(len(articles)), elem_id="title", js_on_load=look.asset("chat.js"))
            new = gr.Button("New conversation", elem_id="new", size="sm", variant="secondary")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="ask", scale=11, min_width=320):
                chat = gr.Chatbot(
                    elem_id="chat",
                    label="Conversation",
                    show_label=False,
                    height="100%",
                    layout="panel",
                    buttons=[],
                    autoscroll=False,  # chat.js does it
                    latex_delimiters=[],
                    placeholder=welcome.welcome(articles, mode=_mode(rag)),
                    examples=[{"text": question} for question in welcome.examples(articles)],
                )
                box = _box()
            with gr.Column(elem_id="read", scale=9, min_width=320):
                gr.HTML(
                    elem_id="reader",
                    html_template=look.asset("reader.html"),
                    js_on_load=look.asset("reader.js"),
                    server_functions=_reading(rag),
                )
        _wire(rag, conversation=conversation, chat=chat, box=box, new=new)
    page.queue(default_concurrency_limit=AT_ONCE)
    return page


def _wire(rag: Rag, *, conversation: gr.State, chat: gr.Chatbot, box: gr.Textbox, new: gr.Button) -> None:
    """What happens on a question, on stop and on a new conversation."""

    def ask(question: str, so_far: talk.Talk) -> tuple[Any, ...]:
        if so_far and so_far[-1].is_running:
            raise _not_now("An answer is still coming: wait for it, stop it, or begin a new conversation.")
        if not question.strip():
            raise _not_now("Type a question first.")
        now = (*so_far, talk.Exchange(question.strip(), articles=rag.article_count()))
        return now, talk.messages(now), _box(is_running=True)

    def ask_example(chosen: gr.SelectData, so_far: talk.Talk) -> tuple[Any, ...]:
        return ask(chosen.value["text"], so_far)

    async def answer(so_far: talk.Talk) -> AsyncIterator[Update]:
        *earlier, asked = so_far
        history = talk.turns(tuple(earlier))
        drawn = 0.0
        async for exchange in talk.follow(asked, lambda: rag.stream(asked.question, history=history)):
            if exchange.is_running and exchange.streamed and time.monotonic() - drawn < REDRAW:
                continue
            drawn = time.monotonic()
            now = (*earlier, exchange)
            yield now, talk.messages(now)

    def fail(so_far: talk.Talk) -> tuple[Any, ...]:
        now = talk.settled(so_far, reason=talk.FAILED)
        return now, talk.messages(now), _box()

    def stop(so_far: talk.Talk) -> tuple[Any, ...]:
        now = talk.settled(so_far, reason=talk.STOPPED, stopped=True)
        return now, talk.messages(now), _box()

    async def cancelling() -> None:
        # gradio asks for the cancel beside this call and waits for neither: what follows must find the answer ended
        await asyncio.sleep(CANCELLING)

    def clear() -> tuple[Any, ...]:
        return (), [], _box()

    shown = [conversation, chat, box]
    quick: dict[str, Any] = {"queue": False, "show_progress": "hidden", "api_visibility": "private"}
    slow: dict[str, Any] = {"concurrency_limit": AT_ONCE, "show_progress": "hidden", "api_visibility": "private"}
    questions = (
        box.submit(ask, [box, conversation], shown, **quick),
        chat.example_select(ask_example, [conversation], shown, **quick),
    )
    answers = [asked.success(answer, [conversation], [conversation, chat], **slow) for asked in questions]
    for answered in answers:
        answered.success(_box, None, [box], **quick)
        answered.failure(fail, [conversation], shown, **quick)
    box.stop(cancelling, cancels=answers, **quick).then(stop, [conversation], shown, **quick)
    new.click(cancelling, cancels=answers, **quick).then(clear, None, shown, **quick)


def _box(*, is_running: bool = False) -> gr.Textbox:
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


def _reading(rag: Rag) -> list[Any]:
    """The functions that the panel calls; their names are known to reader.js. gradio always hands in one value."""

    def article(article_id: object) -> dict[str, str] | None:
        found = rag.article(str(article_id))
        return reader.page(found) if found else None  # it may have been deleted since it was cited

    def contents(_: object) -> list[dict[str, str]]:
        return reader.contents(rag.articles())

    return [article, contents]


def _masthead(articles: int) -> str:
    return f"<h1>Clipdesk</h1><p>{inert(counted(articles, 'saved article'))}</p>"


def _mode(rag: Rag) -> str:
    settings = rag.settings
    if settings.answer_mode == "llm":
        host = urlsplit(settings.openai_base_url or "https://api.openai.com").hostname
        return welcome.LLM.format(endpoint=host or "the endpoint")
    return welcome.QUOTE if not settings.embedding.startswith("openai:") else welcome.QUOTE_BY_ENDPOINT


def _not_now(message: str) -> gr.Error:
    return gr.Error(message, title="Not now", print_exception=False)
