"""Search: both rankings, their fusion, and odd questions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import Rag
from rag.ranking import mixed, of_several, relevance, select, standard
from rag.search import Listed
from store import full_text
from store.full_text import FullText


def test_scores_on_one_scale_by_hand() -> None:
    assert standard(np.array([1.0, 3.0])).tolist() == [-1.0, 1.0]
    assert standard(np.array([2.0, 2.0])).tolist() == [0.0, 0.0]
    assert mixed(np.array([0.1, 0.3]), np.array([9.0, 5.0])).tolist() == pytest.approx([0.0, 0.0])


def test_relevance_by_hand() -> None:
    # one part: [3, 0, 0] + .5 * [0, -1.22, 1.22] = [3, -.61, .61], scaled to [0, 1]
    score = relevance(np.array([3.0, 0.0, 0.0]), np.array([2.0, 1.0, 3.0]), [np.zeros(3)])
    assert score.tolist() == pytest.approx([1.0, 0.0, 1.2247 / 3.6124], abs=1e-3)
    # two parts: the best fit counts: [0, 0] + .4 * [2, 1]
    score = relevance(np.zeros(2), np.zeros(2), [np.array([2.0, 0.0]), np.array([0.0, 1.0])])
    assert score.tolist() == [1.0, 0.0]


def test_selection_covers_the_parts_of_a_question() -> None:
    score = np.array([1.0, 0.8, 0.6])
    fits = [np.array([5.0, 5.0, 0.0]), np.array([0.0, 0.0, 5.0])]
    assert [n for n, _ in select(score, fits[:1], "abc", k=3)] == [0, 1, 2]
    chosen = select(score, fits, "abc", k=3)
    assert [n for n, _ in chosen] == [0, 2, 1]  # the third candidate answers the part that the first leaves open
    assert [gain for _, gain in chosen] == sorted((gain for _, gain in chosen), reverse=True)


@pytest.mark.parametrize(
    ("articles", "k", "kept"),
    [
        ("aaaaab", 4, [0, 1, 5]),  # half of four, then all that others have, then more of the first
        ("aaaaab", 1, [0]),
        ("aabbcc", 3, [0, 1, 2]),
        ("aaaa", 3, [0, 1, 2]),
        ("", 3, []),
    ],
)
def test_one_article_has_half_of_the_places_at_most(articles: str, k: int, kept: list[int]) -> None:
    found = of_several(range(len(articles)), articles, k=k)
    assert found == sorted(found)
    assert len(found) == min(k, len(articles))
    assert set(kept) <= set(found)


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


def test_a_large_store_is_not_searched_for_words_that_most_chunks_hold(
    desk: Rag, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = FullText(desk._store.truth)
    sappers, common = words.chunks("sappers", k=50), words.chunks("sappers the of", k=50)
    assert len(sappers) < len(common)
    monkeypatch.setattr(full_text, "POSTINGS", len(sappers) + 1)  # as if the store were larger than that bound
    assert words.chunks("the sappers of", k=50) == sappers
    assert words.chunks("the", k=50)  # the rarest word stays, however common


def test_a_listed_score_is_never_below_what_was_not_listed() -> None:
    cut, whole = Listed({"x": 9.0, "y": 3.0}, 3.0), Listed({"f": 1.0})
    assert cut.with_those(whole).row(["x", "f", "none"]).tolist() == [9.0, 1.0, 1.0]
    assert whole.row(["f", "none"]).tolist() == [1.0, 0.0]
