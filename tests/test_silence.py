"""Sentences that are all about a question and answer it with silence: not stated, not yet, or of another time."""

from __future__ import annotations

import dataclasses
from datetime import date

import pytest

from rag import Article, Rag
from rag.answer.evidence import Sentence
from rag.answer.other_time import other_time, told_otherwise, without
from rag.answer.unstated import is_unstated
from rag.ingest.times.mentions import find_dates
from rag.types import Filters, Reading, Scope


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the treasurer resign?", "The treasurer resigned on Monday; the council gave no reason."),
        ("And why did he go?", "The council did not say why the treasurer went."),
        ("Who left? And why?", "She left without giving any reason."),
        ("What reason did the board give?", "The reasons were never disclosed."),
        ("How much did the buyer pay?", "The terms of the sale were not disclosed."),
        ("How many were hurt?", "It is not known how many were hurt."),
        ("What price was paid?", "The mill was sold for an undisclosed sum."),
        ("Who was arrested?", "Police did not name the man."),
        ("What is the name of the driver?", "The driver has not been identified."),
        ("When does the ferry start?", "No date has been set for the first crossing."),
        ("What did Dr Ilva Marsh say caused the leak?", "Dr Ilva Marsh will give her opinion in May."),
        ("What did the court rule?", "The court is due to rule on Friday."),
        ("How much did the buyer pay?", "The companies did not disclose financial terms."),
        ("How much did the buyer pay?", "Terms of the deal weren't disclosed."),
        ("Who was arrested?", "Police did not name the man arrested on Monday."),
    ],
)
def test_what_is_not_stated(question: str, sentence: str) -> None:
    assert is_unstated(question, sentence)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("Why did the treasurer resign?", "The treasurer resigned because of the flood; there was no other reason."),
        ("How many were killed?", "Police spoke of 12 dead and did not say how many were hurt."),
        ("Who was arrested?", "Police arrested Tomas Brel, and the second man has not been identified."),
        ("Why did he resign?", "He resigned over the flood and did not say why he had waited."),
        ("When does the ferry start?", "The ferry starts on May 3; no date has been set for the second one."),
        ("Who was arrested?", "Tomas Brel was arrested; a second man was not named."),
        ("Who is Ilva Marsh?", "The harbour pilot Ilva Marsh was not named in the indictment."),
        ("When will the bridge open?", "The bridge will open in the spring; no exact date has been given."),
        ("Why did Brel resign?", "Brel cited ill health but gave no further explanation."),
        ("What did the council decide?", "The council will release water from the dam on Friday."),
        ("What did the clerk say?", "The court has yet to rule, the clerk said."),
        ("Did police say how many were hurt?", "Police did not say how many were hurt."),
        ("Did the council give a reason?", "The council gave no reason."),
        ("What did the council say?", "The council gave no reason."),
        ("How many were hurt?", "Police did not name the four who were hurt."),
        ("Who was arrested?", "Police arrested Tomas Brel and did not say why."),
        ("What did Brel say of the mill?", "Brel thinks that the owner will announce a sale."),
        ("What did Marsh say of the leak?", "Marsh, who will testify in May, said that a valve had failed."),
        ("What will the court decide on Friday?", "The court is due to rule on the mill on Friday."),
    ],
)
def test_what_is(question: str, sentence: str) -> None:
    assert not is_unstated(question, sentence)


DAY = date(2025, 6, 21)
PAGE = (
    "Brackwater ferry loses its captain\nBrackwater ferry loses its captain\n\nHarbour Times2 days ago\n\n"
    "Captain Ilva Marsh left the Brackwater ferry company in May; the company gave no reason.\n"
    "In March last year the Brackwater ferry carried 41,000 passengers, more than ever before.\n"
    "The company has run the line since the old bridge fell, and it owns three boats.\n"
)


@pytest.fixture(scope="module")
def ferry(tmp_path_factory: pytest.TempPathFactory) -> Rag:
    folder = tmp_path_factory.mktemp("ferry")
    (folder / "page.txt").write_text(PAGE, encoding="utf-8")
    rag = Rag.open(folder / "data")
    rag.ingest(folder / "page.txt", captured="2025-06-21")
    return rag


