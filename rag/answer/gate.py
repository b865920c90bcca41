"""Whether the evidence answers the question at all. Refusing is right when the articles are silent."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rag.answer.asked_speaker import of_speaker, speaker_asked
from rag.answer.counted import counting_first
from rag.answer.evidence import Sentence, Sentences
from rag.answer.fitted import fitted
from rag.answer.kind import Kind
from rag.answer.lacking import lacking
from rag.answer.odds import logit, sigmoid
from rag.answer.other_time import other_time
from rag.answer.signals import Signals, Weighed, weigh
from rag.answer.spoken import read_with_name
from rag.answer.unstated import is_unstated
from rag.models.reranker import Reranker
from rag.types import Filters, Passage

# Of the figures alone, fitted on the dev questions of evals/gold and CLAP NQ: python -m evals.fit_gate DATA/clapnq
INTERCEPT = -0.634
WEIGHTS = (0.940, -0.917, -1.809, 1.235, 1.188)
PROBE = 0.7  # what `fitted` counts beside them, of a cross-encoder that it knows
QUOTE = 0.3  # likelihood that the evidence answers, from which sentences are quoted
WRITE = 0.26  # and from which a model may write: it and the check of its claims can still refuse
CONFIRMED = 0.35  # where it has said how it leans, which tells the two apart better
# Intercept, and weights of the logit so far and of a model's leaning: python -m evals.fit_confirm DATA/clapnq
CONFIRM = (-0.988, 0.771, 1.139)
NEAR = 4.0  # logits below a sentence that answers with silence, within which another may still answer

NEXT = 2  # sentences behind the likeliest that may say that it is not stated, where none answers
NOT_STATED = "a sentence near to the question says that it is not stated, or not yet"

Leaning = Callable[[Sentence], float | None]  # of a model to "yes, the sentence answers the question", log odds


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentences that may answer, best first; none of them means refuse, and `reason` says why.

    `likelihood`, 0 to 1, is that of the evidence answering, with answers and silence equally frequent. Of a question of
    several clauses, `clauses` are those that found something, `missing` those that did not; the `leading` first
    sentences are the best of a clause each.
    """

    sentences: tuple[Sentence, ...]
    likelihood: float = 0.0
    reason: str | None = None
    clauses: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    leading: int = 1


def judge(
    question: str,
    evidence: Sequence[Sentence],
    passages: Sequence[Passage],
    *,
    kind: Kind | None,
    times: Sequence[Filters],
    sentences: Sentences,
    reranker: Reranker,
    least: float,
    leaning: Leaning | None = None,
) -> Verdict:
    """Keep the sentences that hold the kind of thing asked for, unless too much speaks against them.

    If somebody's words are asked for, those that are plainly another's are none; nor are those that speak of another
    time than the `times` asked for. `sentences` gives the spans of an article's sentences by its id; `least` is the
    likelihood below which they are refused. `leaning` asks a model whether the likeliest one answers.
    """
    if not evidence:
        return Verdict((), reason="nothing was found")
    when = other_time(evidence[0], times)
    not_then = f"the nearest sentence speaks of another time ({when})"
    then = [s for s in evidence if not other_time(s, times)]
    if when and not any(s.score >= evidence[0].score - NEAR for s in then):
        return Verdict((), reason=not_then)
    evidence = then
    speaker, nearest = speaker_asked(question), evidence[0]
    evidence = of_speaker(speaker, evidence, sentences=sentences) if speaker else evidence
    not_theirs = f"no sentence found gives words of {speaker} on it"
    if not evidence:
        return Verdict((), reason=not_theirs)
    anothers = evidence[0] is not nearest
    if speaker:
        evidence = read_with_name(question, speaker, evidence, sentences=sentences, reranker=reranker)
    weighed = weigh(question, evidence, passages, kind=kind, reranker=reranker)
    best, *others = by_likelihood(weighed)
    leans = leaning(best.sentence) if leaning else None
    answers = confirmed(likelihood(weighed), leans)
    doubted = leans is not None and likelihood(weighed) >= least  # by the model alone
    least = least if leans is None else CONFIRMED
    unstated = [w for w in (best, *others[:NEXT]) if is_unstated(question, w.sentence.text)]
    if unstated and unstated[0] is best:
        near = [w for w in others if w.sentence.score >= best.sentence.score - NEAR]
        if not any(likelihood([w]) >= least and not is_unstated(question, w.sentence.text) for w in near):
            return Verdict((), reason=NOT_STATED)
        evidence = [s for s in evidence if not is_unstated(question, s.text)]
    if answers >= least:
        likeliest = [w.sentence for w in (best, *others) if w.sentence in evidence]
        ordered = (*likeliest, *(s for s in evidence if s not in likeliest))
        kept = tuple(s for s in ordered if kind is None or kind.in_(s.text)) or ordered
        return Verdict(counting_first(question, kept), answers)
    if unstated:
        return Verdict((), answers, NOT_STATED)
    if when:
        return Verdict((), answers, not_then)
    if anothers:
        return Verdict((), answers, not_theirs)
    if kind and not kind.in_(best.sentence.text):
        return Verdict((), answers, f"no sentence found holds {kind.name}")
    if doubted:
        return Verdict((), answers, "the model found no answer in the likeliest sentence")
    if word := lacking(question, weighed, passages):
        return Verdict((), answers, f"the nearest passages do not speak of “{word}”")
    return Verdict((), answers, "no sentence found answers the question")


