"""The clauses of a question that asks several things: each is searched for, and has its evidence, by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rag.words import STOP_WORDS, is_place, words

WORDS = 3  # content words that make a part of a question a clause; two do if it asks with a word of its own
ENOUGH = 4  # of them in a clause that stands alone, pronoun or not

_ASKS = re.compile(r"(?i)^(?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were|has|have|will)\b")
_SEAM = re.compile(
    r"(,?\s+(?:and|but)\s+|,\s+(?:as|which|who|that)\s+|,?\s+(?:while|whereas|compared to|in contrast to)\s+|;\s+"
    r"|,\s+(?=(?:the|according|as)\s))",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?i)\b(?P<own>his|her(?= \w))\b|\b(?:he|him|she|her)\b")
_THING = re.compile(r"(?i)\b(?P<own>its|their)\b|\b(?:it|they|them)\b")
_NAME = re.compile(r"(?<!^)\b[A-Z][\w’'-]+(?: [A-Z][\w’'-]+)*")
_SUBJECT = re.compile(r"\b(?i:did|does|do|has|have|had|is|are|was|were|will|would) [A-Z]")
_OTHER = re.compile(r"(?i)\b(?:who|whom|whose|which)\b")
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
        if found and (_joins(found[-1], seam, piece) or not (_stands(clause) and _stands(found[-1]))):
            found[-1] += seam + piece.strip()
        else:
            found.append(clause)
    return tuple(found) if len(found) > 1 else ()


def _joins(before: str, seam: str, behind: str) -> bool:
    """An "and" between two names, or one that "between" or "both" waits for, with little behind it."""
    if seam.strip() != "and":
        return False
    names = re.search(r"\b[A-Z][\w’'.-]*$", before) and re.match(r"[A-Z]", behind)
    waited_for = re.search(r"(?i)\b(?:between|both)\b(?!.*\band\b)", before) and _own(behind) <= ENOUGH
    return bool(names or waited_for)


def asks(clause: str) -> bool:
    """It begins with a word that asks."""
    return bool(_ASKS.search(clause))


def _own(part: str) -> int:
    """How many words of it carry meaning."""
    return len(set(words(part)) - STOP_WORDS)


def _stands(part: str) -> bool:
    return _own(part) >= (WORDS - 1 if asks(part) else WORDS)


def _resolved(clause: str, before: Sequence[str]) -> str | None:
    """A short clause with a pronoun that points out of it replaced; None if what it stands for is not plain."""
    if not before or not asks(clause) or _own(clause) >= ENOUGH:
        return clause
    for pronoun, known in ((_PERSON, _persons), (_THING, _things)):
        if (found := pronoun.search(clause)) and not known(clause[: found.start()], found[0]):
            meant = set(known(" ".join(before), found[0]))
            if len(meant) != 1:
                return None
            noun = re.sub(r"['’]s?$", "", meant.pop())
            whose = ("’" if noun.endswith("s") else "’s") if found["own"] else ""
            return clause[: found.start()] + noun + whose + clause[found.end() :]
    return clause


def _persons(text: str, _: str) -> list[str]:
    """The names of persons, if the only one is plainly the subject: "he" may else be the one whom "who" asks for."""
    names = [name for name in _NAME.findall(text) if not is_place(name)]
    return names if len(set(names)) != 1 or (_SUBJECT.search(text) and not _OTHER.search(text)) else []


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
