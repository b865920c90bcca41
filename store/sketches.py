"""MinHash sketches in the truth store: which articles may be copies of one story, looked up by an index."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from store.database import Database

Sketch = NDArray[np.uint32]

_DUE = "SELECT id FROM articles WHERE seq NOT IN (SELECT article FROM bands WHERE band = 0) ORDER BY seq"
_SHARING = (
    "SELECT DISTINCT articles.id FROM json_each(?) AS mine CROSS JOIN bands "
    "ON band = mine.key AND bands.value = mine.value JOIN articles ON seq = article"
)


class Sketches:
    """The sketches of one database's articles, shape (permutations,). Each method that writes is one transaction."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def due(self) -> list[str]:
        """The ids of articles whose copies are yet to be looked up, in order of arrival: new ones, and those whose
        group lost a member.
        """
        return [row[0] for row in self._db.rows(_DUE)]

    def of(self, article_ids: Iterable[str]) -> dict[str, Sketch]:
        """The sketch of each article that has one, in order of arrival."""
        sql = "SELECT seq, id, sketch FROM articles JOIN sketches ON article_id = id WHERE id IN"
        return {i: np.frombuffer(blob, dtype="<u4") for _, i, blob in sorted(self._db.rows_in(sql, article_ids))}

    def sharing_a_band(self, sketch: Sketch) -> list[str]:
        """The ids of articles, looked up before, whose sketches agree with this one in at least one band."""
        return [row[0] for row in self._db.rows(_SHARING, json.dumps(_bands(sketch)))]

    def with_their_groups(self, article_ids: Iterable[str]) -> set[str]:
        """These articles, and all others of their copy groups."""
        ids = set(article_ids)
        groups = {row[0] for row in self._db.rows_in("SELECT copy_group FROM articles WHERE id IN", ids)} - {None}
        return ids | {row[0] for row in self._db.rows_in("SELECT id FROM articles WHERE copy_group IN", groups)}

    def put(self, sketches: Mapping[str, Sketch]) -> None:
        """Keep new sketches, by article id."""
        with self._db.transaction():
            rows = [(key, sketch.astype("<u4").tobytes()) for key, sketch in sketches.items()]
            self._db.run_many("INSERT OR REPLACE INTO sketches VALUES (?, ?)", rows)

    def put_groups(self, groups: Mapping[str, str | None], *, looked_up: Mapping[str, Sketch]) -> None:
        """Give each of these articles its copy group or none; the sketches that were `looked_up` are due no more."""
        regroup = "UPDATE articles SET copy_group = ? WHERE id = ? AND copy_group IS NOT ?"
        insert = "INSERT OR IGNORE INTO bands SELECT ?, ?, seq FROM articles WHERE id = ?"
        bands = ((n, value, key) for key, sketch in looked_up.items() for n, value in enumerate(_bands(sketch)))
        with self._db.transaction():
            self._db.run_many(regroup, [(group, key, group) for key, group in groups.items()])
            self._db.run_many(insert, bands)


def _bands(sketch: Sketch) -> list[int]:
    """Two values of a sketch are one band."""
    bands: list[int] = sketch.astype("<u4").view("<i8").tolist()
    return bands
