"""Words that are asked for by name are read with the name, whatever the article calls the speaker there."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag import NewArticle, Rag, Reranker
from rag.answer.evidence import gather
from rag.answer.spoken import read_with_name, with_name
from rag.ingest.sentences import split_sentences


@pytest.mark.parametrize(
    ("text", "speaker", "read"),
    [
        ("Lund said it.", "Ada Lund", "Ada Lund said it."),
        ("But Lund said it.", "Ada Lund", "But Ada Lund said it."),
        ("“No,” she said.", "Ada Lund", "“No,” Ada Lund said."),
        ("“No,” she later said.", "Lund", "“No,” Lund later said."),
        ("President Lund said it.", "Ada Lund", None),
        ("Rolf Lund said it.", "Ada Lund", None),  # another of the name
        ("R. Lund said it.", "Ada Lund", None),
        ("Mr. Lund said it.", "Ada Lund", None),
        ("It ended. Lund said so.", "Ada Lund", "It ended. Ada Lund said so."),
        ("Lund-Berg said it.", "Ada Lund", None),
        ("“Nobody knows what he said,” the mayor told us.", "Ada Lund", None),
        ("Lunds said it.", "Ada Lund", None),
        ("She said it.", "Ada Lund", None),  # not a quotation: "she" may be anybody
        ("Ada Lund said it.", "Ada Lund", None),
        ("It rained.", "Ada Lund", None),
    ],
)
def test_the_name_stands_for_who_speaks(text: str, speaker: str, read: str | None) -> None:
    assert with_name(text, speaker) == read


def test_nobody_s_words_are_read_as_a_body_s(tmp_path: Path) -> None:
    text = (
        "Blue Line Ferries raised its fares on Monday. The union of seafarers called a strike. “Nobody asked us about "
        "the fares, and we will not sail,” she said."
    )
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Fares rise", text, "Wire", date(2025, 7, 1))], name="ferries")
        passages = rag.search("fares", k=3)
        sentences = {p.article.id: split_sentences(p.article.text) for p in passages}.__getitem__
        asked = "What did Blue Line Ferries say about the fares?"
        reranker = Reranker()
        evidence = gather(asked, passages, sentences=sentences, reranker=reranker)
        again = read_with_name(asked, "Blue Line Ferries", evidence, sentences=sentences, reranker=reranker)
    assert [s.score for s in again] == [s.score for s in evidence]


def test_a_pronoun_behind_a_quotation_and_a_last_name_are_read_as_the_name(tmp_path: Path) -> None:
    text = (
        "Harbour master Lena Brandt inspected the old bridge on Monday. It was built in 1931.\n\n“Nobody may cross it "
        "until the cables are new,” she said. The council meets on Friday."
    )
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Bridge inspected", text, "Wire", date(2025, 7, 1))], name="bridge")
        answer = rag.ask("What did Lena Brandt say about the bridge?")
    assert answer.status == "answered"
    assert "until the cables are new" in answer.citations[0].quote
    assert answer.confidence is not None
    assert answer.confidence > 0.5
