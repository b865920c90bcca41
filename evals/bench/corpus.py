"""A corpus of any size, made of real articles: their sentences dealt out anew, from a seed."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from evals.suites.data import find
from rag import NewArticle, read_page

SEED = 20250621
CHUNKS_EACH = 10  # of about WORDS words
WORDS = 150
OUTLETS = 1000  # the n-th outlet has about 1/n of the articles, as outlets do
DAYS = 1000
FIRST = date(2022, 1, 1)


def real_texts(data: Sequence[Path], samples: Path) -> list[tuple[str, str]]:
    """(title, body) of the articles to recombine: of the rows of a data folder, else of the sample pages."""
    if data:
        return [
            (row["title"], row["body"]) for _, rows in find(data, keys=("title", "body"), split="all") for row in rows
        ]
    return [(a.title, a.text) for page in sorted(samples.glob("*.txt")) for a in read_page(page)]


def made(texts: Sequence[tuple[str, str]], *, first: int, count: int) -> Iterator[NewArticle]:
    """The articles numbered `first` to `first + count`: the same whatever was made before."""
    sentences = [s for _, body in texts for s in re.split(r"(?<=[.!?])\s+", body) if 4 <= len(s.split()) <= 60]
    for number in range(first, first + count):
        rng = random.Random(SEED + number)  # noqa: S311 - no secret
        body: list[str] = []
        words = 0
        while words < WORDS * CHUNKS_EACH:
            body.append(rng.choice(sentences))
            words += len(body[-1].split())
        outlet = min(OUTLETS, int(1 / max(rng.random(), 1 / OUTLETS)))
        day = FIRST + timedelta(days=rng.randrange(DAYS))
        yield NewArticle(f"{rng.choice(texts)[0]} ({number})", " ".join(body), f"Outlet {outlet}", day)


def questions(texts: Sequence[tuple[str, str]], *, count: int) -> list[str]:
    """Questions of the length that people ask: runs of words of real sentences."""
    rng = random.Random(SEED)  # noqa: S311
    asked = []
    for _ in range(count):
        words = rng.choice(texts)[1].split()
        at = rng.randrange(max(1, len(words) - 12))
        asked.append("What is known about " + " ".join(words[at : at + 9]).strip(".,;") + "?")
    return asked
