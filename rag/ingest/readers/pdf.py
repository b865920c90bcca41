"""PDF: the text of its pages, put together again into paragraphs."""

from __future__ import annotations

import io
import logging
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from rag.errors import PageError
from rag.ingest.blocks import clean
from rag.ingest.page import split_lines
from rag.ingest.story import Reading

PAGES = 400


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    y: float  # distance from the bottom of the page, in points
    size: float  # of its letters, in points


def read(data: bytes, *, name: str) -> Reading:
    """The stories of a PDF with text in it. Raises PageError for one that is locked or made of pictures."""
    from pypdf import PdfReader

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    document = PdfReader(io.BytesIO(data))
    if document.is_encrypted and not document.decrypt(""):
        raise PageError(f"{name} is locked with a password: save it without one")
    pages = [list(_lines(page)) for page in document.pages[:PAGES]]
    if not any(pages):
        raise PageError(f"{name} holds no text, only pictures: run text recognition (OCR) over it first")
    paragraphs, headings = _paragraphs(_without_margins(pages))
    beyond = len(document.pages) - PAGES
    skipped = (f"{name} is read to page {PAGES}: its last {beyond} pages are left out, split the file",)
    return Reading(split_lines(paragraphs, headlines=headings[:1]), skipped if beyond > 0 else ())


def _lines(page: Any) -> Iterator[_Line]:
    """The lines of a page from top to bottom, as they are painted."""
    pieces: list[tuple[str, float, float]] = []

    def visit(text: str, page: Sequence[float], own: Sequence[float], _font: Any, size: float) -> None:
        if text:  # where it stands is what its own matrix and that of the page make together
            pieces.append((text, own[4] * page[1] + own[5] * page[3] + page[5], abs(size * own[3] * page[3]) or size))

    page.extract_text(visitor_text=visit)
    text, y, letters = "", 0.0, 0.0
    for piece, height, size in pieces:
        for n, part in enumerate(piece.split("\n")):
            if (n or abs(height - y) > max(2.0, size / 3)) and text.strip():
                yield _Line(clean(text), y, letters)
                text = ""
            if part.strip():
                y, letters = height, size
            text += part
    if text.strip():
        yield _Line(clean(text), y, letters)


def _without_margins(pages: Sequence[Sequence[_Line]]) -> list[list[_Line]]:
    """The pages without page numbers, and without running heads: edge lines that stand on more than half of them."""
    edges = [{_figures(line.text) for line in (*page[:2], *page[-2:])} for page in pages]
    often = Counter(text for edge in edges for text in edge)
    heads = {text for text, count in often.items() if count >= 2 and count > len(pages) / 2}
    numbered = re.compile(r"(?i)(page )?#( ?(/|of) ?#)?")
    return [
        [x for x in page if x.text and _figures(x.text) not in heads and not numbered.fullmatch(_figures(x.text))]
        for page in pages
    ]


def _figures(text: str) -> str:
    return re.sub(r"\d+", "#", text)


def _paragraphs(pages: Sequence[Sequence[_Line]]) -> tuple[list[str], list[str]]:
    """The paragraphs in order, and those set in larger letters than most.

    A paragraph ends where the next line stands further below than lines do, is set in another size, or where the
    line is short and ends a sentence.
    """
    lines = [line for page in pages for line in page]
    if not lines:
        return [], []
    gaps = [a.y - b.y for a, b in pairwise(lines) if 0 < a.y - b.y < 60]
    gap, size = (median(gaps) if gaps else 12.0), median(line.size for line in lines)
    width = sorted(len(line.text) for line in lines)[int(0.8 * (len(lines) - 1))]
    found: list[str] = []
    large: list[str] = []
    text = ""
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        text = _joined(text, line.text)
        if following is not None and not _ends(line, following, gap=gap, width=width):
            continue
        found.append(text.strip())
        if line.size > 1.15 * size and len(text.split()) > 2:
            large.append(text.strip())
        text = ""
    return found, large


def _joined(text: str, line: str) -> str:
    """A paragraph and its next line; a word that was parted at the line's end is put together."""
    if re.search(r"\w-$", text):
        return (text[:-1] if line[:1].islower() else text) + line
    return f"{text} {line}"


def _ends(line: _Line, following: _Line, *, gap: float, width: float) -> bool:
    short = len(line.text) < 0.75 * width
    closed = bool(re.search(r"[.!?…][\"'”’)]*$", line.text))
    if abs(line.size - following.size) > 0.5:
        return True
    step = line.y - following.y
    if line.size > gap:  # a headline of several lines
        return step > 1.6 * line.size
    if step <= 0:  # the next page or column
        return short and (closed or len(line.text) < 0.4 * width)
    return step > 1.35 * gap or (short and (closed or step > 1.15 * gap))
