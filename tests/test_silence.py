"""Sentences that are all about a question and answer it with silence: not stated, not yet, or of another time."""

from __future__ import annotations

from datetime import date

import pytest

from rag import Rag
from rag.answer.unstated import is_unstated
from rag.types import Filters


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
        ("What did the court decide?", "The court is due to rule on Friday."),
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
