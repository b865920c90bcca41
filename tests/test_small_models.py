"""What small models make of the sentences they are given: near to the words, and not what they say."""

from __future__ import annotations

from datetime import date

import pytest

from rag import Reranker
from rag.answer.claims import cut_claims
from rag.answer.facts import Cited
from rag.answer.given import without_headings
from rag.answer.llm import Draft
from rag.answer.marks import Marks
from rag.answer.support import doubt
from rag.ingest.times.mentions import find_dates


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker()


def why(claim: str, *quotes: str, reranker: Reranker) -> str | None:
    whole = " ".join(quotes)
    given = [Cited(q, tuple(find_dates(q, published=None)), whole=whole) for q in quotes]
    return doubt(claim, given, reranker=reranker)


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        # what is denied, doubted, asked or a condition
        ("It is not true that the minister has resigned.", "The minister has resigned."),
        ("There is no evidence that the vaccine causes the illness.", "The vaccine causes the illness."),
        ("Police denied that 12 people were killed in the blast.", "12 people were killed in the blast."),
        ("If the vote passes, the government will fall.", "The government will fall."),
        ("Berg asked Holm whether the bank had failed.", "The bank had failed."),
        ("The minister called reports that troops had crossed the border false.", "Troops had crossed the border."),
        ("Holm rejected claims that he stole the money.", "He stole the money."),
        # another currency or unit, another bound, another harm
        ("The bridge will cost $85 million.", "The bridge will cost €85 million."),
        ("He was sentenced to 18 months in prison.", "He was sentenced to 18 years in prison."),
        ("The river is 50 miles away.", "The river is 50 kilometers away."),
        ("Support fell by 12 percentage points.", "Support fell by 12 percent."),
        ("Up to 500 people came to the square.", "More than 500 people came to the square."),
        ("At least 500 people came to the square.", "Fewer than 500 people came to the square."),
        ("Twelve people were killed in the blast.", "Twelve people were injured in the blast."),
        ("The temperature was -12 degrees in the valley.", "The temperature was 12 degrees in the valley."),
        # "not" dropped
        ("Putin did not sign the treaty.", "Putin signed the treaty."),
        ("Holm did not win the election in May.", "Holm won the election in May."),
        ("The court refused to release Holm.", "The court released Holm."),
        ("Russia denied attacking the ship.", "Russia attacked the ship."),
        ("Firefighters failed to contain the blaze.", "Firefighters contained the blaze."),
        ("Holm is unlikely to resign.", "Holm will resign."),
        ("The council voted not to close the school.", "The council voted to close the school."),
        ("The company will no longer build cars in Lyon.", "The company will build cars in Lyon."),
        ("The two sides have yet to sign a deal.", "The two sides have signed a deal."),
        # another's number
        ("The blast killed 12 people and injured 30.", "The blast killed 30 people and injured 12."),
        ("The blast killed 12 people and injured 30.", "The blast killed 30 people."),
        ("Germany spent 2.1 percent and France 1.9 percent.", "France spent 2.1 percent."),
        ("Revenue rose 15 percent and profit fell 12 percent.", "Profit fell 15 percent."),
        ("Paris has 12 museums and Lyon 15.", "Lyon has 12 museums."),
        (
            "With 38 percent of the districts counted, the party had 41.2 percent.",
            "The party had 38 percent of the districts.",
        ),
        # another step
        ("The rate rose by 15 percent.", "The rate rose to 15 percent."),
        ("The rate rose from 12 percent to 15 percent.", "The rate rose to 12 percent."),
        # no more than possible, alleged, charged
        ("The government may raise taxes in June.", "The government raised taxes in June."),
        ("Officials could close the bridge.", "Officials closed the bridge."),
        ("The bank will cut its rate to 2 percent.", "The bank cut its rate to 2 percent."),
        ("Holm allegedly took bribes from a builder.", "Holm took bribes from a builder."),
        # numbers and names from elsewhere
        ("People were killed in the attack on June 17, 2025.", "17 people were killed in the attack."),
        ("The chancellor said the plan was dead.", "Scholz said the plan was dead."),
    ],
)
def test_what_the_words_do_not_say_is_unsupported(reranker: Reranker, quote: str, claim: str) -> None:
    assert why(claim, quote, reranker=reranker) is not None


