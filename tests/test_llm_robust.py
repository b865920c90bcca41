"""LLM mode when things go wrong: a real client, a real server on loopback, and every way in which replies go astray."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import Answer, EndpointError, Rag
from rag.answer.evidence import Sentence
from rag.answer.given import choose, dated, numbered
from rag.answer.llm import Draft
from rag.answer.marks import Marks
from rag.answer.thoughts import Thoughts
from rag.export import source
from rag.settings import load_settings
from rag.types import Usage
from tests.fake_llm import FakeLLM, Reply, fake_llm
from tests.test_answers import QUESTION, assert_exact, final, number_of


@pytest.fixture(scope="module")
def llm() -> Iterator[FakeLLM]:
    with fake_llm() as server:
        yield server


@pytest.fixture
def writer(llm: FakeLLM, data: Path) -> Iterator[Rag]:
    llm.replies.clear()
    llm.asked.clear()
    settings = load_settings(openai_base_url=llm.url, timeout=1, price_in=2, price_out=8)
    with Rag.open(data, settings=settings) as rag:
        yield rag


def good(llm: FakeLLM, writer: Rag) -> str:
    """A sentence that the checks let through, with its mark."""
    llm.replies[:] = [Reply(("Nothing.",))]
    writer.ask(QUESTION)
    n = number_of(llm, "1,000 sappers who")
    llm.asked.clear()
    return f"It sends 1,000 sappers [{n}]. "


def assert_quoted(answer: Answer, why: str) -> None:
    assert (answer.status, answer.mode) == ("answered", "quote")
    assert answer.notice is not None
    assert answer.notice.startswith("There is no written answer, so the evidence is quoted: ")
    assert why in answer.notice
    assert "1,000 sappers" in answer.text
    assert_exact(answer)


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (Reply(status=429, message="slow down"), "over its rate limit or quota (slow down): wait"),
        (Reply(status=503, message="loading"), "failed with status 503 (loading): ask again"),
        (Reply(cut=True), "broke off ("),
        (Reply(junk="{not json"), "sent what is no reply"),
        (Reply(junk='{"choices": [{"delta": 3}]}'), "sent what is no reply"),
        (Reply(junk='{"error": {"message": "out of memory"}}'), "failed (out of memory)"),
        (Reply(), "the model wrote nothing (stop): choose another"),
        (Reply((" [1][2] ",)), "the model wrote nothing (stop)"),
        (Reply(("<think>It sends 1,000 sappers [1]. So",), finish="length"), "the model wrote nothing (length)"),
        (Reply(thoughts=("Let me see.",), finish="length"), "CLIPDESK_MAX_TOKENS"),
    ],
    ids=lambda value: None if isinstance(value, Reply) else value[:20],
)
def test_without_a_reply_the_evidence_is_quoted(writer: Rag, llm: FakeLLM, reply: Reply, why: str) -> None:
    llm.replies[:] = [reply] * 3  # the client tries three times where that may help
    answer, streamed = final(writer.stream(QUESTION))
    assert_quoted(answer, why)
    assert streamed.endswith(answer.text)


def test_a_silent_endpoint_is_lost_in_time(writer: Rag, llm: FakeLLM) -> None:
    llm.replies[:] = [Reply(("It",), stall=60)]
    assert_quoted(writer.ask(QUESTION), "did not answer in time: raise CLIPDESK_TIMEOUT")
    assert llm.replies == []  # words had come: it was asked once


def test_an_unreachable_endpoint_leaves_quotes(data: Path) -> None:
    with Rag.open(data, settings=load_settings(openai_base_url="http://127.0.0.1:9/v1", model="m")) as rag:
        assert_quoted(rag.ask(QUESTION), "127.0.0.1:9/v1 cannot be reached: start the server")


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(status=401, message="bad key"), r"refused the key \(401\): correct OPENAI_API_KEY"),
        (Reply(status=404, message="no model x"), r"has no such model or path \(no model x\): correct CLIPDESK_MODEL"),
        (Reply(status=400, message="odd"), r"failed with status 400 \(odd\): check CLIPDESK_MODEL"),
    ],
)
def test_what_asking_again_cannot_help_is_a_clear_error(writer: Rag, llm: FakeLLM, reply: Reply, message: str) -> None:
    llm.replies[:] = [reply]
    with pytest.raises(EndpointError, match=message):
        writer.ask(QUESTION)
    assert len(llm.asked) == 1


def test_rate_limits_and_server_faults_are_tried_again(writer: Rag, llm: FakeLLM) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply(status=429, message="slow"), Reply(status=500, message="oops"), Reply((sentence,))]
    answer = writer.ask(QUESTION)
    assert (answer.mode, answer.notice) == ("llm", None)
    assert len(llm.asked) == 3


def test_of_a_stream_that_breaks_off_the_whole_sentences_are_kept(writer: Rag, llm: FakeLLM) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply((sentence, "The 1,000 sappers will then"), cut=True)]
    answer, streamed = final(writer.stream(QUESTION))
    assert (answer.status, answer.mode) == ("answered", "llm")
    assert answer.text == "It sends 1,000 sappers. [1]"
    assert "will then" in streamed
    assert answer.notice is not None
    assert answer.notice.startswith("The answer broke off: ")
    assert "ask again" in answer.notice
    assert answer.usage.seconds_to_first_token is not None
    assert_exact(answer)
    assert len(llm.asked) == 1  # nothing is asked twice once words have come


def test_of_a_stream_that_breaks_off_in_its_first_sentence_nothing_is_kept(writer: Rag, llm: FakeLLM) -> None:
    llm.replies[:] = [Reply(("It sends 1,000",), cut=True)]
    answer = writer.ask(QUESTION)
    assert_quoted(answer, "broke off (")
    assert answer.usage.seconds_to_first_token is not None


def test_what_an_empty_reply_took_is_on_the_quotes(writer: Rag, llm: FakeLLM) -> None:
    llm.replies[:] = [Reply()]
    assert writer.ask(QUESTION).usage.prompt_tokens == 11


def test_an_answer_cut_at_its_bound_says_so(writer: Rag, llm: FakeLLM) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply((sentence, "The 1,000 sappers will then"), finish="length")]
    answer = writer.ask(QUESTION)
    assert answer.text == "It sends 1,000 sappers. [1]"
    assert answer.notice is not None
    assert "raise CLIPDESK_MAX_TOKENS" in answer.notice


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("He went [1]. She st", "He went [1]. "),
        ("He went. [1] She st", "He went. [1]"),
        ("He went [1]. She stayed [2]", "He went [1]. She stayed [2]"),
        ("He went [1]. She said “I stay.”", "He went [1]. She said “I stay.”"),
        ("He we", ""),
    ],
)
def test_whole_sentences(text: str, kept: str) -> None:
    draft = Draft((), Marks(2), text=text, lost="cut")
    draft.keep_whole_sentences()
    assert draft.text == kept
    whole = Draft((), Marks(2), text=text, usage=Usage(finish_reason="stop"))
    whole.keep_whole_sentences()
    assert whole.text == text


@pytest.mark.parametrize(
    "message",
    [
        "the request exceeds the available context size (4096 tokens), try increasing it",
        "This model's maximum context length is 4096 tokens. However, your messages resulted in 5100 tokens.",
        "'max_tokens' is too large: 200. This model's maximum context length is 4096 tokens.",
    ],
)
def test_a_prompt_that_is_too_long_is_halved_once(writer: Rag, llm: FakeLLM, message: str) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply(status=400, message=message), Reply((sentence,))]
    writer.ask(QUESTION)
    first, second = (a["messages"][-1]["content"].count("\n[") for a in llm.asked)
    assert 0 < second <= first / 2 + 1
    llm.replies[:] = [Reply(status=400, message=message)] * 2
    assert_quoted(writer.ask(QUESTION), "too small a context for the prompt")
    assert llm.replies == []


def test_a_parameter_that_the_model_will_not_have_is_left_out(writer: Rag, llm: FakeLLM) -> None:
    refusals = [
        ("Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
         {"param": "max_tokens"}),
        ("Unsupported value: 'temperature' does not support 0 with this model.", {"param": "temperature"}),
        ("stop is not supported", {}),
        ("Extra inputs are not permitted: stream_options", {}),
        ("max_completion_tokens is unknown", {}),
    ]  # fmt: skip
    llm.replies[:] = [
        *(Reply(status=400, message=message, error=error) for message, error in refusals),
        Reply(("Nothing.",)),
        Reply(("Nothing.",)),
    ]
    writer.ask(QUESTION)
    assert {"temperature", "max_tokens", "stop", "stream_options"} <= set(llm.asked[0])
    assert llm.asked[1]["max_completion_tokens"] == llm.asked[0]["max_tokens"]
    assert "max_tokens" not in llm.asked[1]
    assert {k for k in llm.asked[5] if k[0] != "_"} == {"model", "messages", "stream"}
    writer.ask(QUESTION)  # and stays out: no second round of refusals
    assert set(llm.asked[6]) == set(llm.asked[5])
    assert len(llm.asked) == 7


def test_thinking_aloud_is_neither_shown_nor_cited(writer: Rag, llm: FakeLLM) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply(("<th", "ink>Is it 700 [2]?</thi", "nk>\n\n", sentence), thoughts=("Hm, 900 [3]",))]
    answer, streamed = final(writer.stream(QUESTION))
    assert answer.text == "It sends 1,000 sappers. [1]"
    assert "700" not in streamed
    assert "900" not in streamed
    assert len(answer.citations) == 1
    llm.replies[:] = [Reply(("Is it 700 [2]?</think>", sentence))]  # opened by the chat template, out of sight
    answer = writer.ask(QUESTION)
    assert answer.text == "It sends 1,000 sappers. [1]"
    assert len(answer.citations) == 1


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
def test_thoughts_in_pieces_of_any_size(size: int) -> None:
    text = "A <b> <THINK>no</think> c <reasoning>no < no</reasoning>d < e"
    thoughts = Thoughts()
    shown = "".join(thoughts.feed(text[n : n + size]) for n in range(0, len(text), size)) + thoughts.flush()
    assert "".join(shown.split()) == "A<b>cd<e"
    assert not thoughts.were_shown


def test_usage_and_cost(writer: Rag, llm: FakeLLM) -> None:
    sentence = good(llm, writer)
    llm.replies[:] = [Reply((sentence,), cached=5)]
    usage = writer.ask(QUESTION).usage
    assert (usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens) == (11, 7, 5)
    assert usage.finish_reason == "stop"
    assert usage.cost == pytest.approx((11 * 2 + 7 * 8) / 1_000_000)
    assert usage.seconds_to_first_token is not None
    assert 0 < usage.seconds_to_first_token < 10


# What the model is given


def test_days_named_by_their_distance_carry_their_date(desk: Rag) -> None:
    article = next(a for a in desk.articles() if "On Tuesday the Russian Security Council" in a.text)
    start = article.text.index("On Tuesday the Russian Security Council")
    sentence = Sentence(article, start, start + 60, 0.0)
    assert dated(sentence).startswith("On Tuesday (June 17, 2025) the Russian")
    at = article.text.index("Tuesday's journey")
    assert dated(Sentence(article, at, at + 17, 0.0)) == "Tuesday's (June 17, 2025) journey"


def test_where_an_article_is_from_names_no_more_of_its_day_than_is_known(desk: Rag) -> None:
    article = replace(desk.articles()[0], published=date(2024, 1, 1), published_precision="year", agency="Yonhap")
    where = f"{article.source} / Yonhap, 2024"
    assert numbered([Sentence(article, 0, 20, 0.0)]).startswith(f'{where}, "{article.title}"')
    assert source(article).startswith(f"{article.title}. {where}.")


def test_a_sentence_that_leans_brings_the_one_before_it(desk: Rag) -> None:
    article = next(a for a in desk.articles() if "The same official added" in a.text)
    text = article.text
    sentences = [Sentence(article, s.start, s.end, 0.0) for s in desk._store.truth.sentences(article.id)]
    at = next(n for n, s in enumerate(sentences) if text[s.start : s.end].startswith("He "))
    best_first = [sentences[at], *sentences[:at], *sentences[at + 1 :]]
    given = choose(best_first, most=2)
    assert [s.start for s in given] == [sentences[at - 1].start, sentences[at].start]
    assert "[2] He " in numbered(given)
