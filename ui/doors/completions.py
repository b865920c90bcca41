"""The door for chat programs: Clipdesk as a model behind OpenAI's Chat Completions protocol.

An answer is sent when it has been checked, also to a client that asked for a stream: what was sent cannot be taken
back, and a sentence that its citations do not bear must not have been shown. Until then the stream is kept alive by
comments that say what is being done.
"""

from __future__ import annotations

import itertools
import json
import re
import time
import uuid
from collections.abc import AsyncIterator
from typing import Any, Literal

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse, StreamingResponse
from pydantic import BaseModel, Field

from rag import ClipdeskError
from rag.origin import outlet
from rag.types import Completed, Turn
from ui.doors import problems
from ui.doors.tools import LONGEST_QUESTION, LONGEST_TURN, MOST_TURNS, AnswerOut, CitationOut, Earlier, Tools
from ui.talk import Exchange, in_thread

MODEL = "clipdesk"
_SOURCES = "\n\nSources:\n"
_MARK = re.compile(r"\[(\d+)\]")
# what would become a tag, an image or a link where a chat program reads Markdown
_MARKUP = re.compile(r"<(?=[A-Za-z/!?])|!(?=\[)|\](?=[(\[:])")


class Part(BaseModel):
    """A part of a message; only text is read."""

    type: str
    text: str = Field("", max_length=LONGEST_TURN)


class Message(BaseModel):
    """A message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool", "function"]
    content: str | list[Part] | None = None

    @property
    def words(self) -> str:
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content if part.type == "text")
        return self.content or ""


class StreamOptions(BaseModel):
    """What is to be said at the end of a stream."""

    include_usage: bool = False


class Chat(BaseModel):
    """A request. Parameters that steer a model's sampling are accepted and have no effect here."""

    model: str = Field(description=f'Always "{MODEL}".')
    messages: list[Message] = Field(
        min_length=1,
        max_length=3 * MOST_TURNS,
        description="The last one is the question; system messages have no effect.",
    )
    stream: bool = False
    stream_options: StreamOptions | None = None
    n: Literal[1] | None = None


def router(tools: Tools) -> APIRouter:
    """The routes under /v1."""
    v1 = APIRouter(prefix="/v1", tags=["OpenAI’s protocol"])

    @v1.get("/models", summary="List the models")
    async def models() -> dict[str, Any]:
        """There is one: Clipdesk itself."""
        return {"object": "list", "data": [_model()]}

    @v1.get("/models/{name}", summary="Describe a model")
    async def model(name: str) -> dict[str, Any]:
        """The one model, if that is its name."""
        _known(name)
        return _model()

    @v1.post("/chat/completions", summary="Answer the last message of a conversation", response_model=None)
    async def complete(chat: Chat, request: Request) -> JSONResponse | StreamingResponse:
        """Citations are in the message's `annotations`, with the quote, outlet, date and offsets of each."""
        _known(chat.model)
        question, history = _conversation(chat.messages)
        base = str(request.base_url)
        if chat.stream:
            events = _stream(tools, question, history, base=base, options=chat.stream_options or StreamOptions())
            return StreamingResponse(events, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})
        answer = await tools.ask(question, history=history)
        message = {"role": "assistant", "refusal": None, **_said(answer, base=base)}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
        return JSONResponse(_head("chat.completion") | {"choices": [choice], "usage": _usage(answer)})

    return v1