def test_a_reason_that_was_not_given_is_a_refusal(ferry: Rag) -> None:
    answer = ferry.ask("Why did Captain Marsh leave the Brackwater ferry company?")
    assert (answer.status, answer.citations) == ("refused", ())
    assert "says that it is not stated" in answer.text
    assert any("gave no reason" in passage.text for passage in answer.nearby)
    assert ferry.ask("When did Captain Marsh leave the Brackwater ferry company?").status == "answered"


def test_another_year_is_no_answer(ferry: Rag) -> None:
    asked = "How many passengers did the Brackwater ferry carry in March 2025?"
    answer = ferry.ask(asked, as_of=DAY)
    assert (answer.status, answer.citations) == ("refused", ())
    assert "speaks of another time (March last year)" in answer.text
    then = ferry.ask("How many passengers did the Brackwater ferry carry in March 2024?", as_of=DAY)
    assert "41,000" in then.text
    unread = ferry.ask(asked, as_of=DAY, filters=Filters(read=False))  # the reader took the time away
    assert unread.status == "answered"
    assert unread.scope.left == ("in March 2025",)


def sentence(text: str, *, published: date) -> Sentence:
    article = Article("a", "Ferry", "Harbour Times", None, None, published, None, None, text)
    dates = find_dates(text, published=published)
    return Sentence(dataclasses.replace(article, dates=dates), 0, len(text), 1.0)


@pytest.mark.parametrize(
    ("text", "published", "other"),
    [
        ("The ferry carried 41,000 passengers in March 2023.", date(2023, 5, 2), "March 2023"),
        ("The ferry carried 41,000 passengers in March 2025.", date(2025, 5, 2), None),
        ("The ferry line agreed to buy a boat by the end of 2027.", date(2025, 3, 8), None),  # news of March 2025
        ("Tomas Brel, mayor since 2019, opened the line.", date(2025, 6, 20), None),
        ("Corvane was found liable for the 2019 accident.", date(2025, 6, 20), None),
        ("Revenue rose to 4 million crowns from 3 million in 2023.", date(2025, 6, 20), None),
        ("The army said in May 2024 that 11,000 had gone.", date(2025, 6, 20), None),
        ("In May 2024 the army said that 11,000 had gone.", date(2025, 6, 20), None),
    ],
)
def test_times_that_are_others(text: str, published: date, other: str | None) -> None:
    march = Filters(since=date(2025, 3, 1), until=date(2025, 3, 31))
    assert other_time(sentence(text, published=published), (march,)) == other


def test_a_time_that_a_sentence_tells_in_other_words_is_left_out() -> None:
    march = Reading("in March 2024", Filters(since=date(2024, 3, 1), until=date(2024, 3, 31)))
    told = sentence("The ferry carried 41,000 passengers in March last year.", published=date(2025, 5, 2))
    assert told_otherwise(Scope(read=(march,)), [told]) == ("in March 2024",)
    same = sentence("The ferry carried 41,000 passengers in March 2024.", published=date(2025, 5, 2))
    assert told_otherwise(Scope(read=(march,)), [same]) == ()
    this_year = sentence("The ferry carried 52,000 passengers in March.", published=date(2025, 5, 2))
    assert told_otherwise(Scope(read=(march,)), [this_year]) == ()
    undated = sentence("The ferry carried 41,000 passengers.", published=date(2025, 5, 2))
    assert told_otherwise(Scope(read=(march,)), [undated, this_year]) == ()
    assert told_otherwise(Scope(read=(march,)), [undated, this_year, same, told]) == ()


@pytest.mark.parametrize(
    ("question", "left"),
    [
        ("How many did it carry in March 2024?", "How many did it carry?"),
        ("In March 2024, how many did it carry?", "how many did it carry?"),
        ("How many did it carry in  March 2024 alone?", "How many did it carry alone?"),
        ("Who makes the .338 rifle?", "Who makes the .338 rifle?"),
    ],
)
def test_words_for_a_time_are_taken_out_whole(question: str, left: str) -> None:
    assert without(question, ["in March 2024"] if question[0] == "H" else ["In March 2024"]) == left
    assert without("What did Captain May say in Mayfair?", ["in May"]) == "What did Captain May say in Mayfair?"


def test_a_time_that_the_reader_kept_still_counts(ferry: Rag) -> None:
    asked = "How many passengers did the Brackwater ferry carry in March 2025?"
    kept = Filters(since=date(2025, 3, 1), until=date(2025, 12, 31), read=False)
    assert ferry.search(asked, k=3, as_of=DAY, filters=kept).scope.left == ()
