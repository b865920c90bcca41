"""Two answerers without judgement, printed beside every run.

A number is worth only what it adds to theirs: the first never refuses, the second states every fact at any length.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from rag import Answer, Article, Citation, Claim, Passage


def copy_top_passage(question: str, passages: Sequence[Passage], *, max_words: int) -> Answer:
    """The first passage of the search, cited; it never refuses a question that finds anything.

    Cut to the words that the question allows, so that longer passages do not make it a weaker opponent.
    """
    return _answer(question, [_beginning(hit, max_words) for hit in passages[:1]])


def cite_everything(question: str, articles: Iterable[Article]) -> Answer:
    """Every article in full, each with a citation: it states all facts, and more words than anyone would read."""
    return _answer(
        question,
        [Citation(number, item, 0, len(item.text), item.text) for number, item in enumerate(articles, start=1)],
    )


def _beginning(passage: Passage, max_words: int) -> Citation:
    words = list(re.finditer(r"\S+", passage.text))[:max_words]
    end = words[-1].end() if words else len(passage.text)
    return Citation(1, passage.article, passage.start, passage.start + end, passage.text[:end])


def _answer(question: str, citations: Sequence[Citation]) -> Answer:
    return Answer(
        question=question,
        status="answered" if citations else "refused",
        text=" ".join(f"{citation.quote} [{citation.number}]" for citation in citations),
        citations=tuple(citations),
        claims=tuple(Claim(citation.quote, (citation.number,), "supported") for citation in citations),
        mode="quote",
    )
