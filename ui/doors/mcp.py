"""The MCP door: the four tools for assistants that speak the Model Context Protocol, over streamable HTTP.

The protocol's own SDK serves it, not gradio's `mcp_server=True`: that gives tools without bounds on their arguments and
without a schema of what comes back, and its extra holds pydantic below the version that the rest works with.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mcp.server.fastmcp import FastMCP
from mcp.server.fastmcp.exceptions import ToolError
from mcp.server.fastmcp.server import StreamableHTTPASGIApp
from mcp.server.transport_security import TransportSecuritySettings
from mcp.types import ToolAnnotations
from starlette.routing import Route

from rag import ClipdeskError, Filters
from ui.doors.tools import (
    AnswerOut,
    ArticleId,
    Articles,
    ArticleText,
    AsOf,
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

# the second is where gradio would serve it, and where clients set up for gradio look
PATHS = ("/mcp", "/gradio_api/mcp")

_INSTRUCTIONS = (
    "Clipdesk answers from news articles that its user saved, and cites the exact words. Quote those words; where it "
    "refuses, say that the articles do not answer, and do not fill the gap."
)
_READS = ToolAnnotations(readOnlyHint=True, destructiveHint=False, idempotentHint=True, openWorldHint=False)


def server(tools: Tools) -> FastMCP:
    """The MCP server; its session manager has to be run by whoever serves it."""
    mcp: FastMCP = FastMCP(
        "clipdesk",
        instructions=_INSTRUCTIONS,
        stateless_http=True,
        # `guard` checks Host and Origin for all doors
        transport_security=TransportSecuritySettings(enable_dns_rebinding_protection=False),
        log_level="WARNING",
    )
    _add_tools(mcp, tools)
    mcp.streamable_http_app()  # makes the session manager
    return mcp


def _add_tools(mcp: FastMCP, tools: Tools) -> None:
    @mcp.tool(title="Ask the saved articles", annotations=_READS)
    async def ask(
        question: Question,
        as_of: AsOf = None,
        sources: Sources = (),
        since: Since = None,
        until: Until = None,
        language: Language = None,
        articles: Articles = (),
    ) -> AnswerOut:
        """Answer a question from the saved news articles, or refuse if they are silent.

        Every sentence of the answer carries marks like [1]; `citations` holds the exact words behind each mark, with
        outlet, date and offsets. `claims` says which sentences their citations support. A refusal has the status
        "refused" and offers the nearest passages in `nearby`.
        """
        with _told():
            filters = Filters(sources, since, until, articles, language)
            return await tools.ask(question, as_of=as_of, filters=filters)

    @mcp.tool(title="Search the saved articles", annotations=_READS)
    async def search(
        question: Question,
        k: Passages = 10,
        as_of: AsOf = None,
        sources: Sources = (),
        since: Since = None,
        until: Until = None,
        language: Language = None,
        articles: Articles = (),
    ) -> Found:
        """Find the passages of the saved news articles that are nearest to a question, best first, unread by any model.

        Each passage has its exact text, the article it stands in and its offsets there.
        """
        with _told():
            filters = Filters(sources, since, until, articles, language)
            return await tools.search(question, k=k, as_of=as_of, filters=filters)

    @mcp.tool(title="Read a saved article", annotations=_READS)
    async def article(article_id: ArticleId) -> ArticleText:
        """Read one saved news article in full: title, outlet, agency, author, date, link and text."""
        found = await tools.article(article_id)
        if found is None:
            raise ToolError(no_article(article_id))
        return found

    @mcp.tool(name="list", title="List the saved articles", annotations=_READS)
    async def list_articles(limit: Limit = 100, offset: Offset = 0) -> Listed:
        """List the saved news articles, newest first: id, title, outlet, date and link of each; `total` counts all."""
        return await tools.list(limit=limit, offset=offset)


@contextmanager
def _told() -> Iterator[None]:
    """What cannot be done is the tool's error, in one sentence."""
    try:
        yield
    except ClipdeskError as error:
        raise ToolError(str(error)) from error


def routes(mcp: FastMCP) -> list[Route]:
    """Where it is served."""
    served = StreamableHTTPASGIApp(mcp.session_manager)
    return [Route(path + end, endpoint=served) for path in PATHS for end in ("", "/")]
