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
    """The OpenAI-compatible endpoint refused, cannot be reached or broke off."""


__all__ = [
    "ClipdeskError",
    "EndpointError",
    "IndexMismatch",
    "ModelError",
    "PageError",
    "SettingsError",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
]
