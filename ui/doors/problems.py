"""What a program hears when its request was not done: one sentence, in the shape of the door it came through."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.responses import JSONResponse

from rag import ClipdeskError, EndpointError, FilterError

_INSIDE = "something went wrong inside Clipdesk: the terminal it runs in says what"
_CODES = {401: "invalid_api_key", 404: "model_not_found", 413: "request_too_large"}


def openai_error(message: str, *, kind: str = "invalid_request_error", code: str | None = None) -> dict[str, Any]:
    """OpenAI's error object."""
    return {"message": message, "type": kind, "param": None, "code": code}


def problem(path: str, status: int, message: str, *, headers: Mapping[str, str] | None = None) -> JSONResponse:
    """The reply with this status for a request of this path."""
    if path.startswith("/v1/"):
        kind = "invalid_request_error" if status < 500 else "api_error"
        return JSONResponse({"error": openai_error(message, kind=kind, code=_CODES.get(status))}, status, headers)
    return JSONResponse({"detail": message}, status, headers)


def handle(app: FastAPI) -> None:
    """Have the app say what went wrong in one sentence, and nothing of the code that it went wrong in."""

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        path = request.url.path
        return problem(path, 400 if path.startswith("/v1/") else 422, _sentence(error))

    @app.exception_handler(StarletteHTTPException)
    async def refused(request: Request, error: HTTPException) -> JSONResponse:
        return problem(request.url.path, error.status_code, str(error.detail), headers=error.headers)

    @app.exception_handler(ClipdeskError)
    async def failed(request: Request, error: ClipdeskError) -> JSONResponse:
        status = 502 if isinstance(error, EndpointError) else 422 if isinstance(error, FilterError) else 500
        return problem(request.url.path, status, str(error))

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> JSONResponse:
        logging.getLogger("clipdesk").error("%s", request.url.path, exc_info=error)
        return problem(request.url.path, 500, _INSIDE)


def _sentence(error: RequestValidationError) -> str:
    first = error.errors()[0]
    if first["type"] == "json_invalid":
        return "the body is no JSON: send one JSON object, with Content-Type: application/json"
    where = ".".join(str(part) for part in first["loc"] if part not in ("body", "query", "path"))
    what = first["msg"].removeprefix("Value error, ")
    return f"{where or 'the body'}: {what[:1].lower()}{what[1:]}; /api describes what can be sent"
