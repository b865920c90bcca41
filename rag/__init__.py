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
    EndpointLost,
    FilterError,
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
    ArticleRow,
    Attribution,
    Check,
    Citation,
    Claim,
    Completed,
    Conflict,
    Conversation,
    DateMention,
    DayCount,
    Delta,
    Event,
    Failure,
    Feedback,
    Filters,
    Fingerprint,
    Found,
    Health,
    IngestReport,
    Listing,
    NewArticle,
    Passage,
    Position,
    Premise,
    Quoted,
    Reading,
    Retrieved,
    SavedExchange,
    Scope,
    Turn,
    Usage,
    Waiting,
)

if TYPE_CHECKING:
    from rag.api import Rag
    from rag.endpoint import Endpoint
    from rag.ingest.article import read_page
    from rag.ingest.read import find_pages
    from rag.models.embedding import open_embedder
    from rag.models.manifest import model_identity
    from rag.models.reranker import Reranker, Scored
    from rag.settings import Settings, load_settings

__all__ = [
    "Answer",
    "Article",
    "ArticleRow",
    "Attribution",
    "Check",
    "Citation",
    "Claim",
    "ClipdeskError",
    "Completed",
    "Conflict",
    "Conversation",
    "DateMention",
    "DayCount",
    "Delta",
    "Endpoint",
    "EndpointError",
    "EndpointLost",
    "Event",
    "Failure",
    "Feedback",
    "FilterError",
    "Filters",
    "Fingerprint",
    "Found",
    "Health",
    "IndexMismatch",
    "IngestReport",
    "Listing",
    "ModelError",
    "NewArticle",
    "PageError",
    "Passage",
    "Position",
    "Premise",
    "Quoted",
    "Rag",
    "Reading",
    "Reranker",
    "Retrieved",
    "SavedExchange",
    "Scope",
    "Scored",
    "Settings",
    "SettingsError",
    "StoreError",
    "StoreLocked",
    "StoreUnwritable",
    "Turn",
    "Usage",
    "Waiting",
    "find_pages",
    "load_settings",
    "model_identity",
    "open_embedder",
    "read_page",
]


def __getattr__(name: str) -> Any:
    # `import rag` stays in milliseconds: pydantic, Chroma and the models load with the first Rag
    if name == "Rag":
        from rag.api import Rag

        return Rag
    if name in ("Settings", "load_settings"):
        from rag import settings

        return getattr(settings, name)
    if name in ("Reranker", "Scored"):
        from rag.models import reranker

        return getattr(reranker, name)
    if name == "Endpoint":
        from rag.endpoint import Endpoint

        return Endpoint
    if name == "model_identity":
        from rag.models.manifest import model_identity

        return model_identity
    if name == "open_embedder":
        from rag.models.embedding import open_embedder

        return open_embedder
    if name == "find_pages":
        from rag.ingest.read import find_pages

        return find_pages
    if name == "read_page":
        from rag.ingest.article import read_page

        return read_page
    raise AttributeError(f"module 'rag' has no attribute {name!r}")
