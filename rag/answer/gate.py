"""Whether the evidence answers the question at all. Refusing is right when the articles are silent.

Fitted on the dev questions of `evals/gold`; docs/answers.md has the numbers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.answer.evidence import Sentence
from rag.answer.kind import kind_asked
from rag.words import STOP_WORDS, words

ACCEPT = -3.5  # logit of the cross-encoder below which no sentence answers
SURE = 2.0  # logit from which a name that no article mentions does not count against the evidence

_NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The sentences that may answer, best first; none of them means refuse, and `reason` says why."""

    sentences: tuple[Sentence, ...]
    reason: str | None = None


def judge(question: str, evidence: Sequence[Sentence]) -> Verdict:
    """Keep the sentences that hold the kind of thing asked for, unless something speaks against all of them."""
    if not evidence:
        return Verdict((), "nothing was found")
    kind = kind_asked(question)
    fit = tuple(s for s in evidence if kind is None or kind.in_(s.text))
    if not fit:
        return Verdict((), f"no sentence found holds {kind.name if kind else 'an answer'}")
    if fit[0].score < ACCEPT:
        return Verdict((), "no sentence found answers the question")
    missing = missing_names(question, evidence)
    if missing and fit[0].score < SURE:
        return Verdict((), f"no article found mentions {missing[0]}")
    return Verdict(fit)


def missing_names(question: str, evidence: Sequence[Sentence]) -> list[str]:
    """Names in the question that none of the evidence's articles holds, in text, title, outlet or agency."""
    articles = {s.article.id: s.article for s in evidence}.values()
    known = {
        word
        for a in articles
        for word in words(" ".join((a.text, a.title, a.source or "", a.agency or "", a.author or "")))
    }
    names = [n for n in _NAME.findall(question) if n.lower() not in STOP_WORDS]
    return [n for n in names if not set(words(n)) & known and not any(_kin(w, known) for w in words(n))]


def _kin(word: str, known: set[str]) -> bool:
    """A known word shares the first five letters: "Russian" and "Russia", "Koreans" and "Korean"."""
    return len(word) >= 5 and any(k.startswith(word[:5]) for k in known)
