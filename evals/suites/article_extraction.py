"""article-extraction-benchmark (scrapinghub): raw news pages, and the article's text as a person copied it.

Scored as the benchmark does: shingles of four words, counted; true and false positives and false negatives of a page
are divided by their sum, so that a long text weighs no more than a short one; precision and recall are of the sums over
pages. All articles that the reader finds on a page count as its answer. A page that is refused counts as empty.
"""

from __future__ import annotations

import gzip
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from evals.folder import Ask
from evals.metrics import Metric
from evals.stats import Mean, mean, share
from evals.stored import Json
from evals.suites.data import DataError, Loaded, Place, find, need
from rag import PageError, Rag

SIZE = 4  # words in a shingle


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """All pages of the gold file, which lie in `html/` beside it. Raises DataError."""
    found = find(paths, keys=("id", "articleBody"), split=split)
    need(found, paths, what="gold articles (an object of page -> articleBody)")
    cases = {row["id"]: (path.parent / "html" / f"{row['id']}.html.gz", row) for path, rows in found for row in rows}
    missing = [page for page, _ in cases.values() if not page.exists()]
    if missing:
        raise DataError(f"{missing[0]} is missing: the pages must lie in html/ beside the gold file")

    @contextmanager
    def opened(place: Place, ids: Sequence[str]) -> Iterator[Ask]:
        with (
            TemporaryDirectory(prefix="clipdesk-evals-") as folder,
            Rag.open(Path(folder) / "data", settings=place.settings) as rag,
        ):
            yield lambda item: (_row(rag, *cases[item], folder=Path(folder)), None)

    return Loaded(tuple(cases), tuple(path for path, _ in found), opened)


def _row(rag: Rag, page: Path, gold: Json, *, folder: Path) -> Json:
    copy = folder / page.name.removesuffix(".gz")
    copy.write_bytes(gzip.decompress(page.read_bytes()))
    try:
        articles = rag.read(copy)
    except PageError:
        articles = ()
    finally:
        copy.unlink()
    body = "\n\n".join(article.text for article in articles)
    return {"articles": len(articles), "counts": [round(x, 6) for x in overlap(gold["articleBody"], body)]}


def overlap(gold: str, found: str) -> tuple[float, float, float]:
    """True positives, false positives and false negatives among the shingles, as shares of their sum."""
    wanted, had = shingles(gold), shingles(found)
    true = sum((wanted & had).values())
    parts = (true, sum(had.values()) - true, sum(wanted.values()) - true)
    total = sum(parts)
    return (parts[0] / total, parts[1] / total, parts[2] / total) if total else (0.0, 0.0, 0.0)


def shingles(text: str) -> Counter[tuple[str, ...]]:
    """Runs of four words with their counts; a shorter text is one shingle, an empty one none."""
    words = re.findall(r"\w+", text)
    return Counter(tuple(words[at : at + SIZE]) for at in range(max(1, len(words) - SIZE + 1)) if words)


def summarise(rows: Sequence[Json]) -> dict[str, Metric]:
    """Precision, recall and F1 of the sums, and how often a page gave exactly one article."""
    true, surplus, missed = (sum(row["counts"][n] for row in rows) for n in range(3))
    precision = true / (true + surplus) if true + surplus else 0.0
    recall = true / (true + missed) if true + missed else 0.0
    f1 = 2 * precision * recall / (precision + recall) if precision + recall else 0.0
    n = len(rows)
    return {
        "body precision": Mean(precision if n else None, n),
        "body recall": Mean(recall if n else None, n),
        "body F1": Mean(f1 if n else None, n),
        "exactly one article": share([row["articles"] == 1 for row in rows]),
        "articles per page": mean([float(row["articles"]) for row in rows]),
    }
