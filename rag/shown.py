"""An answer in plain text, as the command line prints it."""

from __future__ import annotations

from collections.abc import Iterator

from rag.types import Answer, Article, Attribution, Citation, Conflict, DateMention


def shown(answer: Answer) -> Iterator[str]:
    """Its paragraphs: text, citations with who said it and the days meant, conflicts, doubts, passages nearby."""
    yield answer.text
    if answer.premise:
        yield f"Taken for granted: {answer.premise.asked}. See [{answer.premise.citation}]."
    for citation in answer.citations:
        yield "\n".join(_citation(citation, _said_of(answer, citation.number)))
    for conflict in answer.conflicts:
        yield "\n".join(_conflict(conflict))
    for claim in answer.claims:
        if claim.support == "unsupported":
            yield f"Unsupported: {claim.text}"
    if answer.status == "refused" and answer.nearby:
        yield "\n".join(("Nearest passages:", *(f"  - {origin(p.article)}: {p.text[:200]}" for p in answer.nearby)))


def origin(article: Article) -> str:
    """Outlet, agency, date and title, as far as they are known."""
    parts = (article.source, article.agency, str(article.published or "undated"), article.title)
    return ", ".join(part for part in parts if part)


def _citation(citation: Citation, who: Attribution | None) -> Iterator[str]:
    yield f'[{citation.number}] {origin(citation.article)}\n    "{citation.quote}"'
    if who and (who.speaker or who.via or who.flags):
        yield f"    Said by: {who.render()}"
    days = "; ".join(f"{date.words} = {_days(date)}" for date in citation.dates if _is_relative(date))
    if days:
        yield f"    Dates: {days}"


def _said_of(answer: Answer, number: int) -> Attribution | None:
    return next((claim.attribution for claim in answer.claims if number in claim.citations), None)


def _is_relative(date: DateMention) -> bool:
    """Whether the words need the article's own date to be understood."""
    year = str(date.first.year) if date.first else ""
    return date.first is not None and year not in date.words


def _days(date: DateMention) -> str:
    return f"{date.first}" if date.first == date.last else f"{date.first} to {date.last}"


def _conflict(conflict: Conflict) -> Iterator[str]:
    about = f" on {', '.join(conflict.subject)}" if conflict.subject else ""
    yield f"Sources differ{about}:" if conflict.kind == "contradiction" else f"Later figures{about}:"
    for position in conflict.positions:
        held = ", ".join(part for part in (position.attribution.render(), str(position.date or "undated")) if part)
        yield f"  - [{position.citation}] {position.text} ({held})"
