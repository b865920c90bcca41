"""Whether a claim has two change places: "Brazil sold jets to Sweden" of "Sweden sold 36 jets to Brazil".

Every word of it is in the cited sentence, and a cross-encoder hardly sees the difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.voices import NAME, PARTICLE
from rag.words import STOP_WORDS, stems, unowned

_NAME = re.compile(rf"{NAME}(?: (?:{PARTICLE} )*{NAME})*")
_BETWEEN = 8  # words between two names of which one does something to the other
_APART = re.compile(r"[,;:.!?()–—\"“”]|\b(?:and|or|nor|but|that|which|who|whose|while|as|than|like)\b")
_PASSIVE = re.compile(r"\b(?:is|are|was|were|be|been|being|gets?|got) (?:\w+ly )?\w+ .*?\bby\b|^(?:\w+ed|\w+en) by\b")
_VERB = re.compile(r"[a-z][\w-]*")
# What both do alike, whoever comes first.
_ALIKE = re.compile(
    r"\b(?:with|between|together|against)\b|\b(?:m[ae]rr(?:y|ied|ies)|me(?:e)?ts?|fac(?:es?|ed)|f(?:ight|ought)s?|"
    r"joins?|joined|resembles?|resembled|equals?|equalled|borders?|bordered|ally|rival|partner|neighbou?r|friend|"
    r"colleague|brother|sister|cousin|twin)\b"
)


@dataclass(frozen=True, slots=True)
class _Act:
    """Who does what to whom: the words of both names, and a stem of the verb."""

    who: frozenset[str]
    verb: str
    whom: frozenset[str]

    def is_(self, other: _Act, *, turned: bool = False) -> bool:
        """The same act, of names in full or a part of them; `turned`: by the other to the one."""
        who, whom = (other.whom, other.who) if turned else (other.who, other.whom)
        return self.verb == other.verb and _same(self.who, who) and _same(self.whom, whom)


def changes_places(claim: str, cited: Sequence[str]) -> bool:
    """Whether two do to each other in the cited texts, by name, what the claim has them do the other way round."""
    known = [act for text in cited for act in _acts(text)]
    return any(
        any(act.is_(other, turned=True) for other in known) and not any(act.is_(other) for other in known)
        for act in _acts(claim)
    )


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    return one <= other or other <= one


def _acts(text: str) -> Iterator[_Act]:
    """What is said of two names with one verb between them, nothing else setting them apart."""
    names = list(_NAME.finditer(text))
    for n, first in enumerate(names):
        for second in names[n + 1 :]:
            between = text[first.end() : second.start()].strip()
            if _APART.search(between) or len(between.split()) > _BETWEEN:
                break
            verb = next((w for w in _VERB.findall(between) if w not in STOP_WORDS and not w.endswith("ly")), None)
            if verb is None or first[0].endswith(("'s", "’s", "'", "’")) or _ALIKE.search(between):
                continue
            who, whom = (frozenset(unowned(name[0]).rstrip(".").split()) for name in (first, second))
            if _PASSIVE.search(between):
                who, whom = whom, who
            yield from (_Act(who, stem, whom) for stem in stems(verb))
