"""Which articles are copies of one story: the same wire report from several outlets, cut, wrapped or lightly edited.

Bodies are compared, never headlines. MinHash (Broder 1997, by datasketch) finds pairs that may be copies without
comparing all with all: a new article is looked up by the bands of its sketch (two values each), which finds 99% of
those that resemble it by a fifth, and 73% at a tenth. A pair counts if enough of the shorter body's runs of words stand
in the longer one, so that a shortened copy is found as well as a wrapped one (containment, not resemblance). What an
outlet prints under every story is left out first, since it makes no two of its stories copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from heapq import nlargest
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Literal

from store.records import Article
from store.truth import Truth

if TYPE_CHECKING:
    from store.sketches import Sketch

Runs = frozenset[str]

SHINGLE = 3  # words
SHARED = 0.4  # of the shorter body's shingles: copies reach .55 and more, other stories of the same event .12
FEWEST = 12  # shingles; a shorter body is a copy only of its very words
_LOOKED_AT = 12  # bodies of those that share a block
_PERMUTATIONS = 256
_SCHEME: Literal["affine32"] = "affine32"  # 32-bit hash values, as they are stored
_AGREE = 8  # of the 256 values; of MultiHop-RAG's 427 pairs that share a band a third agree so far, its 3 copies in 35
_NEAREST = 20  # stored articles that a new one is compared with word for word, at most
_AT_A_TIME = 100  # new articles


def group_copies(truth: Truth) -> None:
    """Give articles that are copies of each other one `copy_group`: the id of the one that arrived first.

    Only the articles that came since the last time, and those whose group lost a member, are looked up.
    """
    due = truth.sketches.due()
    for at in range(0, len(due), _AT_A_TIME):
        _group(truth, due[at : at + _AT_A_TIME])


def _group(truth: Truth, ids: Sequence[str]) -> None:
    """Find the groups of these articles anew, and of all that they may belong to: those groups may come out otherwise,
    since a third body tells boilerplate from a copied story.
    """
    stored = truth.sketches
    lacking = truth.articles_by_id(set(ids) - stored.of(ids).keys())
    stored.put({i: sketch(shingles(a.text)) for i, a in lacking.items()})
    mine = stored.of(ids)
    near = {other for one in mine.values() for other in _nearest(one, stored.of(stored.sharing_a_band(one)))}
    around = stored.of(stored.with_their_groups({*ids, *near}))
    groups = find_groups(list(around.items()), articles=truth.articles_by_id)
    stored.put_groups({i: groups.get(i) for i in around}, looked_up=mine)


def _nearest(one: Sketch, others: Mapping[str, Sketch]) -> list[str]:
    """The ids of those that resemble a sketch most, if they do enough to be compared word for word."""
    agree = {i: int((one == other).sum()) for i, other in others.items()}
    return nlargest(_NEAREST, (i for i in agree if agree[i] >= _AGREE), key=agree.__getitem__)


def find_groups(
    sketches: Sequence[tuple[str, Sketch]], *, articles: Callable[[Collection[str]], Mapping[str, Article]]
) -> dict[str, str]:
    """The group of each article that has copies; `sketches` in order of arrival, `articles` looks texts up by id."""
    pairs = sorted(_candidates(sketches))
    wanted = {i for pair in pairs for i in pair}
    found = articles(wanted)
    runs = without_boilerplate({i: shingles(a.text) for i, a in found.items()})
    leader = {i: i for i, _ in sketches}

    def lead(i: str) -> str:
        while leader[i] != i:
            i = leader[i]
        return i

    place = {i: n for n, (i, _) in enumerate(sketches)}
    for one, other in pairs:
        first, second = sorted((lead(one), lead(other)), key=place.__getitem__)
        if first != second and are_copies(runs[one], runs[other]):
            leader[second] = first
    groups = {i: lead(i) for i in leader}
    many = {g for i, g in groups.items() if i != g}
    return {i: g for i, g in groups.items() if g in many}


def shingles(text: str) -> Runs:
    """The runs of three words of a body, in lower case and without punctuation."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))


def are_copies(one: Runs, other: Runs) -> bool:
    """Whether enough of the shorter body stands in the longer one."""
    return one == other if min(len(one), len(other)) < FEWEST else _contained(one, other) >= SHARED


def without_boilerplate(bodies: Mapping[str, Runs]) -> dict[str, Runs]:
    """Bodies without text that three or more of them have word for word while they share nothing else.

    It must be the smaller part of most of them: else it is a story that each outlet adds something of its own to.
    """
    homes: dict[str, list[str]] = {}
    for key, body in bodies.items():
        for run in body:
            homes.setdefault(run, []).append(key)
    blocks: dict[tuple[str, ...], set[str]] = {}
    for run, keys in homes.items():
        if len(keys) >= 3:
            blocks.setdefault(tuple(keys), set()).add(run)
    idle = [runs for keys, runs in blocks.items() if len(runs) >= FEWEST and _is_boilerplate(runs, keys, bodies)]
    drop = frozenset().union(*idle)
    return {key: body - drop for key, body in bodies.items()}


def _is_boilerplate(block: set[str], keys: Sequence[str], bodies: Mapping[str, Runs]) -> bool:
    if median(len(block) / len(bodies[key]) for key in keys) > 0.5:
        return False
    others = [bodies[key] - block for key in keys[:_LOOKED_AT]]
    return median(_contained(one, other) for one, other in combinations(others, 2)) < 0.2


def _contained(one: Runs, other: Runs) -> float:
    """Share of the shorter body's shingles that the longer one has, 1 for an empty one."""
    shorter = min(len(one), len(other))
    return len(one & other) / shorter if shorter else 1.0


def sketch(runs: Runs) -> Sketch:
    """The MinHash of a body's shingles, shape (256,)."""
    import numpy as np
    from datasketch import MinHash

    made = MinHash(num_perm=_PERMUTATIONS, seed=1, scheme=_SCHEME)
    made.update_batch([run.encode() for run in sorted(runs)])
    return np.asarray(made.hashvalues, dtype=np.uint32)


def _candidates(sketches: Sequence[tuple[str, Sketch]]) -> Iterator[tuple[str, str]]:
    """Pairs whose sketches agree enough to be compared word for word."""
    import numpy as np

    ids = [i for i, _ in sketches]
    rows = np.array([values for _, values in sketches])
    for at in range(1, len(ids)):
        agree = np.count_nonzero(rows[:at] == rows[at], axis=1)
        yield from ((ids[other], ids[at]) for other in np.flatnonzero(agree >= _AGREE))
