"""Sentence boundaries and chunks: exact offsets, whatever the text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.chunk import MAX_WORDS, pack
from rag.ingest.sentences import MAX_CHARS, split_sentences


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in split_sentences(text)]


@pytest.mark.parametrize(
    "sentences",
    [
        ["He left.", "She stayed."],
        ["N. Korea's gains are large.", "Russia's are not."],
        ["He spoke in St. Petersburg on Sept. 19 at 5 p.m. local time.", "Then he left."],
        ["The pact of Sept. 19 holds.", "So does No. 5 of the treaty."],
        ["Mr. Kim met Gen. Lee and Dr. J. R. Park of the U.S. Army.", "They talked."],
        ["He lives in the U.S.", "The others do not."],
        ["'It is over,' he said.", "'We go home.'", "They went."],
        ['"Is it true?" she asked.', '"No!"', "He fell silent."],
        ["Prices rose 1.5 per cent to 3,000.50 dollars.", "Wages did not."],
        ["It was signed, the official said. (Yonhap)"],
        ["Acme Inc. bought Bolt Corp. shares.", "Both fell."],
        ["Did he say no.", "The crowd thought so…", "It was wrong."],
        ["He was born in 1970.", "1971 was a better year."],
        ["Élodie vint à Paris.", "Été 2024."],
    ],
)
def test_sentences_are_kept_whole_and_apart(sentences: list[str]) -> None:
    assert split(" ".join(sentences)) == sentences


def test_a_line_break_always_ends_a_sentence() -> None:
    assert split("What comes next\n\nThe council votes on Monday.") == [
        "What comes next",
        "The council votes on Monday.",
    ]


def test_a_text_without_full_stops_is_cut_at_spaces() -> None:
    text = "word " * 1000
    assert max(len(s) for s in split(text)) <= MAX_CHARS
    assert " ".join(split(text)) == text.strip()


def test_an_over_long_sentence_is_cut_between_clauses_and_stays_whole_in_a_chunk() -> None:
    """Evidence is whole sentences inside a chunk: one that no chunk can hold would never be cited."""
    clause = "the council of the harbour town says that it will close its old bridge"
    text = f"Short one. {'; '.join([clause] * 30)}. Last one."
    pieces = split(text)
    assert " ".join(pieces) == text
    assert all(p.endswith((";", ".")) for p in pieces)
    chunks = pack(text, split_sentences(text))
    for s in split_sentences(text):
        assert any(c.start <= s.start and s.end <= c.end for c in chunks)


@given(st.text(alphabet="ab  ,.\t", max_size=3000))
def test_every_sentence_is_whole_in_one_chunk(text: str) -> None:
    sentences = split_sentences(text)
    chunks = pack(text, sentences)
    assert all(any(c.start <= s.start and s.end <= c.end for c in chunks) for s in sentences)
    assert all(len(text[s.start : s.end].split()) <= MAX_WORDS for s in sentences)


@given(st.text(max_size=3000))
def test_nothing_is_lost_whatever_the_text(text: str) -> None:
    spans = split_sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert "".join("".join(text[s.start : s.end].split()) for s in spans) == "".join(text.split())
    assert all(text[s.start : s.end] == text[s.start : s.end].strip() != "" for s in spans)


@given(st.text(alphabet="ab .\n'“A1", max_size=2000), st.integers(min_value=1, max_value=40))
def test_chunks_hold_every_word_once_and_are_small_enough(text: str, most: int) -> None:
    spans = pack(text, split_sentences(text), max_words=most)
    words = [w for s in spans for w in text[s.start : s.end].split()]
    assert words == text.split()
    assert all(len(text[s.start : s.end].split()) <= most for s in spans)


def test_chunks_are_runs_of_whole_sentences() -> None:
    text = "One two three. Four five six. Seven eight nine."
    spans = pack(text, split_sentences(text), max_words=6)
    assert [text[s.start : s.end] for s in spans] == ["One two three. Four five six.", "Seven eight nine."]
