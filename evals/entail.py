"""Whether cited words carry a claim, decided offline: a stand-in for the entailment model of ALCE.

ALCE (Gao et al., EMNLP 2023) asks an 11-billion-parameter NLI model; here rules decide, strict where news is at stake.
The premise carries a claim that it contains word for word. Where gold facts are at hand and the claim states one, the
fact's own matcher decides. Else the premise carries a claim that

1. has no number, date or quotation that the premise lacks (numbers go by value),
2. names nobody that the premise does not name,
3. shares at least 60% of its content words (by their first four letters), and
4. is negated if and only if the sentence of the premise nearest to it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache

from evals.matchers import Match
from evals.matching import accepts
from evals.negation import is_cue
from evals.words import MARK, Token, normalise, tokenise

SHARED = 0.6
STEM = 4
PUNCTUATION = re.compile(r"(?<![0-9])[^\w\s]|[^\w\s](?![0-9])")
QUOTED = re.compile(r"""\"([^\"]+)\"|(?<!\w)'(?=\S)(.+?)(?<=\S)'(?!\w)""")
SMALL = frozenset(
    (
        "a an the and or but if of in on at to for from by with about as into over after before under between during "
        "than that which who whom whose this these those it its he him his she her hers they them their we us our you "
        "your i is are was were be been being am do does did have has had will would can could shall should may might "
        "must not no nor so such there here then also too very more most said says say according"
    ).split()
)


def carries(premise: str, claim: str, *, matches: Iterable[Match] = ()) -> bool:
    """Whether the cited words `premise` carry `claim`; `matches` are the matchers of the question's gold facts."""
    if _flat(claim) in _flat(premise):
        return True
    stated = [match for match in matches if accepts(match, claim)]
    if stated:
        return all(accepts(match, premise) for match in stated)
    given, said = tokenise(premise), tokenise(claim)
    return bool(
        not missing_numbers(claim, [premise])
        and not missing_quotes(claim, [premise])
        and _names(claim) <= {token.word for token in given}
        and _overlap(said, given) >= SHARED
        and _negated(said) == _negated(_nearest(said, given))
    )


def untold(sentences: Iterable[str], claims: Sequence[str]) -> list[str]:
    """The sentences that the claims do not cover: some figure, or over 40% of the content words, are in none of them.

    A sentence of a word or less says nothing, and counts as covered.
    """
    held = _content(token for claim in claims for token in tokenise(claim))
    known = _values(claims)
    missing = []
    for sentence in sentences:
        wanted = _content(tokenise(sentence))
        told = len(wanted) < 2 or len(wanted & held) / len(wanted) >= SHARED
        if not told or any(token.value not in known for token in numbers_in(sentence)):
            missing.append(sentence)
    return missing


def numbers_in(text: str) -> list[Token]:
    """The numbers of a text as tokens, spelled-out ones below ten left out: "one of the two" is no figure."""
    return [t for t in tokenise(text) if t.value is not None and not (t.spelled and t.value < 10)]


def missing_numbers(text: str, sources: Iterable[str]) -> list[str]:
    """The numbers of `text` that are in none of the `sources`, as written."""
    known = _values(sources)
    return [token.raw for token in numbers_in(text) if token.value not in known]


def _values(texts: Iterable[str]) -> set[Decimal]:
    return {token.value for text in texts for token in tokenise(text) if token.value is not None}


def quotes_in(text: str) -> list[str]:
    """What stands in quote marks in `text`, of at least two words, within one line and between two citations."""
    parts = [part for line in text.split("\n") for part in MARK.split(line)]
    found = ("".join(marked) for part in parts for marked in QUOTED.findall(normalise(part)))
    return [quoted for quoted in found if len(quoted.split()) > 1]


def missing_quotes(text: str, sources: Iterable[str]) -> list[str]:
    """The quotations of `text` that are in none of the `sources` word for word; case and punctuation do not matter."""
    flat = [_flat(source) for source in sources]
    return [quoted for quoted in quotes_in(text) if not any(_flat(quoted) in held for held in flat)]


@lru_cache(maxsize=8192)
def _flat(text: str) -> str:
    """Words between single spaces; punctuation goes, but not inside a number: 1.5 is not 15."""
    words = PUNCTUATION.sub(" ", normalise(text).casefold()).split()
    return f" {' '.join(words)} "


def _content(tokens: Iterable[Token]) -> set[str]:
    return {token.word[:STEM] for token in tokens if token.value is None and token.word not in SMALL}


def _overlap(said: Sequence[Token], given: Sequence[Token]) -> float:
    wanted = _content(said)
    return len(wanted & _content(given)) / len(wanted) if wanted else 1.0


def _names(text: str) -> set[str]:
    """Words with a capital that do not begin a sentence."""
    tokens = tokenise(text)
    first = {min(at for at, t in enumerate(tokens) if t.sentence == s) for s in {t.sentence for t in tokens}}
    return {t.word for at, t in enumerate(tokens) if at not in first and t.value is None and t.raw[:1].isupper()}


def _negated(tokens: Sequence[Token]) -> bool:
    return any(is_cue(tokens, at) for at in range(len(tokens)))


def _nearest(said: Sequence[Token], given: Sequence[Token]) -> list[Token]:
    """The sentence of the premise that shares most with the claim; the first of equals."""
    sentences = sorted({token.sentence for token in given})
    parts = [[token for token in given if token.sentence == sentence] for sentence in sentences]
    return max(parts, key=lambda part: _overlap(said, part), default=[])
