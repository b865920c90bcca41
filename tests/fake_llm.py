"""A real HTTP server on loopback that speaks Chat Completions: a queue of replies, and a memory of what was asked."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Reply:
    """Pieces of text to stream, or a status with a message.

    After the pieces `cut` drops the connection, `stall` waits for that many seconds and `junk` is sent as an event.
    `thoughts` come before the pieces as `reasoning_content`; `error` is the body of a status besides its message.
    """

    pieces: tuple[str, ...] = ()
    status: int = 200
    message: str = ""
    cut: bool = False
    stall: float = 0.0
    junk: str = ""
    thoughts: tuple[str, ...] = ()
    finish: str | None = "stop"
    cached: int | None = None
    error: dict[str, Any] = field(default_factory=dict)


@dataclass
class FakeLLM:
    """`asked` are the streamed chats, `confirmed` the calls for one word, to which `odds` gives log
    likelihoods, and `odds_later` those of the calls after."""

    url: str
    replies: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    odds: dict[str, float] = field(default_factory=dict)
    odds_status: int = 200
    odds_later: list[dict[str, float]] = field(default_factory=list)
    confirmed: list[dict[str, Any]] = field(default_factory=list)


def _event(delta: dict[str, str], *, finish: str | None = None) -> dict[str, Any]:
    return {
        "id": "1",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "delta": delta, "finish_reason": finish}],
    }


def _usage(reply: Reply) -> dict[str, Any]:
    usage: dict[str, Any] = {"prompt_tokens": 11, "completion_tokens": 7, "total_tokens": 18}
    if reply.cached is not None:
        usage["prompt_tokens_details"] = {"cached_tokens": reply.cached}
    return _event({}) | {"choices": [], "usage": usage}


def _first_word(odds: dict[str, float]) -> dict[str, Any]:
    """A whole reply of one word; without odds, one by a server that tells none."""
    top = [{"token": token, "logprob": odd, "bytes": None} for token, odd in odds.items()]
    told = {"content": [{**top[0], "top_logprobs": top}]} if top else None
    message = {"role": "assistant", "content": "Yes"}
    return {
        "id": "1",
        "object": "chat.completion",
        "created": 1,
        "model": "fake",
        "choices": [{"index": 0, "message": message, "finish_reason": "length", "logprobs": told}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 1, "total_tokens": 101},
    }


@contextmanager
def fake_llm() -> Iterator[FakeLLM]:
    hang_up = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def do_GET(self) -> None:
            self._json(200, {"object": "list", "data": [{"id": "fake-model", "object": "model"}]})

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body.get("max_tokens") == 1:
                llm.confirmed.append(body)
                status = int(llm.odds.get("status", llm.odds_status))
                if status != 200:
                    self._json(status, {"error": {"message": "logits are not there"}})
                    return
                self._json(200, _first_word(llm.odds))
                llm.odds = llm.odds_later.pop(0) if llm.odds_later else llm.odds
                return
            llm.asked.append(body | {"_path": self.path, "_key": self.headers.get("Authorization", "")})
            if self.path.endswith("/embeddings"):
                vectors = [[float(len(text)), 1.0, float(text.count("e"))] for text in body["input"]]
                data = [{"object": "embedding", "index": n, "embedding": v} for n, v in enumerate(vectors)]
                self._json(200, {"object": "list", "model": "fake", "data": data, "usage": {}})
                return
            reply = llm.replies.pop(0) if llm.replies else Reply(status=500, message="no reply queued")
            if reply.status != 200:
                self._json(reply.status, {"error": {"message": reply.message} | reply.error})
                return
            self.send_response(200)
            self.send_header("Content-Type", "text/event-stream")
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            events = [_event({"reasoning_content": thought}) for thought in reply.thoughts]
            events += [_event({"content": piece}) for piece in reply.pieces]
            for event in events:
                self._chunk(f"data: {json.dumps(event)}\n\n")
            if reply.junk:
                self._chunk(f"data: {reply.junk}\n\n")
            if reply.stall:
                hang_up.wait(reply.stall)
            if reply.cut:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            self._chunk(f"data: {json.dumps(_event({}, finish=reply.finish))}\n\n")
            self._chunk(f"data: {json.dumps(_usage(reply))}\n\n")
            self._chunk("data: [DONE]\n\n")
            self._chunk("")

        def _chunk(self, text: str) -> None:
            data = text.encode()
            with suppress(ConnectionError):  # the client may have heard enough
                self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
                self.wfile.flush()

        def _json(self, status: int, value: dict[str, Any]) -> None:
            data = json.dumps(value).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    llm = FakeLLM(f"http://127.0.0.1:{server.server_address[1]}/v1")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield llm
    finally:
        hang_up.set()
        server.shutdown()
        server.server_close()
