"""Questions of several clauses: each has its own evidence, and no one sentence answers all of them.

A cross-encoder that learnt from short queries scores every sentence low for "Who is accused of fraud according to A,
and was called a visionary by B?"; for either clause alone it finds the sentence that answers.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from rag.answer.asked_speaker import of_speaker, speaker_asked
from rag.answer.evidence import SPEAKS, Sentence, Sentences, gather
from rag.answer.gate import Verdict
from rag.answer.kind import kind_asked
from rag.answer.odds import sigmoid
from rag.models.reranker import Reranker
from rag.types import Passage

SCORED, SCORED_TWICE = 12, 4  # sentences that the cross-encoder reads for each clause
SILENT = -8.0  # the score (a logit) of a clause without any sentence
# Fitted on the dev questions of MultiHop-RAG: python -m evals.fit_clauses DATA/multihop_rag
INTERCEPT, WEIGHT = 3.247, 0.970


def gather_each(
    asked: Sequence[str], passages: Sequence[Passage], *, sentences: Sentences, reranker: Reranker
) -> tuple[tuple[Sentence, ...], ...]:
    """The sentences for each clause, best first: of the person whose words it asks for, with the kind of thing."""
    found, spoken = [], None
    for clause in asked:
        # "What did A say of x and how y came about?" asks for A's words twice
        speaker = speaker_asked(clause) or spoken
        spoken = None if "according to" in clause.lower() else speaker
        sentences_of = gather(clause, passages, sentences=sentences, reranker=reranker, most=SCORED, twice=SCORED_TWICE)
        theirs = of_speaker(speaker, sentences_of, sentences=sentences) if speaker else sentences_of
        kind = kind_asked(clause)
        found.append(tuple(s for s in theirs if kind is None or kind.in_(s.text)))
    return tuple(found)


def merged(each: Sequence[Sequence[Sentence]]) -> tuple[Sentence, ...]:
    """The sentences of all clauses: the best of each clause first, then the second best; once, with the best score."""
    best: dict[tuple[str, int], Sentence] = {}
    for rank in zip_longest(*each):
        for sentence in sorted((s for s in rank if s), key=lambda s: -s.score):
            place = (sentence.article.id, sentence.start)
            if place not in best or best[place].score < sentence.score:
                best[place] = sentence
    return tuple(best.values())


def judge_each(asked: Sequence[str], each: Sequence[Sequence[Sentence]], *, least: float) -> Verdict:
    """All sentences, unless the clauses on average find too little; clauses that find nothing are named."""
    scores = best_scores(each)
    likely = likelihood(sum(scores) / len(scores))
    if likely < least or max(scores) <= SPEAKS:
        return Verdict((), likely, "no sentences found answer its parts")
    best = [found[0] for found, score in zip(each, scores, strict=True) if score > SPEAKS]
    return Verdict(
        merged(each),
        likely,
        clauses=tuple(c for c, score in zip(asked, scores, strict=True) if score > SPEAKS),
        missing=tuple(c for c, score in zip(asked, scores, strict=True) if score <= SPEAKS),
        leading=_places(best),
    )


def joined(asked: Sequence[str], verdicts: Sequence[Verdict]) -> Verdict:
    """One verdict on questions that were judged alone, as likely as the likeliest; what found nothing is named."""
    found = [v for v in verdicts if v.sentences]
    likely = max(v.likelihood for v in verdicts)
    if not found:
        return Verdict((), likely, verdicts[0].reason)
    return Verdict(
        merged([v.sentences for v in found]),
        likely,
        clauses=tuple(one for one, v in zip(asked, verdicts, strict=True) if v.sentences),
        missing=tuple(one for one, v in zip(asked, verdicts, strict=True) if not v.sentences),
        leading=_places([v.sentences[0] for v in found]),
    )


def _places(best: Sequence[Sentence]) -> int:
    """How many different sentences are the best of a clause."""
    return len({(s.article.id, s.start) for s in best})


def best_scores(each: Sequence[Sequence[Sentence]]) -> list[float]:
    """The best score (a logit) of each clause."""
    return [found[0].score if found else SILENT for found in each]


def likelihood(score: float) -> float:
    """Of the evidence answering, 0 to 1, from the mean of the clauses' best scores (logits)."""
    return sigmoid(INTERCEPT + WEIGHT * score)