@pytest.mark.parametrize(
    ("quote", "claim"),
    [
        ("Although he did not attend, Holm signed the deal.", "Holm signed the deal."),
        ("Holm said the bridge was closed.", "The bridge was closed."),
        ("There is no doubt that the bank had failed.", "The bank had failed."),
        ("He did not come because the road was closed.", "The road was closed."),
        ("Holm did not sign the first treaty but signed the second.", "Holm signed the second treaty."),
        ("The company could not avoid cutting jobs.", "The company cut jobs."),
        ("Police declined to ask for help.", "Police did not ask for help."),
        ("The party won 12 seats in Lyon and 15 in Paris.", "The party won 15 seats in Paris."),
        ("Prices rose from 12 percent to 15 percent.", "Prices rose from 12 percent to 15 percent."),
        ("The blast killed 12 people and injured 30.", "The blast killed 12 people."),
        ("The blast killed 12 people and injured 30.", "30 people were injured in the blast."),
        ("Germany spent 2.1 percent and France 1.9 percent.", "Germany spent 2.1 percent."),
        ("He was given an 18-month sentence.", "He was given a sentence of 18 months."),
        ("The river is 50 miles (80 kilometers) away.", "The river is 80 kilometers away."),
        ("Up to 500 people came to the square.", "As many as 500 people came to the square."),
        ("Twelve people died in the blast.", "Twelve people were killed in the blast."),
        ("Holm, who was charged with fraud in May, resigned on Monday.", "Holm resigned on Monday."),
        ("Holm was charged with fraud.", "Holm was charged with fraud."),
        ("People were killed in the attack on June 17, 2025.", "People were killed on June 17, 2025."),
        ("The chancellor said the plan was dead.", "Officials said the plan was dead."),
        ("On Monday police arrested 40 people and on Tuesday 12.", "Police arrested 12 people on Tuesday."),
        ("Holm was convicted of murder and jailed for life.", "Holm was jailed for life for murder."),
        ("The bridge did not open until 2021.", "The bridge opened in 2021."),
        ("Four divers drowned and 2 are missing.", "Four divers died."),
        ("12 people perished; 30 were injured.", "12 people were killed."),
        ("The Dow closed -2.1% on Monday.", "The Dow closed 2.1% lower on Monday."),
        ("Inflation did not fall below 3 percent.", "Inflation stayed above 3 percent."),
        ("No less than 300 people came.", "At least 300 people came."),
        ("Rescuers could hear voices.", "Rescuers heard voices."),
        ("It is not known why Holm left the party.", "Holm left the party."),
        ("No fewer than 12 people were killed.", "12 people were killed."),
    ],
)
def test_what_the_words_say_stays_supported(reranker: Reranker, quote: str, claim: str) -> None:
    assert why(claim, quote, reranker=reranker) is None


@pytest.mark.parametrize(
    ("text", "shown", "order"),
    [
        ("A [1, 2, and 3].", "A [1][2][3].", [1, 2, 3]),
        ("A [1 & 3].", "A [1][2].", [1, 3]),
        ("A [Sentence 2, Sentence 3].", "A [1][2].", [2, 3]),
        ("A [source 2].", "A [1].", [2]),
        ("A [Article 3].", "A [1].", [3]),
        ("A [^2].", "A [1].", [2]),
        ("A [#2].", "A [1].", [2]),
        ("A ［2］.", "A [1].", [2]),
        ("A [2]-[3].", "A [1]- [2].", [2, 3]),
        ("A [9].", "A.", []),
    ],
)
def test_marks_in_odd_forms(text: str, shown: str, order: list[int]) -> None:
    marks = Marks(3)
    found = "".join(marks.feed(piece) for piece in text) + marks.flush()
    assert (found.replace("] [", "][").replace("]-[", "]- ["), marks.order) == (shown, order)


def test_the_numbers_of_a_list_are_no_claims() -> None:
    found = cut_claims("1. The ferry sank [1].\n2. Nobody died [2].")
    assert found == [("The ferry sank.", (1,)), ("Nobody died.", (2,))]
    assert cut_claims("12. [1]") == [("12.", (1,))]  # an answer that is a number alone


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Answer: The ferry sank [1].", "The ferry sank [1]."),
        ("**Answer:** The **ferry** sank [1].", "The ferry sank [1]."),
        ("```\nThe ferry sank [1].\n```", "The ferry sank [1].\n"),
        ("According to [1], the ferry sank [1].", "The ferry sank [1]."),
        ("It rained. According to [1][2], the ferry sank.", "It rained. The ferry sank."),
        ("The answer: nobody knows [1].", "The answer: nobody knows [1]."),
        ("In [1], eBay said so.", "eBay said so."),
        ("3**2 = 9 [1].", "3**2 = 9 [1]."),
    ],
)
def test_what_small_models_put_around_an_answer(text: str, left: str) -> None:
    assert without_headings(text, ()) == left


@pytest.mark.parametrize(
    ("words", "refuses"),
    [
        ("The articles do not say who won.", True),
        ("The provided sentences do not mention it.", True),
        ("The treaty text does not mention slavery [1].", False),
        ("The new article does not give the police more power [1].", False),
    ],
)
def test_what_a_text_says_of_another_text_is_no_refusal(words: str, refuses: bool) -> None:
    assert Draft((), Marks(3), text=words).is_refusal is refuses


def test_the_day_of_an_article_is_not_that_of_what_it_tells(reranker: Reranker) -> None:
    day = date(2025, 6, 19)
    told = Cited("The company was founded by Holm.", media=("Harbour Post",), published=day)
    assert doubt("The company was founded by Holm on June 19, 2025.", [told], reranker=reranker)
    assert not doubt(
        "The Harbour Post reported on June 19, 2025 that the company was founded by Holm.", [told], reranker=reranker
    )


def test_the_number_in_the_name_of_an_outlet_counts_nothing(reranker: Reranker) -> None:
    told = Cited("People were killed in the blast, police said.", media=("France 24",))
    assert doubt("24 people were killed in the blast, police said.", [told], reranker=reranker)
