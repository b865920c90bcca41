"""The REST door: the four tools as HTTP with JSON, and a page that describes them and asks no other host."""

from __future__ import annotations

import json
from html import escape
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, ConfigDict, Field

from rag import Filters
from ui import look
from ui.doors.tools import (
    MOST_TURNS,
    AnswerOut,
    ArticleId,
    Articles,
    ArticleText,
    AsOf,
    Earlier,
    Found,
    Language,
    Limit,
    Listed,
    Offset,
    Passages,
    Question,
    Since,
    Sources,
    Tools,
    Until,
    no_article,
)

OPENAPI = "/api/openapi.json"


class Problem(BaseModel):
    """Why a request was not done, in one sentence."""

    detail: str


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    question: Question
    as_of: AsOf = None
    sources: Sources = ()
    since: Since = None
    until: Until = None
    language: Language = None
    articles: Articles = ()

    @property
    def filters(self) -> Filters:
        return Filters(self.sources, self.since, self.until, self.articles, self.language)


class Ask(_Asked):
    """A question, with what was said before it, oldest first."""

    history: tuple[Earlier, ...] = Field((), max_length=MOST_TURNS)


class Search(_Asked):
    """A question to find passages for."""

    k: Passages = 10


def router(tools: Tools) -> APIRouter:
    """The routes under /api."""
    problems: dict[int | str, dict[str, Any]] = {status: {"model": Problem} for status in (401, 413, 422, 502)}
    api = APIRouter(prefix="/api", tags=["Articles"], responses=problems)

    @api.post("/ask", summary="Answer a question, or refuse")
    async def ask(asked: Ask) -> AnswerOut:
        """Every sentence of the answer carries marks like `[1]`; `citations` holds the exact words behind each."""
        return await tools.ask(asked.question, as_of=asked.as_of, history=asked.history, filters=asked.filters)

    @api.post("/search", summary="Find passages")
    async def search(asked: Search) -> Found:
        """The passages nearest to a question, best first."""
        return await tools.search(asked.question, k=asked.k, as_of=asked.as_of, filters=asked.filters)

    @api.get("/articles", summary="List the articles")
    async def articles(limit: Annotated[Limit, Query()] = 100, offset: Annotated[Offset, Query()] = 0) -> Listed:
        """Newest first, without their texts."""
        return await tools.list(limit=limit, offset=offset)

    @api.get("/articles/{article_id}", summary="Read an article", responses={404: {"model": Problem}})
    async def article(article_id: ArticleId) -> ArticleText:
        """One article in full."""
        found = await tools.article(article_id)
        if found is None:
            raise HTTPException(404, no_article(article_id))
        return found

    @api.get("", include_in_schema=False)
    @api.get("/", include_in_schema=False)
    async def described(request: Request) -> HTMLResponse:
        page = look.asset("doors/page.html").replace("{{operations}}", _operations(request.app.openapi()))
        # nothing but its own style: the page has no script, and asks no one for anything
        return HTMLResponse(page, headers={"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"})

    return api


def _operations(schema: dict[str, Any]) -> str:
    """The operations of an OpenAPI description, as HTML."""
    parts = []
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            parts.append(
                f'<section><h2><span class="method">{method.upper()}</span> <code>{escape(path)}</code></h2>'
                f"<p><b>{escape(operation['summary'])}.</b> {escape(operation.get('description', ''))}</p>"
                f"{_parameters(operation.get('parameters', []))}"
                f"{_body('Send', operation.get('requestBody'), schema)}"
                f"{_body('Get', operation['responses']['200'], schema)}</section>"
            )
    return "\n".join(parts)


def _parameters(parameters: list[dict[str, Any]]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(p['name'])}</code></td><td>{escape(_kind(p['schema']))}</td>"
        f"<td>{escape(p['schema'].get('description') or p.get('description', ''))}</td></tr>"
        for p in parameters
    )
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _body(verb: str, body: dict[str, Any] | None, schema: dict[str, Any]) -> str:
    """What is sent or got back: one row for each field."""
    model = (body or {}).get("content", {}).get("application/json", {}).get("schema", {})
    if "$ref" not in model:
        return ""
    shape = schema["components"]["schemas"][model["$ref"].rpartition("/")[2]]
    rows = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(_kind(field))}</td>"
        f"<td>{escape(field.get('description', ''))}</td></tr>"
        for name, field in shape["properties"].items()
    )
    return f"<details><summary>{verb}: {escape(shape.get('description', ''))}</summary><table>{rows}</table></details>"


def _kind(shape: dict[str, Any]) -> str:
    """A field's type in words."""
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if "anyOf" in shape:
        return " or ".join(_kind(one) for one in shape["anyOf"])
    if "enum" in shape:
        return " or ".join(json.dumps(one) for one in shape["enum"])
    if shape.get("type") == "array":
        return f"list of {_kind(shape.get('items', {}))}"
    bounds = [f"{word} {shape[key]:,}" for key, word in _BOUNDS.items() if key in shape]
    return ", ".join([shape.get("format") or shape.get("type", "any"), *bounds])


_BOUNDS = {"minimum": "from", "maximum": "to", "maxLength": "characters up to"}
