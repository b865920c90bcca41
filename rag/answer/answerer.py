"""The way from a question to an answer: search, evidence, gate, then quote or write, then check."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
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
SURE = 0.7  # likelihood from which evidence is quoted if nothing bears what a model made of it
UNBORNE = "No sentence bears what the model wrote, so the evidence is quoted."
RECITE = 2  # further sentences tried for a claim that those of its own marks do not support


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
        missing = verdict.missing
        if not verdict.sentences:
            reason = other_language(question, passages) or verdict.reason or ""
            answer = self._refusal(question, passages, reason=reason)
            if confirmer and confirmer.lost:
                answer = replace(answer, mode="quote", notice=f"The model was not asked: {confirmer.lost}")
        elif self._endpoint is None:
            answer = self._quoted(question, verdict)
        else:
            picked = quote.pick(asked, verdict.sentences, leading=verdict.leading)
            yield Quoted(tuple(_citation(n, s) for n, s in enumerate(picked, start=1)))
            try:
                if confirmer and confirmer.lost:
                    raise confirmer.lost
                answer = yield from self._written(
                    self._endpoint,
                    question,
                    asked,
                    evidence,
                    passages,
                    history,
                    today,
                    sure=verdict.likelihood >= SURE and not verdict.missing,
                )
                missing = unspoken(missing, answer, reranker=self._reranker)
                answer = back(answer, asked, picked, clauses=verdict.clauses, reranker=self._reranker)
            except EndpointLost as error:
                notice = f"There is no written answer, so the evidence is quoted: {error}"
                answer = replace(self._quoted(question, verdict), notice=notice, usage=error.usage)
        if missing and answer.status == "answered":
            found = f"Nothing was found on {', '.join(f'“{clause}”' for clause in missing)}."
            answer = answer.noting(found)
        answer = enrich(answer, evidence, asked=asked, as_of=today, sentences=sentences)
        if count and (agree := agreement(count, answer)):
            answer = answer.noting(agree)
        if confirmer:
            written = answer.mode == "llm" and answer.status == "answered"
            # the articles that mention something are found by its words, and need no model's word
            if written and not what and not confirmer.says(asked, answer, likelihood=verdict.likelihood):
                answer = replace(
                    self._refusal(question, passages, reason="what the model wrote does not say what is asked"),
                    usage=answer.usage,
                    fingerprint=answer.fingerprint,
                    asked=answer.asked,
                    as_of=today,
                )
            answer = confirmer.counted(answer)
        if answer.mode == "quote" or not verdict.sentences:
            yield Delta(answer.text)
        seconds = time.perf_counter() - begun
        yield Completed(replace(answer, seconds=seconds, confidence=verdict.likelihood, scope=passages.scope))

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

    def _quoted(self, question: str, verdict: Verdict) -> Answer:
        picked = quote.pick(question, verdict.sentences, leading=verdict.leading)
        citations = tuple(_citation(n, s) for n, s in enumerate(picked, start=1))
        claims = tuple(Claim(c.quote, (c.number,), "supported") for c in citations)
        text = "\n\n".join(f"{c.quote} [{c.number}]" for c in citations)
        return Answer(question, "answered", text, citations, claims, "quote", fingerprint=self._fingerprint)

    def _written(
        self,
        endpoint: Endpoint,
        question: str,
        asked: str,
        evidence: Sequence[Sentence],
        passages: Sequence[Passage],
        history: Sequence[Turn],
        today: date,
        *,
        sure: bool,
    ) -> Generator[Event, None, Answer]:
        draft: llm.Draft | None = None
        for piece in llm.write(endpoint, question, evidence, history=history, today=today):
            if isinstance(piece, llm.Draft):
                draft = piece
            elif piece:
                yield Delta(piece)
        assert draft is not None
        fingerprint = replace(self._fingerprint, model=endpoint.model, prompt=draft.digest)
        draft.text = without_headings(draft.text, draft.given)
        draft.keep_whole_sentences()
        answer = self._checked(question, draft, passages, sure=sure)
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

    def _checked(self, question: str, draft: llm.Draft, passages: Sequence[Passage], *, sure: bool) -> Answer:
        """The draft as claims, each checked; none that is supported makes a refusal, or an answer without text if the
        evidence is `sure`.
        """
        if draft.is_refusal:
            return self._refusal(question, passages, reason="the model found no answer in the sentences")
        cut = dict(reversed(cut_claims(draft.text)))  # what is said twice counts once
        given, order = [cited(sentence) for sentence in draft.given], draft.marks.order
        rested = [
            self._claim(question, words, tuple(order[n - 1] - 1 for n in marks if n <= len(order)), given)
            for words, marks in reversed(cut.items())
        ]
        if not any(claim.support == "supported" for claim, _ in rested):
            if sure:
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
