"""Enumerations in a sentence: "Shoigu, Lavrov or Kim" names nobody, and a list of all that there is names too much."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

from evals.patterns import Hit
from evals.words import Token

GAP = 3
# what may stand between two members of an enumeration
BETWEEN = frozenset("or and either perhaps maybe possibly even else in on at of the a an early late".split())
_JOINTS = frozenset(("or", "and"))


def is_choice(hit: Hit, tokens: Sequence[Token], members: Iterable[Hit] = ()) -> bool:
    """Whether the place is one of several of which one is meant: in an enumeration with "or", and without "and".

    `members` are the places of its like; without them, the names of the text.
    """
    if "or" in (tokens[at].word for at in (hit.start - 1, hit.end) if 0 <= at < len(tokens)):
        return True
    run = enumeration(hit, tokens, members or names(tokens))
    words = {token.word for first, last in itertools.pairwise(run) for token in tokens[first.end : last.start]}
    return "or" in words and "and" not in words


def strangers(found: Sequence[Hit], tokens: Sequence[Token]) -> int:
    """How many names are enumerated together with the places `found` that are none of them."""
    named = names(tokens)
    runs = {other for hit in found for other in enumeration(hit, tokens, named)}
    return sum(not any(_meet(other, hit) for hit in found) for other in runs)


def enumeration(hit: Hit, tokens: Sequence[Token], members: Iterable[Hit]) -> list[Hit]:
    """The members that stand in one enumeration with the place, in order, itself among them.

    A comma behind the member that "and" or "or" adds opens another: "Kim and Hong, Putin said".
    """
    ordered = sorted({hit, *(other for other in members if not _meet(other, hit))}, key=lambda other: other.start)
    run, closed = [ordered[0]], False
    for one, other in itertools.pairwise(ordered):
        joint = not _JOINTS.isdisjoint(token.word for token in tokens[one.end : other.start])
        if not _linked(one, other, tokens) or (closed and not joint):
            if hit in run:
                break
            run = []
        run, closed = [*run, other], joint and bool(run)
    return run


def names(tokens: Sequence[Token]) -> tuple[Hit, ...]:
    """Runs of words with a capital within a clause."""
    found: list[Hit] = []
    for at, token in enumerate(tokens):
        if token.value is not None or not token.raw[:1].isupper():
            continue
        if found and found[-1].end == at and tokens[at - 1].clause == token.clause:
            found[-1] = Hit(found[-1].start, at + 1)
        else:
            found.append(Hit(at, at + 1))
    return tuple(found)


def _linked(one: Hit, other: Hit, tokens: Sequence[Token]) -> bool:
    """Whether a comma or a joining word stands between the two, and nothing of weight."""
    between = tokens[one.end : other.start]
    if tokens[one.end - 1].sentence != tokens[other.start].sentence or len(between) > GAP:
        return False
    joined = not _JOINTS.isdisjoint(token.word for token in between)
    apart = tokens[one.end - 1].clause != tokens[other.start].clause
    return (joined or apart) and all(token.word in BETWEEN for token in between)


def _meet(one: Hit, other: Hit) -> bool:
    return one.start < other.end and other.start < one.end
