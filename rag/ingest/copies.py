"""Which articles are copies of one story: the same wire report from several outlets, cut, wrapped or lightly edited.

Bodies are compared, never headlines. MinHash (Broder 1997, by datasketch) finds pairs that may be copies without
comparing all with all; a pair counts if enough of the shorter body's runs of words stand in the longer one, so that a
shortened copy is found as well as a wrapped one (containment, not resemblance).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from store.records import Article
from store.store import Store

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Sketch = NDArray[np.uint32]

SHINGLE = 3  # words
SHARED = 0.45  # of the shorter body's shingles: copies reach .5 and more, other stories of the same event .2
FEWEST = 12  # shingles; a shorter body is a copy only of its very words
_PERMUTATIONS = 128
_SCHEME: Literal["affine32"] = "affine32"  # 32-bit hash values, as they are stored
_BANDS, _ROWS = 64, 2  # finds 99.9% of the pairs that resemble each other by a third, and 87% at .18


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


def find_groups(sketches: Sequence[tuple[str, Sketch]], *, articles: object) -> dict[str, str]:
    """The group of each article that has copies; `sketches` in order of arrival, `articles` looks texts up by id."""
    pairs = sorted({tuple(sorted(p)) for p in _candidates(sketches)})
    wanted = {i for pair in pairs for i in pair}
    found: Mapping[str, Article] = articles(wanted) if wanted else {}  # type: ignore[operator]
    runs = {i: shingles(a.text) for i, a in found.items()}
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


def shingles(text: str) -> frozenset[str]:
    """The runs of three words of a body, in lower case and without punctuation."""
    words = re.findall(r"\w+", text.lower())
    return frozenset(" ".join(words[n : n + SHINGLE]) for n in range(max(1, len(words) - SHINGLE + 1)))


def are_copies(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether enough of the shorter body stands in the longer one."""
    shorter = min(len(one), len(other))
    if shorter < FEWEST:
        return one == other
    return len(one & other) >= SHARED * shorter


def sketch(runs: frozenset[str]) -> Sketch:
    """The MinHash of a body's shingles, shape (128,)."""
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
