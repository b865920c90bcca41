"""Which articles mention something: all that do, by a sentence of each, and none that only come near."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest

from rag import NewArticle, Rag
from rag.answer.mentions import mention_asked

ARTICLES = [
    NewArticle("Sill dam is watched", "Engineers watch the Sill dam. It leaks in two places.", "Ledger"),
    NewArticle("Roads closed", "Two roads are closed. One leads to the dam on the Sill.", "Wire"),
    NewArticle("Quill leaves", "Ada Quill left the board on Monday. She had warned of the Sill dam.", "Post"),
    NewArticle("Market opens", "The market in Varn opens in May. Karl Dietz sells fish there.", "Ledger"),
    NewArticle("A dam elsewhere", "The dam at Ostrel is sound, says Anna Dietz.", "Ledger", date(2025, 6, 1)),
    *(NewArticle(f"Notes {n}", f"Note {n} of the harbour. The Sill dam is safe for {n} days.") for n in range(7)),
]


@pytest.fixture(scope="module")
def varn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    with Rag.open(tmp_path_factory.mktemp("varn")) as rag:
        rag.add(ARTICLES, name="varn")
        yield rag


def cited(rag: Rag, question: str) -> dict[str, str]:
    return {c.article.title: c.quote for c in rag.ask(question).citations}


def test_all_articles_that_mention_it_are_shown(varn: Rag) -> None:
    found = cited(varn, "Which articles mention the Sill dam?")
    assert found.keys() == {a.title for a in ARTICLES} - {"Market opens", "A dam elsewhere"}
    assert found["Roads closed"] == "One leads to the dam on the Sill."


def test_a_name_in_full_is_not_two_halves_of_others(varn: Rag) -> None:
    assert cited(varn, "What stories name Karl Dietz?").keys() == {"Market opens"}
    assert cited(varn, "Which articles mention Ada Quill and the Sill dam?").keys() == {"Quill leaves"}


def test_what_no_article_mentions_is_refused(varn: Rag) -> None:
    answer = varn.ask("Which articles mention the moon?")
    assert answer.status == "refused"
    assert "no article found mentions “the moon”" in answer.text


@pytest.mark.parametrize(
    ("question", "what"),
    [
        ("Which articles mention the dam?", "the dam"),
        ("which of my saved stories talk about Kim?", "Kim"),
        ("What papers reported on the strike?", "the strike"),
        ("List all articles about the ferry.", "the ferry"),
        ("Show me the stories that mention Kim", "Kim"),
        ("Which sources mention 85 million euros?", "85 million euros"),
        ("List the names of the crew.", None),
        ("Which reports on the mill did Quill write?", None),
        ("Which article says that the dam leaks?", None),
        ("What did the article mention?", None),
        ("Which article is about the dam and when did it break?", None),
        ("Which articles mention that the dam at Ostrel was closed for repairs in May?", None),
    ],
)
def test_what_is_asked_for(question: str, what: str | None) -> None:
    assert mention_asked(question) == what
