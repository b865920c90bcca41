"""Claims that take more than the cited words give, by rank or by share."""

from __future__ import annotations

import pytest

from rag.answer.degrees import taken_further

SECOND = "Tarnby, the country's second-largest port, reopened on Monday."


@pytest.mark.parametrize(
    ("claim", "text", "why"),
    [
        ("Tarnby is the largest port of the country.", SECOND, "do not call it the largest"),
        ("Tarnby is the third-largest port.", SECOND, "do not call it the third-largest"),
        ("Tarnby is the second-largest port.", "Tarnby is the largest port.", "do not call it the second-largest"),
        ("Tarnby is the busiest port.", "Tarnby is one of the busiest ports.", "do not call it the busiest"),
        ("It was the deadliest fire.", "It was among the country's deadliest fires.", "do not call it the deadliest"),
        ("It is the most populous island.", "It is the 2nd most populous island.", "do not call it the most populous"),
        ("All schools closed.", "Most schools closed on Monday.", "do not say it of all"),
        ("All the passengers were saved.", "Some of the passengers were saved.", "do not say it of all"),
        ("All 40 unions signed.", "Nearly all unions signed the deal.", "do not say it of all"),
        ("Every flight was cancelled.", "80 percent of flights were cancelled.", "do not say it of all"),
    ],
)
def test_what_is_taken_further_is_told(claim: str, text: str, why: str) -> None:
    assert taken_further(claim, text) == f"the cited words {why}"


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("Tarnby is the country's second largest port.", SECOND),
        ("Tarnby is one of the largest ports.", SECOND),
        ("Tarnby is the second-largest port.", "Tarnby is the largest port after Holmen."),
        ("Tarnby is the largest port.", f"{SECOND} The largest port stayed shut."),
        ("Tarnby is the largest port.", "Tarnby is the biggest port."),
        ("It was the 2nd deadliest fire.", "It was the second-deadliest fire."),
        ("The best players of the two highest leagues met.", "The best players met."),
        ("All schools closed.", "Most offices closed, and all schools did."),
        ("All schools closed.", "Most offices and the schools closed."),
        ("All 300 passengers were saved.", "Some 300 passengers were saved."),
        ("Not all schools closed.", "Most schools closed."),
        ("Nearly all schools closed.", "Most schools closed."),
        ("It is the all-time record of the country.", "It is for some time the record."),
        ("All passengers were saved.", "Many passengers jumped. Everyone was saved."),
        ("All flights were grounded.", "Flights were grounded until Monday. Many flights had been delayed before."),
        ("The ministry did not close all schools.", "The ministry closed some schools."),
        ("Holm cannot pay all workers.", "Holm can pay some workers."),
        ("Practically all schools closed.", "Almost all schools closed."),
        ("All but a few schools closed.", "Most schools closed; a few stayed open."),
        ("He wrote every day.", "He wrote daily, on some days twice."),
        ("In all, people in 40 towns protested.", "Many people protested in 40 towns."),
        ("All in all, voters were calm.", "Most voters were calm."),
        ("All 40 people aboard died.", "The plane crashed, leaving no survivors. Many people wept."),
        ("All 12 passengers died.", "Some passengers died at the scene, the rest in hospital."),
        ("Nova is the largest retailer.", "Arden, one of the largest employers, lost its place to Nova."),
        ("The deal will take a year at best.", "One of the best-known economists said it would take a year."),
        ("It was one of his biggest tests.", "It was his second biggest test."),
        ("The three largest unions called the strike.", "Unions such as the third-largest union called the strike."),
        ("One of the country's oldest and largest banks failed.", "The bank, the country's second-largest, failed."),
        ("Sarn was the largest buyer.", "Ost became the second-largest buyer, trailing Sarn."),
        ("It is the world's second-highest mountain.", "It is the highest mountain but one."),
        ("It is the sıxth largest port.", "It is the largest port."),
        ("", SECOND),
    ],
)
def test_what_is_given_so_is_not(claim: str, text: str) -> None:
    assert taken_further(claim, text) is None
