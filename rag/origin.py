"""Where an article comes from, in words: its outlet, and its day as far as it is known."""

from __future__ import annotations

from datetime import date

from rag.types import Article, ArticleRow


def origin(article: Article | ArticleRow) -> str:
    """Outlet, agency and date, as far as they are known."""
    when = day(article.published, article.published_precision) if article.published else "undated"
    return f"{outlet(article.source, article.agency)}, {when}"


def outlet(source: str | None, agency: str | None) -> str:
    """`Marn Daily / Yonhap`."""
    return " / ".join(part for part in (source, agency) if part) or "Unknown outlet"


def day(value: date, precision: str | None = None) -> str:
    """`18 June 2025`, or as much of it as is known."""
    if precision in ("year", "decade"):
        return f"{value:%Y}"
    if precision in ("month", "quarter", "season"):
        return f"{value:%B %Y}"
    return f"{'about ' if precision == 'week' else ''}{value.day} {value:%B %Y}"
