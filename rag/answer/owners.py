"""Whose a number is: "killed 12 people and injured 30" bears no "30 people killed", "by 15" no "to 15"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rag.answer.figures import Figure, counting
from rag.words import STEM, STOP_WORDS, singular

_SEAM = re.compile(r"(?i)[,;:()]|\b(?:and|but|while|whereas|or)\b")
_PLACED = re.compile(r"(?i)\b(?:of|in|at|with|for|after|on|among)\b")
_WORD = re.compile(r"[^\W\d_][\w’'-]*")
_IN_FRONT = 2  # content words before a number that say whose it is
_MOVES = re.compile(
    r"(?i)\b(?:ris\w+|rose|rais\w+|f[ae]ll\w*|increas\w+|decreas\w+|cut|lower\w*|climb\w*|drop\w*|gr[eo]w\w*|shr[aiu]nk\w*|"
    r"jump\w*|slip\w*|reduc\w+|declin\w+|gain\w*|widen\w*|up|down)\b(?! (?:the )?(?:bill|vote))"
)
_STEP = re.compile(r"(?i)\b(to|by|from)\s+(?:(?:about|around|nearly|some|almost|just|over)\s+)?[$€£¥₩]?$")


@dataclass(frozen=True, slots=True)
class _Owned:
    """A number and the last content words in front of it, in its own part of the sentence.

    None where no words stand there, or they belong to the number before; none at all where only "with" or "of" stands
    before the first number, whose owner comes later.
    """

    figure: Figure
    words: tuple[str, ...] | None

    @property
    def stems(self) -> set[str]:
        return _stems(self.words or ())

    @property
    def names(self) -> set[str]:
        return _stems(word for word in self.words or () if word[0].isupper())


def swaps_owners(claim: str, quotes: Sequence[str]) -> bool:
    """Whether a number of the claim stands behind words that stand before another number of the quoted sentences."""
    given = [own for quote in quotes for own in _owned(quote)]
    for said in _owned(claim):
        same = [own for own in given if own.figure.value == said.figure.value]
        others = [own for own in given if own.figure.value != said.figure.value]  # of "Lyon 15" too
        if not said.words or said.figure.is_label or not same or any(own.words is None for own in same):
            continue
        own = {stem for one in same for stem in one.stems}
        if own and own <= _stems_around(claim, said.figure):
            continue  # its owner stands elsewhere in the same part
        if any(_is_anothers(said, same, own, other) for other in others if other.words):
            return True
    return False


def _is_anothers(said: _Owned, same: Sequence[_Owned], own: set[str], other: _Owned) -> bool:
    """Whether the words before a number stand before the other; `own` are the stems of those before the `same` one."""
    if not own:
        return said.stems <= other.stems
    if said.stems & other.stems and not said.stems & own:
        return True
    named = set().union(*(one.names for one in same))
    return bool(said.names & other.names - named) and all(one.names for one in same)


def _stems_around(text: str, figure: Figure) -> set[str]:
    """The stems of all words between the seams around a number."""
    start = max((seam.end() for seam in _SEAM.finditer(text, 0, figure.start)), default=0)
    end = min((seam.start() for seam in _SEAM.finditer(text, figure.end)), default=len(text))
    return _stems(_WORD.findall(text[start:end]))


def _stems(words: Iterable[str]) -> set[str]:
    return {singular(word)[:STEM] for word in words}


def _owned(text: str) -> Iterator[_Owned]:
    at = 0
    for n, figure in enumerate(counting(text)):
        parts = _SEAM.split(text[at : figure.start])
        at = figure.end
        if n and len(parts) == 1:
            yield _Owned(figure, None)
            continue
        near = [w for w in _WORD.findall(_PLACED.split(parts[-1])[-1]) if w.lower() not in STOP_WORDS]
        opens = n == 0 and _PLACED.search(parts[-1])
        yield _Owned(figure, tuple(near[-_IN_FRONT:]) if near or opens else None)


def steps_otherwise(claim: str, text: str) -> str | None:
    """A number that the claim has something go to, by or from, where the text has it otherwise; None without one."""
    if not _MOVES.search(claim) or "vote" in claim.lower():
        return None
    given = counting(text)
    for said in counting(claim):
        step = _STEP.search(claim[: said.start])
        same = [_STEP.search(text[: figure.start]) for figure in given if figure.value == said.value]
        if step and same and all(same) and step[1].lower() not in {one[1].lower() for one in same if one}:
            return said.words
    return None
