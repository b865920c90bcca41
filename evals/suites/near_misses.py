"""Near misses: articles made up for this project, and questions that they answer or that only seem to be answered.

Scored like CLAP NQ, in whose format the questions are read: an answer is on target if it cites the sentence that holds
it. Half of the questions ask for what stands beside what an article tells (another person, place, time or thing), and
`near` says what tempts.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from evals.stored import Json
from evals.suites import clapnq
from evals.suites.data import DataError, Loaded

FOLDER = Path(__file__).parent.parent / "near_misses"  # of news
ENCYCLOPAEDIA = FOLDER / "encyclopaedia"  # and what people type into a search engine
BLANK = re.compile(r"\n\s*\n")
summarise = clapnq.summarise


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Question(_Shape):
    """`answer` is a verbatim piece of the article, or None."""

    ask: str
    answer: str | None
    near: str = ""


class Text(_Shape):
    """An article with its questions."""

    title: str
    text: str
    asked: tuple[Question, ...]


def load(paths: Sequence[Path], *, split: str) -> Loaded:
    """All questions of the files. Raises DataError."""
    found = [pair for path in paths for pair in find(path, split=split)]
    if not found:
        raise DataError(f"{', '.join(map(str, paths))}: no {split}*.yaml: name the folder or the file with --data")
    return clapnq.loaded(found)


def find(path: Path, *, split: str) -> list[tuple[Path, list[Json]]]:
    """The files of a split in a folder, or one file, with their questions as CLAP NQ has them. Raises DataError."""
    return [(file, read(file)) for file in (sorted(path.glob(f"{split}*.yaml")) if path.is_dir() else [path])]


def read(file: Path) -> list[Json]:
    """The questions of a file in the format of CLAP NQ; a paragraph is one line, however it is wrapped.

    Ids begin with the name of the folder, so that several can be asked together. Raises DataError.
    """
    try:
        texts = [Text.model_validate(one) for one in yaml.safe_load(file.read_text(encoding="utf-8"))]
    except (OSError, yaml.YAMLError, TypeError, ValueError) as error:
        raise DataError(f"{file} is no list of articles with title, text and asked ({error}): mend it") from error
    folder = file.resolve().parent.name
    stem = file.stem if folder == FOLDER.name else f"{folder}-{file.stem}"
    found = []
    for n, text in enumerate(texts, start=1):
        paragraphs = [" ".join(paragraph.split()) for paragraph in BLANK.split(text.text.strip())]
        whole = " ".join(paragraphs)
        for m, question in enumerate(text.asked, start=1):
            if question.answer is not None and question.answer not in whole:
                raise DataError(f"{file}: {question.ask!r}: the answer is not in the text: copy it word for word")
            found.append(
                {
                    "id": f"{stem}-{n}-{m}",
                    "input": question.ask,
                    "passages": [{"title": text.title, "text": "\n\n".join(paragraphs)}],
                    "output": [{"selected_sentences": [question.answer] if question.answer else []}],
                }
            )
    return found
