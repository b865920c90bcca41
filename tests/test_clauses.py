"""Questions of several clauses: where they are cut, what their pronouns stand for, and that each finds its evidence."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import NewArticle, Rag, Turn, load_settings
from rag.answer.by_clause import judge_each, likelihood, merged
from rag.answer.evidence import Sentence
from rag.answer.gate import QUOTE
from rag.answer.quote import pick
from rag.clauses import clauses, of_each
from store.records import Article
from tests.fake_llm import FakeLLM, Reply, fake_llm

HARBOUR = """Harbour council votes for a taller lighthouse
Harbour council votes for a taller lighthouse

Harbour Times2 days ago

The harbour council of Brackwater voted on Monday for a lighthouse of 41 metres on the old mole.
The treasurer, Odile Fenn, said that the building will cost 3 million crowns.
Fishermen had asked for a second breakwater for years, and were told to wait.
The ferry company moved its winter timetable forward by two weeks.
The museum on the quay reopens after a long repair of its roof.
"""


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (
            "Does the Times article say that prices rose, while the Herald reports falling wages?",
            ("Does the Times article say that prices rose", "the Herald reports falling wages?"),
        ),
        (
            "When did the ferry run aground, and was anyone hurt?",
            ("When did the ferry run aground", "was anyone hurt?"),
        ),
        (
            "When did Odile Fenn visit Lisbon, and what did she tell reporters about the mole?",
            ("When did Odile Fenn visit Lisbon", "what did Odile Fenn tell reporters about the mole?"),
        ),
        (
            "What is Odile Fenn's plan for the mole and what do critics say about her plan?",
            ("What is Odile Fenn's plan for the mole", "what do critics say about Odile Fenn’s plan?"),
        ),
        (
            "How many sappers is the army sending and what will they be paid?",
            ("How many sappers is the army sending", "what will sappers be paid?"),
        ),
        (
            "What is Corvane offering the owners and when does its offer run out?",
            ("What is Corvane offering the owners", "when does Corvane’s offer run out?"),
        ),
        (
            "Which firm is known for the old mole, as the Harbour Times reported, and was fined for a spill in 2019?",
            (
                "Which firm is known for the old mole, as the Harbour Times reported",
                "which firm was fined for a spill in 2019?",
            ),
        ),
        (
            "Which captain chaired the harbour council in 2019, and was thrown out by its members in May?",
            (
                "Which captain chaired the harbour council in 2019",
                "which captain was thrown out by its members in May?",
            ),
        ),
        (
            "What is the name of the ferry company that the two Fenn brothers founded, and was sold to Corvane in May?",
            (
                "What is the name of the ferry company that the two Fenn brothers founded",
                "which ferry company was sold to Corvane in May?",
            ),
        ),
        (
            "When did the Bank of Brackwater raise rates, and why did it hesitate?",
            ("When did the Bank of Brackwater raise rates", "why did Bank of Brackwater hesitate?"),
        ),
        (
            "Bank of Brackwater: when was it founded, and who runs it?",
            ("Bank of Brackwater: when was it founded", "who runs Bank of Brackwater?"),
        ),
    ],
)
def test_a_question_is_cut_where_each_part_stands_alone(question: str, found: tuple[str, ...]) -> None:
    assert clauses(question) == found


@pytest.mark.parametrize(
    "question",
    [
        "How tall is the lighthouse?",
        "How many hours did the meeting between Fenn and Oyelaran last?",  # two names, one meeting
        "What did Fenn tell Oyelaran and what did she answer?",  # either may be meant
        "What is the pact between Moscow and the city of Lisbon officially called?",
        "Which harbour did Moscow and Lisbon officially open together?",
        "If the deal cannot be revived, what is the nominee's second plan?",
        "Who sued Odile Fenn, and what did she accuse her of?",  # "she" is the one asked for
        "Why did the lawyer of Odile Fenn resign and what did he say?",
        "When did Corvane close the mine, and how did it explain?",  # the mine, or Corvane
        "Which fleets did the owners sell and when do they sail?",
        "When did the ferry sink and what did it carry?",  # no list of verbs says where the noun ends
        "Which officials did the governor name, who were pardoned last spring?",  # says more of the officials
        "Why did the mayor sell the harbour, while in office as the council chairman?",
        "What is the ferry company planning; while in debt to the harbour council?",
        "Which firm built the old mole, and was fined for a spill in 2019?",  # where does the subject end?
        "Which firm sold the old mole to Corvane, and reported by the Harbour Times and the Gazette?",
        "Where and when did they meet?",
        "How many sappers?",
        "Kim and Putin",
        "Who won and by how many votes?",
        "",
    ],
)
def test_and_one_of_one_piece_is_not(question: str) -> None:
    assert clauses(question) == ()


@pytest.fixture
def harbour(tmp_path: Path) -> Rag:
    page = tmp_path / "page.txt"
    page.write_text(HARBOUR, encoding="utf-8")
    rag = Rag.open(tmp_path / "data")
    rag.ingest(page, captured="2025-06-21")
    return rag


@pytest.mark.parametrize(
    ("question", "each"),
    [
        ("What did Holm and Berg say about roads and bridges?", "What did {} say about roads and bridges?|Holm|Berg"),
        ("What did both Ida Kall and Berg think?", "What did {} think?|Ida Kall|Berg"),
        ("What did Holm, Berg and Lund each say of it?", "What did {} say of it?|Holm|Berg|Lund"),
        ("What did NATO and the Kremlin say of it?", "What did {} say of it?|NATO|the Kremlin"),
        (
            "What do the Ministry of Roads and the Bank of England say?",
            "What do {} say?|the Ministry of Roads|the Bank of England",
        ),
        ("How did Ursula von der Leyen or Merz react to it?", "How did {} react to it?|Ursula von der Leyen|Merz"),
    ],
)
def test_each_of_several_speakers_is_asked_for(question: str, each: str) -> None:
    asked, *names = each.split("|")
    assert of_each(question) == clauses(question) == tuple(asked.format(name) for name in names)


@pytest.mark.parametrize(
    "question",
    [
        "What did Putin and Kim discuss?",
        "What did Holm say about Berg and Lund?",
        "What did Holm and Berg say about the bridge, and who paid for the road?",
    ],
)
def test_but_not_where_they_act_together_or_one_alone_speaks(question: str) -> None:
    assert of_each(question) == ()


def test_who_said_nothing_of_it_is_named(tmp_path: Path) -> None:
    text = (
        "The council of Norvane met on Sunday over the new bridge. Mayor Ada Holm said the bridge would open in May. "
        "The treasurer, Tor Berg, said the bridge was far too dear. Ben Lund, who runs the ferry, spoke of his boats."
    )
    with Rag.open(tmp_path / "data") as rag:
        rag.add([NewArticle("Council quarrels over the bridge", text, source="Ledger")], name="council")
        both = rag.ask("What did Ada Holm and Tor Berg say about the bridge?")
        one = rag.ask("What did Ada Holm and Ida Kall say about the bridge?")
    assert ["dear" in both.text, "in May" in both.text, both.notice] == [True, True, None]
    assert ["dear" in one.text, "in May" in one.text] == [False, True]
    assert one.notice == "Nothing was found on “What did Ida Kall say about the bridge?”."


def test_each_clause_is_answered_by_a_sentence_of_its_own(harbour: Rag) -> None:
    with harbour as rag:
        answer = rag.ask(
            "How tall will the lighthouse on the old mole be, and what does the treasurer say it will cost?"
        )
    assert answer.status == "answered"
    assert "41 metres" in answer.text
    assert "3 million crowns" in answer.text
    assert answer.notice is None


def test_a_clause_on_which_nothing_is_found_is_named(harbour: Rag) -> None:
    with harbour as rag:
        answer = rag.ask("How tall will the lighthouse on the old mole be, and who won the chess tournament in Oslo?")
    assert answer.status == "answered"
    assert "41 metres" in answer.text
    assert answer.notice == "Nothing was found on “who won the chess tournament in Oslo?”."


def test_a_question_none_of_whose_clauses_finds_anything_is_refused(harbour: Rag) -> None:
    with harbour as rag:
        answer = rag.ask("Who won the chess tournament in Oslo, and which river floods the city of Prague each year?")
    assert (answer.status, answer.citations) == ("refused", ())
    assert answer.confidence < QUOTE


def test_sentences_of_all_clauses_come_once_the_best_of_each_first() -> None:
    def sentence(start: int, score: float) -> Sentence:
        return Sentence(article, start, start + 1, score)

    article = Article("a", "T", None, None, None, None, None, None, "abcdef")
    each = [(sentence(0, 5.0), sentence(1, 2.0)), (sentence(2, 1.0), sentence(1, 3.0), sentence(3, -1.0))]
    assert [(s.start, s.score) for s in merged(each)] == [(0, 5.0), (2, 1.0), (1, 3.0), (3, -1.0)]


def test_the_newest_of_near_equals_comes_first_where_the_latest_is_asked_for() -> None:
    old, new = (
        Article(key, "Strike", "Ledger", None, None, day, None, None, "The strike goes on.")
        for key, day in (("a", date(2025, 3, 3)), ("b", date(2025, 3, 9)))
    )
    best, near, far = Sentence(old, 0, 19, 5.0), Sentence(new, 0, 19, 4.0), Sentence(new, 4, 19, 2.0)
    assert pick("What is the latest on the strike?", [best, near, far])[0] == near
    assert pick("What is the latest on the strike?", [best, far])[0] == best
    assert pick("Does the strike go on?", [best, near, far])[0] == best


def test_the_mean_of_the_clauses_decides() -> None:
    article = Article("a", "T", None, None, None, None, None, None, "abcdef")
    good, bad = Sentence(article, 0, 1, 6.0), Sentence(article, 1, 2, -9.0)
    verdict = judge_each(("who is it", "the other"), ((good,), (bad,)), least=QUOTE)
    assert (verdict.clauses, verdict.missing, verdict.leading) == (("who is it",), ("the other",), 1)
    assert not judge_each(("who is it", "what is it"), ((bad,), (bad,)), least=QUOTE).sentences
    assert not judge_each(("who is it", "what is it"), ((), ()), least=QUOTE).sentences
    assert likelihood(0.0) > likelihood(-4.0) > likelihood(-8.0)


def test_the_best_sentence_of_each_clause_is_quoted_however_far_below_the_first() -> None:
    article = Article("a", "T", None, None, None, None, None, None, "abcdef" * 100)
    first, far = Sentence(article, 0, 300, 9.0), Sentence(article, 301, 599, -3.0)
    other, nothing = Sentence(article, 2, 3, -3.5), Sentence(article, 4, 5, -7.0)
    verdict = judge_each(("one", "two", "three"), ((first, other), (far,), (nothing,)), least=QUOTE)
    assert verdict.missing == ("three",)
    assert pick("?", verdict.sentences, leading=verdict.leading) == (first, far)


def test_a_follow_up_does_not_answer_the_question_before_it_again(harbour: Rag) -> None:
    before = "How tall will the lighthouse on the old mole be?"
    with harbour as rag:
        answer = rag.ask("And what will it cost?", history=[Turn(before, "41 metres [1].")])
    assert answer.asked == f"{before} And what will it cost?"
    assert "3 million crowns" in answer.text
    assert answer.notice is None


LIGHTHOUSE = "How tall will the lighthouse on the old mole be, and"


@pytest.fixture
def written(tmp_path: Path) -> Iterator[tuple[Rag, FakeLLM]]:
    page = tmp_path / "page.txt"
    page.write_text(HARBOUR, encoding="utf-8")
    with fake_llm() as llm:
        settings = load_settings(openai_base_url=llm.url, openai_api_key="key-1", timeout=5)
        with Rag.open(tmp_path / "data", settings=settings) as rag:
            rag.ingest(page, captured="2025-06-21")
            yield rag, llm


def test_what_a_model_left_out_is_quoted(written: tuple[Rag, FakeLLM]) -> None:
    rag, llm = written
    llm.replies[:] = [Reply(("The lighthouse on the old mole will be 41 metres tall [1].",))]
    answer = rag.ask(f"{LIGHTHOUSE} what does the treasurer say it will cost?")
    assert answer.mode == "llm"
    assert "will be 41 metres tall" in answer.text
    assert "3 million crowns" in answer.text
    assert answer.notice is None


def test_a_clause_that_neither_articles_nor_model_answer_is_named(written: tuple[Rag, FakeLLM]) -> None:
    rag, llm = written
    llm.replies[:] = [Reply(("The lighthouse on the old mole will be 41 metres tall [1].",))]
    answer = rag.ask(f"{LIGHTHOUSE} who won the chess tournament in Oslo?")
    assert answer.notice == "Nothing was found on “who won the chess tournament in Oslo?”."
