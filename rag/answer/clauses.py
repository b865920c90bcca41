"""Questions of several clauses: each asks for its own evidence, which no one sentence holds.

A cross-encoder that learnt from short queries scores every sentence low for "Who is accused of fraud according to A,
and was called a visionary by B?"; for either clause alone it finds the sentence that answers.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from itertools import takewhile, zip_longest

from rag.answer.asked_speaker import is_place, of_speaker, speaker_asked
from rag.answer.evidence import SPEAKS, Sentence, Sentences, gather
from rag.answer.gate import Verdict
from rag.answer.kind import kind_asked
from rag.models.reranker import Reranker
from rag.types import Passage
from rag.words import STOP_WORDS, words

WORDS = 3  # content words that make a part of a question a clause; two do if it asks with a word of its own
ENOUGH = 4  # of them in a clause that stands alone, pronoun or not
SCORED, SCORED_TWICE = 12, 4  # sentences that the cross-encoder reads for each clause
SILENT = -8.0  # the score (a logit) of a clause without any sentence
# Fitted on the dev questions of MultiHop-RAG: python -m evals.fit_clauses DATA/multihop_rag
INTERCEPT, WEIGHT = 3.569, 1.021
LEAST = 0.4  # likelihood from which they are answered, in either mode

_ASKS = re.compile(r"(?i)^(?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were|has|have|will)\b")
_SEAM = re.compile(
    r"(,?\s+(?:and|but)\s+|,\s+(?:as|which|who|that)\s+|,?\s+(?:while|whereas|compared to|in contrast to)\s+|;\s+"
    r"|,\s+(?=(?:the|according|as|how|what|when|where|who|why)\s))",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?i)\b(?P<own>his|her(?= \w))\b|\b(?:he|him|she|her)\b")
_THING = re.compile(r"(?i)\b(?P<own>its|their)\b|\b(?:it|they|them)\b")
_NAME = re.compile(r"(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_BEFORE_NOUN = frozenset("the a an many much which these those".split())
_BEHIND_NOUN = STOP_WORDS | frozenset("without within near per via since upon towards among".split())


def clauses(question: str) -> tuple[str, ...]:
    """The clauses that can each be looked for alone; none if the question is of one piece.

    A part too small to be a clause stays with the one before it; a pronoun gives way to what it stands for in the
    clauses before. Where that is not plain, the question is left in one piece.
    """
    found: list[str] = []
    seam = ""
    for n, piece in enumerate(_SEAM.split(question)):
        if n % 2:
            seam = piece
            continue
        clause = _resolved(piece.strip(), found)
        if clause is None:
            return ()
        if found and not (_stands(clause) and _stands(found[-1])):
            found[-1] += seam + piece.strip()
        else:
            found.append(clause)
    return tuple(found) if len(found) > 1 else ()


def _own(part: str) -> int:
    """How many words of it carry meaning."""
    return len(set(words(part)) - STOP_WORDS)


def _stands(part: str) -> bool:
    return _own(part) >= (WORDS - 1 if _ASKS.search(part) else WORDS)


def _resolved(clause: str, before: Sequence[str]) -> str | None:
    """A short clause with a pronoun that points out of it replaced; None if what it stands for is not plain."""
    if not before or not _ASKS.search(clause) or _own(clause) >= ENOUGH:
        return clause
    for pronoun, known in ((_PERSON, _persons), (_THING, _things)):
        if (found := pronoun.search(clause)) and not known(clause[: found.start()], found[0]):
            meant = set(known(" ".join(before), found[0]))
            if len(meant) != 1:
                return None
            (noun,) = meant
            whose = ("’" if noun.endswith("s") else "’s") if found["own"] else ""
            return clause[: found.start()] + noun + whose + clause[found.end() :]
    return clause


def _persons(text: str, _: str) -> list[str]:
    return [name for name in _NAME.findall(text) if not is_place(name)]


def _things(text: str, pronoun: str) -> list[str]:
    """The last noun phrase or name that may be meant: several things by "they", one by "it"."""
    several = pronoun.lower() in ("they", "them", "their")
    fit = [phrase for phrase in (*_NAME.findall(text), *_phrases(text)) if phrase.endswith("s") == several]
    return fit[-1:]


def _phrases(text: str) -> Iterator[str]:
    """Nouns behind an article or a number, with all words up to the next that carries no meaning."""
    spoken = re.findall(r"[\w’'-]+", text)
    for n, word in enumerate(spoken, start=1):
        if word.lower() in _BEFORE_NOUN:
            phrase = list(takewhile(lambda w: w.lower() not in _BEHIND_NOUN, spoken[n:]))
            if phrase:
                yield " ".join(phrase)


def gather_each(
    asked: Sequence[str], passages: Sequence[Passage], *, sentences: Sentences, reranker: Reranker
) -> tuple[tuple[Sentence, ...], ...]:
    """The sentences for each clause, best first: of the person whose words it asks for, with the kind of thing."""
    return tuple(_for(clause, passages, sentences=sentences, reranker=reranker) for clause in asked)


def _for(clause: str, passages: Sequence[Passage], *, sentences: Sentences, reranker: Reranker) -> tuple[Sentence, ...]:
    found: Sequence[Sentence] = gather(
        clause, passages, sentences=sentences, reranker=reranker, most=SCORED, twice=SCORED_TWICE
    )
    if speaker := speaker_asked(clause):
        found = of_speaker(speaker, found, sentences=sentences)
    kind = kind_asked(clause)
    return tuple(s for s in found if kind is None or kind.in_(s.text))


def merged(each: Sequence[Sequence[Sentence]]) -> tuple[Sentence, ...]:
    """The sentences of all clauses: the best of each clause first, then the second best; once, with the best score."""
    best: dict[tuple[str, int], Sentence] = {}
    for rank in zip_longest(*each):
        for sentence in sorted((s for s in rank if s), key=lambda s: -s.score):
            place = (sentence.article.id, sentence.start)
            if place not in best or best[place].score < sentence.score:
                best[place] = sentence
    return tuple(best.values())


def judge_each(asked: Sequence[str], each: Sequence[Sequence[Sentence]]) -> Verdict:
    """All sentences, unless the clauses on average find too little; clauses that find nothing are named."""
    scores = _scores(each)
    likely = likelihood(mean_score(each))
    if likely < LEAST or max(scores) <= SPEAKS:
        return Verdict((), likely, "no sentences found answer its parts", clauses=len(asked))
    missing = [c for c, score in zip(asked, scores, strict=True) if score <= SPEAKS and _ASKS.search(c)]
    return Verdict(merged(each), likely, clauses=len(asked), missing=tuple(missing))


def mean_score(each: Sequence[Sequence[Sentence]]) -> float:
    """The mean of the best score (a logit) of each clause."""
    scores = _scores(each)
    return sum(scores) / len(scores)


def _scores(each: Sequence[Sequence[Sentence]]) -> list[float]:
    return [found[0].score if found else SILENT for found in each]


def likelihood(score: float) -> float:
    """Of the evidence answering, 0 to 1, from the mean of the clauses' best scores (logits)."""
    return 1 / (1 + math.exp(-(INTERCEPT + WEIGHT * score)))
