"""The page: masthead, tabs on the left, the article on the right, and what goes on between them.

Each tab has a file of its own: `ask`, `library`, `past`, `evals_tab`. Importing this imports gradio: call
`quiet_gradio` before.
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from rag import ClipdeskError, Rag
from ui import look, reader, talk
from ui.ask import AT_ONCE, QUICK, AskTab, ask_tab, cancelling, first_look, open_talk
from ui.evals_tab import evals_tab
from ui.library import library_tab
from ui.markup import counted, inert
from ui.past import past_tab


def desk(rag: Rag) -> gr.Blocks:
    """The page over an open Rag."""
    page: gr.Blocks = gr.Blocks(title="Clipdesk", analytics_enabled=False, fill_height=True, fill_width=True)
    with page:
        with gr.Row(elem_id="masthead"):
            gr.HTML(
                _masthead(rag.article_count()),
                elem_id="title",
                js_on_load=look.asset("chat.js"),
                server_functions=[_feedback(rag)],
            )
            new = gr.Button("New conversation", elem_id="new", size="sm", variant="secondary")
        with gr.Row(elem_id="desk"):
            with gr.Column(elem_id="work", scale=11, min_width=320), gr.Tabs(elem_id="tabs") as tabs:
                with gr.Tab("Ask", id="ask", elem_id="ask"):
                    ask = ask_tab(rag)
                with gr.Tab("Library", id="library", elem_id="library-tab"):
                    library_tab(rag)
                with gr.Tab("History", id="history", elem_id="history-tab"):
                    past = past_tab(rag)
                with gr.Tab("Evals", id="evals", elem_id="evals-tab") as measured:
                    evals_tab(measured)
            with gr.Column(elem_id="read", scale=9, min_width=320):
                gr.HTML(
                    elem_id="reader",
                    html_template=look.asset("reader.html"),
                    js_on_load=look.asset("reader.js"),
                    server_functions=reader.functions(rag),
                )
        _wire(rag, page, ask, tabs=tabs, new=new, past=past)
    page.queue(default_concurrency_limit=AT_ONCE)
    return page


def _wire(rag: Rag, page: gr.Blocks, ask: AskTab, *, tabs: gr.Tabs, new: gr.Button, past: gr.HTML) -> None:
    """How a conversation comes into the Ask tab: anew, out of the history, or by an address."""

    def begin() -> tuple[Any, ...]:
        conversation, _, box = open_talk(())
        return conversation, gr.Chatbot(value=[], **first_look(rag)), box, gr.Tabs(selected="ask")

    def reopen(event: gr.EventData) -> tuple[Any, ...]:
        try:
            _, exchanges = rag.history.conversation(str(event._data["id"]))
        except ClipdeskError as error:
            raise gr.Error(f"{error}.", title="Not there", print_exception=False) from error
        return (*open_talk(talk.reopened(exchanges, articles=rag.article_count())), gr.Tabs(selected="ask"))

    def arrive(request: gr.Request) -> tuple[Any, ...]:
        """The conversation of the answer that the address names; else the empty chat, as the articles are now."""
        found = rag.history.exchange(str(request.query_params.get("answer", "")))
        if found is None:
            return gr.skip(), gr.Chatbot(**first_look(rag)), gr.skip()
        _, exchanges = rag.history.conversation(found.conversation)
        return open_talk(talk.reopened(exchanges, articles=rag.article_count()))

    settled = new.click(cancelling, cancels=ask.answers, **QUICK)
    settled.then(begin, None, [*ask.shown, tabs], **QUICK)
    past.open(reopen, None, [*ask.shown, tabs], cancels=ask.answers, **QUICK)
    page.load(arrive, None, ask.shown, **QUICK)


def _feedback(rag: Rag) -> Any:
    def feedback(value: Any) -> str:
        """Keep what a reader says of an answer of the history; returns nothing, or why it could not be kept."""
        found = rag.history.exchange(str(value.get("answer")))
        if found is None:
            return "This answer is not in the history any more."
        try:
            rag.add_feedback(
                found.answer.question, found.answer.text, value.get("verdict"), str(value.get("note") or "")
            )
        except ClipdeskError as error:
            return f"{error}."
        return ""

    return feedback


def _masthead(articles: int) -> str:
    return f'<h1>Clipdesk</h1><p class="count">{inert(counted(articles, "saved article"))}</p>'
