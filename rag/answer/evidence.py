"""Evidence: the sentences of the retrieved passages, ordered by how well each answers the question."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from rag.answer.persons import names_another
from rag.answer.planted import is_planted
from rag.answer.voices import CALENDAR, NAMES
from rag.models.reranker import Reranker, Scored, State
from rag.places import is_place
from rag.types import Passage
from rag.words import STOP_WORDS, WORD, stems, unowned
from store.records import Article, Span

SCORED = 24  # sentences that the cross-encoder reads: with fewer the best one is sometimes missed
SCORED_TWICE = 12  # the best of them, which it reads again behind the sentence before

SPEAKS = -4.0  # score below which a sentence does not speak of what is asked

_BETWEEN = re.compile(r" (?:and|for|the) (?:the )?")  # two names: "Boeing and Airbus"

Sentences = Callable[[str], Sequence[Span]]  # of the article with this id
_Place = tuple[Article, Span, int]  # a sentence and where the one before it begins


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of an article.

    `score` is the mean of two logits of the cross-encoder for the question: of the sentence alone, and behind the
    sentence before it, which names what its pronouns stand for. Only the likeliest sentences have both, and the
    `state` in which it has read them, one behind the other, if its model tells. `alone` is the former logit.
    """

    article: Article
    start: int
    end: int
    score: float
    state: State | None = field(default=None, compare=False, repr=False)
    alone: float | None = field(default=None, compare=False, repr=False)

    @property
    def text(self) -> str:
        return self.article.text[self.start : self.end]

    def place(self, spans: Sequence[Span]) -> int:
        """Which of its article's sentences it is."""
        return next(n for n, span in enumerate(spans) if span.start <= self.start < span.end)


def gather(
    question: str,
    passages: Sequence[Passage],
    *,
    sentences: Sentences,
    reranker: Reranker,
    most: int = SCORED,
    twice: int = SCORED_TWICE,
) -> tuple[Sentence, ...]:
    """The sentences inside the passages, best first: at most the `most` likeliest, the best `twice` of them read twice.

    Subheadings and scraps are left out, for they state nothing, and so are instructions to whatever reads the article.
    Where the question names somebody, so are articles that name nobody it names, unless none does, and sentences of a
    namesake, where they are named in full.
    """
    asked = _in_full(question, passages)
    found: dict[tuple[str, int], _Place] = {}
    for passage in _naming(question, passages):
        article, before = passage.article, None
        for span in sentences(article.id):
            text = article.text[span.start : span.end]
            inside = passage.start <= span.start and span.end <= passage.end
            if inside and _states(text) and not any(names_another(name, text) for name in asked):
                found[article.id, span.start] = (article, span, before.start if before else span.start)
            before = span
    places = _likely(question, list(found.values()))[:most]
    alone = reranker.read([(question, article.text[s.start : s.end]) for article, s, _ in places])
    best = sorted(range(len(places)), key=lambda n: -alone[n].logit)
    again = best[:twice]
    behind = reranker.read([(question, places[n][0].text[places[n][2] : places[n][1].end]) for n in again])
    pairs = ((places[n], alone[n], second) for n, second in zip(again, behind, strict=True))
    scored = [twice_read(article, s.start, s.end, first, second) for (article, s, _), first, second in pairs]
    least = min((s.score for s in scored), default=0.0)
    for article, span, _, once in ((*places[n], alone[n]) for n in best[twice:]):
        scored.append(Sentence(article, span.start, span.end, min(once.logit, least), alone=once.logit))
    return tuple(sorted(scored, key=lambda s: (-s.score, s.article.id, s.start)))


def twice_read(article: Article, start: int, end: int, alone: Scored, behind: Scored) -> Sentence:
    """A sentence as it was read alone, and behind the one before it."""
    read = (alone.state, behind.state)
    states = [state for state in read if state is not None]
    score = (alone.logit + behind.logit) / 2
    state = np.concatenate(states) if len(states) == len(read) else None
    return Sentence(article, start, end, score, state, alone.logit)


def _naming(question: str, passages: Sequence[Passage]) -> Sequence[Passage]:
    """The passages whose articles hold a name of the question, by its last word: "He is 80" is of someone else.

    Places are left out, for they go by many names: "Pyongyang", "North Korea", "the North".
    """
    asked = [stems(name) for name in _names(question)]
    held = {p.article.id: stems(p.article.named.replace("-", " ")) for p in passages} if asked else {}
    naming = {key for key, known in held.items() if any(name & known for name in asked)}
    return [p for p in passages if p.article.id in naming] or passages


def _in_full(question: str, passages: Sequence[Passage]) -> list[str]:
    """The names of several words in a question that an article writes in full."""
    names = [part for found in NAMES.finditer(question, 1) for part in _BETWEEN.split(unowned(found[0]))]
    return [n for n in names if " " in n and not is_place(n) and any(n in p.article.named for p in passages)]


def _names(question: str) -> list[str]:
    """The last words of the names in a question, behind its first word."""
    names = (part for found in NAMES.finditer(question, 1) for part in _BETWEEN.split(found[0]))
    last = [(name, re.split(r"[ -]", name)[-1]) for name in names]  # "Jong-un", "Jong Un"
    return [word for name, word in last if not (is_place(name) or is_place(word) or _is_common(word))]


def _is_common(word: str) -> bool:
    return word.lower() in STOP_WORDS or re.fullmatch(CALENDAR, word) is not None


def _likely(question: str, places: list[_Place]) -> list[_Place]:
    """The sentences that share most with the question, rare words counting more; of equals the first ones retrieved."""
    asked = stems(" ".join(w for w in WORD.findall(question) if w == "US" or w.lower() not in STOP_WORDS))
    held = [asked & stems(article.text[s.start : s.end]) for article, s, _ in places]
    known = Counter(stem for shared in held for stem in shared)
    weight = {stem: math.log(1 + len(places) / count) for stem, count in known.items()}
    order = sorted(range(len(places)), key=lambda n: -sum(weight[stem] for stem in held[n]))
    return [places[n] for n in order]


def _states(text: str) -> bool:
    bare = text.rstrip("'\"”’»)]")
    return len(bare.split()) >= 3 and (bare[-1:] in ".!?…" or len(bare) > 120) and not is_planted(text)
