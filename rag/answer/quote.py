"""Quote mode: the best supporting sentences, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.evidence import Sentence

MOST = 3  # sentences in an answer
MARGIN = 4.0  # logits below the best at which a sentence still adds something
FLOOR = 0.0  # logit below which only the best sentence is shown


def pick(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences to quote, best first; `sentences` are ordered and have passed the gate."""
    best = sentences[0].score
    further = [s for s in sentences[1:MOST] if s.score >= max(FLOOR, best - MARGIN)]
    return (sentences[0], *further)
