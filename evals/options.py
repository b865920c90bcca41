"""The options of a run, and what they make of its endpoint and cross-encoder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from evals.cache import CachedEndpoint, RememberingReranker
from rag import Settings

GOLD_ONLY = ("gold", "samples", "page", "captured", "cold", "price_in", "price_out", "save_baseline")
ASKS_NOTHING = ("ragtruth", "article_extraction")


def idle(suite: str, *, mode: str, cache: str) -> Iterator[str]:
    """The options of `run`, by name, that say nothing for a suite in a mode, with that cache of LLM calls."""
    yield from ("data", "index") if suite == "gold" else GOLD_ONLY
    yield from idle_scoring(mode)
    if suite != "multihop_rag":
        yield "retrieval_only"
    if suite in ASKS_NOTHING:
        yield "index"
    calls = mode != "quote" and suite not in ASKS_NOTHING
    if mode != "quote":
        yield "cold"
    if not calls:
        yield "cache"
    if not calls or cache == "off":
        yield "epoch"
        if mode != "quote" or suite != "gold":  # there it has the cross-encoder's scores
            yield "cache_dir"


def idle_scoring(mode: str) -> tuple[str, ...]:
    """The options of `score` that say nothing for a mode: quotes cost nothing, a model is held to no baseline."""
    return ("price_in", "price_out") if mode == "quote" else ("save_baseline",)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of `run` that all suites share."""

    suite: str
    mode: str
    split: str
    limit: int | None
    out: Path
    fresh: bool
    index: Path | None
    cache: str
    cache_dir: Path
    epoch: int
    cold: bool
    retrieval_only: bool

    def endpoint(self, settings: Settings) -> CachedEndpoint | None:
        """An endpoint that keeps its calls, or repeats those that were kept; None where the options ask for neither."""
        if self.cache == "off" or settings.answer_mode != "llm":
            return None
        return CachedEndpoint(settings, folder=self.cache_dir, strict=self.cache == "replay", epoch=self.epoch)

    def reranker(self, settings: Settings) -> RememberingReranker | None:
        """Scores of earlier runs are used again in quote mode, unless the run is to measure the time it takes."""
        if settings.answer_mode == "llm":
            return None
        return RememberingReranker(settings, folder=self.cache_dir, cold=self.cold)

    def at_once(self, settings: Settings) -> int:
        """Questions asked at a time: one for each core, but one alone of an LLM and where answers are timed."""
        return 1 if settings.answer_mode == "llm" or self.cold else os.cpu_count() or 1
