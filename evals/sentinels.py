"""Two answerers without judgement, printed beside every run.

A number is worth only what it adds to theirs: the first never refuses, the second states every fact at any length.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rag import Answer, Article, Citation, Claim, Passage


def copy_top_passage(question: str, passages: Sequence[Passage]) -> Answer:
    """The first passage of the search, whole and cited; it never refuses a question that finds anything."""
    top = passages[:1]
    return _answer(question, [Citation(1, hit.article, hit.start, hit.end, hit.text) for hit in top])


def cite_everything(question: str, articles: Iterable[Article]) -> Answer:
    """Every article in full, each with a citation: it states all facts, and more words than anyone would read."""
    return _answer(
        question,
        [Citation(number, item, 0, len(item.text), item.text) for number, item in enumerate(articles, start=1)],
    )


def _answer(question: str, citations: Sequence[Citation]) -> Answer:
    return Answer(
        question=question,
        status="answered" if citations else "refused",
        text=" ".join(f"{citation.quote} [{citation.number}]" for citation in citations),
        citations=tuple(citations),
        claims=tuple(Claim(citation.quote, (citation.number,), "supported") for citation in citations),
        mode="quote",
    )
