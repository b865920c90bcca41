"""Claims that give one person's words to another."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rag import Reranker
from rag.answer.claims import parts
from rag.answer.support import doubt


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker()


@pytest.mark.parametrize(
    ("claim", "source", "whose"),
    [
        (
            "Holm said the port was closed.",
            "Harbour spokesman Odd Vik said the port was closed. Holm was away.",
            "Harbour spokesman Odd Vik",
        ),
        ("Tor Berg said the hall was grand.", "Ida Berg said the hall was grand. Tor Berg left.", "Ida Berg"),
        ("Lind told Moe that the tolls were safe.", "Moe told Lind that the tolls were safe.", "Moe"),
        (
            "Tor Berg said the drill was a mistake.",
            "Ida Vik, the sister of Tor Berg, said the drill was a mistake.",
            "Ida Vik",
        ),
        ("Berg said the money was lost.", "A lawyer for Berg said the money was lost.", "A lawyer for Berg"),
        ("Berg said the money was lost.", "Berg's lawyer said the money was lost.", "Berg's lawyer"),
        ("Lind said the brake had to go.", "Moe said the brake had to go. Lind said the brake would stay.", "Moe"),
        ("Lind said the tunnel was a folly.", "Lind was told by Moe that the tunnel was a folly.", "Moe"),
        ("North Korea said it fell into the sea.", "South Korea said it fell into the sea.", "South Korea"),
        ("Lind said that he will go on, “recount or not”.", "Moe said he would go on, “recount or not”.", "Moe"),
    ],
)
def test_words_given_to_another_are_not_supported(claim: str, source: str, whose: str, reranker: Reranker) -> None:
    why = doubt(claim, parts(source), reranker=reranker)
    assert why is not None
    assert why.startswith(f"they are the words of {whose}, not of ")


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("Holm said exports would rise.", "President Ada Holm said exports would rise."),
        ("The Harbour Office said the port was closed.", "Harbour Office spokesman Odd Vik said the port was closed."),
        ("The port was closed, said a lawyer for Berg.", "A lawyer for Berg said the port was closed."),
        ("Vik said Holm was calm.", "Harbour spokesman Odd Vik said that Ada Holm was calm."),
        ("Ada Holm said it would stay.", "Minister Ada Holm met the mayor. “It will stay,” she said."),
        ("Holm said the mine would open.", "Ada Holm spoke. The president said the mine would open."),
        ("Russia said the port was closed.", "Kremlin spokesman Dmitry Orlov said the port was closed."),
        ("He said the ferry was late.", "Odd Vik said the ferry was late."),
        ("The mayor said the ferry was late.", "Mayor Odd Vik said the ferry was late."),
    ],
)
def test_words_of_their_own_under_another_name_are(claim: str, source: str, reranker: Reranker) -> None:
    why = doubt(claim, parts(source), reranker=reranker)
    assert why is None or "words of" not in why


def test_the_author_of_an_article_is_no_medium(reranker: Reranker) -> None:
    source = "Moe said the brake had to go. Ada Lind said the brake would stay."
    given = [replace(words, media=("Ledger",), author="Ada Lind") for words in parts(source)]
    assert doubt("Ada Lind said the brake had to go.", given, reranker=reranker) == (
        "they are the words of Moe, not of Ada Lind"
    )