async def _stream(
    tools: Tools, question: str, history: list[Earlier], *, base: str, options: StreamOptions
) -> AsyncIterator[str]:
    """The events of a streamed answer; an error of ours is one of them."""
    head = _head("chat.completion.chunk")

    def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
        return _event(head | {"choices": [{"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}]})

    yield chunk({"role": "assistant", "content": ""})
    turns = [Turn(earlier.question, earlier.answer) for earlier in history]
    exchange = Exchange(question)
    try:
        async with tools.limiter:
            async for event in in_thread(lambda: tools.rag.stream(question, history=turns)):
                exchange = exchange.after(event)
                if not isinstance(event, Completed):
                    yield f": {exchange.progress}\n\n"
    except ClipdeskError as error:
        yield _event({"error": problems.openai_error(str(error), kind="api_error")})
        return
    answer = AnswerOut.model_validate(exchange.answer)
    said = _said(answer, base=base)
    for piece in re.split(r"(?<=\])(?=\s)", said["content"]):
        yield chunk({"content": piece})
    if said["annotations"]:
        yield chunk({"annotations": said["annotations"]})
    yield chunk({}, finish="stop")
    if options.include_usage:
        yield _event(head | {"choices": [], "usage": _usage(answer)})
    yield "data: [DONE]\n\n"


def _conversation(messages: list[Message]) -> tuple[str, list[Earlier]]:
    """The question, and the exchanges before it. Raises HTTPException if there is no question that can be asked."""
    spoken = [m for m in messages if m.role in ("user", "assistant")]
    if not spoken or spoken[-1].role != "user":
        raise HTTPException(400, "the last message is not the user's: send the question last")
    *before, last = spoken
    question = last.words.strip()
    if not any(letter.isalnum() for letter in question):
        raise HTTPException(400, "the question is empty: send one as the text of the last message")
    if len(question) > LONGEST_QUESTION:
        raise HTTPException(400, f"the question is longer than {LONGEST_QUESTION:,} characters: shorten it")
    pairs = [(a, b) for a, b in itertools.pairwise(before) if (a.role, b.role) == ("user", "assistant")]
    return question, [
        Earlier(question=asked.words[:LONGEST_TURN], answer=_unfooted(said.words)[:LONGEST_TURN])
        for asked, said in pairs[-MOST_TURNS:]
        if asked.words.strip()
    ]


def _said(answer: AnswerOut, *, base: str) -> dict[str, Any]:
    """The content of a message and its annotations: one for each mark, at the mark's place in the content."""
    text = _inert(answer.text)
    cited = {c.number: c for c in answer.citations}
    annotations = [
        {"type": "url_citation", "url_citation": _citation(cited[number], mark.span(), base=base)}
        for mark in _MARK.finditer(text)
        if (number := int(mark[1])) in cited
    ]
    doubtful = [claim.text for claim in answer.claims if claim.support != "supported"]
    if doubtful:
        text += "\n\nNot borne out by the articles: " + " ".join(f"“{_inert(words)}”" for words in doubtful)
    if answer.notice:
        text += f"\n\n{_inert(answer.notice)}"
    if cited:
        text += _SOURCES + "\n".join(f"[{n}] {_inert(_origin(c))}" for n, c in cited.items())
    return {"content": text, "annotations": annotations}


def _citation(citation: CitationOut, place: tuple[int, int], *, base: str) -> dict[str, Any]:
    """OpenAI's fields, and ours: the quote is the article's text from `article_start` to `article_end`."""
    article = citation.article
    return {
        "start_index": place[0],
        "end_index": place[1],
        "title": article.title,
        "url": article.url or f"{base}api/articles/{article.id}",
        "number": citation.number,
        "quote": citation.quote,
        "outlet": article.source,
        "agency": article.agency,
        "published": article.published.isoformat() if article.published else None,
        "article_id": article.id,
        "article_start": citation.start,
        "article_end": citation.end,
    }


def _origin(citation: CitationOut) -> str:
    article, title = citation.article, " ".join(citation.article.title.split())
    return f"{outlet(article.source, article.agency)}, {article.published or 'undated'}: {title}"


def _inert(text: str) -> str:
    return _MARKUP.sub(r"\\\g<0>", text)


def _unfooted(words: str) -> str:
    return re.sub(r"\\([<!\]])", r"\1", words.partition(_SOURCES)[0])


def _usage(answer: AnswerOut) -> dict[str, int]:
    sent, got = answer.usage.prompt_tokens or 0, answer.usage.completion_tokens or 0
    return {"prompt_tokens": sent, "completion_tokens": got, "total_tokens": sent + got}


def _head(kind: str) -> dict[str, Any]:
    return {"id": f"chatcmpl-{uuid.uuid4().hex}", "object": kind, "created": int(time.time()), "model": MODEL}


def _model() -> dict[str, Any]:
    return {"id": MODEL, "object": "model", "created": 0, "owned_by": "clipdesk"}


def _known(name: str) -> None:
    if name != MODEL:
        raise HTTPException(404, f'there is no model "{name[:100]}" here: use "{MODEL}"')


def _event(value: dict[str, Any]) -> str:
    return f"data: {json.dumps(value, ensure_ascii=False)}\n\n"
