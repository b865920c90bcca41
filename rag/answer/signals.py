"""What speaks for and against evidence: figures of how well it answers a question, for the gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.evidence import Sentence, Sentences
from rag.answer.fitted import Vector, fitted
from rag.answer.kind import Kind
from rag.models.reranker import Reranker
from rag.types import Passage
from rag.words import STOP_WORDS, WORD, stems, words

WEIGHED = 3  # sentences, each of which may be the answer
_LEAST, _LOW, _HIGH = -11.0, -3.0, 6.0  # logits, and how far leaving out one word may move them

# words of a question that carry no meaning, or speak of the articles and not of what they are about
_UNASKED = STOP_WORDS | frozenset(
    "latest newest current currently news mention mentions mentioned account accounts coverage differ different "
    "difference figure figures newspaper newspapers number numbers outlet outlets page pages paper papers piece "
    "pieces quote quoted read reads says source sources story stories version versions word worded wording words "
    "one two three each both all compare compared".split()
)


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Of one sentence, for a question; its figures are all from -3 to 3.

    `logit` by the cross-encoder, divided by 4; `rank` of its passage in the search, as log(1 + rank). `unmet`: the most
    that the logit rises, divided by 3, when one word of the question that the sentence's article lacks is left out;
    `context`: the same of words that stand elsewhere in the article. `uncovered`: the share of the question's words
    that the sentence lacks; at the same logit, fewer shared words mean that the meaning fits better.

    `state`, if the cross-encoder tells its hidden states, is that of the sentence alone and of the sentence behind the
    one before it, (2 d,).
    """

    logit: float
    rank: float
    unmet: float
    context: float
    uncovered: float
    state: Vector | None = None

    @property
    def figures(self) -> tuple[float, ...]:
        """All but the state."""
        return (self.logit, self.rank, self.unmet, self.context, self.uncovered)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence with its signals, and the word of the question that it leaves unmet most, if any."""

    sentence: Sentence
    signals: Signals
    word: str | None


def weigh(
    question: str,
    evidence: Sequence[Sentence],
    passages: Sequence[Passage],
    *,
    kind: Kind | None,
    sentences: Sentences,
    reranker: Reranker,
) -> tuple[Weighed, ...]:
    """The best sentences of evidence that comes best first: those that hold the kind of thing asked for, if any do."""
    fit = [s for s in evidence if kind is None or kind.in_(s.text)]
    best = (fit or evidence)[:WEIGHED]
    units = _units(question)
    occluded = _occluded(question, units, best, reranker)
    return tuple(
        _weighed(sentence, rises, state, rank=_rank(sentence, passages), uncovered=len(rises) / max(1, len(units)))
        for (sentence, rises), state in zip(occluded, _states(question, best, sentences, reranker), strict=True)
    )


def _states(
    question: str, best: Sequence[Sentence], sentences: Sentences, reranker: Reranker
) -> Sequence[Vector | None]:
    """Those that the gate was fitted to."""
    if reranker.identity != fitted().identity:
        return [None] * len(best)
    texts = [text for s in best for text in (s.text, s.behind(sentences(s.article.id)))]
    found = reranker.states([(question, text) for text in texts])
    return [None] * len(best) if found is None else list(found.astype(float).reshape(len(best), -1))


def _weighed(
    sentence: Sentence, rises: dict[str, float], state: Vector | None, *, rank: int, uncovered: float
) -> Weighed:
    article = sentence.article
    around = stems(article.named)
    lacking = {word: rise for word, rise in rises.items() if not stems(word) & around}
    word, unmet = max(lacking.items(), key=lambda item: item[1], default=("", 0.0))
    found = Signals(
        logit=max(_LEAST, sentence.score) / 4,
        rank=math.log1p(rank),
        unmet=max(0.0, unmet),
        context=max([0.0, *(rise for word, rise in rises.items() if word not in lacking)]),
        uncovered=uncovered,
        state=state,
    )
    return Weighed(sentence, found, word if unmet > 0 else None)


def _occluded(
    question: str, units: Sequence[tuple[int, int]], sentences: Sequence[Sentence], reranker: Reranker
) -> list[tuple[Sentence, dict[str, float]]]:
    """How the logit of each sentence rises when one of the question's `units` that it lacks is left out.

    A sentence that says nothing of what a word asks for fits the question better without it. Occlusion as in Li, Monroe
    and Jurafsky, "Understanding neural networks through representation erasure", 2016.
    """
    asked = [[(a, b) for a, b in units if not stems(question[a:b]) & stems(s.text)] for s in sentences]
    pairs = [
        (q, s.text)
        for s, spans in zip(sentences, asked, strict=True)
        for q in (question, *(" ".join((question[:a] + question[b:]).split()) for a, b in spans))
    ]
    scores = iter(reranker.pairs(pairs))
    found = []
    for sentence, spans in zip(sentences, asked, strict=True):
        whole = next(scores)
        rises = {question[a:b]: min(_HIGH, max(_LOW, next(scores) - whole)) / 3 for a, b in spans}
        found.append((sentence, rises))
    return found


def _units(question: str) -> list[tuple[int, int]]:
    """Where the words of a question are that carry meaning; a name of several words is one."""
    units: list[tuple[int, int]] = []
    for found in WORD.finditer(question):
        if found[0] != "US" and not _UNASKED.isdisjoint(words(found[0])):
            continue
        joined = units and question[units[-1][1] : found.start()] == " " and found[0][0].isupper()
        if joined and question[units[-1][0]].isupper():
            units[-1] = (units[-1][0], found.end())
        else:
            units.append(found.span())
    return units


def _rank(sentence: Sentence, passages: Sequence[Passage]) -> int:
    """The place of the first passage that holds the sentence."""
    holding = (
        n
        for n, p in enumerate(passages)
        if p.article.id == sentence.article.id and p.start <= sentence.start and sentence.end <= p.end
    )
    return next(holding, len(passages))
