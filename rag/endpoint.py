"""The OpenAI-compatible endpoint: chat and embeddings, with errors that say what to do. Only this file knows openai."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING, Any

import httpx2
import openai

from rag.errors import ContextOverflow, EndpointError, EndpointLost
from rag.settings import Settings
from rag.types import Usage

if TYPE_CHECKING:
    from rag.models.llama import LlamaServer

OPENAI_MODEL = "gpt-5-mini"
MAX_TOKENS = 200  # of an answer by a server of one's own: three sentences and their marks, twice over
# A small model goes on with a question of its own where its answer ends.
STOP = ["\nQuestion:", "\nSentences:"]
EMBED_BATCH = 256
MOST_TOLD = 5  # likeliest first words that a server is asked for; some tell no more
LEANS = 4.0  # log odds at most, so that one model's certainty does not outweigh all else
LOCAL_TIMEOUT = 300.0  # seconds at least: a loaded machine may take minutes to read a prompt
_OVERFLOW = re.compile(
    r"(?i)context[ _](?:length|size|window)|exceed_context|maximum context|prompt is too long|input is too long"
)

_ANY_CALL = (
    openai.APIConnectionError,
    openai.AuthenticationError,
    openai.PermissionDeniedError,
    openai.NotFoundError,
    openai.RateLimitError,
)


class Endpoint:
    """A client of OpenAI or of a server that speaks its protocol (Chat Completions, the common ground of them all)."""

    def __init__(self, settings: Settings) -> None:
        self._server = _local_server(settings) if settings.mode == "local" else None
        self._own_server = settings.openai_base_url is not None or self._server is not None
        self._model = self._server.name if self._server else settings.model
        self._max_tokens = settings.max_tokens
        self._prices = (settings.price_in, settings.price_out)
        self._renamed: dict[str, str | None] = {}  # parameters that the model will not have, and what it takes instead
        self._base_url = settings.openai_base_url
        self._key = settings.openai_api_key.get_secret_value() if settings.openai_api_key else ""
        self._timeout = settings.timeout if self._server is None else max(settings.timeout, LOCAL_TIMEOUT)
        self._made: tuple[str | None, openai.OpenAI] | None = None
        # not known until it was asked; OpenAI's default model thinks before it speaks
        self._tells_odds = None if self._own_server or self._model else False

    @property
    def is_cold(self) -> bool:
        """The next call has to load the local model first."""
        return self._server is not None and not self._server.is_running

    def close(self) -> None:
        """Stop the local model, if there is one."""
        if self._server is not None:
            self._server.close()

    def _client(self) -> openai.OpenAI:
        """The client; a local model that is not running (any more) is started, and listens elsewhere then."""
        address = self._server.address() if self._server else self._base_url
        if self._made is None or self._made[0] != address:
            self._made = (
                address,
                openai.OpenAI(
                    api_key=self._key or "none",  # the client insists on one; servers of one's own ignore it
                    base_url=address,
                    timeout=httpx2.Timeout(self._timeout, connect=5.0),
                    max_retries=2,  # the only retries there are; the client waits as long as the server asks it to
                ),
            )
        return self._made[1]

    @cached_property
    def model(self) -> str:
        """The chat model: the one set, else OpenAI's default or the first that the server lists."""
        if self._model:
            return self._model
        if not self._own_server:
            return OPENAI_MODEL
        with self._clear_errors():
            listed = [m.id for m in self._client().models.list().data]
        if not listed:
            raise EndpointError(f"{self.address} lists no model: load one, or set CLIPDESK_MODEL")
        return listed[0]

    def chat(self, messages: Sequence[dict[str, str]]) -> Iterator[str | Usage]:
        """Stream a reply: pieces of text, then the Usage.

        Raises EndpointError; EndpointLost also in the middle of a reply, whose pieces stay good; ContextOverflow.
        """
        begun = time.perf_counter()
        first = counted = reason = None
        wanted = {"stream_options": {"include_usage": True}, **self.parameters}
        try:
            with self._clear_errors(), self._created(messages, wanted, stream=True) as stream:
                for event in stream:
                    counted = event.usage or counted
                    for choice in event.choices or ():
                        reason = choice.finish_reason or reason
                        if choice.delta and choice.delta.content:
                            first = first or time.perf_counter() - begun
                            yield choice.delta.content
        except EndpointLost as error:
            error.usage = self._usage(counted, reason=reason, first=first)
            raise
        yield self._usage(counted, reason=reason, first=first)

    def leaning(self, messages: Sequence[dict[str, str]]) -> tuple[float | None, Usage]:
        """The log odds of "yes" against "no" as the first word of the reply, within LEANS, and what asking took.

        None where neither is likely. A server that does not tell how likely words are, or whose model thinks aloud, is
        asked once. Raises EndpointError, EndpointLost and ContextOverflow for what would befall any call.
        """
        if self._tells_odds is False:
            return None, Usage()
        try:
            odds, used = self.first_word(messages)
        except EndpointError as error:
            if isinstance(error, ContextOverflow) or isinstance(error.__cause__, _ANY_CALL):
                raise
            odds, used = None, Usage()  # the server cannot be asked so, and may write all the same
        self._tells_odds = self._tells_odds or odds is not None
        return odds, used

    def first_word(self, messages: Sequence[dict[str, str]]) -> tuple[float | None, Usage]:
        """The call behind `leaning`: None from a server that will not have it. Raises EndpointError if it fails."""
        with self._clear_errors():
            try:
                reply = self._created(messages, self.parameters_of_one_word, stream=False)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if _OVERFLOW.search(_detail(error)):
                    raise
                return None, Usage()
            odds = _odds(reply.choices[0].logprobs if reply.choices else None)
            return odds, self._usage(reply.usage, reason=None, first=None)

    def _created(self, messages: Sequence[dict[str, str]], wanted: dict[str, Any], *, stream: bool) -> Any:
        """A reply, without the parameters that the model will not have: it names them, and is asked again."""
        create: Any = self._client().chat.completions.create
        while True:
            taken = {name: self._renamed.get(name, name) for name in wanted}
            named = {other: wanted[name] for name, other in taken.items() if other}
            try:
                return create(model=self.model, messages=list(messages), stream=stream, **named)
            except (openai.BadRequestError, openai.UnprocessableEntityError) as error:
                if not self._give_up_parameter(error, [name for name, other in taken.items() if other]):
                    raise

    def _give_up_parameter(self, error: openai.APIStatusError, names: Sequence[str]) -> bool:
        words = _detail(error)
        if _OVERFLOW.search(words):
            return False
        for name in names:
            if error.param == name or re.search(rf"\b{self._renamed.get(name, name)}\b", words):
                other = "max_completion_tokens"
                takes_other = name == "max_tokens" and name not in self._renamed and other in words
                self._renamed[name] = other if takes_other else None
                return True
        return False

    def _usage(self, counted: Any, *, reason: str | None, first: float | None) -> Usage:
        if counted is None:
            return Usage(finish_reason=reason, seconds_to_first_token=first)
        price_in, price_out = self._prices
        cost = None
        if price_in is not None and price_out is not None:
            cost = (counted.prompt_tokens * price_in + counted.completion_tokens * price_out) / 1_000_000
        return Usage(
            counted.prompt_tokens,
            counted.completion_tokens,
            getattr(counted.prompt_tokens_details, "cached_tokens", None),
            reason,
            first,
            cost,
        )

    def embed(self, texts: Sequence[str], *, model: str) -> list[list[float]]:
        """Embeddings of texts, in their order. Raises EndpointError."""
        vectors: list[list[float]] = []
        with self._clear_errors():
            for at in range(0, len(texts), EMBED_BATCH):
                reply = self._client().embeddings.create(model=model, input=list(texts[at : at + EMBED_BATCH]))
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
            raise EndpointLost(
                f"{self.address} is over its rate limit or quota ({_detail(error)}): wait, or check the account"
            ) from error
        except openai.APITimeoutError as error:
            raise EndpointLost(
                f"{self.address} did not answer in time: raise CLIPDESK_TIMEOUT, or set CLIPDESK_MODE=quote"
            ) from error
        except openai.APIConnectionError as error:
            if isinstance(error.__cause__, (httpx2.RemoteProtocolError, httpx2.ReadError)):
                raise self._broken_off(error.__cause__) from error
            raise EndpointLost(
                f"{self.address} cannot be reached: start the server or correct OPENAI_BASE_URL, "
                "or set CLIPDESK_MODE=quote to go without"
            ) from error
        except openai.APIError as error:
            raise self._failed(error) from error
        except (openai.OpenAIError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise self._broken_off(error) from error
        except (ValueError, AttributeError, TypeError) as error:  # the client takes what comes for what should come
            raise EndpointLost(
                f"{self.address} sent what is no reply ({error}): correct OPENAI_BASE_URL, or set CLIPDESK_MODE=quote"
            ) from error

    def _broken_off(self, error: Exception) -> EndpointLost:
        return EndpointLost(f"{self.address} broke off ({error}): ask again, or set CLIPDESK_MODE=quote")

    def _failed(self, error: openai.APIError) -> EndpointError:
        """A status, or an error event in the middle of a stream."""
        status = getattr(error, "status_code", None)
        if _OVERFLOW.search(_detail(error)):
            return ContextOverflow(
                f"{self.address} has too small a context for the prompt ({_detail(error)}): "
                "give the server a context of 4,096 tokens or more"
            )
        kind = EndpointLost if status is None or status >= 500 else EndpointError
        failed = "failed" if status is None else f"failed with status {status}"
        remedy = "ask again" if kind is EndpointLost else "check CLIPDESK_MODEL and the server's settings"
        return kind(f"{self.address} {failed} ({_detail(error)}): {remedy}, or set CLIPDESK_MODE=quote")

    @property
    def parameters(self) -> dict[str, Any]:
        """What goes with the messages of a chat, besides the model."""
        if self._own_server:
            return {"temperature": 0, "max_tokens": self._max_tokens or MAX_TOKENS, "stop": STOP}
        bound = {"max_completion_tokens": self._max_tokens} if self._max_tokens else {}
        return {"temperature": 0, **bound} if self._model else bound  # the default model has a temperature of its own

    @property
    def parameters_of_one_word(self) -> dict[str, Any]:
        """What goes with the messages where one word is asked for, and how likely it and others are."""
        bound = "max_tokens" if self._own_server else "max_completion_tokens"
        return {**self.parameters, bound: 1, "logprobs": True, "top_logprobs": MOST_TOLD}

    @property
    def address(self) -> str:
        """Where the calls go; the local model has one name whatever its port."""
        if self._server is not None:
            return "the local language model"
        return (self._base_url or "https://api.openai.com/v1").rstrip("/")


def _local_server(settings: Settings) -> LlamaServer:
    from rag.models.llama import LlamaServer

    return LlamaServer(settings.model, folder=settings.llm_folder)


def _odds(told: Any) -> float | None:
    """The log odds of "yes" against "no" of the first word's likelihoods; None if neither is among them."""
    first = told.content[0].top_logprobs if told and told.content else ()
    likely = {"yes": 0.0, "no": 0.0}
    for word in first:
        if (bare := word.token.strip().lower()) in likely:
            likely[bare] += math.exp(word.logprob)
    if not any(likely.values()):
        return None
    odds = math.log(max(likely["yes"], 1e-9) / max(likely["no"], 1e-9))
    return min(LEANS, max(-LEANS, odds))


def _detail(error: openai.APIError) -> str:
    body = error.body if isinstance(error.body, dict) else {}
    return str(body.get("message") or error.message)[:300]
