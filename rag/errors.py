"""The errors of the product; `store.errors` draws the whole tree."""

from __future__ import annotations

from store.errors import ClipdeskError, IndexMismatch, StoreError, StoreLocked, StoreUnwritable


class PageError(ClipdeskError):
    """A file that is missing, unreadable or holds no article."""


class SettingsError(ClipdeskError):
    """A setting that cannot be used."""


class ModelError(ClipdeskError):
    """A local model file is missing, or is not the one its manifest names."""


class EndpointError(ClipdeskError):
    """The language model's endpoint refused: the key, the model or what was asked is wrong."""


class EndpointLost(EndpointError):
    """The endpoint cannot be reached, is over its limit, fell silent or broke off: asking again may help."""


class ContextOverflow(EndpointLost):
    """The prompt is longer than the model's context."""


__all__ = [
    "ClipdeskError",
    "ContextOverflow",
    "EndpointError",
    "EndpointLost",
    "IndexMismatch",
    "ModelError",
    "PageError",
    "SettingsError",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
]
