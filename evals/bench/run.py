"""The measurements of `python -m evals bench`: each a ratio of two times of the same run, with its target."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any, Literal

import numpy as np

from evals.bench.corpus import CHUNKS_EACH, made, questions
from evals.bench.parts import Bare, Mixed, Stock, stock_ingest, stock_search
from rag import Filters, NewArticle, Rag, Settings, open_embedder

QUESTIONS = 40
OUTLETS = ("Outlet 1", "Outlet 3", "Outlet 10", "Outlet 100")  # a half, a twelfth, a hundredth, hardly any
WARM = 5  # asked first and not counted
_STOCK_ASK = """
import sys
from pathlib import Path
from evals.bench.parts import Stock, stock_search
found = stock_search(Path(sys.argv[1]), Stock(Path(sys.argv[2]))).retrieve(sys.argv[3])
print(found[0].node.get_content())
"""
_IMPORT = "import time; at = time.perf_counter(); import rag; print(time.perf_counter() - at)"
Report = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio with its target: `value` must be at most (or at least) `target`; the parts say what they are."""

    name: str
    value: float
    target: float
    sense: Literal["at most", "at least"]
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def met(self) -> bool:
        return self.value <= self.target if self.sense == "at most" else self.value >= self.target


@dataclass(frozen=True, slots=True)
class Point:
    """One size of the corpus: seconds over the questions, and chunks stored per second with embedding left out."""

    chunks: int
    search: float
    search_p95: float
    bare: float
    stored_per_second: float


