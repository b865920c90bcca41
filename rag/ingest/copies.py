"""Which articles are copies of one story: the same wire report from several outlets, cut, wrapped or lightly edited.

Bodies are compared, never headlines. MinHash (Broder 1997, by datasketch) finds pairs that may be copies without
comparing all with all; a pair counts if enough of the shorter body's runs of words stand in the longer one, so that a
shortened copy is found as well as a wrapped one (containment, not resemblance). What an outlet prints under every
story is left out first, since it makes no two of its stories copies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import combinations
from statistics import median
from typing import TYPE_CHECKING, Literal

from store.records import Article
from store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sketch = NDArray[np.uint32]

Runs = frozenset[str]

SHINGLE = 3  # words
SHARED = 0.4  # of the shorter body's shingles: copies reach .55 and more, other stories of the same event .12
FEWEST = 12  # shingles; a shorter body is a copy only of its very words
_LOOKED_AT = 12  # bodies of those that share a block
_PERMUTATIONS = 256
_SCHEME: Literal["affine32"] = "affine32"  # 32-bit hash values, as they are stored
_BANDS, _ROWS = 128, 2  # finds 99% of the pairs that resemble each other by a fifth, and 73% at a tenth


def group_copies(store: Store) -> None:
    """Give articles that are copies of each other one `copy_group`: the id of the one that arrived first.

    Costs nothing if no article came or went since the last time.
    """
    truth = store.truth
    new = truth.unsketched()
    count = str(truth.article_count())
    if not new and truth.meta("copies.articles") == count:
        return
    texts = truth.articles_by_id(new)
    made = {i: sketch(shingles(texts[i].text)) for i in new}
    known = truth.sketches() | made
    order = [i for i in truth.article_ids() if i in known]
    groups = find_groups([(i, known[i]) for i in order], articles=truth.articles_by_id)
    truth.put_copies(made, groups)
    truth.set_meta({"copies.articles": count})


def find_groups(
    sketches: Sequence[tuple[str, Sketch]], *, articles: Callable[[Collection[str]], Mapping[str, Article]]
) -> dict[str, str]:
    """The group of each article that has copies; `sketches` in order of arrival, `articles` looks texts up by id."""
    pairs = sorted({tuple(sorted(p)) for p in _candidates(sketches)})
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
        if are_copies(runs[one], runs[other]):
            first, second = sorted((lead(one), lead(other)), key=place.__getitem__)
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
    """Pairs whose sketches agree in at least one band."""
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(num_perm=_PERMUTATIONS, params=(_BANDS, _ROWS))
    for key, values in sketches:
        made = MinHash(num_perm=_PERMUTATIONS, seed=1, hashvalues=values, scheme=_SCHEME)
        yield from ((str(other), key) for other in index.query(made))
        index.insert(key, made)
