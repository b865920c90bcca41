"""Answers: exact citations, refusals, follow-ups, in quote mode and through a real LLM client on a local wire."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from rag import (
    Answer,
    ClipdeskError,
    Completed,
    Delta,
    Event,
    NewArticle,
    Passage,
    Quoted,
    Rag,
    Retrieved,
    SettingsError,
    Turn,
)
from rag.answer import answerer
from rag.answer.answerer import UNBORNE
from rag.answer.backed import repeats
from rag.answer.claims import cut_claims
from rag.answer.followup import standalone, uncoupled, unsaid
from rag.answer.kind import kind_asked
from rag.answer.llm import Draft
from rag.answer.marks import Marks
from rag.settings import load_settings
from tests.conftest import CAPTURED, SAMPLE
from tests.fake_llm import FakeLLM, Reply, fake_llm


def assert_exact(answer: Answer) -> None:
    assert [c.number for c in answer.citations] == list(range(1, len(answer.citations) + 1))
    for c in answer.citations:
        assert c.quote == c.article.text[c.start : c.end] != ""
    numbers = {c.number for c in answer.citations}
    assert all(set(claim.citations) <= numbers for claim in answer.claims)


def final(events: Iterator[Event]) -> tuple[Answer, str]:
    seen = list(events)
    assert isinstance(seen[0], Retrieved)
    assert isinstance(seen[-1], Completed)
    assert all(isinstance(e, Delta | Quoted) for e in seen[1:-1])
    return seen[-1].answer, "".join(e.text for e in seen if isinstance(e, Delta))


# Quote mode


def test_a_quote_answer_is_word_for_word(desk: Rag) -> None:
    answer, streamed = final(desk.stream("How many sappers is Pyongyang sending?"))
    assert (answer.status, answer.mode) == ("answered", "quote")
    assert answer.text == streamed
    assert "1,000 sappers" in answer.text
    assert_exact(answer)
    assert [c.text for c in answer.claims] == [c.quote for c in answer.citations]
    assert {c.support for c in answer.claims} == {"supported"}
    assert answer.seconds > 0
    assert answer.fingerprint.embedding == "bge-small-en-v1.5@68807e3f"
    assert answer.fingerprint.model is None


@pytest.mark.parametrize(
    "question",
    ["How old is Lee Jong-seok?", "What did Netanyahu say about the football cup?", "Who won the 1998 World Cup?"],
)
def test_what_the_articles_do_not_say_is_refused(desk: Rag, question: str) -> None:
    answer = desk.ask(question)
    assert answer.status == "refused"
    assert (answer.citations, answer.claims) == ((), ())
    assert "[" not in answer.text
    assert all(isinstance(p, Passage) for p in answer.nearby)


def test_a_follow_up_leans_on_the_turn_before(desk: Rag) -> None:
    first = desk.ask("How many sappers is Pyongyang sending?")
    answer = desk.ask("And how many construction workers?", history=[Turn(first.question, first.text)])
    assert "5,000 military construction workers" in answer.text


def test_results_are_frozen_and_ours(desk: Rag) -> None:
    answer = desk.ask("How many sappers is Pyongyang sending?")
    with pytest.raises(dataclasses.FrozenInstanceError):
        answer.text = "x"  # type: ignore[misc]
    assert {type(v).__module__.split(".")[0] for v in (answer, *answer.citations, answer.citations[0].article)} == {
        "rag",
        "store",
    }


def test_an_empty_question_is_a_clear_error(desk: Rag) -> None:
    with pytest.raises(ClipdeskError, match="the question is empty"):
        desk.ask("  ")


@pytest.mark.parametrize(
    ("question", "holds", "lacks"),
    [
        ("How many hours did the talks last?", "They talked for three hours.", "They talked on March 3 at 5 p.m."),
        ("How old is the nominee?", "Lee, 67, was named on Monday.", "Lee was named in 2024."),
        ("How much did the bridge cost?", "It cost $4 million to build.", "It cost the mayor his seat."),
        ("When was the treaty signed?", "It was signed on June 19, 2024.", "It was signed in a hurry."),
        ("How many soldiers fell?", "Some 6,000 soldiers fell.", "Soldiers fell in large numbers."),
        ("In which month was it signed?", "It was signed in January and soon forgotten.", "It was signed in a hurry."),
        ("When did it open?", "The bridge opened in May.", "It opened in a hurry."),
        ("What day did he arrive?", "He arrived on Tuesday.", "He arrived in a hurry."),
        ("How many days did he stay?", "He stayed for three days.", "He stayed on Tuesday."),
        ("How much did the ferry cost?", "It cost 95 crowns.", "It cost the mayor his seat."),
        ("What sum is offered?", "Each gets 30 zlotys.", "Each gets an apology."),
        ("How many missiles fell?", "In mid-2024 nine fell.", "The S-300 and the T90 are old."),
        ("Until when does the offer stand?", "It ends on August 31.", "It ends in tears."),
        ("What is the range in kilometres?", "It flies 500 kilometres.", "It flew over 3 cities."),
    ],
)
def test_the_kind_of_thing_asked_for(question: str, holds: str, lacks: str) -> None:
    kind = kind_asked(question)
    assert kind is not None
    assert kind.in_(holds)
    assert not kind.in_(lacks)


def test_open_questions_ask_for_no_kind() -> None:
    assert kind_asked("Why did he go?") is None
    assert kind_asked("What does Doo say about Russia?") is None


# LLM mode


@pytest.fixture(scope="module")
def llm() -> Iterator[FakeLLM]:
    with fake_llm() as server:
        yield server


@pytest.fixture(scope="module")
def writer(llm: FakeLLM, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    settings = load_settings(openai_base_url=llm.url, openai_api_key="key-1", timeout=5)
    with Rag.open(tmp_path_factory.mktemp("writer"), settings=settings) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        yield rag


QUESTION = "How many sappers is Pyongyang sending?"


def number_of(llm: FakeLLM, words: str) -> int:
    """The number that the last prompt gave to the first sentence with these words."""
    prompt = llm.asked[-1]["messages"][-1]["content"]
    return next(int(line[1 : line.index("]")]) for line in prompt.splitlines() if line[0] == "[" and words in line)


def ask(writer: Rag, llm: FakeLLM, *pieces: str, question: str = QUESTION) -> tuple[Answer, str]:
    llm.replies[:] = [Reply(pieces)]
    return final(writer.stream(question))


def test_marks_become_exact_citations(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    answer, streamed = ask(writer, llm, "It sends 1,000", f" sappers [{n}", "]. ", "[99]")
    assert (answer.status, answer.mode, answer.removed_marks) == ("answered", "llm", 1)
    assert answer.text == "It sends 1,000 sappers. [1]"
    assert "[99]" not in streamed
    assert "[1]" in streamed
    assert_exact(answer)
    assert "1,000 sappers" in answer.citations[0].quote
    assert [(c.text, c.citations, c.support) for c in answer.claims] == [("It sends 1,000 sappers.", (1,), "supported")]
    assert (answer.usage.prompt_tokens, answer.usage.completion_tokens) == (11, 7)
    assert answer.fingerprint.model == "fake-model"
    assert answer.fingerprint.prompt


def test_the_prompt_holds_numbered_sentences_with_outlet_and_date(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    asked = llm.asked[-1]
    assert asked["_key"] == "Bearer key-1"
    prompt = asked["messages"][-1]["content"]
    assert 'Korea Herald, June 18, 2025, "' in prompt
    assert "On Tuesday (June 17, 2025) the Russian Security Council" in prompt or "(June 17, 2025)" in prompt
    assert "\n[1] " in prompt
    assert prompt.endswith(f"Question: {QUESTION}\nAnswer:\n")


def test_a_claim_without_a_mark_is_cited_anew_if_a_sentence_bears_it(writer: Rag, llm: FakeLLM) -> None:
    answer, _ = ask(writer, llm, "North Korea decided to send 1,000 sappers to Russia.")
    assert answer.status == "answered"
    assert answer.claims[0].support == "supported"
    assert "1,000 sappers" in answer.citations[0].quote
    assert_exact(answer)


def test_an_invented_number_is_unsupported_and_alone_gives_way_to_quotes(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    answer, _ = ask(writer, llm, f"It sends 1,000 sappers [{n}]. They will earn 700 dollars [{n}].")
    assert [c.support for c in answer.claims] == ["supported", "unsupported"]
    answer, _ = ask(writer, llm, f"They will earn 700 dollars [{n}].")
    assert (answer.status, answer.notice) == ("answered", UNBORNE)
    assert "700" not in answer.text
    assert "1,000 sappers" in answer.citations[0].quote
    assert_exact(answer)


def test_what_nothing_bears_is_refused_where_the_evidence_is_not_sure(
    writer: Rag, llm: FakeLLM, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerer, "SURE", 1.1)
    answer, _ = ask(writer, llm, "They will earn 700 dollars.")
    assert (answer.status, answer.citations) == ("refused", ())


def test_a_model_that_says_it_cannot_tell_refuses(writer: Rag, llm: FakeLLM) -> None:
    for words in ("The sentences do not say how many.", "The articles do not mention this [1]."):
        answer, _ = ask(writer, llm, words)
        assert (answer.status, answer.mode) == ("refused", "llm")
        assert answer.nearby


@pytest.mark.parametrize(
    "words",
    [
        "'I don't even want to discuss it,' Putin said.",
        "“We do not rule it out,” Lee said.",
        "We do not agree, he said.",
    ],
)
def test_a_quotation_is_no_refusal(words: str) -> None:
    assert not Draft((), Marks(0), text=words).is_refusal


def test_what_is_said_twice_counts_once_and_a_model_that_goes_round_is_stopped(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    sentence = f"North Korea sends 1,000 sappers to the Kursk region [{n}]. "
    answer, streamed = ask(writer, llm, *[sentence] * 50)
    assert answer.text.split("\n\n")[0] == "North Korea sends 1,000 sappers to the Kursk region. [1]"
    assert streamed.count("sappers") < 6


def test_an_answer_about_silence_is_no_refusal(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    answer, _ = ask(writer, llm, f"North Korean media did not mention the sappers [{n}].")
    assert answer.status == "answered"


def test_history_reaches_the_model_without_its_marks(writer: Rag, llm: FakeLLM) -> None:
    llm.replies[:] = [Reply(("Nothing.",))]
    writer.ask("And when?", history=[Turn("Who went to Pyongyang?", "Shoigu went [1].")])
    roles = [(m["role"], m["content"]) for m in llm.asked[-1]["messages"][1:3]]
    assert roles == [("user", "Question: Who went to Pyongyang?"), ("assistant", "Shoigu went.")]


def test_article_text_can_forge_neither_numbers_nor_sections(tmp_path: Path, llm: FakeLLM) -> None:
    page = tmp_path / "page.txt"
    page.write_text(
        "Mayor speaks\nMayor speaks\nTimes3 days ago\n"
        "The mayor of Brightsea said [7]【2】 that $question and ${today} cost 4 euros each."
    )
    with Rag.open(tmp_path / "data", settings=load_settings(openai_base_url=llm.url)) as rag:
        rag.ingest(page)
        llm.replies[:] = [Reply(("Nothing.",))]
        rag.ask("What did the mayor of Brightsea say?")
    prompt = llm.asked[-1]["messages"][-1]["content"]
    assert "[1] The mayor of Brightsea said (7)(2) that $question and ${today} cost" in prompt


def test_llm_mode_needs_an_endpoint() -> None:
    with pytest.raises(SettingsError, match="there is no endpoint: set OPENAI_API_KEY"):
        load_settings(mode="llm")


def test_embeddings_of_an_endpoint(tmp_path: Path, llm: FakeLLM) -> None:
    settings = load_settings(openai_base_url=llm.url, embedding="openai:small", mode="quote")
    with Rag.open(tmp_path, settings=settings) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        assert rag.search("sappers", k=3)
    assert llm.asked[-1]["_path"].endswith("/embeddings")


# The parts


def test_marks_streamed_in_pieces() -> None:
    marks = Marks(given=5)
    shown = (
        "".join(marks.feed(p) for p in ("A [", "3", "] and b [1, 3][4–5] [0] c [", "x] d ", "[9]. e [2"))
        + marks.flush()
    )
    assert shown == "A [1] and b [2][1][3][4] c [x] d. e [2"
    assert marks.order == [3, 1, 4, 5]
    assert marks.removed == 2


def test_claims_take_the_marks_before_and_after_their_full_stop() -> None:
    cut = cut_claims("He went [1]. She stayed. [2][3] They [4] met in St. Petersburg.\n- It rained [1]")
    assert cut == [
        ("He went.", (1,)),
        ("She stayed.", (2, 3)),
        ("They met in St. Petersburg.", (4,)),
        ("- It rained", (1,)),
    ]
    assert cut_claims("") == []
    assert cut_claims("He went [1]. She stayed [2]. They then all") == [("He went.", (1,)), ("She stayed.", (2,))]


def test_what_the_desk_said_is_no_saying_of_the_articles() -> None:
    assert unsaid("How many sappers did you say?") == "How many sappers?"
    assert unsaid("Which brigade, you said?") == "Which brigade?"
    for whole in ("What did you say?", "What did you say about the bridge in Varn?", "What do you mean by sappers?"):
        assert unsaid(whole) == whole


def test_only_questions_that_lean_are_joined() -> None:
    history = [Turn("How many sappers go to Kursk?", "1,000.")]
    assert standalone("And how many workers?", history) == "How many sappers go to Kursk? And how many workers?"
    assert standalone("Who is Doo Jin-ho?", history) == "Who is Doo Jin-ho?"
    assert standalone("And he?", []) == "And he?"
    assert standalone(uncoupled("So who won the vote in Ostrel?"), history) == "Who won the vote in Ostrel?"
    assert uncoupled("And, what did Lena Brandt announce?") == "What did Lena Brandt announce?"
    assert uncoupled("what did Lena Brandt announce? ") == "what did Lena Brandt announce? "
    for kept in ("What did Holm say?", "And in Ostrel?", "But what about Kim Jong Un?", "And what did Holm say of it?"):
        assert uncoupled(kept) == kept
    for leaning in ("And in Ostrel?", "But what about the Ostrel dam?", "And what did Holm say of the vote there?"):
        assert standalone(leaning, history) == f"How many sappers go to Kursk? {leaning}"
    assert standalone("When did he leave?", history) == "How many sappers go to Kursk? When did he leave?"
    for bare in ("Why?", "When?", "How many?", "Who said so?"):
        assert standalone(bare, history) == f"How many sappers go to Kursk? {bare}"
    assert standalone("What did the US say?", history) == "What did the US say?"
    for alone in (
        "What does the treaty oblige each party to do if that party is attacked?",
        "Why does this treaty matter to Russia?",
        "Who accused Lee of those pro-North Korea views?",
    ):
        assert standalone(alone, history) == alone


def test_a_pronoun_gives_way_to_the_only_person_named() -> None:
    minister, sinking = Turn("Who is the harbour minister?", "Lena Brandt"), Turn("When did it sink?", "Monday night")
    asked = "What did she say about resigning?"
    assert standalone(asked, [minister, sinking]) == "What did Lena Brandt say about resigning?"
    assert standalone("Where is her office?", [minister]) == "Where is Lena Brandt’s office?"
    assert standalone("Why did she do it?", [minister]) == f"{minister.question} Why did Lena Brandt do it?"
    assert standalone(asked, [minister, sinking, sinking]) == f"{sinking.question} {asked}"  # too long ago
    two = Turn("Who is the minister?", "Lena Brandt, whom Tomas Ek succeeded.")
    last = Turn("Who offered to mediate?", "Putin did, Dmitry Peskov said.")
    for turn in (two, last, Turn("When did Brandt leave?", "On Monday.")):
        assert standalone(asked, [minister, turn]) == f"{turn.question} {asked}"
    met = Turn("Whom did Tomas Ek meet?", "The mayor.")
    assert standalone(asked, [met, minister]) == f"{minister.question} {asked}"  # two, one in each turn


@pytest.mark.parametrize(
    "said", ["Harbour Post reported it.", "It was the Aurora Star.", "Members of Varn Green Party."]
)
def test_a_pronoun_stands_for_no_outlet_ship_or_party(said: str) -> None:
    turn = Turn("Who says that it sank?", said)
    assert standalone("Did he confirm it?", [turn]) == f"{turn.question} Did he confirm it?"


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("Did they arrest her yesterday?", "Did they arrest Lena Brandt yesterday?"),
        ("Was the deal made by her or not?", "Was the deal made by Lena Brandt or not?"),
        ("Did they free her quickly?", "Did they free Lena Brandt quickly?"),
        ("Where is her own family?", "Where is Lena Brandt’s own family?"),
        ("Where is her family?", "Where is Lena Brandt’s family?"),
        ("Where is her next rally?", "Where is Lena Brandt’s next rally?"),
        ("Where was her last speech?", "Where was Lena Brandt’s last speech?"),
        ("How much is her monthly salary?", "How much is Lena Brandt’s monthly salary?"),
        ("Who is her only son?", "Who is Lena Brandt’s only son?"),
        ("Did they arrest her only yesterday?", "Did they arrest Lena Brandt only yesterday?"),
        ("Did they arrest her last week?", "Did they arrest Lena Brandt last week?"),
        ("Did they free her quietly in town?", "Did they free Lena Brandt quietly in town?"),
    ],
)
def test_what_her_stands_before_tells_whether_it_is_possessive(question: str, named: str) -> None:
    minister = Turn("Who is the harbour minister?", "Lena Brandt")
    assert standalone(question, [minister]).endswith(named)


@pytest.mark.parametrize("said", ["Kim had decided to send sappers", "Kim had decided to send 5,000 builders"])
def test_an_answer_that_leaves_out_the_number_asked_for_gets_the_sentence_behind_it(
    writer: Rag, llm: FakeLLM, said: str
) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    answer, _ = ask(writer, llm, f"{said} [{n}].")
    written, *quoted = answer.text.split("\n\n")
    assert written == f"{said}. [1]"
    assert "1,000 sappers" in quoted[0]
    assert_exact(answer)


def test_an_answer_that_leaves_the_best_sentence_aside_gets_it_behind_its_own_words(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "5,000 military construction workers will go")
    answer, _ = ask(writer, llm, f"The sappers number 1,000 [{n}].")
    written, *quoted = answer.text.split("\n\n")
    assert written == "The sappers number 1,000. [1]"
    assert "1,000 sappers who" in quoted[0]
    assert [c.support for c in answer.claims] == ["supported"] * len(answer.claims)
    assert answer.notice is None
    assert_exact(answer)


def test_a_text_beside_the_question_gives_way_to_the_evidence(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    prompt = llm.asked[-1]["messages"][-1]["content"]
    other = next(line for line in prompt.splitlines() if line[0] == "[" and "sappers" not in line)
    number, words = other[1:].split("] ", 1)
    answer, _ = ask(writer, llm, f"{words.rstrip('.')} [{number}].")
    assert answer.status == "answered"
    assert "1,000 sappers who" in answer.text
    assert_exact(answer)


def test_an_answer_that_only_repeats_the_question_gives_way_to_the_evidence(writer: Rag, llm: FakeLLM) -> None:
    asked = "Why did Trump take up Putin's offer to broker peace?"
    ask(writer, llm, "Nothing.", question=asked)
    answer, _ = ask(writer, llm, "Trump took up Putin's offer to broker peace [1].", question=asked)
    assert "Trump took up" not in answer.text
    assert_exact(answer)


def test_what_repeats_a_question() -> None:
    assert repeats("The bank cut its rate on Tuesday.", "Why did the bank cut its rate on Tuesday?")
    assert not repeats("The bank cut its rate for fear of a slump.", "Why did the bank cut its rate?")
    assert not repeats("Trump took up Putin's offer.", "Did Trump take up Putin's offer?")
    assert not repeats("Brel chairs the board.", "Who chairs the board?")
    assert not repeats("The ferry carried 40.", "How many did the ferry carry?")


def test_headings_that_a_model_copies_are_left_out(writer: Rag, llm: FakeLLM) -> None:
    ask(writer, llm, "Nothing.")
    n = number_of(llm, "1,000 sappers who")
    lines = llm.asked[-1]["messages"][-1]["content"].splitlines()
    headings = [line for line in lines if re.search(r'\d{4}, ".*":$', line)]
    answer, _ = ask(writer, llm, f"The {headings[0]} [{n}] It sends 1,000 sappers [{n}].")
    assert answer.text.startswith("It sends 1,000 sappers. [1]")
    assert_exact(answer)


def test_the_words_of_each_side_stand_in_a_written_answer(tmp_path: Path, llm: FakeLLM) -> None:
    settings = load_settings(openai_base_url=llm.url, openai_api_key="key-1", timeout=5)
    story = "The mill at Varn will bring 900 jobs, says its owner; the labour ministry counts 650 jobs at the mill."
    with Rag.open(tmp_path / "data", settings=settings) as rag:
        rag.add([NewArticle("Mill plans", story, "Harbour Post", date(2025, 6, 18))], name="mill")
        answer, _ = ask(rag, llm, "The owner says 900 jobs [1].", question="How many jobs will the mill at Varn bring?")
    (conflict,) = answer.conflicts
    assert len(conflict.positions) == 2
    for position in conflict.positions:
        assert f"“{position.text}” [{position.citation}]" in answer.text
    assert_exact(answer)
