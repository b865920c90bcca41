"""Evidence: the sentences of the retrieved passages, ordered by how well each answers the question."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.models.reranker import Reranker
from rag.types import Passage
from store.records import Article, Span


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article.

    `score` is the mean of two logits of the cross-encoder for the question: of the sentence alone, and behind the
    sentence before it, which names what its pronouns stand for.
    """

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
    found: dict[tuple[str, int], tuple[Article, Span, int]] = {}
    for passage in passages:
        article, before = passage.article, None
        for span in sentences(article.id):
            if passage.start <= span.start and span.end <= passage.end and _states(article, span):
                found[article.id, span.start] = (article, span, before.start if before else span.start)
            before = span
    places = list(found.values())
    alone = reranker.scores(question, [article.text[s.start : s.end] for article, s, _ in places])
    behind = reranker.scores(question, [article.text[before : s.end] for article, s, before in places])
    scored = [Sentence(a, s.start, s.end, (x + y) / 2) for (a, s, _), x, y in zip(places, alone, behind, strict=True)]
    return tuple(sorted(scored, key=lambda s: (-s.score, s.article.id, s.start)))


def _states(article: Article, span: Span) -> bool:
    text = article.text[span.start : span.end].rstrip("'\"”’»)]")
    return len(text.split()) >= 3 and (text[-1:] in ".!?…" or len(text) > 120)
