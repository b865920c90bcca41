"""What the panel beside the chat asks the server for. It gets plain values and puts them in as text."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from rag.types import Article
from ui.markup import day, origin

MOST_LISTED = 100  # articles in the list that the panel opens with


def page(article: Article) -> dict[str, str]:
    """One article to be read."""
    dates = [day(article.published) if article.published else "undated"]
    if article.captured:
        dates.append(f"page saved {day(article.captured)}")
    return {
        "id": article.id,
        "title": article.title,
        "outlet": " / ".join(part for part in (article.source, article.agency) if part) or "Unknown outlet",
        "author": f"By {article.author}" if article.author else "",
        "dates": ", ".join(dates),
        "url": article.url or "",
        "text": article.text,
    }


def contents(articles: Iterable[Article]) -> list[dict[str, str]]:
    """The newest articles, undated ones last."""
    newest = sorted(articles, key=lambda a: a.published or date.min, reverse=True)
    return [{"id": a.id, "title": a.title, "origin": origin(a)} for a in newest[:MOST_LISTED]]
