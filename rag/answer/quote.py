"""Quote mode: the best supporting sentences, word for word."""

from __future__ import annotations

from collections.abc import Sequence

from rag.answer.evidence import Sentence

# Fitted on the dev questions of evals/gold: more sentences win facts until the reader has to search for them.
MOST = 3  # sentences in an answer
MOST_WORDS = 100  # of them in all
MARGIN = 8.0  # below the score of the best
FLOOR = -4.0  # score below which only the best sentence is shown


def pick(sentences: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """The sentences to quote, best first; `sentences` are ordered and have passed the gate."""
    picked = [sentences[0]]
    for sentence in sentences[1:MOST]:
        words = sum(len(s.text.split()) for s in (*picked, sentence))
        if sentence.score >= max(FLOOR, sentences[0].score - MARGIN) and words <= MOST_WORDS:
            picked.append(sentence)
    return tuple(picked)