def bench(
    texts: Sequence[tuple[str, str]], settings: Settings, *, sizes: Sequence[int], real: int, say: Report
) -> tuple[list[Ratio], list[Point]]:
    """All ratios and the curve. `sizes` are chunks, rising; `real` texts are embedded in earnest, once."""
    embedder: Any = open_embedder(settings)
    asked = questions(texts, count=QUESTIONS + WARM)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="clipdesk-bench-")))
        say(f"ingest of about {real} chunks")
        ratios, pool = _ingest(texts, settings, embedder, folder=folder, chunks=real, asked=asked)
        say("cold start")
        ratios += _cold(folder, model=embedder.folder)
        points: list[Point] = []
        mixed = Mixed(embedder, pool)
        data = folder / "grown"
        rag = stack.enter_context(Rag.open(data, settings=settings, embed_model=mixed))
        done = 0
        for size in sizes:
            say(f"search at {size} chunks")
            articles = list(made(texts, first=done, count=max(1, size // CHUNKS_EACH - done)))
            begun = time.perf_counter()
            rag.add(articles, name=f"from {done}")
            seconds = time.perf_counter() - begun
            done += len(articles)
            bare = Bare(data, embedder)
            stack.callback(bare.close)
            points.append(_point(rag, bare, asked, chunks=size, stored=len(articles) * CHUNKS_EACH / seconds))
        say("filters and recall")
        ratios += _search_ratios(points)
        ratios += _filters(rag, asked)
        ratios.append(_recall(bare, np.stack([embedder.embed_query(q) for q in asked])))
    return ratios, points


def _ingest(
    texts: Sequence[tuple[str, str]], settings: Settings, embedder: Any, *, folder: Path, chunks: int, asked: list[str]
) -> tuple[list[Ratio], Any]:
    """Ours, the model alone, and stock LlamaIndex, on the same chunks; the vectors are kept for the larger corpus."""
    articles: list[NewArticle] = list(made(texts, first=10**6, count=max(2, chunks // CHUNKS_EACH)))
    with Rag.open(folder / "ours", settings=settings) as rag:
        rag.search("warm up")
        rag.add(articles[:1], name="warm up")
        ours = _timed(lambda: rag.add(articles[1:], name="real"))
        bare = Bare(folder / "ours", embedder)
        stored = bare.chunk_texts()
        first = len(stored) - sum(text.split("\n")[0] != articles[0].title for text in stored)
        kept: list[Any] = []
        alone = _timed(lambda: kept.append(embedder.embed_documents(stored[first:])))
        mine = _latencies(rag.search, asked)
        bare.close()
    model = Stock(embedder.folder)
    model.get_text_embedding("warm up")
    stock = _timed(lambda: stock_ingest(stored[first:], folder / "stock", model))
    theirs = _latencies(stock_search(folder / "stock", model).retrieve, asked)
    n = len(stored) - first
    rates = {"ours, chunks/s": n / ours, "model alone, chunks/s": n / alone, "stock LlamaIndex, chunks/s": n / stock}
    return [
        Ratio("rate of rag.add (no page is read) / rate of the model alone", alone / ours, 0.85, "at least", rates),
        Ratio("rate of rag.add (no page is read) / stock LlamaIndex", stock / ours, 1.5, "at least", rates),
        Ratio(
            "search / stock LlamaIndex query",
            median(mine) / median(theirs),
            1.0,
            "at most",
            {"ours, s": median(mine), "stock, s": median(theirs)},
        ),
    ], kept[0]


def _cold(folder: Path, *, model: Path) -> list[Ratio]:
    """New processes: to the first quote (a cross-encoder has then read the sentences), to the first passage, and to the
    first passage of stock LlamaIndex, which reads no sentences; and the import alone.
    """
    question = "What is known about this?"
    ours = [sys.executable, "-m", "rag"]
    where = [question, "--data", str(folder / "ours")]
    commands = {
        "ask": [*ours, "ask", *where, "--mode", "quote"],
        "search": [*ours, "search", *where],
        "stock": [sys.executable, "-c", _STOCK_ASK, str(folder / "stock"), str(model), question],
    }
    runs = {name: min(_process(command)[0] for _ in range(2)) for name, command in commands.items()}
    imports = min(float(_process([sys.executable, "-c", _IMPORT])[1]) for _ in range(3))
    return [
        Ratio(
            "cold start to the first quote / stock LlamaIndex, retrieval",
            runs["ask"] / runs["stock"],
            0.7,
            "at most",
            runs,
        ),
        Ratio("cold start to the first passage / the same", runs["search"] / runs["stock"], 0.7, "at most", runs),
        Ratio("import rag, seconds", imports, 0.1, "at most"),
    ]


def _process(command: Sequence[str]) -> tuple[float, str]:
    begun = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - our own interpreter
    return time.perf_counter() - begun, done.stdout


def _point(rag: Rag, bare: Bare, asked: Sequence[str], *, chunks: int, stored: float) -> Point:
    mine, theirs = _latencies(rag.search, asked), _latencies(bare.search, asked)
    return Point(chunks, median(mine), float(np.quantile(mine, 0.95)), median(theirs), stored)


def _search_ratios(points: Sequence[Point]) -> list[Ratio]:
    last = points[-1]
    found = [
        Ratio(
            f"search / bare parts, {p.chunks} chunks",
            p.search / p.bare,
            1.5,
            "at most",
            {"ours, s": p.search, "bare, s": p.bare},
        )
        for p in points
    ]
    if points[:-1]:
        small = min(points[:-1], key=lambda p: abs(p.chunks - 5000))
        parts = {f"{small.chunks}, s": small.search, f"{last.chunks}, s": last.search}
        name = f"search at {last.chunks} chunks / at {small.chunks}"
        found.append(Ratio(name, last.search / small.search, 3.0, "at most", parts))
    return found


def _filters(rag: Rag, asked: Sequence[str]) -> list[Ratio]:
    """p95 of a filtered search to that of an unfiltered one, for outlets that few or many articles have."""
    free = float(np.quantile(_latencies(rag.search, asked), 0.95))
    sources = [a.source for a in rag.articles()]
    found = []
    for outlet in OUTLETS:
        share = sources.count(outlet) / len(sources)
        if not share:
            continue
        search = partial(rag.search, filters=Filters(sources=(outlet,)))
        kept = float(np.quantile(_latencies(search, asked), 0.95))
        parts = {"filtered p95, s": kept, "free p95, s": free}
        found.append(Ratio(f"filtered search p95 / unfiltered, {share:.2%} pass", kept / free, 2.0, "at most", parts))
    return found


def _recall(bare: Bare, queries: Any) -> Ratio:
    exact = bare.exact(queries, k=10)
    hits = sum(len(set(want) & set(bare.nearest(q, k=10))) for q, want in zip(queries, exact, strict=True))
    return Ratio("HNSW recall@10 on mixed vectors against exact search", hits / (10 * len(queries)), 0.98, "at least")


def _latencies(ask: Callable[[str], Any], asked: Sequence[str]) -> list[float]:
    """Seconds for each question but the first few."""
    return [_timed(partial(ask, question)) for question in asked][WARM:]


def _timed(work: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
