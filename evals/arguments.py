"""What the command line of the evals takes: the words to choose from, and the arguments that several commands share."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Split(StrEnum):
    """Which questions are asked."""

    dev = "dev"
    test = "test"
    all = "all"


class AnswerMode(StrEnum):
    """How answers are made: `quote` needs nothing, `llm` an endpoint, `local` a pulled model."""

    quote = "quote"
    llm = "llm"
    local = "local"


class Cache(StrEnum):
    """What becomes of LLM calls."""

    off = "off"
    record = "record"
    replay = "replay"


class SuiteName(StrEnum):
    """What is measured."""

    gold = "gold"
    multihop_rag = "multihop_rag"
    clapnq = "clapnq"
    near_misses = "near_misses"
    ragtruth = "ragtruth"
    article_extraction = "article_extraction"
    piarena = "piarena"


GoldFolder = Annotated[Path, typer.Option("--gold", help="Folder of gold files (*.yaml).")]
SampleFolder = Annotated[Path, typer.Option("--samples", help="Folder of the pages that the gold files name.")]
StoredGold = Annotated[Path | None, typer.Option("--gold", help="Folder of gold files. [default: the run's]")]
StoredSamples = Annotated[Path | None, typer.Option("--samples", help="Folder of their pages. [default: the run's]")]
LLMCache = Annotated[Cache, typer.Option("--cache", help="LLM calls: record keeps them, replay asks nothing.")]
CacheFolder = Annotated[Path, typer.Option("--cache-dir", help="Where recorded calls and scores are kept.")]
RunArgument = Annotated[Path, typer.Argument(help="Folder of a run.")]
PriceIn = Annotated[float | None, typer.Option(min=0, help="Dollars for a million prompt tokens.")]
PriceOut = Annotated[float | None, typer.Option(min=0, help="Dollars for a million completion tokens.")]
