"""The way from a question to an answer: search, evidence, gate, then quote or write, then check."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from typing import TYPE_CHECKING

from rag.answer import llm, quote
from rag.answer.agreement import agreement, count_asked, one_each
from rag.answer.backed import back, repeats, unspoken
from rag.answer.by_clause import gather_each, joined, judge_each, merged
from rag.answer.claims import cut_claims
from rag.answer.confirm import Confirmer
from rag.answer.evidence import Sentence, Sentences, gather
from rag.answer.facts import Cited, cited
from rag.answer.followup import standalone, uncoupled, unsaid
from rag.answer.gate import QUOTE, WRITE, Verdict, judge
from rag.answer.given import without_headings
from rag.answer.kind import kind_asked
from rag.answer.mentions import MOST, mention_asked, mentions
from rag.answer.other_time import times_asked, told_otherwise, without
from rag.answer.sense import enrich
from rag.answer.support import doubt, nearest
from rag.answer.tongue import other_language
from rag.clauses import clauses, of_each
from rag.errors import EndpointLost
from rag.models.reranker import Reranker
from rag.types import (
    Answer,
    Citation,
    Claim,
    Completed,
    Delta,
    Event,
    Filters,
    Fingerprint,
    Found,
    Passage,
    Quoted,
    Retrieved,
    Turn,
    Waiting,
)
from store.records import Span

if TYPE_CHECKING:
    from rag.endpoint import Endpoint

PASSAGES = 8  # chunks whose sentences are weighed
NEARBY = 3  # passages shown with a refusal
SURE = 0.7  # likelihood from which evidence is quoted if what a model made of it cannot be shown
UNBORNE = "No sentence bears what the model wrote, so the evidence is quoted."
UNSAID = "What the model wrote does not say what is asked, so the evidence is quoted."
RECITE = 2  # further sentences tried for a claim that those of its own marks do not support


@dataclass(frozen=True, slots=True)
class _Case:
    """A question of a user, as it was put and as it is understood, and what was found for it."""

    question: str
    asked: str
    passages: Found
    evidence: tuple[Sentence, ...]
    verdict: Verdict
    sentences: Sentences
    today: date

    @property
    def picked(self) -> tuple[Sentence, ...]:
        """The sentences to quote, best first."""
        return quote.pick(self.asked, self.verdict.sentences, leading=self.verdict.leading)

    @property
    def is_sure(self) -> bool:
        """The evidence answers the whole of the question, whatever a model makes of it."""
        return self.verdict.likelihood >= SURE and not self.verdict.missing

    def enriched(self, answer: Answer, *, missing: Sequence[str] = ()) -> Answer:
        """The answer with what the news sense adds, and with a word on the clauses for which nothing was found."""
        if missing and answer.status == "answered":
            answer = answer.noting(f"Nothing was found on {', '.join(f'“{clause}”' for clause in missing)}.")
        return enrich(answer, self.evidence, asked=self.asked, as_of=self.today, sentences=self.sentences)


class Answerer:
    """Answers in one mode: it writes if it is given an endpoint, else it quotes."""

    def __init__(
        self,
        *,
        search: Callable[[str, int, Filters, date], Found],
        sentences: Callable[[str], Sequence[Span]],
        reranker: Reranker,
        endpoint: Endpoint | None,
        embedding: str,
    ) -> None:
        self._search = search
        self._sentences = sentences
        self._reranker = reranker
        self._endpoint = endpoint
        self._fingerprint = Fingerprint(embedding, reranker.identity)

    def stream(self, question: str, *, history: Sequence[Turn], filters: Filters, today: date) -> Iterator[Event]:
        """Retrieved, Quoted if a model writes, Delta as text comes, Completed. Raises EndpointError and StoreError."""
        begun = time.perf_counter()
        own = uncoupled(unsaid(question) if history else question)
        count = count_asked(own)
        own = count or own
        asked = standalone(own, history)
        sentences = cache(self._sentences)  # they come from the disk
        what = mention_asked(asked)
        passages = self._search(what or asked, MOST if what else PASSAGES, filters, today)
        yield Retrieved(passages, passages.scope)
        confirmer = Confirmer(self._endpoint, sentences=sentences) if self._endpoint else None
        if self._endpoint and self._endpoint.is_cold:
            yield Waiting("Starting the local language model …")
        if what:
            evidence, verdict = mentions(what, passages, sentences=sentences)
        else:
            evidence, verdict = self._weighed(own, asked, passages, sentences, filters, confirmer)
        verdict = one_each(count, verdict) if count else verdict
        case = _Case(question, asked, passages, tuple(evidence), verdict, sentences, today)
        if not verdict.sentences:
            answer = self._unanswered(case, confirmer)
        elif confirmer is None:
            answer = case.enriched(self._quoted(case), missing=verdict.missing)
        else:
            answer = yield from self._answered(case, history, confirmer)
            # the articles that mention something are found by its words, and need no model's word
            if answer.mode == "llm" and answer.status == "answered" and not what:
                answer = self._confirmed(case, answer, confirmer)
        if count and (agree := agreement(count, answer)):
            answer = answer.noting(agree)
        if confirmer:
            answer = confirmer.counted(answer)
        if answer.mode == "quote" or not verdict.sentences:
            yield Delta(answer.text)
        seconds = time.perf_counter() - begun
        yield Completed(replace(answer, seconds=seconds, confidence=verdict.likelihood, scope=passages.scope))

    def _unanswered(self, case: _Case, confirmer: Confirmer | None) -> Answer:
        """A refusal, or the sentence that denies what the question takes for granted."""
        reason = other_language(case.question, case.passages) or case.verdict.reason or ""
        answer = self._refusal(case.question, case.passages, reason=reason)
        if confirmer and confirmer.lost:
            answer = replace(answer, mode="quote", notice=f"The model was not asked: {confirmer.lost}")
        return case.enriched(answer)

    def _answered(self, case: _Case, history: Sequence[Turn], confirmer: Confirmer) -> Generator[Event, None, Answer]:
        """What the model writes, backed by quotes; quotes alone if its endpoint is lost."""
        picked = case.picked
        yield Quoted(tuple(_citation(n, s) for n, s in enumerate(picked, start=1)))
        missing = case.verdict.missing
        try:
            if confirmer.lost:
                raise confirmer.lost
            answer = yield from self._written(case, history)
            missing = unspoken(missing, answer, reranker=self._reranker)
            answer = back(answer, case.asked, picked, clauses=case.verdict.clauses, reranker=self._reranker)
        except EndpointLost as error:
            notice = f"There is no written answer, so the evidence is quoted: {error}"
            answer = replace(self._quoted(case), notice=notice, usage=error.usage)
        return case.enriched(answer, missing=missing)

    def _confirmed(self, case: _Case, answer: Answer, confirmer: Confirmer) -> Answer:
        """The written answer, unless the model finds that it does not say what is asked: quotes or a refusal then."""
        if confirmer.says(case.asked, answer, likelihood=case.verdict.likelihood):
            return answer
        if case.is_sure:
            quotes = {citation.quote for citation in answer.citations}
            if all(claim.text in quotes for claim in answer.claims):
                return answer  # nothing that the model wrote is in it any more
            empty = replace(answer, text="", citations=(), claims=(), notice=UNSAID)
            again = back(empty, case.asked, case.picked, clauses=case.verdict.clauses, reranker=self._reranker)
            return case.enriched(again)
        refusal = self._refusal(case.question, case.passages, reason="what the model wrote does not say what is asked")
        made = {name: getattr(answer, name) for name in ("usage", "fingerprint", "asked", "as_of")}
        return replace(refusal, **made)

    def _weighed(
        self,
        question: str,
        asked: str,
        passages: Found,
        sentences: Sentences,
        filters: Filters,
        confirmer: Confirmer | None,
    ) -> tuple[tuple[Sentence, ...], Verdict]:
        """The sentences that may be evidence, best first, and whether they answer.

        A question that was put behind the one before it is taken whole: that one has been answered.
        """
        least = WRITE if self._endpoint else QUOTE
        if each := of_each(asked):
            found = [self._weighed(one, one, passages, sentences, filters, confirmer) for one in each]
            return merged([evidence for evidence, _ in found]), joined(each, [verdict for _, verdict in found])
        if several := clauses(asked) if asked == question else ():
            parts = gather_each(several, passages, sentences=sentences, reranker=self._reranker)
            return merged(parts), judge_each(several, parts, least=least)
        look = partial(gather, passages=passages, sentences=sentences, reranker=self._reranker)
        weighed = without(asked, passages.scope.left)
        evidence = look(weighed)
        if told := told_otherwise(passages.scope, evidence):
            weighed = without(weighed, told)
            evidence = look(weighed)
        verdict = judge(
            weighed,
            evidence,
            passages,
            kind=kind_asked(question),
            times=times_asked(passages.scope, filters),
            sentences=sentences,
            reranker=self._reranker,
            least=least,
            leaning=partial(confirmer.leaning, asked) if confirmer else None,
        )
        return evidence, verdict

    def _quoted(self, case: _Case) -> Answer:
        citations = tuple(_citation(n, s) for n, s in enumerate(case.picked, start=1))
        claims = tuple(Claim(c.quote, (c.number,), "supported") for c in citations)
        text = "\n\n".join(f"{c.quote} [{c.number}]" for c in citations)
        return Answer(case.question, "answered", text, citations, claims, "quote", fingerprint=self._fingerprint)

    def _written(self, case: _Case, history: Sequence[Turn]) -> Generator[Event, None, Answer]:
        endpoint, draft = self._endpoint, None
        assert endpoint is not None
        for piece in llm.write(endpoint, case.question, case.evidence, history=history, today=case.today):
            if isinstance(piece, llm.Draft):
                draft = piece
            elif piece:
                yield Delta(piece)
        assert draft is not None
        fingerprint = replace(self._fingerprint, model=endpoint.model, prompt=draft.digest)
        draft.text = without_headings(draft.text, draft.given)
        draft.keep_whole_sentences()
        answer = self._checked(case, draft)
        if draft.lost and answer.status == "refused" and not (draft.text and draft.is_refusal):
            raise EndpointLost(draft.lost, usage=draft.usage)  # nothing that came before it broke off can be shown
        return replace(
            answer,
            mode="llm",
            usage=draft.usage,
            removed_marks=draft.marks.removed,
            fingerprint=fingerprint,
            notice=draft.notice or answer.notice,
        )

    def _checked(self, case: _Case, draft: llm.Draft) -> Answer:
        """The draft as claims, each checked; none that is supported makes a refusal, or an answer without text if the
        evidence is sure.
        """
        question, passages = case.question, case.passages
        if draft.is_refusal:
            return self._refusal(question, passages, reason="the model found no answer in the sentences")
        cut = dict(reversed(cut_claims(draft.text)))  # what is said twice counts once
        given, order = [cited(sentence) for sentence in draft.given], draft.marks.order
        rested = [
            self._claim(question, words, tuple(order[n - 1] - 1 for n in marks if n <= len(order)), given)
            for words, marks in reversed(cut.items())
        ]
        if not any(claim.support == "supported" for claim, _ in rested):
            if case.is_sure:
                return Answer(question, "answered", "", (), (), "llm", notice=UNBORNE)
            return self._refusal(question, passages, reason="no sentence bears what the model wrote")
        used = list(dict.fromkeys(s for _, sentences in rested for s in sentences))
        claims = tuple(replace(c, citations=tuple(used.index(s) + 1 for s in sentences)) for c, sentences in rested)
        citations = tuple(_citation(n, draft.given[s]) for n, s in enumerate(used, start=1))
        text = " ".join(claim.text + "".join(f" [{n}]" for n in claim.citations) for claim in claims)
        return Answer(question, "answered", text, citations, claims, "llm")

    def _claim(
        self, question: str, words: str, own: tuple[int, ...], given: Sequence[Cited]
    ) -> tuple[Claim, tuple[int, ...]]:
        """A claim with its support checked, and the places in `given` of the sentences it rests on.

        If its `own` do not support it, another sentence may, alone or besides them.
        """
        if repeats(words, question):
            return Claim(words, (), "unsupported", doubt="it says no more than the question"), own
        why = doubt(words, [given[s] for s in own], reranker=self._reranker)
        if why is None:
            return Claim(words, (), "supported"), own
        rest = [c for n, c in enumerate(given) if n not in own]
        others = [given.index(c) for c in nearest(words, rest, most=RECITE)]
        for sentences in [(s,) for s in others] + [(*own, s) for s in others if own]:
            if doubt(words, [given[s] for s in sentences], reranker=self._reranker) is None:
                return Claim(words, (), "supported"), sentences
        return Claim(words, (), "unsupported", doubt=why), own

    def _refusal(self, question: str, passages: Sequence[Passage], *, reason: str) -> Answer:
        text = f"The saved articles do not answer this: {reason}."
        return Answer(
            question,
            "refused",
            text,
            (),
            (),
            "llm" if self._endpoint else "quote",
            nearby=tuple(passages[:NEARBY]),
            fingerprint=self._fingerprint,
        )


def _citation(number: int, sentence: Sentence) -> Citation:
    return Citation(number, sentence.article, sentence.start, sentence.end, sentence.text)
