"""article-extraction-benchmark (scrapinghub): raw news pages, and the article's text as a person copied it.

Scored as the benchmark does (`evals.extraction`). All articles that the reader finds on a page count as its answer. A
page that is refused counts as empty.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import astuple
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import Field

from evals.extraction import Match, compare_bodies, score_matches
from evals.folder import Ask
from evals.metrics import Metric
from evals.stats import Mean, mean, share
from evals.stored import Json
from evals.suites.data import DataError, Loaded, Place, Shape, find, keyed, need
from rag import PageError, Rag


class Case(Shape):
    """A page of the gold file."""

    id: str
    body: str = Field(alias="articleBody")


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """All pages of the gold file, which lie in `html/` beside it. Raises DataError."""
    found = find(paths, keys=("id", "articleBody"), split=split)
    need(found, paths, what="gold articles (an object of page -> articleBody)", shape=Case)
    cases = keyed(found, lambda _, n, row: str(row["id"]))
    pages = {str(row["id"]): path.parent / "html" / f"{row['id']}.html.gz" for path, rows in found for row in rows}
    missing = [page for page in pages.values() if not page.exists()]
    if missing:
        raise DataError(f"{missing[0]} is missing: the pages must lie in html/ beside the gold file")

    @contextmanager
    def opened(place: Place, ids: Sequence[str]) -> Iterator[Ask]:
        with (
            TemporaryDirectory(prefix="clipdesk-evals-") as folder,
            Rag.open(Path(folder) / "data", settings=place.settings) as rag,
        ):
            yield lambda item: (_row(rag, pages[item], cases[item], folder=Path(folder)), None)

    return Loaded(tuple(cases), tuple(path for path, _ in found), opened)


def _row(rag: Rag, page: Path, gold: Json, *, folder: Path) -> Json:
    copy = folder / page.name.removesuffix(".gz")
    try:
        copy.write_bytes(gzip.decompress(page.read_bytes()))
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise DataError(f"{page} cannot be unpacked ({error}): get that page of the set again") from error
    try:
        articles = rag.read(copy)
    except PageError:
        articles = ()
    finally:
        copy.unlink()
    body = "\n\n".join(article.text for article in articles)
    match = compare_bodies(gold["articleBody"], body)
    return {"articles": len(articles), "match": [round(part, 6) for part in astuple(match)]}


def summarise(rows: Sequence[Json]) -> dict[str, Metric]:
    """The metrics by label: of the articles' words, and how often a page gave exactly one article."""
    score = score_matches([Match(*row["match"]) for row in rows])
    return {
        "body precision": Mean(score.precision, score.pages),
        "body recall": Mean(score.recall, score.pages),
        "body F1": Mean(score.f1, score.pages),
        "exactly one article": share([row["articles"] == 1 for row in rows]),
        "articles per page": mean([float(row["articles"]) for row in rows]),
    }
