"""Every error Clipdesk raises on purpose. Each message is one sentence that names the remedy.

ClipdeskError
├── StoreError            the data folder
│   ├── StoreLocked       another process has it open
│   ├── StoreUnwritable   it cannot be made or written
│   ├── IndexLost         its Chroma server cannot be asked
│   └── IndexMismatch     it was embedded by another model
├── PageError             a file that holds no readable article (rag)
├── SettingsError         a setting that cannot be used (rag)
├── FilterError           filters that cannot be meant (rag)
├── ModelError            a local model file that is missing or not the one expected (rag)
└── EndpointError         the language model's endpoint refused (rag)
    └── EndpointLost      it cannot be reached, is over its limit, fell silent or broke off: asking again may help
        └── ContextOverflow   the prompt is longer than the model's context
"""

from __future__ import annotations


class ClipdeskError(Exception):
    """The base of all of them: catch this one to show the message to a person."""


class StoreError(ClipdeskError):
    """The data folder cannot be used."""


class StoreLocked(StoreError):
    """Another process, or another Rag of this one, has the data folder open."""


class StoreUnwritable(StoreError):
    """The data folder cannot be created or written."""


class IndexLost(StoreError):
    """The index on the server cannot be asked; another process may have made it anew just now: ask once more."""


class IndexMismatch(StoreError):
    """The stored vectors were made by another embedding model than the one now set."""
