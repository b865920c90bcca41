"""Near misses: articles made up for this project, and questions that they answer or that only seem to be answered.

Scored like CLAP NQ, in whose format the questions are read: an answer is on target if it cites the sentence that holds
it. Half of the questions ask for what stands beside what an article tells (another person, place, time or thing), and
`near` says what tempts.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from evals.stored import Json
from evals.suites import clapnq
from evals.suites.data import DataError, Loaded
from rag import NewArticle

FOLDER = Path(__file__).parent.parent / "near_misses"
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
    files = [file for path in paths for file in _files(path, split=split)]
    if not files:
        raise DataError(f"{', '.join(map(str, paths))}: no {split}*.yaml: name the folder or the file with --data")
    return clapnq.loaded([row for file in files for row in read(file)], files)


def article(row: Json) -> NewArticle:
    """The article that a row asks of."""
    passage = row["passages"][0]
    return NewArticle(passage["title"], passage["text"])


def rows(folder: Path, *, split: str) -> list[Json]:
    """The questions of a split in the format of CLAP NQ. Raises DataError."""
    return [row for file in _files(folder, split=split) for row in read(file)]


def read(file: Path) -> list[Json]:
    """The questions of a file in the format of CLAP NQ. Raises DataError."""
    try:
        texts = [Text.model_validate(one) for one in yaml.safe_load(file.read_text(encoding="utf-8"))]
    except (OSError, yaml.YAMLError, TypeError, ValidationError) as error:
        raise DataError(f"{file} is no list of articles with title, text and asked ({error}): mend it") from error
    found = []
    for n, text in enumerate(texts, start=1):
        whole = " ".join(text.text.split())
        for m, question in enumerate(text.asked, start=1):
            if question.answer is not None and question.answer not in whole:
                raise DataError(f"{file}: {question.ask!r}: the answer is not in the text: copy it word for word")
            found.append(
                {
                    "id": f"{file.stem}-{n}-{m}",
                    "input": question.ask,
                    "passages": [{"title": text.title, "text": text.text.strip()}],
                    "output": [{"selected_sentences": [question.answer] if question.answer else []}],
                }
            )
    return found


def _files(path: Path, *, split: str) -> list[Path]:
    return sorted(path.glob(f"{split}*.yaml")) if path.is_dir() else [path]
