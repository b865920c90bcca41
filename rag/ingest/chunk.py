"""From an article's sentences to chunks: what is embedded and searched."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

from store.records import Span

MAX_WORDS = 190  # of a chunk


def pack(text: str, sentences: Sequence[Span], *, max_words: int = MAX_WORDS) -> list[Span]:
    """Runs of whole sentences of at most `max_words` words; a longer sentence is a run of its own, cut at spaces."""
    runs: list[Span] = []
    start = end = words = 0
    for sentence in [piece for s in sentences for piece in _pieces(text, s, max_words)]:
        count = len(text[sentence.start : sentence.end].split())
        if words and words + count > max_words:
            runs.append(Span(start, end))
            words = 0
        if not words:
            start = sentence.start
        end, words = sentence.end, words + count
    return [*runs, Span(start, end)] if words else runs


def vector_hash(model: str, text: str) -> str:
    """The key under which a vector is kept: equal texts are embedded once."""
    return hashlib.blake2b(f"{model}\0{text}".encode(), digest_size=16).hexdigest()


def _pieces(text: str, sentence: Span, max_words: int) -> list[Span]:
    if len(text[sentence.start : sentence.end].split()) <= max_words:
        return [sentence]
    words = text[sentence.start : sentence.end].split(" ")
    pieces, at = [], sentence.start
    for n in range(0, len(words), max_words):
        length = len(" ".join(words[n : n + max_words]))
        pieces.append(Span(at, at + length))
        at += length + 1
    return pieces
