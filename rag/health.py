"""Is the store sound, how fresh are its articles, and what of it can be made again?"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from rag.types import Health
from store.doctor import examine
from store.store import Store

if TYPE_CHECKING:
    from rag.ingest.sync import Chain


def examined(store: Store, *, chain: Callable[[], Chain] | None) -> Health:
    """What is found; with a `chain`, after what does not agree was made again from the stored articles."""
    checks = examine(store)
    if chain and not all(check.ok for check in checks):
        if any(check.name == "articles" and not check.ok for check in checks):
            from rag.ingest import sync

            sync.rebuild(store, chain=chain(), progress=lambda done, total, name: None)
        store.repair()
        checks = examine(store)
    articles = store.truth.articles()
    days = sorted(a.published for a in articles if a.published)
    return Health(
        checks=checks,
        articles=len(articles),
        newest=days[-1] if days else None,
        oldest=days[0] if days else None,
        undated=len(articles) - len(days),
        copies=sum(a.copy_group not in (None, a.id) for a in articles),
    )
