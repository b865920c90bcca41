"""Whether a search finds the evidence. Spans of characters decide, so re-chunking never invalidates the gold.

The figures are ir-measures'. Its documents are the ranked passages; what a passage is worth is worked out from spans:
each vital fact is a query of its own for Success@k (a share of them is R@k, all of them AllVital@k); RR@10 takes any
passage with evidence of any vital fact; nDCG@10 gives a passage the number of vital facts that it is the first to show,
and a fact that no passage shows stands in the ideal ranking all the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evals.checks import Located
from evals.gold import Fact, Question
from evals.matching import accepts
from evals.scoring import covered
from rag import Passage

DEPTH = 10


@dataclass(frozen=True, slots=True)
class RetrievalScore:
    """R@k: share of the vital facts with evidence in the first k passages; AllVital@k: 1 if all have it, else 0."""

    recall_5: float
    recall_10: float
    reciprocal_rank_10: float
    ndcg_10: float
    all_vital_5: float
    all_vital_10: float


def score_retrieval(question: Question, passages: Sequence[Passage], *, located: Located) -> RetrievalScore | None:
    """The score of the passages, best first; None for a question that the articles do not answer."""
    if not question.answerable:
        return None
    top = passages[:DEPTH]
    return score_ranks([[_holds(fact, passage, located=located) for passage in top] for fact in question.vital])


def score_ranks(holds: Sequence[Sequence[bool]]) -> RetrievalScore:
    """The score, given for each fact whether each ranked passage (best first, at most ten) shows it."""
    from ir_measures import RR, Qrel, ScoredDoc, Success, iter_calc, nDCG

    depth = max((len(row) for row in holds), default=0)
    queries = {f"fact-{n}": _binary(row) for n, row in enumerate(holds)}
    queries["any"] = _binary([any(row[rank] for row in holds) for rank in range(depth)])
    queries["gain"] = _gains(holds)
    qrels = [Qrel(query, doc, gain) for query, docs in queries.items() for doc, gain in docs.items()]
    run = [ScoredDoc(query, f"rank-{rank}", -float(rank)) for query in queries for rank in range(1, depth + 1)]
    run = run or [ScoredDoc("none", "none", 0.0)]
    found = {
        (m.query_id, str(m.measure)): m.value
        for m in iter_calc([Success @ 5, Success @ 10, RR @ 10, nDCG @ 10], qrels, run)
    }
    at_5 = [found.get((f"fact-{n}", "Success@5"), 0.0) for n in range(len(holds))]
    at_10 = [found.get((f"fact-{n}", "Success@10"), 0.0) for n in range(len(holds))]
    return RetrievalScore(
        recall_5=sum(at_5) / len(at_5),
        recall_10=sum(at_10) / len(at_10),
        reciprocal_rank_10=found.get(("any", "RR@10"), 0.0),
        ndcg_10=found.get(("gain", "nDCG@10"), 0.0),
        all_vital_5=min(at_5),
        all_vital_10=min(at_10),
    )


def _binary(row: Sequence[bool]) -> dict[str, int]:
    """Relevance by passage; a fact that is not found is a passage that was not retrieved, so that it counts."""
    return {f"rank-{rank}": 1 for rank, holds in enumerate(row, start=1) if holds} or {"not retrieved": 1}


def _gains(holds: Sequence[Sequence[bool]]) -> dict[str, int]:
    firsts = [next((rank for rank, there in enumerate(row, start=1) if there), None) for row in holds]
    gains = {f"rank-{rank}": firsts.count(rank) for rank in firsts if rank is not None}
    return gains | {f"not retrieved {n}": 1 for n, rank in enumerate(firsts) if rank is None}


def _holds(fact: Fact, passage: Passage, *, located: Located) -> bool:
    """At least half of a piece of evidence; on a page that is not the gold file's own, what the matcher accepts."""
    alias = located.alias(passage.article)
    evidence = [item for item in fact.evidence if item.article == alias]
    if located.places is None:
        return bool(evidence) and accepts(fact.match, passage.text)
    places = [located.places[item] for item in evidence]
    return any(covered(passage.start, passage.end, place.start, place.end) >= 0.5 for place in places)
