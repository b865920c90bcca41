"""News sense: who says what, through whom; where sources disagree; what a question takes for granted wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag import Rag
from rag.answer.speakers import attribute
from rag.ingest.sentences import split_sentences
from rag.types import Article, Attribution


def article(text: str, *, source: str | None = "Harbour Post", agency: str | None = None) -> Article:
    return Article("a", "Title", source, agency, None, date(2025, 6, 18), None, None, text)


def said(text: str, *, at: int = -1, source: str | None = "Harbour Post", agency: str | None = None) -> Attribution:
    """The attribution of one sentence of the text, the last unless told."""
    story = article(text, source=source, agency=agency)
    spans = split_sentences(text)
    span = spans[at]
    return attribute(text[span.start : span.end], story, spans, span.start, span.end)


# Attribution


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The dam will hold, engineer Ada Quill said on Monday.", "engineer Ada Quill"),
        ('"The dam will hold," said Ada Quill, who built it.', "Ada Quill"),
        ("According to the water board, the dam will hold.", "the water board"),
        ("Ada Quill, an engineer who knows the valley, told reporters that the dam will hold.", "Ada Quill"),
        ("An engineer hired by the town, Ada Quill, said the dam will hold.", "Ada Quill"),
        ("The dam will hold. Ada Quill said so. The dam is old, Quill added.", "Ada Quill"),
        ("Ada Quill said the dam will hold. It needs new gates, she added.", "Ada Quill"),
        ('Ada Quill spoke on Monday. "The dam will hold. It is old," Quill said.', "Ada Quill"),
        ("In the view of Ada Quill, the dam will hold.", "Ada Quill"),
        ("By the water board's account 40 houses were flooded.", "the water board"),
        ("A report by the water board says 40 houses were flooded.", "the water board"),
        ("The water board, which owns the dam, denied that it leaks.", "the water board"),
        ("On Monday the water board announced that the dam leaks.", "the water board"),
        ("The board will meet, its spokesman Otto Brill said.", "spokesman Otto Brill"),
    ],
)
def test_speakers_are_found(text: str, speaker: str) -> None:
    assert said(text).speaker == speaker


@pytest.mark.parametrize(
    "text",
    [
        "The dam will hold for another ten years.",
        "Ada Quill inspected the dam.",
        "Ada Quill said the dam will hold. It was built in 1950.",
        "Ada Quill met Otto Brill. He said the dam will hold.",
        "Ada Quill said Otto Brill had warned the town. He said nobody listened.",
        "The dam, it was said, would hold.",
        "Having said this, the board closed the gates.",
        'The sign on the gate read "the mayor said no".',
        "Quill was told that the dam leaks.",
        "The 40 claims were added to the report.",
        "The board added 200 jobs.",
        "Ada Quill put the number at 40; the town says 60.",
    ],
)
def test_where_the_words_do_not_tell_there_is_no_speaker(text: str) -> None:
    assert said(text).speaker is None


def test_the_chain_from_speaker_to_outlet() -> None:
    text = "State-run Valley News Service quoted Ada Quill as saying that the dam will hold."
    found = said(text, agency="AFP")
    assert (found.speaker, found.via, found.outlet) == ("Ada Quill", ("Valley News Service", "AFP"), "Harbour Post")
    assert found.flags == ("state media",)
    assert said("Ada Quill told the Daily Quay that the dam will hold.").via == ("Daily Quay",)
    assert said("Ada Quill told the Harbour Post that the dam will hold.").via == ()


def test_a_medium_that_speaks_itself_is_a_link_and_not_a_speaker() -> None:
    found = said(
        "The news agency Valpress is state-owned. The dam will hold, Valpress reported. The agency said it is old."
    )
    assert (found.speaker, found.via) == (None, ("Valpress",))


def test_state_media_are_named_only_where_the_state_runs_them() -> None:
    assert said("The dam will hold, TASS reported.").flags == ("state media",)
    assert said("An official of the state-run hospital told Reuters that nobody died.").flags == ()
    assert said("An official told Yonhap that nobody died.").flags == ()


def test_who_stays_anonymous_is_flagged_and_stays_so() -> None:
    text = "A ministry official who asked not to be named said the dam leaks. The official added that it is old."
    for at in (0, 1):
        found = said(text, at=at)
        assert (found.speaker, found.flags) == ("a ministry official", ("anonymous",))


def test_of_two_voices_in_a_sentence_the_one_that_says_the_claim() -> None:
    text = "Police counted about 400 marchers; the organisers claimed that 1,500 people had come."
    story, spans = article(text), split_sentences(text)
    claim = "The organisers claimed 1,500 people came."
    assert attribute(claim, story, spans, 0, len(text)).speaker == "the organisers"
    assert attribute(text, story, spans, 0, len(text)).speaker is None


def test_opinion_is_flagged() -> None:
    text = "The dam must go."
    story = replace(article(text), kind="opinion")
    assert attribute(text, story, split_sentences(text), 0, len(text)).flags == ("opinion",)


def test_every_answer_says_who_what_was_asked_and_as_of_when(desk: Rag) -> None:
    answer = desk.ask("How many sappers did Shoigu say Kim will send?", as_of=date(2025, 6, 21))
    who = answer.claims[0].attribution
    assert who is not None
    assert who.render() == "Shoigu, quoted by TASS (state media), per Korea Herald"
    assert (answer.asked, answer.as_of) == (answer.question, date(2025, 6, 21))
    refused = desk.ask("Who won the curling final in Reykjavik?", as_of=date(2025, 6, 21))
    assert refused.status == "refused"
    assert (refused.asked, refused.as_of) == (refused.question, date(2025, 6, 21))
