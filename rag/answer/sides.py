"""Who says what in a sentence and around it: the sides that may exclude each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer.evidence import Sentence, Sentences
from rag.answer.speakers import Statement, statements
from store.records import Article, Span

_NEAR = 2  # sentences around an answering one in which another voice of the same article is looked for


@dataclass(frozen=True, slots=True)
class Side:
    """One side: the words `article.text[start:end]` of one voice, in the sentence `sentence` of the article."""

    article: Article
    sentence: Span
    start: int
    end: int
    said: Statement | None

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end].strip(" ,;")

    @property
    def voice(self) -> tuple[str | None, tuple[str, ...]] | None:
        return (self.said.speaker, self.said.via) if self.said else None


Around = Callable[[Sentence], list[Side]]


def is_elsewhere(one: Sentence, other: Sentence) -> bool:
    """Another article, and not a copy of the same story."""
    return one.article.story != other.article.story


def reader(sentences: Sentences) -> Around:
    """Gives the sides in a sentence and in those near it; reads each sentence of an article once."""
    read: dict[tuple[str, int], list[Side]] = {}

    def around(sentence: Sentence) -> list[Side]:
        article, spans = sentence.article, sentences(sentence.article.id)
        at = next((n for n, span in enumerate(spans) if span.start <= sentence.start < span.end), None)
        if at is None:
            return []
        near = range(max(0, at - _NEAR), min(len(spans), at + _NEAR + 1))
        for n in near:
            if (article.id, n) not in read:
                read[article.id, n] = _parts(article, spans, n)
        return [side for n in near for side in read[article.id, n]]

    return around


def own_sides(sentence: Sentence, near: Sequence[Side]) -> list[Side]:
    """Those of the sides that the sentence itself makes."""
    return [side for side in near if side.sentence.start == sentence.start]


def _parts(article: Article, spans: Sequence[Span], at: int) -> list[Side]:
    """A sentence by its voices; whole if it has none or one."""
    span, said = spans[at], statements(article, spans, at)
    if len(said) < 2:
        return [Side(article, span, span.start, span.end, said[0] if said else None)]
    return [Side(article, span, s.start, s.end, s) for s in said]
