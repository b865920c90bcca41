"""Claims that say of the cited words' own matter what these do not: told without the model, by rule."""

from __future__ import annotations

import time

import pytest

from rag import Reranker
from rag.answer.amounts import given_otherwise
from rag.answer.claims import parts
from rag.answer.foretold import happened_already
from rag.answer.polarity import swaps_contrary, turns_round
from rag.answer.support import doubt

VOTE = "The city council of Varenna approved on Monday a new bridge by 21 votes to 14."
SIGNED = ("Denmark did not sign the declaration.", "Sweden and Finland signed it on Sunday.")


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The council rejected the bridge by 21 votes to 14.", VOTE),
        ("The tunnel was closed on Monday.", "The tunnel was opened on Monday."),
        ("The minister resigned.", "The minister stays in office."),
        ("The strike is legal.", "The strike is illegal, the court found."),
    ],
)
def test_contrary_verbs_are_seen(claim: str, quote: str) -> None:
    assert turns_round(claim, quote)
    assert not turns_round(quote, quote)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("The minister stays in office.", "The minister will not resign."),
        ("The bridge remained closed.", "The bridge was not opened."),
        ("The council rejected the bridge.", "The council did not approve the bridge."),
        ("The strike is illegal.", "The strike is not legal."),
        ("The door was closed.", "The door was not opened."),
        ("The council rejected the bridge.", "The council refused to approve the bridge."),
        ("The bridge remained closed.", "The bridge was not fully opened."),
        ("The council rejected the tower.", "The council never approved the tower."),
    ],
)
def test_the_contrary_of_a_denied_word_says_the_same(one: str, other: str) -> None:
    assert not turns_round(one, other)
    assert not turns_round(other, one)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The minister will not resign.", "The minister resigned."),
        ("The council did not approve the bridge.", "The council approved the bridge."),
        ("The minister stays in office.", "The minister resigned, and did not speak."),
        ("The council rejected the bridge.", "The council did not delay the vote and approved the bridge."),
        ("The tunnel was not opened.", "The tunnel was opened on Monday, the bridge closed."),
    ],
)
def test_a_denial_of_something_else_does_not_mend_a_contrary(claim: str, quote: str) -> None:
    assert turns_round(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("Prices fell.", "Prices did not stop rising."),
        ("Prices fell.", "Prices could not help rising."),
        ("Exports fell.", "Exports have never risen faster."),
        ("The court acquitted Holm.", "The court did not hesitate to convict Holm."),
        ("The bank cut rates.", "The bank did not hesitate to raise rates."),
        ("Berg won the vote.", "Berg could not avoid losing the vote."),
        ("The minister stays in office.", "The minister did not delay resigning."),
        ("The council rejected the bridge.", "The council did not refuse to approve the bridge."),
    ],
)
def test_a_negation_that_is_undone_denies_nothing(claim: str, quote: str) -> None:
    assert turns_round(claim, quote)


def test_what_is_vetoed_has_been_passed() -> None:
    assert not turns_round(
        "Parliament passed the budget law.", "The budget law of parliament was vetoed by the president."
    )


def test_capitals_take_no_time() -> None:
    begun = time.perf_counter()
    turns_round("DONAUDAMPFSCHIFFFAHRTSGESELLSCHAFTSKAPITAEN, 1 NOT and never.", "It is not.")
    assert time.perf_counter() - begun < 1


def test_what_has_closed_has_opened_once() -> None:
    opened = "The old bridge opened in 1931."
    assert not swaps_contrary("closed", opened, around=opened)  # "When was the old bridge closed?" is not mistaken


def test_a_denial_of_another_is_none_of_the_subject() -> None:
    denmark, sweden = SIGNED
    assert turns_round("Sweden did not sign the declaration.", denmark, around=[sweden])
    assert turns_round("Sweden did not sign the declaration.", sweden, around=[denmark])
    assert not turns_round("Denmark did not sign the declaration.", denmark, around=[sweden])
    assert not turns_round("Sweden did not sign it.", "It did not sign.", around=["Sweden was there on Sunday."])
    assert not turns_round("Holm did not speak.", "The minister did not speak.", around=["Holm left on Sunday."])
    assert not turns_round("Holm did not speak.", "Holm refused to.", around=["Berg did not speak.", "Holm left."])


