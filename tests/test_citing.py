"""Citation recall and precision, grounding, and the rules that stand in for an entailment model."""

from __future__ import annotations

from datetime import date

import pytest

from evals.citing import support
from evals.entail import carries
from evals.matchers import Match
from evals.stats import Rate
from rag import Answer, Article, Citation, Claim

TEXT = "Kim decided to send 1,000 sappers. They clear mines. Hong Min did not agree with Doo."
STORY = Article("a", "Sappers", "Korea Herald", None, None, None, date(2025, 6, 21), None, TEXT)


@pytest.mark.parametrize(
    ("premise", "claim", "is_carried"),
    [
        (TEXT, "They clear mines.", True),
        (TEXT, "Kim will send 1,000 sappers.", True),
        (TEXT, "Kim will send a thousand sappers.", True),
        (TEXT, "Kim will send 10,000 sappers.", False),
        (TEXT, "Kim will not send 1,000 sappers.", False),
        (TEXT, "On Tuesday Putin decided to send 1,000 sappers.", False),
        (TEXT, "Hong Min did agree with Doo.", False),
        (TEXT, 'They clear "all the mines".', False),
        (TEXT, "The treaty was signed in Pyongyang.", False),
        ("It grew to 1.5 million.", "It grew to 15 million.", False),
        ("", "They clear mines.", False),
    ],
)
def test_what_carries_a_claim(premise: str, claim: str, is_carried: bool) -> None:
    assert carries(premise, claim) is is_carried


def test_gold_facts_decide_where_they_speak() -> None:
    match = Match.model_validate({"text": [["demining", "clear mines"]]})
    assert carries("They clear mines.", "Their task is demining.", matches=[match])
    assert not carries("They send letters.", "Their task is demining.", matches=[match])


def cite(number: int, words: str) -> Citation:
    start = TEXT.index(words)
    return Citation(number, STORY, start, start + len(words), words)


def test_recall_and_precision_by_hand() -> None:
    sappers, mines, hong = (
        cite(1, "Kim decided to send 1,000 sappers."),
        cite(2, "They clear mines."),
        cite(3, "Hong Min"),
    )
    claims = (
        Claim("Kim will send 1,000 sappers.", (1, 2), "supported"),  # carried by 1; 2 adds nothing
        Claim("They clear mines.", (3,), "supported"),  # not carried
        Claim("They have done it for years.", (), "supported"),  # no citation
    )
    answer = Answer("?", "answered", " ".join(claim.text for claim in claims), (sappers, mines, hong), claims, "llm")
    found = support(answer, valid=(sappers, mines, hong), emitted=4)  # the fourth mark pointed at nothing
    assert found.citation_recall == Rate(1, 3)
    assert found.citation_precision == Rate(1, 4)
    assert found.numbers == Rate(1, 1)


def test_citations_that_carry_a_claim_together_all_help() -> None:
    one, two = cite(1, "Kim decided to send 1,000 sappers."), cite(2, "Hong Min did not agree with Doo.")
    claim = Claim("Kim sends 1,000 sappers; Hong Min did not agree with Doo.", (1, 2), "supported")
    found = support(Answer("?", "answered", "...", (one, two), (claim,), "llm"), valid=(one, two), emitted=2)
    assert (found.citation_recall, found.citation_precision) == (Rate(1, 1), Rate(2, 2))


def test_grounding_counts_quotes_and_figures() -> None:
    one = cite(1, "They clear mines.")
    claim = Claim('All 6,000 "clear mines" and "build roads" in 2 years.', (1,), "supported")
    found = support(Answer("?", "answered", claim.text, (one,), (claim,), "llm"), valid=(one,), emitted=1)
    assert found.quotes == Rate(1, 2)
    assert found.numbers == Rate(0, 2)


def test_a_quotation_spread_over_two_citations_is_not_grounded() -> None:
    one, two = cite(1, "Kim decided to send 1,000 sappers."), cite(2, "They clear mines.")
    claim = Claim("It says: “Kim decided to send 1,000 sappers. They clear mines.”", (1, 2), "supported")
    found = support(Answer("?", "answered", claim.text, (one, two), (claim,), "llm"), valid=(one, two), emitted=2)
    assert found.quotes == Rate(0, 1)


def test_a_refusal_has_nothing_to_judge() -> None:
    refusal = Answer("?", "refused", "The articles do not say.", (), (), "llm")
    assert support(refusal, valid=(), emitted=0).citation_recall == Rate(0, 0)


SAPPERS = Claim("Kim decided to send 1,000 sappers.", (1,), "supported")


@pytest.mark.parametrize(
    ("text", "claims", "recall"),
    [
        ("Kim decided to send 1,000 sappers. [1]", (SAPPERS,), Rate(1, 1)),
        ("Kim decided to send 1,000 sappers. [1] Putin was shot dead in Beijing.", (SAPPERS,), Rate(1, 2)),
        ("Kim decided to send 1,000 sappers. [1] Kim decided to send 7,000 sappers.", (SAPPERS,), Rate(1, 2)),
        ("Kim decided to send 1,000 sappers. [1]", (), Rate(0, 1)),
        ("Yes. Kim decided to send 1,000 sappers. [1]", (SAPPERS,), Rate(1, 1)),
        ("What is sent, in short:\n\n1. Kim decided to send 1,000 sappers. [1]", (SAPPERS,), Rate(1, 1)),
        ("The articles say otherwise: Kim decided to send 1,000 sappers. [1]", (SAPPERS,), Rate(1, 1)),
        ("Kim decided to send 1,000 sappers. [1]\n\nSources differ on sappers: [1]", (SAPPERS,), Rate(1, 1)),
        (
            "Kim decided to send 1,000 sappers. [1]\n\nThe later article has new figures: “no mines” [1]; “6 go” [1]",
            (SAPPERS,),
            Rate(1, 1),
        ),
        (
            "Kim decided to send 1,000 sappers. [1]\n\nSources differ: Putin was shot dead in Beijing. [1]",
            (SAPPERS,),
            Rate(1, 2),
        ),
        ("The articles say otherwise: Putin was shot dead in Beijing.", (), Rate(0, 1)),
    ],
)
def test_a_sentence_that_no_claim_covers_is_not_carried(text: str, claims: tuple[Claim, ...], recall: Rate) -> None:
    one = cite(1, "Kim decided to send 1,000 sappers.")
    assert (
        support(Answer("?", "answered", text, (one,), claims, "llm"), valid=(one,), emitted=1).citation_recall == recall
    )
