"""Evidence: the sentences of the retrieved passages, ordered by how well each answers the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.models.reranker import Reranker
from rag.types import Passage
from store.records import Article, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article; `score` is the cross-encoder's logit for the question."""

    article: Article
    start: int
    end: int
    score: float

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]


def gather(
    question: str, passages: Sequence[Passage], *, sentences: Callable[[str], Sequence[Span]], reranker: Reranker
) -> tuple[Sentence, ...]:
    """The sentences inside the passages, best first. Subheadings and scraps are left out: they state nothing."""
    spans: dict[tuple[str, int], tuple[Article, Span]] = {}
    for passage in passages:
        for span in sentences(passage.article.id):
            if passage.start <= span.start and span.end <= passage.end and _states(passage.article, span):
                spans[passage.article.id, span.start] = (passage.article, span)
    found = list(spans.values())
    scores = reranker.scores(question, [article.text[s.start : s.end] for article, s in found])
    scored = [Sentence(a, s.start, s.end, score) for (a, s), score in zip(found, scores, strict=True)]
    return tuple(sorted(scored, key=lambda s: (-s.score, s.article.id, s.start)))


def _states(article: Article, span: Span) -> bool:
    text = article.text[span.start : span.end].rstrip("'\"”’»)]")
    return len(text.split()) >= 3 and (text[-1:] in ".!?…" or len(text) > 120)
