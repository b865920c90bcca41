"""Whether the articles agree on a number: what is counted is asked for, and each article is heard."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag import NewArticle, Rag
from rag.answer.agreement import count_asked


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
