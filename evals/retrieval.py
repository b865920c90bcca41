"""Whether a search finds the evidence. Spans of characters decide, so re-chunking never invalidates the gold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.checks import Located
from evals.gold import Fact, Question
from evals.matching import accepts
from evals.scoring import covered
from rag import Passage


@dataclass(frozen=True, slots=True)
class RetrievalScore:
    """R@5, R@10: share of the vital facts with evidence in the first 5, 10 passages; RR@10: 1 / rank of the first."""

    recall_5: float
    recall_10: float
    reciprocal_rank_10: float


def score_retrieval(question: Question, passages: Sequence[Passage], *, located: Located) -> RetrievalScore | None:
    """The score of the passages, best first; None for a question that the articles do not answer."""
    if not question.answerable:
        return None
    ranks = [_rank(fact, passages[:10], located=located) for fact in question.vital]
    found = [rank for rank in ranks if rank is not None]
    return RetrievalScore(
        recall_5=sum(rank <= 5 for rank in found) / len(ranks),
        recall_10=len(found) / len(ranks),
        reciprocal_rank_10=1 / min(found) if found else 0.0,
    )


def _rank(fact: Fact, passages: Sequence[Passage], *, located: Located) -> int | None:
    """The rank, from 1, of the first passage that holds evidence of the fact."""
    for rank, passage in enumerate(passages, start=1):
        if _holds(fact, passage, located=located):
            return rank
    return None


def _holds(fact: Fact, passage: Passage, *, located: Located) -> bool:
    """At least half of a piece of evidence; on a page that is not the gold file's own, what the matcher accepts."""
    alias = located.alias(passage.article)
    evidence = [item for item in fact.evidence if item.article == alias]
    if located.places is None:
        return bool(evidence) and accepts(fact.match, passage.text)
    places = [located.places[item] for item in evidence]
    return any(covered(passage.start, passage.end, place.start, place.end) >= 0.5 for place in places)
