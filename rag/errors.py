"""The errors of the product; `store.errors` draws the whole tree."""

from __future__ import annotations

from rag.types import Usage
from store.errors import ClipdeskError, IndexMismatch, StoreError, StoreLocked, StoreUnwritable


class PageError(ClipdeskError):
    """A file that is missing, unreadable or holds no article."""


class SettingsError(ClipdeskError):
    """A setting that cannot be used."""


class FilterError(ClipdeskError):
    """Filters that cannot be meant: nothing is an article's id, a language or a span of days."""


class ModelError(ClipdeskError):
    """A local model file is missing, or is not the one its manifest names."""


class EndpointError(ClipdeskError):
    """The language model's endpoint refused: the key, the model or what was asked is wrong."""


class EndpointLost(EndpointError):
    """The endpoint cannot be reached, is over its limit, fell silent or broke off: asking again may help.

    `usage` holds what is known of the reply that is lost.
    """

    def __init__(self, message: str, *, usage: Usage | None = None) -> None:
        super().__init__(message)
        self.usage = usage or Usage()


class ContextOverflow(EndpointLost):
    """The prompt is longer than the model's context."""


__all__ = [
    "ClipdeskError",
    "ContextOverflow",
    "EndpointError",
    "EndpointLost",
    "FilterError",
    "IndexMismatch",
    "ModelError",
    "PageError",
    "SettingsError",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
]
