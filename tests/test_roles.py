"""Two that change places: who did what to whom in a claim, and in the words it is cited to."""

from __future__ import annotations

import pytest

from rag.answer.facts import Cited
from rag.answer.roles import changes_places
from rag.answer.support import doubt
from rag.models.reranker import Reranker


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Brazil sold jets to Sweden", "Sweden sold 36 jets to Brazil in 2014."),
        ("Brazil has sold jets to Sweden", "Sweden sold 36 jets to Brazil in 2014."),
        ("Holm sued Berg", "Tor Berg sued Ada Holm in May."),
        ("Berg was sued by Holm", "Tor Berg sued Ada Holm in May."),
        ("Norway beat Sweden", "Sweden beat Norway 3-1."),
        ("Shoigu thanked Kim for the troops", "Kim Jong Un thanked Sergei Shoigu."),
        ("Putin told Xi that it was over", "Xi told Putin that it was over."),
    ],
)
def test_what_one_did_to_the_other_is_not_what_the_other_did(claim: str, cited: str) -> None:
    assert changes_places(claim, [cited])


@pytest.mark.parametrize(
    ("claim", "cited"),
    [
        ("Sweden sold jets to Brazil", "Sweden sold 36 jets to Brazil in 2014."),
        ("Jets were sold to Brazil by Sweden", "Sweden sold 36 jets to Brazil in 2014."),
        ("Brazil bought jets from Sweden", "Sweden sold 36 jets to Brazil in 2014."),
        ("Holm was sued by Berg", "Tor Berg sued Ada Holm in May."),
        ("Holm met Berg", "Berg met Holm."),
        ("Holm quarrelled with Berg", "Berg quarrelled with Holm."),
        ("Holm accused Berg", "Holm accused Berg, and Berg accused Holm."),
        ("Berg accused Holm", "Holm accused Berg. Later Berg accused Holm."),
        ("North Korea sent troops to Russia", "Russia said North Korea sent troops to Kursk."),
        ("Holm's lawyer praised Berg", "Berg praised Holm."),
    ],
)
def test_what_is_said_another_way_is_left_alone(claim: str, cited: str) -> None:
    assert not changes_places(claim, [cited])


def test_a_claim_that_turns_it_round_is_unsupported() -> None:
    given = [Cited("Sweden sold 36 jets to Brazil in 2014.")]
    why = doubt("Brazil sold 36 jets to Sweden in 2014.", given, reranker=Reranker())
    assert why == "the cited words have it the other way round"
    assert doubt("Sweden sold Brazil 36 jets in 2014.", given, reranker=Reranker()) is None
