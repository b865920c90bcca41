"""All settings, read from the environment here and nowhere else."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from rag.errors import SettingsError
from rag.types import Mode


class Settings(BaseSettings):
    """What can be set, by keyword here or by the environment variable `CLIPDESK_<NAME>`.

    `OPENAI_API_KEY` and `OPENAI_BASE_URL` are read under their usual names.
    """

    model_config = SettingsConfigDict(
        env_prefix="CLIPDESK_", env_ignore_empty=True, extra="forbid", frozen=True, populate_by_name=True
    )

    data: Path = Field(Path("data"), description="Folder of the store.")
    mode: Literal["auto", "quote", "llm"] = Field(
        "auto",
        description="`quote` shows sentences verbatim; `llm` has a model write; `auto` is `llm` with a key or URL.",
    )
    model: str | None = Field(
        None, description="Chat model. Default: `gpt-5-mini`, or with a base URL the first model the server lists."
    )
    embedding: str = Field(
        "bge-small-en-v1.5",
        description="Embedding model: a name of the manifest, or `openai:NAME` for the endpoint's embeddings.",
    )
    models: Path | None = Field(
        None, description="Folder of model folders of your own, used in place of those that come with the install."
    )
    timeout: float = Field(60.0, gt=0, description="Seconds the endpoint may be silent before it counts as lost.")
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
        return self.mode


def load_settings(**values: object) -> Settings:
    """Settings from the environment, with `values` on top. Raises SettingsError that names the variable."""
    try:
        settings = Settings(**values)  # type: ignore[arg-type]
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "settings"
        name = name if name.isupper() else f"CLIPDESK_{name.upper()}"
        raise SettingsError(f"{name} cannot be used: {first['msg']}; set it as docs/settings.md describes") from error
    if settings.answer_mode == "llm" and not (settings.openai_api_key or settings.openai_base_url):
        raise SettingsError(
            "CLIPDESK_MODE is llm but there is no endpoint: set OPENAI_API_KEY, or OPENAI_BASE_URL for a server "
            "of your own, or use CLIPDESK_MODE=quote"
        )
    return settings


def quiet_gradio() -> None:
    """Turn off gradio's analytics and its look-ups of other hosts; call it before gradio is imported.

    Only this exact string does it: gradio takes "0" or "false" for yes.
    """
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
