"""The clauses of a question that asks several things: each is searched for, and has its evidence, by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import takewhile

from rag.places import is_place
from rag.verbs import ASKING
from rag.words import STOP_WORDS, unowned, words

WORDS = 3  # content words that make a part of a question a clause; two do if it asks with a word of its own
ENOUGH = 4  # of them that find the right sentences, pronoun or not

_ASKS = re.compile(r"(?i)^(?:what|who|whom|whose|when|where|why|how|which|did|does|do|is|are|was|were|has|have|will)\b")
_SEAM = re.compile(
    r"(,?\s+(?:and|but)\s+|,\s+(?:as|which|who|that)\s+|,?\s+(?:while|whereas|compared to|in contrast to)\s+|;\s+"
    r"|,\s+(?=(?:the|according|as)\s))",
    re.IGNORECASE,
)
_PERSON = re.compile(r"(?i)\b(?P<own>his|her(?= \w))\b|\b(?:he|him|she|her)\b")
_THING = re.compile(r"(?i)\b(?P<own>its|their)\b|\b(?:it|they|them)\b")
_NAME = re.compile(r"\b[A-Z][\w’'-]+(?: (?:(?:of|for) (?:the )?)?[A-Z][\w’'-]+)*")
_SUBJECT = re.compile(r"\b(?i:did|does|do|has|have|had|is|are|was|were|will|would) [A-Z]")
_OTHER = re.compile(r"(?i)\b(?:who|whom|whose|which)\b")
_LEANS = re.compile(
    r"(?i)^\W*(?:(?:while|whereas) (?:(?:in|at|on|under|during|with|without|by|for|to|from|of)\b|\w+ing\b)"
    r"|(?:and |but |as )*(?:reported|mentioned|noted|covered|described|quoted|cited|evidenced) "
    r"(?:by\b|in (?:the|an?|both|several|(?-i:[A-Z]))))"
)
_IRREGULAR = (
    r"(?:bought|brought|built|caught|cut|dealt|felt|fought|found|held|hit|hurt|kept|laid|left|lent|lost|made|met|paid|"
    r"put|run|said|sent|set|shot|shut|sold|spent|struck|sunk|taught|told|won|known|shown|grown|thrown|drawn|flown|blown|"
    r"born|torn|worn|sworn|begun|done|gone)"
)
_PREDICATE = re.compile(
    r"^(?i:is|are|was|were|has|have|had) (?:(?i:also|been|being|later|now) |"
    rf"(?:[a-z]\w*e[dn]|{_IRREGULAR})\b)|^[a-z]\w*ed\b"
)
_HEAD = re.compile(r"(?i)^(?:who(?= )|(?:which|what)(?: [a-z-]+){1,3}?(?=,| (?:is|are|was|were|has|have|had|\w+ed)\b))")
_THE_ONE = re.compile(
    r"(?i)^(?:what|who) (?:is|was) (?:the name of )?the "
    r"(?P<noun>(?!reason|date|day|year|time|way|cause|place)[a-z-]+(?: [a-z-]+){0,2}?)"
    r"(?=,| (?:that|which|who|whose)\b)"
)
_ONE = r"(?:the )?[A-Z][\w’'.-]*(?: (?:(?:of|for|the|von|van|de|der) )*[A-Z][\w’'.-]*)*"
_EACH_SAYS = re.compile(  # what several do together ("discuss", "sign") is one thing
    r"^(?P<asks>(?i:what|how|why)\b.{0,30}? (?i:did|do|does|has|have|will)) (?i:both )?"
    rf"(?P<names>{_ONE}(?:, {_ONE})*,? (?:and|or) {_ONE}) (?:each |both |all )?"
    rf"(?P<says>(?:{ASKING}|report|reported)\b.*)$"
)
_BEFORE_NOUN = frozenset("the a an many much which these those".split())
_BEHIND_NOUN = STOP_WORDS | frozenset("without within near per via since upon towards among".split())


def clauses(question: str) -> tuple[str, ...]:
    """The clauses that can each be looked for alone; none if the question is of one piece.

    A part too small to be a clause stays with the one before it, and so does one that leans on it, unless it says more
    of what the question asks for: it then begins with that. A pronoun gives way to what it stands for in the clauses
    before; where that is not plain, the question is left in one piece.
    """
    if each := of_each(question):
        return each
    found: list[str] = []
    seam = ""
    for n, piece in enumerate(_SEAM.split(question)):
        if n % 2:
            seam = piece
            continue
        part = _with_subject(piece.strip(), question, seam=seam) if found else piece.strip()
        clause = _resolved(part, found)
        if clause is None and asks(part):
            return ()
        if not found:
            found.append(piece.strip())
        elif clause and _stands(clause) and _stands(found[-1]) and not _joins(found[-1], seam, piece):
            found.append(clause)
        else:
            found[-1] += seam + piece.strip()
    return tuple(found) if len(found) > 1 else ()


def of_each(question: str) -> tuple[str, ...]:
    """A question for each of several whose words are asked for: "What did Holm and Berg say of it?"; else none."""
    if not (found := _EACH_SAYS.search(question)):
        return ()
    names = re.split(r",? (?:and|or) |, ", found["names"])
    each = tuple(f"{found['asks']} {name} {found['says']}" for name in names)
    return () if clauses(each[0]) else each


def _with_subject(part: str, question: str, *, seam: str) -> str:
    """A part that has no subject behind what the question asks for; empty if it leans on a word before it."""
    if _LEANS.search(seam + part):
        return ""
    if _PREDICATE.search(part):
        head, the_one = _HEAD.search(question), _THE_ONE.search(question)
        subject = f"which {the_one['noun'].lower()}" if the_one else head[0].lower() if head else ""
        return f"{subject} {part}" if subject else ""
    return part


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
    if not before or _own(clause) >= ENOUGH:
        return clause
    for pronoun, known in ((_PERSON, _persons), (_THING, _things)):
        if (found := pronoun.search(clause)) and not known(clause[: found.start()], found[0]):
            meant = set(known(" ".join(before), found[0]))
            noun = meant.pop() if len(meant) == 1 else ""
            if not noun or (noun.islower() and " " in noun) or pronoun.search(clause, found.end()):
                return None
            whose = ("’" if noun.endswith("s") else "’s") if found["own"] else ""
            return clause[: found.start()] + noun + whose + clause[found.end() :]
    return clause


def _persons(text: str, _: str) -> list[str]:
    """The names of persons, if the only one is plainly the subject: "he" may else be the one whom "who" asks for."""
    names = [name for name in _names(text) if not is_place(name)]
    return names if len(set(names)) != 1 or (_SUBJECT.search(text) and not _OTHER.search(text)) else []


def _things(text: str, pronoun: str) -> list[str]:
    """All names and nouns that may be meant, a name by "it" and "they" alike."""
    several = pronoun.lower() in ("they", "them", "their")
    return [*_names(text), *(p for p in _phrases(text) if any(w.endswith("s") == several for w in p.split()))]


def _names(text: str) -> list[str]:
    """The names; a capital that only opens the question is none."""
    first, _, _ = text.partition(" ")
    text = text[:1].lower() + text[1:] if first.lower() in STOP_WORDS or asks(text) else text
    return [unowned(name) for name in _NAME.findall(text)]


def _phrases(text: str) -> Iterator[str]:
    """Nouns behind an article or a number, with all words up to the next that carries no meaning: verbs too."""
    spoken = re.findall(r"[\w’'-]+", text)
    for n, word in enumerate(spoken, start=1):
        if word.lower() in _BEFORE_NOUN:
            phrase = list(takewhile(lambda w: w.lower() not in _BEHIND_NOUN and not w[0].isupper(), spoken[n:]))
            if phrase:
                yield " ".join(phrase)
