"""Everything that Clipdesk serves, in one application: the page, and the doors for programs beside it."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass

import gradio as gr
import uvicorn
from fastapi import FastAPI, HTTPException, Request
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from rag import ClipdeskError, Rag
from ui import look, uploads
from ui.doors import completions, mcp, problems, rest
from ui.doors.guard import Guard
from ui.doors.tools import Tools

_STOPPING = 5  # seconds for requests in the making to end


@dataclass(frozen=True)
class Served:
    """A server that listens, and where."""

    url: str
    _server: uvicorn.Server
    _thread: threading.Thread

    def close(self) -> None:
        """Stop listening; answers in the making are given up after a few seconds."""
        self._server.should_exit = True
        self._thread.join(_STOPPING + 5)


def application(rag: Rag, page: gr.Blocks) -> ASGIApp:
    """The page and the doors as one ASGI application, guarded."""
    tools = Tools(rag)
    mcp_server = mcp.server(tools)

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        async with mcp_server.session_manager.run():
            yield

    api = FastAPI(
        title="Clipdesk",
        version="1",
        description="Ask saved news articles; every sentence of an answer is cited to the exact words it rests on.",
        lifespan=lifespan,
        openapi_url=rest.OPENAPI,
        docs_url=None,  # both of these pages load scripts from another host
        redoc_url=None,
    )
    problems.handle(api)
    api.include_router(rest.router(tools))
    api.include_router(completions.router(tools))
    routes: list[BaseRoute] = list(mcp.routes(mcp_server))
    api.router.routes.extend(routes)

    for door in ("/api", "/v1"):  # else the page would answer

        @api.api_route(door + "/{rest:path}", methods=["GET", "POST"], include_in_schema=False)
        async def nothing(request: Request) -> None:
            raise HTTPException(404, f"there is nothing at {request.url.path[:100]}: /api describes what there is")

    _mount(api, page)
    return Guard(api, auth=rag.settings.password, name=rag.settings.host)


def _mount(api: FastAPI, page: gr.Blocks) -> None:
    gr.mount_gradio_app(
        api,
        page,
        path="/",
        theme=look.theme(),
        css_paths=look.asset_path("page.css"),
        favicon_path=str(look.asset_path("favicon.svg")),
        footer_links=[],
        run_history=False,
        max_file_size=uploads.LARGEST,
        ssr_mode=False,
        show_error=False,
        mcp_server=False,
    )


def listen(app: ASGIApp, at: socket.socket) -> Served:
    """Serve the application at a bound socket, in a thread of its own, from the time this returns."""
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=_STOPPING)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [at]}, daemon=True, name="clipdesk-server")
    thread.start()
    while not server.started:
        if not thread.is_alive():
            raise ClipdeskError("the server did not start: the terminal says why")
        time.sleep(0.02)
    host, port = at.getsockname()[:2]
    return Served(f"http://{f'[{host}]' if ':' in host else host}:{port}/", server, thread)
