"""Search: both rankings, their fusion, and odd questions."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Rag
from rag.search import fuse
from store.records import Hit


def test_fusion_by_hand() -> None:
    dense = [Hit("a", 0.9), Hit("b", 0.8)]
    lexical = [Hit("b", 7.0), Hit("c", 5.0)]
    fused = fuse([(dense, 0.4), (lexical, 0.6)])
    # b: .4/62 + .6/61; c: .6/62; a: .4/61
    assert [h.chunk_id for h in fused] == ["b", "c", "a"]
    assert fused[0].score == pytest.approx(0.4 / 62 + 0.6 / 61)
    assert fused[2].score == pytest.approx(0.4 / 61)


def test_passages_are_exact_spans_best_first(desk: Rag) -> None:
    found = desk.search("How many sappers?", k=5)
    assert len(found) == 5
    assert "sappers" in found[0].text
    assert [p.score for p in found] == sorted((p.score for p in found), reverse=True)
    for p in found:
        assert p.text == p.article.text[p.start : p.end]


def test_a_question_in_other_words_finds_by_meaning(desk: Rag) -> None:
    assert any("Taurus" in p.text for p in desk.search("cruise weapons that Berlin might hand over", k=3))


def test_k_and_empty_questions(desk: Rag) -> None:
    assert len(desk.search("Putin", k=1)) == 1
    assert desk.search("Putin", k=0) == ()
    assert desk.search("   ") == ()
    assert len(desk.search("Putin", k=1000)) > 10


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_no_question_breaks_search(desk: Rag, question: str) -> None:
    for p in desk.search(question, k=3):
        assert p.text == p.article.text[p.start : p.end]


@pytest.mark.parametrize(
    "question", ['"', "NEAR(a b)", "title:x AND body:*", "a OR -b ^c {d}", "'); DROP TABLE articles;--"]
)
def test_search_syntax_is_only_words(desk: Rag, question: str) -> None:
    desk.search(question)
    assert len(desk.articles()) == 4


def test_an_empty_store_finds_nothing(tmp_path: object) -> None:
    with Rag.open(str(tmp_path)) as rag:
        assert rag.search("sappers") == ()
        assert rag.ask("How many sappers?").status == "refused"
