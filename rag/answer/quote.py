"""Quote mode: the best supporting sentences, word for word."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from rag.answer.evidence import Sentence
from rag.asked import asks_for_latest

# Fitted on the dev questions of evals/gold: more sentences win facts until the reader has to search for them.
MOST = 3  # sentences in an answer
MOST_WORDS = 100  # of them in all
CLAUSE_WORDS = 40  # of them for each clause, if there are many
MARGIN = 8.0  # below the score of the best
FLOOR = -4.0  # score below which only the best sentence is shown
NEAR_EQUAL = 2.0  # logits below the best within which the newest comes first if the latest is asked for
MOST_STORIES = 5  # sentences for a question about several stories

_OF_SEVERAL = re.compile(
    r"\b(?:which|both|all|two|three|four|several|different|various|other|across|how do)(?: \w+){0,2} "
    r"(?:articles|stories|accounts|outlets|papers|newspapers|versions)\b",
    re.IGNORECASE,
)


def pick(question: str, sentences: Sequence[Sentence], *, leading: int = 1) -> tuple[Sentence, ...]:
    """The sentences to quote, best first; `sentences` are ordered and have passed the gate.

    All of the `leading` ones are quoted, which are the best of a clause or an article each. A question about several
    stories gets the best sentence of each that has one, and one about the latest the newest of near-equals first.
    """
    if leading == 1 and asks_for_latest(question):
        sentences = _newest_first(sentences)
    if _OF_SEVERAL.search(question):
        return _one_each(sentences, most=max(MOST_STORIES, leading))
    picked = list(sentences[:leading])
    for sentence in sentences[leading : max(MOST, leading)]:
        words = sum(len(s.text.split()) for s in (*picked, sentence))
        if sentence.score >= max(FLOOR, sentences[0].score - MARGIN) and words <= max(
            MOST_WORDS, leading * CLAUSE_WORDS
        ):
            picked.append(sentence)
    return tuple(picked)


def _newest_first(sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences, of which those as good as the best stand by the day of their articles, undated ones last."""
    least = sentences[0].score - NEAR_EQUAL
    near = [s for s in sentences if s.score >= least]
    near.sort(key=lambda s: s.article.published or date.min, reverse=True)
    return [*near, *(s for s in sentences if s.score < least)]


def _one_each(sentences: Sequence[Sentence], *, most: int) -> tuple[Sentence, ...]:
    """The best sentence of each article; copies of one story count once."""
    best: dict[str, Sentence] = {}
    for sentence in sentences:
        best.setdefault(sentence.article.story, sentence)
    first, *others = best.values()
    return (first, *(s for s in others[: most - 1] if s.score >= max(FLOOR, first.score - MARGIN)))
