"""Whose words count as a body's: its own, those of whoever the article introduces with it, and of the nameless."""

from __future__ import annotations

import pytest

from rag.answer.asked_speaker import of_speaker, speaker_asked
from rag.answer.bodies import is_anothers
from rag.answer.evidence import Sentence
from rag.answer.persons import person
from rag.ingest.sentences import split_sentences
from store.records import Article

DRONE = (
    "NATO scrambled jets over the Baltic on Tuesday after a drone crossed into Estonia. The alliance said the "
    "flight was reckless and unacceptable. The Kremlin said the drone was not Russian. Kremlin spokesman Dmitry "
    "Peskov said NATO was looking for a pretext. NATO Secretary General Mark Rutte said allies stood ready. Rutte "
    "said the drone flew for twelve minutes. Estonian Prime Minister Kristen Michal said the drone came from the "
    "east. Ukraine's foreign ministry said the drone was one of a hundred. A spokeswoman said the alliance would "
    "meet on Friday. The drone carried no explosives, Michal said. The White House declined to comment on the "
    "drone."
)
FEES = (
    "Epic Games sued Apple over its store fees on Monday. Apple said the fees were fair and paid for safety. Epic "
    "Games said the fees were a tax on games. Epic chief executive Tim Sweeney said the fees would fall. Apple "
    "chief executive Tim Cook said the fees had not changed in ten years. Cook said the fees helped small "
    "developers. Spotify, which also sued Apple, said the fees hurt music. A lawyer for Epic said the fees were "
    "illegal. The company said the fees would stay. European Commissioner Ida Kall said the fees broke the law."
)
CANAL = (
    "The United Nations opened talks on the canal in Geneva. UN envoy Hans Grundberg said the canal must stay open. "
    "Iran said the canal was closed for good. Antonio Guterres, the secretary-general of the UN, said the canal "
    "mattered to millions. Guterres said the canal was a lifeline. Egyptian officials said the canal had lost half "
    "its traffic. A senior official said the canal talks would last a week. The White House said the canal was "
    "Europe's problem. President Donald Trump said the canal would open soon. Press secretary Karoline Leavitt said "
    "the canal was not closed."
)


def article(text: str) -> Article:
    return Article("a", "The title", "Ledger", None, None, None, None, None, text)


def shown(question: str, text: str) -> list[str]:
    """The sentences that may answer the question; all of them where nobody's words are asked for."""
    spans = tuple(split_sentences(text))
    evidence = [Sentence(article(text), span.start, span.end, 0.0) for span in spans]
    speaker = speaker_asked(question)
    kept = of_speaker(speaker, evidence, sentences=lambda _: spans) if speaker else evidence
    return [sentence.text for sentence in kept]


@pytest.mark.parametrize(
    ("question", "text", "theirs", "anothers"),
    [
        (
            "What did NATO say about the drone?",
            DRONE,
            ["The alliance said", "NATO Secretary General", "Rutte said", "A spokeswoman said"],
            ["The Kremlin said", "Kremlin spokesman", "Estonian Prime", "Ukraine's foreign", "Michal said"],
        ),
        (
            "What did the Kremlin say about the drone?",
            DRONE,
            ["The Kremlin said", "Kremlin spokesman", "The alliance said"],
            ["Rutte said", "Estonian Prime", "Michal said"],
        ),
        (
            "What has the White House said about the drone?",
            DRONE,
            ["declined to comment"],
            ["The Kremlin said", "Rutte said", "Estonian Prime"],
        ),
        (
            "What did Apple say about the fees?",
            FEES,
            ["Apple said", "Apple chief", "Cook said", "The company said"],
            ["Epic Games said", "Epic chief", "A lawyer for Epic", "European Commissioner"],
        ),
        (
            "What did the United Nations say about the canal?",
            CANAL,
            ["UN envoy", "Antonio Guterres", "Guterres said", "A senior official"],
            ["Iran said", "Egyptian officials", "The White House", "Donald Trump"],
        ),
        (
            "What did the UN say about the canal?",
            CANAL,
            ["UN envoy", "Antonio Guterres", "Guterres said"],
            ["Iran said", "Egyptian officials", "The White House", "Donald Trump"],
        ),
        (
            "According to the White House, whose problem is the canal?",
            CANAL,
            ["The White House said"],
            ["Iran said", "UN envoy", "Guterres said"],
        ),
        ("What does the US say about the canal?", CANAL, ["The White House said", "Iran said"], []),
    ],
)
def test_the_words_of_another_are_not_a_bodys(question: str, text: str, theirs: list[str], anothers: list[str]) -> None:
    found = shown(question, text)
    assert [words for words in theirs if not any(words in sentence for sentence in found)] == []
    assert [words for words in anothers if any(words in sentence for sentence in found)] == []


@pytest.mark.parametrize(
    ("text", "phrase", "another"),
    [
        ("Mark Rutte, NATO's secretary-general, spoke.", "Rutte", False),
        ("The head of NATO, Mark Rutte, spoke.", "Rutte", False),
        ("NATO's top commander, Gen. Ida Kall, spoke.", "Gen. Ida Kall", False),
        ("Olaf Berg, who quarrels with NATO, spoke.", "Berg", True),
        ("NATO and Olaf Berg disagree.", "Berg", True),
        ("NATO said Olaf Berg was wrong.", "Berg", True),
        ("NATO met.", "two diplomats", False),
        ("NATO met.", "the alliance's spokesman", False),
        ("NATO met.", "Ukrainian officials", True),
        ("NATO commander Gen. Ida Kall spoke.", "Kall", False),
    ],
)
def test_who_an_article_introduces_with_a_body_speaks_for_it(text: str, phrase: str, another: bool) -> None:
    assert is_anothers(person("NATO", article(text)), phrase, article(text)) is another
