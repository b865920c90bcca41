"""The History tab: conversations kept in the store."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal

import gradio as gr

from rag import ClipdeskError, Conversation, Rag
from rag.origin import day
from ui import look
from ui.markup import counted


def past_tab(rag: Rag) -> gr.HTML:
    """Lay out the tab, inside of the block that is open; its `open` event carries the id of a conversation."""
    return gr.HTML(
        elem_id="past",
        html_template=look.asset("past.html"),
        js_on_load=look.asset("past.js"),
        server_functions=_functions(rag),
    )


def _functions(rag: Rag) -> list[Any]:
    """What past.js calls; a function that changes something returns nothing, or why it could not."""

    def conversations(query: object) -> dict[str, Any]:
        found = rag.history.conversations(str(query or ""))
        words = counted(len(found), "conversation") if found or query else "No conversation yet: ask something."
        return {"words": words, "rows": [_row(c) for c in found]}

    def rename(value: Any) -> str:
        return _fault(lambda: rag.history.rename(str(value["id"]), str(value["title"])))

    def forget(conversation: object) -> str:
        return _fault(lambda: rag.history.delete(str(conversation)))

    def export_as(value: Any) -> dict[str, str]:
        kind: Literal["html", "markdown"] = "html" if value.get("kind") == "html" else "markdown"
        try:
            text = rag.history.export(str(value["id"]), kind=kind)
            title = rag.history.conversation(str(value["id"]))[0].title
        except ClipdeskError as error:
            return {"fault": _said(error)}
        name = re.sub(r"[^\w]+", "-", title).strip("-")[:60] or "conversation"
        return {"name": f"{name}.{'html' if kind == 'html' else 'md'}", "text": text}

    return [conversations, rename, forget, export_as]


def _row(conversation: Conversation) -> dict[str, str]:
    words = f"{_moment(conversation.changed)} · {counted(conversation.exchanges, 'question')}"
    return {"id": conversation.id, "title": conversation.title, "words": words}


def _moment(when: datetime) -> str:
    here = when.astimezone()
    return f"{day(here.date())}, {here:%H:%M}"


def _fault(act: Callable[[], None]) -> str:
    try:
        act()
    except ClipdeskError as error:
        return _said(error)
    return ""


def _said(error: ClipdeskError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
