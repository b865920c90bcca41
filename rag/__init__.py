"""Clipdesk: ask your saved news articles a question; every sentence of the answer is cited to the exact words.

from rag import Rag

with Rag.open("data") as rag:
    rag.ingest("page.txt", captured="2025-06-21")
    print(rag.ask("How many sappers?").text)
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rag.errors import (
    ClipdeskError,
    EndpointError,
    IndexMismatch,
    ModelError,
    PageError,
    SettingsError,
    StoreError,
    StoreLocked,
    StoreUnwritable,
)
from rag.types import (
    Answer,
    Article,
    Check,
    Citation,
    Claim,
    Completed,
    DateMention,
    Delta,
    Event,
    Failure,
    Fingerprint,
    Health,
    IngestReport,
    Passage,
    Retrieved,
    Turn,
    Usage,
)

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.ingest.article import read_page
    from rag.settings import Settings

__all__ = [
    "Answer",
    "Article",
    "Check",
    "Citation",
    "Claim",
    "ClipdeskError",
    "Completed",
    "DateMention",
    "Delta",
    "EndpointError",
    "Event",
    "Failure",
    "Fingerprint",
    "Health",
    "IndexMismatch",
    "IngestReport",
    "ModelError",
    "PageError",
    "Passage",
    "Rag",
    "Retrieved",
    "Settings",
    "SettingsError",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
    "Turn",
    "Usage",
    "read_page",
]


def __getattr__(name: str) -> Any:
    # `import rag` stays in milliseconds: pydantic, Chroma and the models load with the first Rag
    if name == "Rag":
        from rag.api import Rag

        return Rag
    if name == "Settings":
        from rag.settings import Settings

        return Settings
    if name == "read_page":
        from rag.ingest.article import read_page

        return read_page
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
