"""The seams that evals and chat stand on: reading without storing, clean articles, checks, feedback, endpoint."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import ClipdeskError, Endpoint, NewArticle, PageError, Rag, load_settings
from tests.conftest import CAPTURED, SAMPLE
from tests.fake_llm import Reply, fake_llm


def test_a_page_is_read_without_being_stored(desk: Rag) -> None:
    before = desk.articles()
    assert [a.id for a in desk.read(SAMPLE, captured=CAPTURED)] == [a.id for a in before]
    assert desk.articles() == before
    with pytest.raises(PageError):
        desk.read(SAMPLE.parent / "missing.txt")


def test_clean_articles_are_stored_word_for_word(tmp_path: Path) -> None:
    first = NewArticle(
        "Advertisement", "Share this\n\nThe ferry Alma sank.  It had 212 people aboard.", "Harbour Times"
    )
    second = NewArticle("Weather", "Rain fell on Brightsea for nine days.")
    with Rag.open(tmp_path) as rag:
        ids = rag.add([first, second], name="mine")
        assert [a.id for a in rag.articles()] == list(ids)
        assert [a.text for a in rag.articles()] == [first.text, second.text]
        assert rag.search("How many people were aboard the Alma?")[0].article.id == ids[0]
        assert rag.add([second], name="mine") == ids[1:]
        assert [a.id for a in rag.articles()] == [ids[1]]


def test_claims_of_any_text_are_checked(desk: Rag) -> None:
    claims = desk.check("The ferry had 212 people aboard. It sank in 1912.", ["On the ferry were 212 people."])
    assert [(c.text, c.support) for c in claims] == [
        ("The ferry had 212 people aboard.", "supported"),
        ("It sank in 1912.", "unsupported"),
    ]
    assert desk.check("", ["x"]) == ()


def test_feedback_is_kept(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        assert rag.feedback() == ()
        rag.add_feedback("How many?", "1,000 [1]", "right")
        rag.add_feedback("Who?", "The articles do not say.", "missing", "It is in the third story.")
        with pytest.raises(ClipdeskError, match="no verdict"):
            rag.add_feedback("Who?", "Nobody.", "perhaps")  # type: ignore[arg-type]
    with Rag.open(tmp_path) as rag:
        found = rag.feedback()
    assert [(f.question, f.verdict, f.note) for f in found] == [
        ("How many?", "right", ""),
        ("Who?", "missing", "It is in the third story."),
    ]
    assert found[0].given.tzinfo is not None


def test_an_endpoint_of_ones_own_is_asked(tmp_path: Path) -> None:
    class Counting(Endpoint):
        calls = 0

        def chat(self, messages):  # type: ignore[no-untyped-def]
            Counting.calls += 1
            yield from super().chat(messages)

    with fake_llm() as llm:
        llm.replies = [Reply(("It sends 1,000 sappers [1].",))]
        settings = load_settings(openai_base_url=llm.url, mode="llm")
        with Rag.open(tmp_path, settings=settings, endpoint=Counting(settings)) as rag:
            rag.ingest(SAMPLE, captured=CAPTURED)
            answer = rag.ask("How many sappers is Pyongyang sending?")
    assert Counting.calls == 1
    assert 0 < answer.confidence <= 1


def test_confidence_is_higher_where_the_articles_answer(desk: Rag) -> None:
    known = desk.ask("How many sappers is Pyongyang sending?").confidence
    unknown = desk.ask("Who won the chess tournament in Reykjavik?").confidence
    assert 0 <= unknown < known <= 1
