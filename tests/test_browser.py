"""The chat as a reader uses it: the real app over real articles, driven in headless chromium."""

from __future__ import annotations

import re
import time

import pytest
from playwright.sync_api import Page, expect

from rag import Turn
from tests.browsing import SAPPERS, UNANSWERED, HeldEndpoint, Served, ask, expect_marked, shot
from tests.fake_llm import FakeLLM, Reply


def test_answer_opens_at_the_exact_quote(page: Page, quoting: Served, request: pytest.FixtureRequest) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    answer = quoting.answer(SAPPERS)
    expect(reply.locator("blockquote.quote")).to_have_count(len(answer.citations))
    assert reply.locator("a.cite").all_text_contents() == [f"[{c.number}]" for c in answer.citations]
    assert reply.locator("blockquote .words").all_text_contents() == [c.quote for c in answer.citations]
    expect(reply.locator(".status")).to_have_text(
        re.compile(r"^Quote mode · 4 articles searched · newest source of 18 June 2025 · \d+\.\d s$")
    )
    for citation in reversed(answer.citations):
        reply.get_by_text(f"[{citation.number}]", exact=True).click()
        expect(page.locator(".reader h2")).to_have_text(citation.article.title)
        expect_marked(page, citation.quote)
    others = [c for c in answer.citations[1:] if c.article.id == answer.citations[0].article.id]
    in_order = sorted(others, key=lambda c: c.start)
    assert page.locator(".reader a.also").all_text_contents() == [c.quote for c in in_order]
    expect(page.locator(".reader-outlet")).to_have_text("Korea Herald")
    expect(page.locator(".reader-byline")).to_have_text(
        "18 June 2025 (counted back from the day the page was saved); page saved 21 June 2025"
    )
    shot(page, request, "answer")


