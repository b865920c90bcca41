"""What speaks for and against evidence: figures of how well it answers a question, for the gate."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass

from rag.answer.evidence import Sentence
from rag.answer.kind import NUMBER, Kind
from rag.types import Passage
from rag.words import STOP_WORDS, content_words, numbers, words

NAME = re.compile(r"(?<![.!?]\s)(?<!^)\b[A-Z][\w’'-]+")
_FOCUS = re.compile(r"(?i)\b(?:how (?:many|much)|what|which|whose)\s+((?:[\w’'-]+\s+){0,3}[\w’'-]+)")
_NUMBER = re.compile(NUMBER, re.IGNORECASE)
_BREAK = set(
    "is are was were did does do has have had will would can could should may might of in on at to for".split()
)


@dataclass(frozen=True, slots=True)
class Signals:
    """All between about -3 and 3; 0 where a question has nothing of the kind.

    Of the best sentence that holds the kind of thing asked for, or else the best one: `logit` by the cross-encoder;
    `margin` to the best of all, and `lead` over the mean of the next ones; the share of the question's words (the
    rarer in the evidence, the heavier) that it holds (`covered`), with the sentences around it and the title (`near`),
    and its whole article (`article`); `rank` of its passage in the search. The share of the question's names that are
    missing around it (`names`) and in its article (`strangers`), and whether a figure is (`figures`). Whether the
    thing asked for by name ("what salary") is in it (`focus`) or near it (`focus_near`), and whether a number counts
    that thing (`counts`). `absent`: the share of the question's words that no sentence found holds. `kind`: a kind of
    thing is asked for that some sentence holds, or none. `fresh`: somebody is asked for, and it names one.
    """

    logit: float
    margin: float
    lead: float
    covered: float
    near: float
    article: float
    rank: float
    names: float
    strangers: float
    figures: float
    focus: float
    focus_near: float
    counts: float
    absent: float
    kind: float
    fresh: float


def signals(question: str, evidence: Sequence[Sentence], passages: Sequence[Passage], *, kind: Kind | None) -> Signals:
    """The signals of evidence that comes best first; there must be some."""
    fit = [s for s in evidence if kind is None or kind.in_(s.text)]
    best = (fit or evidence)[0]
    held = _stems(best.text)
    near = held | _stems(_around(best)) | _stems(best.article.title)
    whole = " ".join((best.article.text, best.article.title, best.article.source or "", best.article.agency or ""))
    article = near | _stems(whole)
    weight = _weights(question, evidence)
    others = [s.score for s in evidence[:6] if s is not best]
    names = {_stem(w) for name in NAME.findall(question) if name.lower() not in STOP_WORDS for w in words(name)}
    focus = [_stem(word) for word in _focus(question)]
    known = {stem for s in evidence for stem in _stems(s.text)}
    return Signals(
        logit=max(-11.0, best.score) / 4,
        margin=max(-11.0, best.score - evidence[0].score) / 4,
        lead=(best.score - sum(others) / len(others)) / 4 if others else 0.0,
        covered=_share(weight, held),
        near=_share(weight, near),
        article=_share(weight, article),
        rank=math.log1p(_rank(best, passages)),
        names=len(names - near) / len(names) if names else 0.0,
        strangers=len(names - article) / len(names) if names else 0.0,
        figures=float(bool(numbers(question) - numbers(best.article.text))),
        focus=_signed(focus, held),
        focus_near=_signed(focus, near),
        counts=_counts(question, focus, best.text),
        absent=1 - _share(weight, known),
        kind=0.0 if kind is None else (1.0 if fit else -1.0),
        fresh=_fresh(question, best.text),
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


def _counts(question: str, focus: Sequence[str], sentence: str) -> float:
    """Whether a number stands just before the thing that a "how many" counts; 0 for other questions."""
    if not focus or not re.search(r"(?i)\bhow many\b", question):
        return 0.0
    spoken = re.findall(r"[\w.,'’-]*\w", sentence.lower())
    counted = [n for n, word in enumerate(spoken) if _stem(word) == focus[-1]]
    return 1.0 if any(_NUMBER.fullmatch(w) for n in counted for w in spoken[max(0, n - 4) : n]) else -1.0


def _fresh(question: str, sentence: str) -> float:
    """Whether a sentence names somebody or something that the question does not; 0 if it asks for no name."""
    if not re.search(
        r"(?i)^\W*(?:by |to |for |from |with )?who\b|\bwhose\b|\b(?:the )?names? of\b|^\W*where\b", question
    ):
        return 0.0
    asked = _stems(question)
    named = {_stem(w) for name in NAME.findall(sentence) for w in words(name)}
    return 1.0 if named - asked else -1.0


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
