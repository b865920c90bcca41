"""The OpenAI-compatible endpoint: chat and embeddings, with errors that say what to do. Only this file knows openai."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import Any

import httpx2
import openai

from rag.errors import EndpointError
from rag.settings import Settings
from rag.types import Usage

OPENAI_MODEL = "gpt-5-mini"
MAX_TOKENS = 300  # of an answer, where the server takes such a bound
EMBED_BATCH = 256


class Endpoint:
    """A client of OpenAI or of a server that speaks its protocol (Chat Completions, the common ground of them all)."""

    def __init__(self, settings: Settings) -> None:
        self._own_server = settings.openai_base_url is not None
        self._model = settings.model
        key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
        with self._clear_errors():
            self._client = openai.OpenAI(
                api_key=key or "none",  # the client insists on one; servers of one's own ignore it
                base_url=settings.openai_base_url,
                timeout=httpx2.Timeout(settings.timeout, connect=5.0),
                max_retries=2,
            )

    @cached_property
    def model(self) -> str:
        """The chat model: the one set, else OpenAI's default or the first that the server lists."""
        if self._model:
            return self._model
        if not self._own_server:
            return OPENAI_MODEL
        with self._clear_errors():
            listed = [m.id for m in self._client.models.list().data]
        if not listed:
            raise EndpointError(f"{self._client.base_url} lists no model: load one, or set CLIPDESK_MODEL")
        return listed[0]

    def chat(self, messages: Sequence[dict[str, str]]) -> Iterator[str | Usage]:
        """Stream a reply: pieces of text, then the Usage if the server counts. Raises EndpointError."""
        with self._clear_errors():
            create: Any = self._client.chat.completions.create
            stream = create(
                model=self.model,
                messages=list(messages),
                stream=True,
                stream_options={"include_usage": True},
                **self.parameters,
            )
            with stream:
                for event in stream:
                    if event.usage is not None:
                        yield Usage(event.usage.prompt_tokens, event.usage.completion_tokens)
                    for choice in event.choices:
                        if choice.delta.content:
                            yield choice.delta.content

    def embed(self, texts: Sequence[str], *, model: str) -> list[list[float]]:
        """Embeddings of texts, in their order. Raises EndpointError."""
        vectors: list[list[float]] = []
        with self._clear_errors():
            for at in range(0, len(texts), EMBED_BATCH):
                reply = self._client.embeddings.create(model=model, input=list(texts[at : at + EMBED_BATCH]))
                vectors.extend(item.embedding for item in sorted(reply.data, key=lambda item: item.index))
        return vectors

    @contextmanager
    def _clear_errors(self) -> Iterator[None]:
        try:
            yield
        except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
            raise EndpointError(
                f"{self.address} refused the key ({error.status_code}): correct OPENAI_API_KEY, "
                "or set CLIPDESK_MODE=quote to go without"
            ) from error
        except openai.NotFoundError as error:
            raise EndpointError(
                f"{self.address} has no such model or path ({_detail(error)}): "
                "correct CLIPDESK_MODEL or OPENAI_BASE_URL, which usually ends in /v1"
            ) from error
        except openai.RateLimitError as error:
            raise EndpointError(
                f"{self.address} is over its rate limit or quota ({_detail(error)}): wait, or check the account"
            ) from error
        except openai.APIStatusError as error:
            raise EndpointError(
                f"{self.address} failed with status {error.status_code} ({_detail(error)}): "
                "ask again, or set CLIPDESK_MODE=quote"
            ) from error
        except openai.APITimeoutError as error:
            raise EndpointError(
                f"{self.address} did not answer in time: raise CLIPDESK_TIMEOUT, or set CLIPDESK_MODE=quote"
            ) from error
        except openai.APIConnectionError as error:
            raise EndpointError(
                f"{self.address} cannot be reached: start the server or correct OPENAI_BASE_URL, "
                "or set CLIPDESK_MODE=quote to go without"
            ) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise EndpointError(f"{self.address} broke off ({error}): ask again, or set CLIPDESK_MODE=quote") from error

    @property
    def parameters(self) -> dict[str, Any]:
        """What goes with the messages of a chat, besides the model."""
        return {"temperature": 0, "max_tokens": MAX_TOKENS} if self._own_server else {}

    @property
    def address(self) -> str:
        """Where the calls go."""
        client = getattr(self, "_client", None)
        return str(client.base_url).rstrip("/") if client is not None else "the endpoint"


def _detail(error: openai.APIStatusError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)[:200]
