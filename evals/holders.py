"""Who holds which position: a conflict told with its sides swapped is wrong, though every number in it is right."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from evals.gold import Fact
from evals.matching import accepts
from evals.patterns import find_any
from evals.words import sentences, tokenise

# where a sentence that names several is cut, the coarser first: "H: 5" and "5, H said" stay whole as long as they can
CUTS = (
    re.compile(r";\s+|\s+(?:and|but|while|whereas)\s+"),
    re.compile(r"[.!?;,:]+[\"')\]]*\s+|\s+(?:and|but|while|whereas)\s+"),
)
POINTING = frozenset("so thus this that these those such".split())
SAYING = frozenset(
    "say says said claim claims claimed according count counts counted figure figures words view".split()
)
ARTICLES = frozenset(("the", "a", "an"))
OBLIQUE = tuple([word] for word in "of at in on from to with for against near under".split())
QUOTING = tuple([word] for word in "according words view opinion account count figures eyes".split())
TELLING = 8  # words of a sentence that only tells who said the one before


def rival_of(fact: Fact, facts: Sequence[Fact], text: str) -> str | None:
    """The other side's holder to whom `text` ascribes this position, or None.

    That is so where a sentence states the fact and names one holder alone, who holds another position; a sentence that
    names several is judged by its parts.
    """
    if not fact.holder:
        return None
    holders = tuple(dict.fromkeys(other.holder for other in facts if other.holder))
    for sentence in _with_tellers(sentences(text), holders):
        for part in _parts(sentence, holders):
            named = _named(part, holders)
            if fact.holder not in named and accepts(fact.match, part):
                return named[0][0]
    return None


def _with_tellers(said: Sequence[str], holders: Sequence[tuple[str, ...]]) -> Iterator[str]:
    """The sentences, each with the next one where that only tells who said it: "N. So says H"."""
    for at, sentence in enumerate(said):
        following = said[at + 1] if at + 1 < len(said) else ""
        words = [token.word for token in tokenise(following)]
        tells = words and words[0] in POINTING and len(words) <= TELLING and not SAYING.isdisjoint(words)
        yield f"{sentence} {following}" if tells and _named(following, holders) else sentence


def _parts(text: str, holders: Sequence[tuple[str, ...]], cuts: Sequence[re.Pattern[str]] = CUTS) -> Iterator[str]:
    """The text if it names one holder, as who speaks; else its parts that do; at last those that name any."""
    named = _named(text, holders)
    if named and (not cuts or (len(named) == 1 and _speaks(text, named[0]))):
        yield text
    elif named:
        for part in cuts[0].split(text):
            yield from _parts(part, holders, cuts[1:])


def _speaks(text: str, holder: tuple[str, ...]) -> bool:
    """Whether the holder is more than an object: not only in "at the company", but in "according to the company"."""
    tokens = tokenise(text)
    for hit in find_any(holder, tokens, plural=True):
        words = [token.word for token in tokens[max(hit.start - 3, 0) : hit.start] if token.word not in ARTICLES]
        if words[-1:] in OBLIQUE and words[-2:-1] not in QUOTING:
            continue
        return True
    return False


def _named(text: str, holders: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    tokens = tokenise(text)
    return [holder for holder in holders if find_any(holder, tokens, plural=True)]
