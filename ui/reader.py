"""What the panel beside the chat asks the server for. It gets plain values and puts them in as text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rag import Rag
from rag.origin import day, origin, outlet
from rag.types import Article

_KNOWN = {
    "sidecar": "stated in a file beside the page",
    "metadata": "stated in the page’s metadata",
    "byline": "printed at the story",
    "age": "counted back from the day the page was saved",
}
MOST_LISTED = 100  # articles in the list that the panel opens with


def functions(rag: Rag) -> list[Any]:
    """The functions that the panel calls; their names are known to reader.js. gradio always hands in one value."""

    def article(article_id: object) -> dict[str, Any] | None:
        found = rag.article(str(article_id))
        return page(found, copies=rag.copies(found.id)) if found else None  # it may have been deleted since

    def contents(_: object) -> list[dict[str, str]]:
        rows = rag.list_articles(limit=MOST_LISTED).rows
        return [{"id": row.id, "title": row.title, "origin": origin(row)} for row in rows]

    return [article, contents]


def page(article: Article, *, copies: Iterable[Article] = ()) -> dict[str, Any]:
    """One article to be read; `copies` are those of the same story, itself among them."""
    return {
        "id": article.id,
        "title": article.title,
        "outlet": outlet(article.source, article.agency),
        "author": f"By {article.author}" if article.author else "",
        "dates": "; ".join(_dates(article)),
        "url": article.url or "",
        "text": article.text,
        "copies": [{"id": c.id, "title": c.title, "origin": origin(c)} for c in copies if c.id != article.id],
    }


def _dates(article: Article) -> Iterable[str]:
    if article.published is None:
        yield "undated"
    else:
        known = _KNOWN.get(article.published_from or "")
        yield day(article.published, article.published_precision) + (f" ({known})" if known else "")
    if article.captured:
        yield f"page saved {day(article.captured)}"