def confirmed(answers: float, leaning: float | None) -> float:
    """The likelihood, 0 to 1, that evidence answers, given how a model leans to that (log odds)."""
    if leaning is None:
        return answers
    intercept, own, model = CONFIRM
    return sigmoid(intercept + own * logit(answers) + model * leaning)


def likelihood(weighed: Sequence[Weighed]) -> float:
    """That one of the sentences answers, 0 to 1. Of sentences that are too far down to have any figures, none does."""
    figures = [figures for w in weighed if (figures := w.signals.figures)]
    probed = [found for w in weighed if (found := _of_state(w.signals)) is not None]
    return sigmoid(together(probed, figures)) if figures or probed else 0.0


def together(probed: Sequence[float], figures: Sequence[Sequence[float]]) -> float:
    """The log odds that one of the sentences answers, of those of each by its state, and of the figures of some.

    Two models say so, each by the sentence that it holds for the likeliest.
    """
    own = [of_figures(one) for one in figures]
    if own and probed:
        return PROBE * max(probed) + (1 - PROBE) * max(own)
    return max([*own, *probed])


def by_likelihood(weighed: Sequence[Weighed]) -> list[Weighed]:
    """The likeliest first, by its state, which tells sentences apart better; the others by state and score together.

    Without any states, all by their figures.
    """
    probed = [_of_state(w.signals) for w in weighed]
    if all(found is None for found in probed):
        own = [of_figures(figures) if (figures := w.signals.figures) else -math.inf for w in weighed]
        return [weighed[n] for n in sorted(range(len(weighed)), key=lambda n: -own[n])]
    likely = [-math.inf if found is None else found for found in probed]
    both = [PROBE * odds + (1 - PROBE) * w.sentence.score for odds, w in zip(likely, weighed, strict=True)]
    best = max(range(len(weighed)), key=lambda n: likely[n])
    return [weighed[n] for n in sorted(range(len(weighed)), key=lambda n: (n != best, -both[n]))]


def of_figures(figures: Sequence[float]) -> float:
    """The log odds of one sentence answering, by the model that knows no states."""
    return INTERCEPT + sum(w * s for w, s in zip(WEIGHTS, figures, strict=True))


def _of_state(signals: Signals) -> float | None:
    if signals.state is None:
        return None
    model = fitted()
    return float(model.intercept + model.figures @ signals.read + model.state @ signals.state)
