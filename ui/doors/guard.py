"""Who may come in: checked once, for the page and every door, before anything else sees the request.

A browser lends any page it shows its way to this machine. So a request must be addressed to a name that only this
server answers to (or another page could make its own name lead here: DNS rebinding), and must come from its own page.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.doors.problems import problem

LARGEST = 1_000_000  # bytes of a request to a door; the page's own uploads have a bound of their own
_DOORS = ("/api", "/v1", "/mcp", "/gradio_api/mcp")
_ELSEWHERE = "requests from other web pages are not answered: open Clipdesk's own page"


class Guard:
    """ASGI middleware. `auth` is "user:password" or None; `name` is the host name that Clipdesk was told to be."""

    def __init__(self, app: ASGIApp, *, auth: str | None, name: str) -> None:
        self._app = app
        self._auth = auth.encode() if auth else None
        self._name = name.lower()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            return  # nothing of ours speaks anything else
        headers, path = Headers(scope=scope), scope["path"]
        if reason := self._foreign(headers, scope["method"]):
            await problem(path, 403, reason)(scope, receive, send)
        elif not self._knows(headers.get("authorization", "")):
            ask = {"WWW-Authenticate": 'Basic realm="Clipdesk", charset="UTF-8"'}
            await problem(path, 401, "Clipdesk asks for its user name and password", headers=ask)(scope, receive, send)
        elif not path.startswith(_DOORS):
            await self._app(scope, receive, send)
        elif (body := await _body(headers, receive)) is None:
            reason = f"the request is larger than {LARGEST:,} bytes: send less at a time"
            await problem(path, 413, reason, headers={"Connection": "close"})(scope, receive, send)
        else:
            await self._app(scope, _again(body, receive), send)

    def _foreign(self, headers: Headers, method: str) -> str | None:
        """Why a request is not from our own page or a program; None if it is."""
        host = headers.get("host", "")
        if not self._auth and not self._is_ours(host):
            return f'"{host[:100]}" is not the name of this server: use its address, or set CLIPDESK_HOST to the name'
        origin = headers.get("origin")
        if origin is not None:
            return None if urlsplit(origin).netloc.lower() == host.lower() else _ELSEWHERE
        is_followed_link = headers.get("sec-fetch-dest") == "document" and method in ("GET", "HEAD")
        if headers.get("sec-fetch-site", "none") not in ("none", "same-origin") and not is_followed_link:
            return _ELSEWHERE
        return None

    def _is_ours(self, host: str) -> bool:
        """Whether no other page can have this host's name: an address, this machine's own name, or the one set.

        With a password any name will do: a browser lends it only to the name that it was typed for.
        """
        try:
            name = (urlsplit(f"//{host}").hostname or "").rstrip(".")
        except ValueError:
            return False
        if name == "localhost" or name == self._name:
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True

    def _knows(self, header: str) -> bool:
        """Whether the header holds the password, as `Basic` or, for programs that send a key, as `Bearer`."""
        if self._auth is None:
            return True
        scheme, _, given = header.partition(" ")
        if scheme.lower() == "basic":
            try:
                return hmac.compare_digest(base64.b64decode(given, validate=True), self._auth)
            except (binascii.Error, ValueError):
                return False
        # a header comes as latin-1, whatever was meant
        return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode("latin-1"), self._auth)


async def _body(headers: Headers, receive: Receive) -> list[Message] | None:
    """The messages of the body, or None if it is too large."""
    if int(headers.get("content-length", "0")) > LARGEST:
        return None
    messages: list[Message] = []
    size = 0
    while not messages or messages[-1].get("more_body"):
        messages.append(await receive())
        size += len(messages[-1].get("body", b""))
        if size > LARGEST:
            return None
    return messages


def _again(messages: list[Message], receive: Receive) -> Receive:
    """A `receive` that gives these messages first."""
    kept: Iterator[Message] = iter(messages)

    async def give() -> Message:
        for message in kept:
            return message
        return await receive()

    return give
