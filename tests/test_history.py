"""Conversations and the list of articles: kept in the store, found again, and still readable without the articles."""

from __future__ import annotations

import re
import sqlite3
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import Answer, Article, Citation, Claim, ClipdeskError, NewArticle, Passage, Rag
from tests.conftest import CAPTURED, SAMPLE

QUESTION = "How many sappers is Pyongyang sending?"
TRAP = "<b>*Kim*</b> [x](http://evil) `c`"


def invented(question: str, *, quote: str = TRAP) -> Answer:
    article = Article("gone", f"Title {TRAP}", "Post", None, None, date(2025, 6, 3), None, "http://h/1", quote)
    claim = Claim(quote, (1,), "supported")
    return Answer(question, "answered", f"{quote} [1]", (Citation(1, article, 0, len(quote), quote),), (claim,), "llm")


def test_an_answer_comes_back_whole_after_a_restart(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        answer = rag.ask(QUESTION)
        doubtful = Claim("They cook.", (), "unsupported", doubt="nothing is cited for it")
        answer = replace(answer, claims=(*answer.claims, doubtful))
        saved = rag.history.save(answer)
        refused = rag.history.save(rag.ask("What is the price of tea in Lisbon?"), conversation=saved.conversation)
    with Rag.open(tmp_path) as rag:
        found, exchanges = rag.history.conversation(saved.conversation)
        assert (found.title, found.exchanges) == (QUESTION, 2)
        assert exchanges[0].answer == answer
        assert rag.history.exchange(refused.id) == exchanges[1]
        assert exchanges[1].answer.nearby
        for citation in exchanges[0].answer.citations:
            assert citation.quote == citation.article.text[citation.start : citation.end]


def test_quotes_outlive_their_article_but_its_text_does_not(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        answer = rag.ask(QUESTION)
        saved = rag.history.save(answer)
        rag.delete(SAMPLE)
        (kept,) = rag.history.conversation(saved.conversation)[1]
    assert [c.quote for c in kept.answer.citations] == [c.quote for c in answer.citations]
    assert kept.answer.citations[0].article == replace(
        answer.citations[0].article, text="", dates=(), extra={}, copy_group=kept.answer.citations[0].article.copy_group
    )
    raw = sqlite3.connect(tmp_path / "clipdesk.sqlite3").execute("SELECT answer FROM exchanges").fetchone()[0]
    assert answer.citations[0].article.text[:200] not in raw


def test_conversations_are_searched_renamed_and_deleted(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        first = rag.history.save(invented("Wer grüßt Österreich?"))
        second = rag.history.save(invented("Who sank the Alma?", quote="The ferry struck a reef."))
        for query, ids in (
            ("ÖSTERREICH", [first.conversation]),
            ("  struck   a reef ", [second.conversation]),
            ("100%_", []),
            ("kim", [first.conversation]),
        ):
            assert [c.id for c in rag.history.conversations(query)] == ids, query
        assert len(rag.history.conversations()) == 2
        rag.history.rename(first.conversation, "  Greetings ")
        assert [c.title for c in rag.history.conversations("greet")] == ["Greetings"]
        with pytest.raises(ClipdeskError, match="type one"):
            rag.history.rename(first.conversation, " ")
        rag.history.delete(first.conversation)
        for lost in (rag.history.delete, rag.history.conversation):
            with pytest.raises(ClipdeskError, match="was deleted"):
                lost(first.conversation)
        assert rag.history.exchange(first.id) is None
        # asked on in a window where the deleted conversation was still open
        assert (
            rag.history.save(invented("And then?"), conversation=first.conversation).conversation != first.conversation
        )


def test_exports_hold_every_quote_as_text(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        saved = rag.history.save(invented("How <many>?"))
        rag.history.save(invented("1. And when?"), conversation=saved.conversation)
        passage = Passage(invented("x").citations[0].article, 0, 3, "Kim", 1.0)
        refused = Answer("Who?", "refused", "They are silent.", (), (), "quote", nearby=(passage,))
        rag.history.save(refused, conversation=saved.conversation)
        markdown = rag.history.export(saved.conversation, kind="markdown")
        page = rag.history.export(saved.conversation, kind="html")
    from markdown_it import MarkdownIt

    rendered = MarkdownIt("commonmark", {"html": True}).render(markdown)
    assert "<b>" not in rendered
    assert "<a" not in rendered
    assert "<em>Kim" not in rendered
    assert markdown.startswith("# How \\<many\\>?\n")
    assert re.findall(r"^\[\^(\d)\]: ", markdown, re.MULTILINE) == ["1", "2"]
    assert "**Not answered.** They are silent" in markdown
    assert "<b>" not in page
    assert "src=" not in page
    assert page.count('<li id="n') == 2
    assert set(re.findall(r'href="#([^"]+)"', page)) <= set(re.findall(r'id="([^"]+)"', page))


def test_a_folder_of_before_gets_the_tables(tmp_path: Path) -> None:
    with Rag.open(tmp_path):
        pass
    database = sqlite3.connect(tmp_path / "clipdesk.sqlite3")
    database.executescript("DROP TABLE exchanges; DROP TABLE conversations;")
    database.close()
    with Rag.open(tmp_path) as rag:
        assert rag.history.conversations() == ()
        assert rag.history.save(invented("Who?")).answer.question == "Who?"


def test_the_list_is_searched_filtered_and_sorted(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        rag.add(
            [
                NewArticle("Ferry sinks", "The ferry Alma sank.", "Harbour Times", date(2025, 6, 3)),
                NewArticle("Budget passed", "The council passed the budget of the ferry.", "Post", date(2025, 6, 1)),
                NewArticle("Weather", "Rain fell on Brightsea.", None, None),
            ],
            name="mine",
        )

        def titles(**conditions: object) -> list[str]:
            return [row.title for row in rag.list_articles(**conditions).rows]

        assert titles() == ["Ferry sinks", "Budget passed", "Weather"]
        assert titles(sort="oldest") == ["Budget passed", "Ferry sinks", "Weather"]
        assert titles(sort="title") == ["Budget passed", "Ferry sinks", "Weather"]
        assert titles(words="ferr coun") == ["Budget passed"]
        assert titles(words='") OR (') == []
        assert titles(outlets=["Post", ""]) == ["Budget passed", "Weather"]
        assert titles(first=date(2025, 6, 2), last=date(2025, 6, 3)) == ["Ferry sinks"]
        assert titles(undated=True) == ["Weather"]
        assert titles(copies=True) == []
        listing = rag.list_articles(limit=1, offset=1)
        assert ([r.title for r in listing.rows], listing.total) == (["Budget passed"], 3)
        assert [(d.day, d.source, d.articles) for d in listing.days] == [
            (date(2025, 6, 1), "Post", 1),
            (date(2025, 6, 3), "Harbour Times", 1),
        ]
        assert rag.outlets() == {None: 1, "Harbour Times": 1, "Post": 1}