def test_everything_can_be_done_from_the_keyboard(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    citations = quoting.answer(SAPPERS).citations
    first = reply.locator("a.cite").first
    page.keyboard.press("Shift+Tab")
    for _ in range(10):  # backwards from the question box to the marks
        if first.evaluate("link => link === document.activeElement"):
            break
        page.keyboard.press("Shift+Tab")
    expect(first).to_be_focused()
    page.keyboard.press("Enter")
    expect_marked(page, citations[0].quote)
    other = next(c for c in citations[1:] if c.article.id == citations[0].article.id)
    page.keyboard.press("Tab" if other.start > citations[0].start else "Shift+Tab")
    expect(page.locator("a.also").filter(has_text=other.quote)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("mark.chosen")).to_have_text(other.quote)
    expect_marked(page, other.quote)
    page.keyboard.press("Escape")
    expect(first).to_be_focused()


def test_refusal_looks_like_one_and_offers_passages(
    page: Page, quoting: Served, request: pytest.FixtureRequest
) -> None:
    page.goto(quoting.url)
    reply = ask(page, UNANSWERED)
    answer = quoting.answer(UNANSWERED)
    expect(reply.locator(".refusal .kicker")).to_have_text("Not answered")
    expect(reply.locator(".refusal")).to_contain_text(answer.text)
    expect(reply.locator("blockquote")).to_have_count(0)
    expect(reply.locator(".nearby a.cite")).to_have_count(len(answer.nearby))
    reply.locator(".nearby a.cite").first.click()
    expect_marked(page, answer.nearby[0].text)
    shot(page, request, "refusal")


def test_article_text_never_becomes_markup(page: Page, trapped: Served) -> None:
    page.goto(trapped.url)
    for question, words in (
        ("How tall is the lighthouse?", '<img src=x onerror="window.caught=1">'),
        ("Who published the drawing of the lighthouse?", "![plan](http://evil.example/plan.png)"),
        ("What will the lighthouse cost?", "<script>window.caught=3</script> the *budget*"),
    ):
        reply = ask(page, question)
        citation = trapped.answer(question).citations[0]
        assert words in citation.quote
        assert reply.locator(".words").first.text_content() == citation.quote
        reply.locator("a.cite").first.click()
        expect_marked(page, citation.quote)  # its offset lies behind letters of two UTF-16 units
    assert page.evaluate("window.caught") is None
    assert (
        page.locator("#chat img, #reader img, #reader script, #chat em, a[href^=javascript], a[href^=http]").count()
        == 0
    )


def test_question_is_shown_as_typed(page: Page, trapped: Served) -> None:
    page.goto(trapped.url)
    question = 'Who is <img src=x onerror="window.caught=4"> & **what** ![x](http://evil.example/q.png)?'
    ask(page, question)
    assert page.locator(".asked").text_content() == question
    assert page.evaluate("window.caught") is None


def test_second_question_gets_the_conversation_so_far(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    answer = quoting.answer(SAPPERS)
    ask(page, SAPPERS)
    ask(page, "And who quoted Shoigu on that?")
    first, second = quoting.rag.histories[-2:]
    assert first == ()
    assert second == (Turn(SAPPERS, answer.text),)
    page.get_by_role("button", name="New conversation").click()
    expect(page.locator(".welcome")).to_be_visible()
    ask(page, SAPPERS)
    assert quoting.rag.histories[-1] == ()


def test_stop_takes_effect_at_once_and_keeps_what_was_shown(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    quoting.rag.gate.clear()
    quoting.rag.dropped.clear()
    page.get_by_role("textbox", name="Question").fill(SAPPERS)
    page.keyboard.press("Enter")
    expect(page.locator(".reply .prose")).to_contain_text("1,000 sappers")
    begun = time.monotonic()
    page.get_by_role("button", name="Stop").click()
    expect(page.locator(".reply .stopped")).to_contain_text("Stopped")
    assert time.monotonic() - begun < 2  # the answer itself is still held at the gate
    expect(page.locator(".reply .unchecked")).to_contain_text("1,000 sappers")
    expect(page.get_by_role("button", name="Ask")).to_be_visible()
    quoting.rag.gate.set()
    assert quoting.rag.dropped.wait(5)
    reply = ask(page, UNANSWERED)
    expect(reply.locator(".refusal")).to_be_visible()
    assert quoting.rag.histories[-1] == ()  # a stopped answer is no part of the conversation


def test_first_visit_offers_questions_and_says_the_mode(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    expect(page.locator(".welcome")).to_contain_text("Quote mode")
    expect(page.locator(".welcome")).to_contain_text("OPENAI_BASE_URL")
    expect(page.locator(".reader-contents li")).to_have_count(4)
    page.get_by_role("button", name=SAPPERS).click()
    expect(page.locator(".reply .status")).to_contain_text("searched")
    page.get_by_role("button", name="A year on, N. Korea praises").click()
    expect(page.locator(".reader-outlet")).to_have_text("Korea Herald / Yonhap")


def test_model_writes_and_its_doubtful_claims_are_marked(page: Page, writing: Served, model: FakeLLM) -> None:
    page.goto(writing.url)
    expect(page.locator(".welcome")).to_contain_text("LLM mode: the quotes come first, then a model at 127.0.0.1")
    invented = "Some 77,777 cooks follow <img src=x onerror=window.caught=5> ![](http://evil.example/m.png) [1]."
    model.replies.append(Reply(("Pyongyang is sending 1,000 ", "sappers [1]. ", invented)))
    reply = ask(page, SAPPERS)
    expect(reply.locator(".prose")).to_contain_text("Pyongyang is sending 1,000 sappers")
    expect(reply.locator(".doubtful")).to_contain_text("77,777 cooks follow <img src=x onerror=window.caught=5> ![]")
    expect(reply.locator(".doubt")).to_have_text("unsupported")
    expect(reply.locator(".status")).to_contain_text(re.compile("^LLM mode · fake-model · 4 articles searched"))
    reply.locator(".prose a.cite").first.click()
    expect(page.locator("mark.chosen")).to_be_focused()
    assert page.evaluate("window.caught") is None
    assert page.locator("#chat img").count() == 0


def test_lost_endpoint_is_said_and_the_evidence_is_quoted(page: Page, writing: Served, model: FakeLLM) -> None:
    page.goto(writing.url)
    model.replies.append(Reply(("Pyongyang is sending 1,000 sappers [1], ",), cut=True))
    reply = ask(page, SAPPERS)
    expect(reply.locator(".notice.remark")).to_contain_text("CLIPDESK_MODE=quote")
    expect(reply.locator("blockquote").first).to_contain_text("1,000 sappers")
    model.replies.append(Reply(("Pyongyang is sending 1,000 sappers [1].",)))
    expect(ask(page, SAPPERS).locator(".prose a.cite")).not_to_have_count(0)


def test_phone_shows_the_article_over_the_chat(page: Page, quoting: Served, request: pytest.FixtureRequest) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="dark")
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    expect(page.locator(".reader")).to_be_hidden()
    shot(page, request, "phone")
    reply.locator("a.cite").first.click()
    expect_marked(page, quoting.answer(SAPPERS).citations[0].quote)
    page.get_by_role("button", name="Back to the answer").click()
    expect(page.locator(".reader")).to_be_hidden()
    expect(reply.locator("a.cite").first).to_be_focused()


def test_evidence_comes_before_the_model_writes(
    page: Page, writing: Served, model: FakeLLM, request: pytest.FixtureRequest
) -> None:
    page.goto(writing.url)
    HeldEndpoint.gate.clear()
    model.replies.append(Reply(("Pyongyang is sending 1,000 sappers [1].",)))
    page.get_by_role("textbox", name="Question").fill(SAPPERS)
    page.keyboard.press("Enter")
    evidence = page.locator(".reply .evidence a.cite")
    expect(evidence.first).to_contain_text("1,000 sappers")
    expect(page.locator(".reply .status")).to_contain_text("found; the model is writing")
    shot(page, request, "evidence")
    evidence.first.click()
    expect(page.locator("mark.chosen")).to_be_focused()
    HeldEndpoint.gate.set()
    expect(page.locator(".reply .status")).to_contain_text("tokens: 11 in, 7 out")
    expect(page.locator(".reply .evidence")).to_have_count(0)
    expect(page.locator(".reply .prose a.cite").first).to_have_text("[1]")


def test_a_mark_has_a_card_and_quotes_have_an_order(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    reply = ask(page, SAPPERS)
    citations = quoting.answer(SAPPERS).citations
    card = page.get_by_role("tooltip")
    reply.locator("a.cite").first.hover()
    expect(card).to_contain_text(citations[0].quote)
    expect(card).to_contain_text("Korea Herald, 18 June 2025")
    page.keyboard.press("Escape")
    expect(card).to_be_hidden()
    reply.locator("a.cite").nth(1).focus()
    expect(card).to_contain_text(citations[1].quote)
    page.keyboard.press("Enter")
    expect_marked(page, citations[1].quote)
    expect(page.locator(".reader-steps")).to_contain_text(f"2 of {len(citations)} quotes")
    page.get_by_role("button", name="Previous").click()
    expect_marked(page, citations[0].quote)
    expect(page.get_by_role("button", name="Previous")).to_be_disabled()


def test_feedback_is_kept_with_its_note(page: Page, quoting: Served) -> None:
    page.goto(quoting.url)
    reply = ask(page, UNANSWERED)
    reply.get_by_text("Something is missing").click()
    page.get_by_role("dialog").get_by_role("textbox").fill("It is in the fifth story.")
    page.get_by_role("button", name="Keep it").click()
    expect(page.get_by_role("status").filter(has_text="Thank you")).to_be_visible()
    (given,) = quoting.rag.feedback()
    assert (given.question, given.verdict, given.note) == (UNANSWERED, "missing", "It is in the fifth story.")
    assert given.answer == quoting.answer(UNANSWERED).text
