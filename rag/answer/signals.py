"""What speaks for and against evidence: figures of how well it answers a question, for the gate."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from rag.answer.evidence import Sentence
from rag.answer.kind import Kind
from rag.types import Passage
from rag.words import STOP_WORDS, content_words, numbers, words

NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+")
_FOCUS = re.compile(r"(?i)\b(?:how (?:many|much)|what|which|whose)\s+((?:[\w’'-]+\s+){0,3}[\w’'-]+)")
_BREAK = set(
    "is are was were did does do has have had will would can could should may might of in on at to for".split()
)


@dataclass(frozen=True, slots=True)
class Signals:
    """All between about -3 and 3, or 0 where a question has nothing of the kind.

    `logit` of the best sentence by the cross-encoder, and the `margin` to the mean of the next ones. The share of the
    question's words (the rarer in the evidence, the heavier) that the best sentence holds (`covered`), with the
    sentences around it and the title (`near`), and its whole article (`article`). The share of its names and figures
    that are missing there (`names`, `figures`). Whether the thing asked for by name ("what salary") is in the best
    sentence (`focus`) or near it (`focus_near`). Whether a kind of thing is asked for that it holds or lacks (`kind`).
    The `rank` of its passage in the search.
    """

    logit: float
    margin: float
    covered: float
    near: float
    article: float
    names: float
    figures: float
    focus: float
    focus_near: float
    kind: float
    rank: float


def signals(question: str, evidence: Sequence[Sentence], passages: Sequence[Passage], *, kind: Kind | None) -> Signals:
    """The signals of evidence that comes best first; there must be some."""
    best = evidence[0]
    held = _stems(best.text)
    near = held | _stems(_around(best)) | _stems(best.article.title)
    article = _stems(" ".join((best.article.text, best.article.title, best.article.source or "")))
    weight = _weights(question, evidence)
    others = [s.score for s in evidence[1:6]]
    names = {_stem(w) for name in NAME.findall(question) if name.lower() not in STOP_WORDS for w in words(name)}
    focus = [_stem(word) for word in _focus(question)]
    return Signals(
        logit=max(-11.0, best.score) / 4,
        margin=(best.score - sum(others) / len(others)) / 4 if others else 0.0,
        covered=_share(weight, held),
        near=_share(weight, near),
        article=_share(weight, article),
        names=len(names - article) / len(names) if names else 0.0,
        figures=float(bool(numbers(question) - numbers(best.article.text))),
        focus=_signed(focus, held),
        focus_near=_signed(focus, near),
        kind=0.0 if kind is None else (1.0 if kind.in_(best.text) else -1.0),
        rank=math.log1p(_rank(best, passages)),
    )


def vector(found: Signals) -> tuple[float, ...]:
    return astuple(found)


def _stem(word: str) -> str:
    return word[:5]


def _stems(text: str) -> set[str]:
    return set(map(_stem, words(text)))


def _weights(question: str, evidence: Sequence[Sentence]) -> dict[str, float]:
    asked = set(map(_stem, content_words(question)))
    known = Counter(stem for s in evidence for stem in asked & _stems(s.text))
    return {stem: math.log(1 + len(evidence) / (known[stem] + 0.5)) for stem in asked}


def _share(weight: dict[str, float], held: set[str]) -> float:
    whole = sum(weight.values())
    return sum(value for stem, value in weight.items() if stem in held) / whole if whole else 1.0


def _focus(question: str) -> list[str]:
    """The words of the thing asked for by name: "salary" of "What salary did …", "mine" of "how many mines"."""
    found = _FOCUS.search(question)
    named: list[str] = []
    for word in words(found[1]) if found else ():
        if word in _BREAK:
            break
        if word not in STOP_WORDS:
            named.append(word)
    return named


def _signed(asked: Sequence[str], held: set[str]) -> float:
    return 2 * sum(stem in held for stem in asked) / len(asked) - 1 if asked else 0.0


def _around(sentence: Sentence) -> str:
    return sentence.article.text[max(0, sentence.start - 300) : sentence.end + 300]


def _rank(sentence: Sentence, passages: Sequence[Passage]) -> int:
    return next(
        (
            n
            for n, p in enumerate(passages)
            if p.article.id == sentence.article.id and p.start <= sentence.start and sentence.end <= p.end
        ),
        len(passages),
    )
