"""All settings, read from the environment here and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError
from rag.types import Mode
from store.records import Server


class Settings(BaseSettings):
    """What can be set, by keyword here or by the environment variable `CLIPDESK_<NAME>`.

    `OPENAI_API_KEY` and `OPENAI_BASE_URL` are read under their usual names, `CHROMA_…` also under theirs.
    """

    model_config = SettingsConfigDict(
        env_prefix="CLIPDESK_", env_ignore_empty=True, extra="forbid", frozen=True, populate_by_name=True
    )

    data: Path = Field(Path("data"), description="Folder of the store.")
    mode: Literal["auto", "quote", "llm", "local"] = Field(
        "auto",
        description="`quote` shows sentences verbatim; `llm` has a model write; `local` one that runs inside Clipdesk; "
        "`auto` is `llm` with a key or URL.",
    )
    model: str | None = Field(
        None,
        description="Chat model. Default: `gpt-5-mini`, or with a base URL the first model the server lists. "
        "In mode `local` the path of a GGUF file.",
    )
    llm_folder: Path | None = Field(
        None, description="Folder of the model that `clipdesk model pull` fetches. Default: the user's cache folder."
    )
    embedding: str = Field(
        "bge-small-en-v1.5",
        description="Embedding model: a name of the manifest, or `openai:NAME` for the endpoint's embeddings.",
    )
    models: Path | None = Field(
        None, description="Folder of model folders of your own, used in place of those that come with the install."
    )
    timeout: float = Field(60.0, gt=0, description="Seconds the endpoint may be silent before it counts as lost.")
    max_tokens: int | None = Field(
        None, gt=0, description="Most tokens of a written answer. Default: 200; at OpenAI no bound."
    )
    price_in: float | None = Field(None, ge=0, description="Dollars for a million prompt tokens; for `Usage.cost`.")
    price_out: float | None = Field(None, ge=0, description="Dollars for a million tokens that the model writes.")
    host: str = Field("127.0.0.1", description="Address the chat listens on.")
    port: int = Field(7860, ge=0, le=65535, description="Port the chat listens on; 0 takes a free one.")
    auth: SecretStr | None = Field(
        None,
        description="`user:password` that the chat and the doors for programs ask for; `none` to serve other machines "
        "without one.",
    )
    openai_api_key: SecretStr | None = Field(
        None, validation_alias=AliasChoices("openai_api_key", "OPENAI_API_KEY"), description="Key of the endpoint."
    )
    openai_base_url: str | None = Field(
        None,
        validation_alias=AliasChoices("openai_base_url", "OPENAI_BASE_URL"),
        description="Address of an OpenAI-compatible server, such as `http://127.0.0.1:11434/v1`.",
    )

    chroma_url: str | None = Field(
        None,
        validation_alias=AliasChoices("chroma_url", "CLIPDESK_CHROMA_URL", "CHROMA_URL"),
        description="Address of a Chroma server for the index, such as `http://127.0.0.1:8000`, without a path.",
    )
    chroma_token: SecretStr | None = Field(
        None,
        validation_alias=AliasChoices("chroma_token", "CLIPDESK_CHROMA_TOKEN", "CHROMA_TOKEN"),
        description="Token for it, sent as a bearer token and as X-Chroma-Token.",
    )
    chroma_tenant: str = Field(
        "default_tenant",
        validation_alias=AliasChoices("chroma_tenant", "CLIPDESK_CHROMA_TENANT", "CHROMA_TENANT"),
        description="Tenant on it.",
    )
    chroma_database: str = Field(
        "default_database",
        validation_alias=AliasChoices("chroma_database", "CLIPDESK_CHROMA_DATABASE", "CHROMA_DATABASE"),
        description="Database on it.",
    )

    @field_validator("chroma_url")
    @classmethod
    def _an_address(cls, url: str | None) -> str | None:
        if url is not None and not (url.startswith(("http://", "https://")) and urlsplit(url).hostname):
            raise ValueError("it must be an address like http://HOST:8000")
        if url is not None and (urlsplit(url).path.strip("/") or set(url) & set("?#@")):
            raise ValueError("Chroma is asked at the root of its host: leave only http://HOST:8000 of it")
        return url

    @property
    def chroma(self) -> Server | None:
        """The Chroma server, if one is set."""
        if self.chroma_url is None:
            return None
        token = self.chroma_token.get_secret_value() if self.chroma_token else None
        return Server(self.chroma_url, token, self.chroma_tenant, self.chroma_database)

    @field_validator("auth")
    @classmethod
    def _has_both_parts(cls, auth: SecretStr | None) -> SecretStr | None:
        if auth is not None and auth.get_secret_value() != "none":
            user, _, password = auth.get_secret_value().partition(":")
            if not user or not password:
                raise ValueError("it is neither user:password nor none")
        return auth

    @property
    def password(self) -> str | None:
        """The `user:password` to ask for, or None."""
        auth = self.auth.get_secret_value() if self.auth else None
        return None if auth == "none" else auth

    @property
    def answer_mode(self) -> Mode:
        """The mode in force: `auto` resolved."""
        if self.mode == "auto":
            return "llm" if self.openai_api_key or self.openai_base_url else "quote"
        return "llm" if self.mode == "local" else self.mode


def load_settings(**values: object) -> Settings:
    """Settings from the environment, with `values` on top. Raises SettingsError that names the variable."""
    try:
        settings = Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        name = name if name.isupper() else f"CLIPDESK_{name.upper()}"
        raise SettingsError(f"{name} cannot be used: {first['msg']}; set it as docs/settings.md describes") from error
    if settings.mode == "llm" and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingsError(
            "CLIPDESK_MODE is llm but there is no endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server "
            "of your own, or use CLIPDESK_MODE=local or quote"
        )
    return settings


def quiet_gradio(uploads: Path) -> None:
    """Turn off gradio's analytics and its look-ups of other hosts, and have it keep what is uploaded in this folder.

    Call it before gradio is imported. Only this exact string does it: gradio takes "0" or "false" for yes.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    os.environ["GRADIO_TEMP_DIR"] = str(uploads)


def quiet_threads() -> dict[str, str]:
    """The environment for llama.cpp's process: its threads sleep while they wait.

    With other work on the cores it writes 20 tokens/s so, and 3 with OpenMP's default.
    """
    return {"OMP_WAIT_POLICY": "passive", "GOMP_SPINCOUNT": "20000"} | dict(os.environ)
