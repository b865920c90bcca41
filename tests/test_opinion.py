"""Views that stand inside news reports: they are named as such, and are no facts."""

from __future__ import annotations

import pytest

from rag import Reranker
from rag.answer.claims import parts
from rag.answer.speakers import attribute
from rag.answer.support import doubt
from rag.ingest.sentences import split_sentences
from rag.types import Article, Attribution

VIEW = "In my view the board has failed the town, wrote columnist Per Lund."


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker()


def told(text: str, *, at: int = 0) -> Attribution:
    story = Article("a", "Title", "Harbour Post", None, None, None, None, None, text)
    spans = split_sentences(text)
    return attribute(text[spans[at].start : spans[at].end], story, spans, spans[at].start, spans[at].end)


@pytest.mark.parametrize(
    "text",
    [
        VIEW,
        "The board has failed the town, wrote columnist Per Lund.",
        "I think the dam must go.",
        "The Daily Quay called the dam a folly in an editorial.",
    ],
)
def test_a_view_is_flagged_in_any_article(text: str) -> None:
    assert told(text).flags == ("opinion",)


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ('"In my view the dam must go," Ada Quill said.', 0),
        ('"The dam is old. I think it must go. Nobody needs it," Ada Quill said.', 1),
        ("Police arrested columnist Per Lund.", 0),
    ],
)
def test_what_a_speaker_thinks_or_what_befalls_a_columnist_is_news(text: str, at: int) -> None:
    assert told(text, at=at).flags == ()


def test_an_attribution_names_the_opinion() -> None:
    assert told(VIEW).render() == "columnist Per Lund, an opinion in Harbour Post"


@pytest.mark.parametrize("source", [VIEW, f"{VIEW} The dam is old.", "I think the board has failed the town."])
def test_a_view_told_as_a_fact_is_not_supported(source: str, reranker: Reranker) -> None:
    why = doubt("The board has failed the town.", parts(source), reranker=reranker)
    assert why == "the cited words tell it as somebody's own view"


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("The board has failed the town, Per Lund wrote.", VIEW),
        ("In the view of Per Lund, the board has failed the town.", VIEW),
        ("In the columnist's view, the board has failed the town.", VIEW),
        (VIEW, VIEW),
        ("The board has failed the town.", f"{VIEW} The court found that the board has failed the town."),
    ],
)
def test_a_view_told_as_one_is(claim: str, source: str, reranker: Reranker) -> None:
    assert doubt(claim, parts(source), reranker=reranker) is None