@pytest.mark.parametrize(
    ("claim", "text", "why"),
    [
        ("It costs 85 million dollars.", "It will cost 85 million euros.", "give 85 million in another unit"),
        ("It costs $85 million.", "It will cost 85 million euros.", "give $85 million in another unit"),
        ("It rose by 12 percent.", "It rose by 12 euros.", "give 12 in another unit"),
        ("Exactly 12 people died.", "At least 12 people died.", "do not give 12 as an exact number"),
        ("Only 12 people died.", "More than 12 people died.", "do not give 12 as an exact number"),
        ("The council approved it by 14 votes to 21.", VOTE, "have the votes the other way round"),
        (
            "The council approved it by 14 votes to 21.",
            "The council, opposition and all, approved it by 21 votes against 14.",
            "have the votes the other way round",
        ),
        (
            "The council approved it by 14 votes to 21.",
            "By 21 votes to 14 the council approved the bridge, which residents oppose.",
            "have the votes the other way round",
        ),
        (
            "The council approved it by 14 votes to 21.",
            "The council approved the bridge by 21 votes to 14 after a first draft failed.",
            "have the votes the other way round",
        ),
    ],
)
def test_a_number_given_otherwise_is_told(claim: str, text: str, why: str) -> None:
    assert given_otherwise(claim, text) == f"the cited words {why}"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("It costs 85 million euros.", "It will cost €85 million."),
        ("It costs $85 million.", "It will cost 85 million US dollars."),
        ("It costs 85 million dollars.", "It will cost 85 million in all."),
        ("It costs 85 million dollars.", "It costs 85 million euros, and its twin 85 million dollars."),
        ("12 people died.", "At least 12 people died."),
        ("Exactly 12 people died.", "12 people died."),
        ("Only 12 people may enter.", "No more than 12 people may enter."),
        ("Only 12 people died.", "At least 12 people were hurt, and 12 people died."),
        ("Berg lost the vote by 14 to 21.", "Holm won the vote by 21 to 14."),
        ("Norway lost 1-3 to Sweden.", "Sweden beat Norway 3-1."),
        ("Berg won the vote 55-45.", "Holm lost the vote to Berg, 45-55."),
        ("Senators voted the bill down by 55 votes to 45.", "By 45 votes to 55, senators rejected the bill."),
        ("Senators turned down the bill by 55 votes to 45.", "The bill got 45 votes to 55."),
    ],
)
def test_a_number_given_alike_is_not(claim: str, text: str) -> None:
    assert given_otherwise(claim, text) is None


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The bridge opened in the spring of 2028.", "The bridge should open in the spring of 2028."),
        ("The bridge was opened in 2028.", "The bridge will be opened in 2028."),
        ("Talks were held on Tuesday.", "Talks are to be held on Tuesday."),
        ("Holm began work in September.", "Holm plans to begin work in September."),
    ],
)
def test_what_is_to_come_has_not_happened(claim: str, quote: str) -> None:
    assert happened_already(claim, quote)


@pytest.mark.parametrize(
    ("claim", "quote"),
    [
        ("The bridge will be opened in 2028.", "The bridge should open in 2028."),
        ("The bridge is to be opened in 2028.", "The bridge will be opened in 2028."),
        ("The bridge opened in 2028.", "The bridge opened in 2028, and a second will open in 2030."),
        ("Holm died in the war.", "Holm would later die in the war."),
        ("Holm promised that he would open it.", "Holm will open it."),
        ("The mayor noted that it cannot open this year.", "The mayor said that it will not open this year."),
        ("Police blamed the driver for the crash.", "Police say that the driver is to blame for the crash."),
        ("The council approved a bridge that opens in 2028.", "Approved by the council, the bridge will open in 2028."),
    ],
)
def test_what_has_happened_or_is_told_as_coming_has(claim: str, quote: str) -> None:
    assert not happened_already(claim, quote)


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("The council rejected the bridge by 21 votes to 14.", "the cited words say the contrary"),
        ("The bridge will cost 85 million dollars.", "the cited words give 85 million in another unit"),
        ("The bridge opened in the spring of 2028.", "the cited words do not say that it has happened"),
        ("Sweden did not sign the declaration.", "the cited words say the contrary"),
    ],
)
def test_such_claims_are_unsupported(claim: str, reason: str) -> None:
    source = f"{VOTE} The bridge will cost 85 million euros and should open in the spring of 2028. {' '.join(SIGNED)}"
    assert doubt(claim, parts(source), reranker=Reranker()) == reason
