"""What speaks for and against evidence: figures of how well it answers a question, for the gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from rag.answer.evidence import SCORED_TWICE, Sentence
from rag.answer.fitted import Vector, fitted
from rag.answer.kind import Kind
from rag.models.reranker import Reranker
from rag.types import Passage
from rag.words import STOP_WORDS, WORD, stems, words

WEIGHED = SCORED_TWICE  # sentences, each of which may be the answer
OCCLUDED = 3  # of them, for which the question is put without some words too
_LEAST, _LOW, _HIGH = -11.0, -3.0, 6.0  # logits, and how far leaving out one word may move them

# words of a question that carry no meaning, or speak of the articles and not of what they are about
_UNASKED = STOP_WORDS | frozenset(
    "latest newest current currently news mention mentions mentioned account accounts coverage differ different "
    "difference figure figures newspaper newspapers number numbers outlet outlets page pages paper papers piece "
    "pieces quote quoted read reads says source sources story stories version versions word worded wording words "
    "one two three each both all compare compared".split()
)

_Spans = Sequence[tuple[int, int]]  # of a question


@dataclass(frozen=True, slots=True, eq=False)
class Signals:
    """Of one sentence, for a question; all but the state are from -3 to 6.

    `logit` by the cross-encoder, divided by 4; `rank` of its passage in the search, as log(1 + rank); `uncovered`: the
    share of the question's words that the sentence lacks; at the same logit, fewer shared words mean that the meaning
    fits better. `state` is in what state the cross-encoder has read the sentence, if it is the one that the gate was
    fitted to.

    Of the best sentences alone, `unmet`: the most that the logit rises, divided by 3, when one word of the question
    that the sentence's article lacks is left out; `context`: the same of words that stand elsewhere in the article.
    """

    logit: float
    rank: float
    uncovered: float
    state: Vector | None = None
    unmet: float | None = None
    context: float | None = None

    @property
    def read(self) -> tuple[float, ...]:
        """What is counted beside the state."""
        return (self.logit, self.rank, self.uncovered)

    @property
    def figures(self) -> tuple[float, ...] | None:
        """All but the state, if the question was put without some words too."""
        if self.unmet is None or self.context is None:
            return None
        return (self.logit, self.rank, self.unmet, self.context, self.uncovered)


@dataclass(frozen=True, slots=True)
class Weighed:
    """A sentence with its signals, and the word of the question that it leaves unmet most, if one was looked for."""

    sentence: Sentence
    signals: Signals
    word: str | None = None


def weigh(
    question: str, evidence: Sequence[Sentence], passages: Sequence[Passage], *, kind: Kind | None, reranker: Reranker
) -> tuple[Weighed, ...]:
    """The sentences of evidence that comes best first, in its order: those with the kind of thing asked, if any."""
    fit = [s for s in evidence if kind is None or kind.in_(s.text)]
    best = (fit or evidence)[:WEIGHED]
    units = _units(question)
    lacked = [_lacked(question, units, sentence) for sentence in best]
    known = reranker.identity == fitted().identity
    found = [
        _weighed(sentence, passages, uncovered=len(spans) / max(1, len(units)), known=known)
        for sentence, spans in zip(best, lacked, strict=True)
    ]
    risen = _risen(question, lacked[:OCCLUDED], best[:OCCLUDED], reranker)
    return tuple(_occluded(w, rises) for w, rises in zip(found, risen, strict=False)) + tuple(found[len(risen) :])


def _weighed(sentence: Sentence, passages: Sequence[Passage], *, uncovered: float, known: bool) -> Weighed:
    signals = Signals(
        logit=max(_LEAST, sentence.score) / 4,
        rank=math.log1p(_rank(sentence, passages)),
        uncovered=uncovered,
        state=sentence.state.astype(float) if known and sentence.state is not None else None,
    )
    return Weighed(sentence, signals)


def _occluded(weighed: Weighed, rises: dict[str, float]) -> Weighed:
    around = stems(weighed.sentence.article.named)
    lacking = {word: rise for word, rise in rises.items() if not stems(word) & around}
    word, unmet = max(lacking.items(), key=lambda item: item[1], default=("", 0.0))
    context = max([0.0, *(rise for word, rise in rises.items() if word not in lacking)])
    signals = replace(weighed.signals, unmet=max(0.0, unmet), context=context)
    return Weighed(weighed.sentence, signals, word if unmet > 0 else None)


def _risen(
    question: str, lacked: Sequence[_Spans], sentences: Sequence[Sentence], reranker: Reranker
) -> list[dict[str, float]]:
    """How the logit of each sentence rises when one of the words that it has `lacked` is left out of the question.

    A sentence that says nothing of what a word asks for fits the question better without it. Occlusion as in Li, Monroe
    and Jurafsky, "Understanding neural networks through representation erasure", 2016.
    """
    pairs = [
        (" ".join((question[:a] + question[b:]).split()), s.text)
        for s, spans in zip(sentences, lacked, strict=True)
        for a, b in spans
    ]
    scores = iter(reranker.pairs(pairs))
    found = []
    for s, spans in zip(sentences, lacked, strict=True):
        whole = reranker.scores(question, [s.text])[0] if s.alone is None else s.alone
        found.append({question[a:b]: min(_HIGH, max(_LOW, next(scores) - whole)) / 3 for a, b in spans})
    return found


def _lacked(question: str, units: _Spans, sentence: Sentence) -> list[tuple[int, int]]:
    """Those of the question's words that a sentence lacks."""
    held = stems(sentence.text)
    return [(a, b) for a, b in units if not stems(question[a:b]) & held]


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
