"""Whether the articles agree on a number: what is counted is asked for, and each article is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import Answer, Article, Citation, NewArticle, Rag
from rag.answer.agreement import agreement, count_asked


@pytest.mark.parametrize(
    ("question", "count"),
    [
        ("Do the figures of passengers agree?", "How many passengers?"),
        ("Do the numbers for people on the Aurora match?", "How many people on the Aurora?"),
        ("Do the passenger numbers agree?", "How many passengers?"),
        ("Do all the casualty figures differ?", "How many casualties?"),
        ("Do the figures for the death toll agree?", "What is the death toll?"),
        ("Do the figures for the cost of the bridge agree?", "What is the cost of the bridge?"),
        ("Do the bus passenger figures agree?", "How many bus passengers?"),
        ("Do sources agree on how many nurses walked out?", "How many nurses walked out?"),
        ("Do the articles agree on the number of passengers?", "What is the number of passengers?"),
        ("Do the figures agree?", None),
        ("Do the sources agree with the minister?", None),
        ("Do the ministers agree on how many ships to build?", None),
        ("Do nurses agree on the offer?", None),
        ("Which figures did Brandt give?", None),
    ],
)
def test_the_number_is_asked_for(question: str, count: str | None) -> None:
    assert count_asked(question) == count


@pytest.mark.parametrize(
    "whose",
    [
        "opposition figures",
        "the official figures",
        "those figures",
        "their numbers",
        "his figures",
        "both figures",
        "the unemployment figures",
        "the government's figures",
        "public figures",
        "senior figures",
        "the latest casualty figures",
        "police numbers",
        "the figures of the opposition",
        "the figures of both sides",
        "the figures for the crisis",
        "the figures of the officials",
    ],
)
def test_figures_of_somebody_or_of_no_count_leave_the_question_as_it_is(whose: str) -> None:
    assert count_asked(f"Do {whose} agree?") is None


@pytest.mark.parametrize(("second", "notice"), [(231, "The figures agree: 231 in 2 articles."), (214, None)])
def test_each_article_is_cited_and_equal_figures_are_told(tmp_path: Path, second: int, notice: str | None) -> None:
    told = (
        "The Aurora carried 231 passengers. It struck a rock off Kalvik, and divers are at work.",
        f"The police of Kalvik asked the crew for its lists. There were {second} passengers on the Aurora.",
    )
    other = "A train left Varn on Friday. The railway has sold more tickets than a year ago, its manager said."
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle(f"Ferry {n}", text, "Wire") for n, text in enumerate((*told, other))], name="ferry")
        answer = rag.ask("Do the figures of passengers on the Aurora agree?")
    assert answer.asked == "How many passengers on the Aurora?"
    assert answer.status == "answered"
    assert {c.article.title for c in answer.citations} == {"Ferry 0", "Ferry 1"}
    assert len(answer.citations) == 2
    assert answer.notice == notice


@pytest.mark.parametrize(
    ("first", "second", "notice"),
    [
        ("At least 12 passengers were aboard.", "There were at least 12 passengers aboard.", "at least 12 in 2"),
        ("The Aurora had about 40 passengers.", "Some 40 passengers were on the Aurora.", "about 40 in 2"),
        ("At least 12 passengers were aboard.", "At least 12 passengers were hurt.", None),
        ("On the Aurora 12 passengers were hurt.", "On the Aurora were 12 passengers.", None),
        ("The ferry took 12 passengers.", "There were 12 passengers on the bus.", None),
        ("At least 12 passengers were aboard.", "There were 12 passengers aboard.", None),
    ],
)
def test_figures_agree_if_bound_and_matter_do(first: str, second: str, notice: str | None) -> None:
    cited = tuple(
        Citation(n, Article(f"a{n}", "Ferry", None, None, None, None, None, None, text), 0, len(text), text)
        for n, text in enumerate((first, second), start=1)
    )
    answer = Answer("Do the passenger figures agree?", "answered", "", cited, (), "quote")
    said = notice and f"The figures agree: {notice} articles."
    assert agreement("How many passengers?", answer) == said
    assert agreement("How many passengers?", Answer("Do they?", "answered", "", cited[:1], (), "quote")) is None
    assert agreement("How many passengers?", Answer("Do they?", "refused", "", (), (), "llm")) is None
