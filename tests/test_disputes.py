"""Disputes on what things cost, and those that are none; which of several figures leads."""

from __future__ import annotations

from datetime import date

import pytest

from rag.answer.counted import counting_first
from rag.answer.evidence import Sentence
from tests.test_sense import article, disputed

COST = "What will the bridge cost?"
MAYOR = "The bridge will cost 85 million euros and should open in the spring of 2028, mayor Anna Rossi said."


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        (
            COST,
            [f'{MAYOR} Bianchi said that the bridge would cost at least 120 million euros and "is vain".'],
        ),
        (COST, [f"{MAYOR} Luca Bianchi reckons with 120 million euros."]),
        (COST, [MAYOR, "The new bridge, which should open late, will cost 120 million euros, Luca Bianchi said."]),
        ("How much will the bridge cost?", [f"{MAYOR} Luca Bianchi said that it would cost 120 million euros."]),
    ],
)
def test_what_a_thing_costs_is_disputed(question: str, texts: list[str]) -> None:
    (found,) = disputed(question, *texts)
    assert (found.kind, "cost" in found.subject) == ("contradiction", True)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        ("How much did the ferry cost?", [f"{MAYOR} Luca Bianchi said that the bridge would cost 120 million euros."]),
        ("How much will the ferry earn?", [f"{MAYOR} Luca Bianchi said that the bridge would cost 120 million euros."]),
        (COST, [f"{MAYOR} The tunnel will cost 120 million euros, Luca Bianchi said."]),
        (COST, [MAYOR, "The tunnel will cost 120 million euros and should open soon, mayor Anna Rossi said."]),
        (COST, [f"{MAYOR} The old bridge cost 2 million euros, Luca Bianchi said."]),
        (COST, [f"{MAYOR} The bridge would cost 2 million euros a year, Luca Bianchi said."]),
        (COST, [f"{MAYOR} The bridge's ramps will cost 12 million euros, Luca Bianchi said."]),
        (COST, [f"{MAYOR} Luca Bianchi said that the city had debts of 120 million euros."]),
        (COST, [f"{MAYOR} Luca Bianchi said that it would employ 640 people."]),
        ("What did Anna Rossi say of the cost?", [f"{MAYOR} Luca Bianchi reckons with 120 million euros."]),
    ],
)
def test_other_sums_dispute_no_cost(question: str, texts: list[str]) -> None:
    assert disputed(question, *texts) == []


def test_figures_of_another_harm_do_not_lead() -> None:
    missing = "Dahl said that 3 people were still missing."
    toll = "The death toll in the sinking of the ferry Aurora has risen to 19 after divers found seven more bodies."
    aboard = "The Aurora carried 214 passengers."
    told = [Sentence(article(text), 0, len(text), 2.0) for text in (missing, aboard, toll)]
    for question, leads in (
        ("How many people died in the sinking of the Aurora?", toll),
        ("How many bodies were found?", toll),
        ("How many people are missing?", missing),
        ("What happened to the Aurora?", missing),
    ):
        assert counting_first(question, told)[0].text == leads
    assert counting_first("How many people died?", told[:2]) == tuple(told[:2])


def test_whoever_denies_any_deed_denies_that_it_was_done() -> None:
    question = "Was the captain warned?"
    said = '"The captain had been warned twice about the fog," Lena Brandt told Norpress.'
    assert disputed(question, f"{said} The operator, Blue Line Ferries, denied that any warning had been given.")
    for other in (
        "The operator, Blue Line Ferries, denied that any officer had resigned.",
        "The operator, Blue Line Ferries, denied any wrongdoing.",
    ):
        assert disputed(question, f"{said} {other}") == []


def test_a_later_toll_outgrows_an_earlier_lower_bound() -> None:
    early = "A passenger ferry, the Aurora, sank off Kalvik on Monday, killing at least 12 people, Lena Brandt said."
    late = "The death toll in the sinking of the ferry Aurora has risen to 19, Oskar Dahl said."
    question, days = "How many people died in the sinking of the Aurora?", (date(2024, 3, 8), date(2024, 3, 5))
    (found,) = disputed(question, late, early, days=days)
    assert (found.kind, [side.article.id for side in found.sides]) == ("update", ["1", "0"])
    assert disputed(question, late, early) == []  # of one day
    assert disputed(question, late, early.replace("at least 12", "more than 20"), days=days) == []
    assert disputed(question, late, early.replace("Aurora", "Kestrel"), days=days) == []
