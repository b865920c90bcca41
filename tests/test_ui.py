"""What the chat is made of, without a browser: markup that is inert, marks that are links, talk that is settled."""

from __future__ import annotations

import asyncio
import html
import os
import re
import socket
import string
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import app
from rag import (
    Answer,
    Article,
    Attribution,
    Citation,
    Claim,
    ClipdeskError,
    Completed,
    Conflict,
    DayCount,
    Delta,
    EndpointError,
    Event,
    Filters,
    Passage,
    Position,
    Premise,
    Quoted,
    Rag,
    Reading,
    Retrieved,
    Scope,
    SettingsError,
    Turn,
    Usage,
)
from rag.types import Fingerprint
from ui import filters, library, markup, reader, talk, uploads, welcome

TEXT = "Kim sends 1,000 sappers. <img src=x onerror=alert(1)> ![](http://evil) [a](javascript:alert(2))"
ARTICLE = Article(
    "a/1", "A *bold* title", "Korea Herald", "AP", "Lee Jae", date(2025, 6, 18), date(2025, 6, 21), "http://h/1", TEXT
)
CITATION = Citation(1, ARTICLE, 0, 24, TEXT[:24])
ANSWER = Answer(
    "How many?",
    "answered",
    "Kim sends 1,000 sappers. [1]",
    (CITATION,),
    (Claim("Kim sends 1,000 sappers.", (1,), "supported"),),
    "quote",
    seconds=0.74,
)


def words(markup_: str) -> str:
    """What a browser shows of some markup."""
    return html.unescape(re.sub(r"<[^>]*>", "", markup_.replace("<br>", "\n")))


@given(st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))))
def test_inert_text_is_shown_as_itself(text: str) -> None:
    made = markup.inert(text)
    assert not set(re.sub(r"&#\d+;", "", made)) & set(string.punctuation) - {","}
    assert html.unescape(made) == text


@pytest.mark.parametrize("trap", ["<b>", "![](http://evil)", "[a](javascript:x)", "http://evil", "$$x$$", "# T", "`c`"])
def test_nothing_of_a_trap_is_left_to_parse(trap: str) -> None:
    assert re.fullmatch(r"(?:[\w ]|&#\d+;)*", markup.inert(trap))


def test_marks_become_links_to_the_words() -> None:
    made = markup.marks((1, 7), (CITATION,), who="Said by Kim")
    assert '<a class="cite" href="#cite:a%2F1:0:24">&#91;1&#93;</a>' in made
    assert words(made) == "\xa0[1]Said by KimKim sends 1,000 sappers.Korea Herald / AP, 18 June 2025A *bold* title"
    assert markup.marks((7,), (CITATION,)) == ""


def test_reply_is_one_block_of_html() -> None:
    """A blank line would end the block, and markdown would read what follows."""
    answer = replace(ANSWER, claims=(Claim("One.\n\n* two\n\n<b>", (1,), "supported"),))
    for reply in (
        markup.completed(answer, articles=4),
        markup.completed(replace(answer, mode="llm"), articles=4),
        markup.streaming("One.\n\n* two", progress="Reading"),
        markup.broken_off("One.\n\n* two", reason="lost", stopped=False),
        markup.asked("One\n\n<b>"),
    ):
        assert "\n" not in reply
        assert reply.startswith("<div ")
        assert "<b>" not in reply


def test_quotes_show_the_words_and_where_they_stand() -> None:
    shown = words(markup.completed(ANSWER, articles=4))
    assert "Kim sends 1,000 sappers.\xa0[1]" in shown
    assert "Korea Herald / AP, 18 June 2025: A *bold* title" in shown


def test_unsupported_claims_are_named_so() -> None:
    doubtful = replace(ANSWER, mode="llm", claims=(*ANSWER.claims, Claim("Cooks too.", (), "unsupported")))
    made = markup.completed(doubtful, articles=4)
    assert '<span class="doubtful">Cooks too&#46;</span> <span class="doubt">unsupported</span>' in made
    assert made.count('class="doubt"') == 1
    told = replace(doubtful, claims=(Claim("Cooks too.", (), "unsupported", doubt='"Cooks" is not there'),))
    assert 'title="&#34;Cooks&#34; is not there">unsupported' in markup.completed(told, articles=4)


def test_reasons_are_sentences() -> None:
    lost = markup.broken_off("", reason="http://h/v1 broke off: ask again", stopped=False)
    assert "http://h/v1 broke off: ask again." in words(lost)
    assert "The key is wrong." in words(markup.broken_off("", reason="the key is wrong", stopped=False))


def test_refusal_offers_passages() -> None:
    passage = Passage(ARTICLE, 0, len(TEXT), TEXT, 0.5)
    refused = Answer("?", "refused", "The saved articles do not answer this.", (), (), "quote", nearby=(passage,))
    made = markup.completed(refused, articles=4)
    assert f'href="#cite:a%2F1:0:{len(TEXT)}"' in made
    assert "<img" not in made
    assert "http://" not in made
    assert "Not answered" in made
    assert "nearest" not in markup.completed(replace(refused, nearby=()), articles=0)


def test_status_line() -> None:
    assert (
        markup.status_line(ANSWER, articles=4)
        == "Quote mode · 4 articles searched · newest source of 18 June 2025 · 0.7 s"
    )
    written = replace(
        ANSWER,
        mode="llm",
        usage=Usage(1200, 46),
        removed_marks=2,
        fingerprint=Fingerprint(model="/models/small-q4.gguf"),
    )
    assert markup.status_line(written, articles=1) == (
        "LLM mode · small-q4 · 1 article searched · newest source of 18 June 2025 · 0.7 s · tokens: 1,200 in, 46 out"
        " · 2 marks that pointed at nothing removed"
    )


def test_reader_gets_plain_values() -> None:
    assert reader.page(ARTICLE) == {
        "id": "a/1",
        "title": "A *bold* title",
        "outlet": "Korea Herald / AP",
        "author": "By Lee Jae",
        "dates": "18 June 2025; page saved 21 June 2025",
        "url": "http://h/1",
        "text": TEXT,
        "copies": [],
    }
    bare = replace(ARTICLE, id="b", source=None, agency=None, published=None, captured=None)
    shown = reader.page(replace(ARTICLE, published_from="age", published_precision="month"), copies=[ARTICLE, bare])
    assert shown["dates"].startswith("June 2025 (counted back from the day")
    assert shown["copies"] == [{"id": "b", "title": "A *bold* title", "origin": "Unknown outlet, undated"}]


def test_welcome_fits_the_store(desk: Rag) -> None:
    offered = welcome.examples(desk)
    assert offered[0] == "How many sappers is Pyongyang sending?"
    assert desk.ask(offered[0]).status == "answered"
    assert desk.ask(offered[-1]).status == "refused"
    assert "Norvane" not in " ".join(offered)
    assert "clipdesk ingest PAGE" in words(welcome.welcome(0, mode=welcome.QUOTE))
    assert "OPENAI_API_KEY" in words(welcome.welcome(4, mode=welcome.QUOTE))


def test_conflicts_premises_and_speakers_are_shown() -> None:
    quoted = Attribution("Shoigu", ("TASS",), "Korea Herald", ("state media",))
    other = replace(CITATION, number=2)
    sides = (Position("64 people", 1, quoted, date(2025, 6, 18)), Position("52 <people>", 2, Attribution(), None))
    answer = replace(
        ANSWER,
        mode="llm",
        citations=(CITATION, other),
        claims=(Claim("64 were in it.", (1,), "supported", quoted), Claim("It burned.", (), "unsupported")),
        conflicts=(Conflict(("people",), sides),),
        premise=Premise("it sank", "it burned", 2),
    )
    made = markup.completed(answer, articles=4, saved="abc")
    assert made.startswith('<div class="reply answer-abc">')
    assert '<span class="disputed">64 were in it&#46;</span> <span class="doubt differs">sources differ</span>' in made
    assert "Sources differ on people" in words(made)
    assert "52 <people>" in words(made)
    assert "Said by Shoigu, quoted by TASS (state media), per Korea Herald" in words(made)
    assert "The question takes for granted: it sank. The articles say otherwise: it burned" in words(made)
    assert 'href="#act:wrong:abc"' in made


def test_what_a_search_kept_to_is_said() -> None:
    week = Filters(sources=("Yonhap",), since=date(2025, 6, 1), until=date(2025, 6, 7))
    kept = replace(ANSWER, scope=Scope(week, read=(Reading("last week", replace(week, sources=())),)))
    assert "The search kept to: Yonhap, 1 June 2025 to 7 June 2025." in words(markup.completed(kept, articles=4))
    given_up = replace(ANSWER, scope=Scope(widened=week))
    said = "No article meets the filter Yonhap, 1 June 2025 to 7 June 2025, so all were searched."
    assert said in words(markup.completed(given_up, articles=4))
    partly = replace(ANSWER, scope=Scope(Filters(sources=("Yonhap",)), widened=replace(week, sources=())))
    said = "No article meets the filter 1 June 2025 to 7 June 2025, so the search kept to: Yonhap."
    assert said in words(markup.completed(partly, articles=4))
    assert filters.readings(kept.scope) == [
        {
            "words": "last week",
            "label": "1 June 2025 to 7 June 2025",
            "filters": {"sources": [], "since": "2025-06-01", "until": "2025-06-07", "language": ""},
        }
    ]


def test_filters_come_from_the_browser_checked() -> None:
    sent = {"sources": ["Post", "Post"], "since": "2025-06-01", "until": "", "as_of": "2025-06-21", "read": False}
    wanted = filters.wanted(sent)
    assert wanted.filters == Filters(("Post",), date(2025, 6, 1), None, read=False)
    assert wanted.as_of == date(2025, 6, 21)
    assert filters.wanted(None) == filters.Wanted()
    for bad, words_ in (({"since": "soon"}, "is no day"), ({"since": "2025-06-02", "until": "2025-06-01"}, "turn the")):
        with pytest.raises(ClipdeskError, match=words_):
            filters.wanted(bad)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("page.txt", "page.txt"),
        ("a folder/b/page.HTML", "a folder/b/page.HTML"),
        ("../../etc/passwd.txt", "etc/passwd.txt"),
        ("/srv/x.txt", "srv/x.txt"),
        ("..\\..\\x.txt", "_.._x.txt"),
        ("con\x00trol\n.txt", "con_trol_.txt"),
        (f"{'n' * 300}.txt", f"{'n' * 116}.txt"),
    ],
)
def test_uploads_stay_in_their_folder(name: str, kept: str, tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        given = uploads.folder(rag) / "incoming" / "1" / "x"
        given.parent.mkdir(parents=True)
        given.write_text("words")
        place = uploads.keep(rag, given=str(given), name=name)
        assert place.relative_to(uploads.folder(rag) / "pages").as_posix() == kept
        assert not given.exists()


def test_uploads_are_refused_without_a_trace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("words")
    with Rag.open(tmp_path / "data") as rag:
        incoming = uploads.folder(rag) / "incoming"
        incoming.mkdir(parents=True)
        for given in (str(secret), str(incoming / ".." / ".." / ".." / "secret.txt"), str(incoming)):
            with pytest.raises(ClipdeskError, match="not a file that was uploaded"):
                uploads.keep(rag, given=given, name="x.txt")
        assert secret.exists()
        monkeypatch.setattr(uploads, "LARGEST", 10)
        for name, size, words_ in (("x.exe", 1, "of this kind"), ("..", 1, "shorter"), ("x.txt", 11, "larger than")):
            taken = incoming / "as gradio does" / "x"
            taken.parent.mkdir(parents=True)
            taken.write_text("w" * size)
            with pytest.raises(ClipdeskError, match=words_):
                uploads.keep(rag, given=str(taken), name=name)
            assert not taken.parent.exists()
        assert not (uploads.folder(rag) / "pages").exists()


def test_timeline_is_told_in_words_too() -> None:
    days = [DayCount(date(2025, 6, 1), "Post", 2), DayCount(date(2025, 6, 3), None, 1)]
    drawn = library.timeline(days)
    assert [c["label"] for c in drawn["columns"]] == ["1 Jun 2025", "2 Jun 2025", "3 Jun 2025"]
    assert [c["counts"] for c in drawn["columns"]] == [[2, 0], [0, 0], [0, 1]]
    assert drawn["words"].startswith("3 dated articles from 1 June 2025 to 3 June 2025, most on 1 June 2025 (2). ")
    assert drawn["words"].endswith("By outlet: Post 2, unknown outlet 1.")
    long = [DayCount(date(2020, n, 1), f"Paper {n}", n) for n in range(1, 10)]
    drawn = library.timeline(long)
    assert drawn["outlets"] == ["Paper 9", "Paper 8", "Paper 7", "Paper 6", "other outlets"]
    assert len(drawn["columns"]) == 9
    assert sum(sum(c["counts"]) for c in drawn["columns"]) == 45
    assert library.timeline([])["columns"] == []


def followed(*events: Event, error: Exception | None = None) -> talk.Exchange:
    def stream() -> Iterator[Event]:
        yield from events
        if error:
            raise error

    async def last() -> talk.Exchange:
        return [exchange async for exchange in talk.follow(talk.Exchange("How many?", articles=4), stream)][-1]

    return asyncio.run(last())


def test_exchange_follows_its_stream() -> None:
    found = Retrieved((Passage(ARTICLE, 0, 24, TEXT[:24], 1.0),))
    assert followed(found).progress == "Reading 1 passage of 1 article …"
    first = followed(found, Quoted((CITATION,)))
    assert "Kim sends 1,000 sappers." in words(talk.messages((first,))[1]["content"])
    assert first.progress == "1 sentence found; the model is writing …"
    assert followed(found, Delta("Kim "), Delta("sends")).streamed == "Kim sends"
    assert followed(found, Delta("Kim"), Completed(ANSWER)).answer == ANSWER
    lost = followed(found, Delta("Kim"), error=EndpointError("the endpoint broke off: ask again"))
    assert (lost.streamed, lost.ended, lost.is_running) == ("Kim", "the endpoint broke off: ask again", False)
    reply = talk.messages((lost,))[1]["content"]
    assert "Kim" in reply
    assert "The endpoint broke off: ask again." in words(reply)


def test_only_whole_answers_are_history() -> None:
    done, lost = talk.Exchange("How many?", answer=ANSWER), talk.Exchange("Who?", ended="lost")
    assert talk.turns((done, lost)) == [Turn("How many?", ANSWER.text)]
    running = talk.Exchange("Who?", streamed="Kim")
    stopped = talk.settled((done, running), reason=talk.STOPPED, stopped=True)
    assert stopped[1].is_stopped
    assert stopped[1].streamed == "Kim"
    assert talk.settled(stopped, reason="else") == stopped


def test_cancelling_does_not_wait_for_a_blocked_stream() -> None:
    held, dropped = threading.Event(), threading.Event()

    def stream() -> Iterator[str]:
        try:
            yield "first"
            held.wait(10)
            yield "second"
        except GeneratorExit:
            dropped.set()

    async def take_one() -> None:
        async for _ in talk.in_thread(stream):
            pass

    async def cancel() -> None:
        task = asyncio.create_task(take_one())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    begun = time.monotonic()
    asyncio.run(cancel())
    assert time.monotonic() - begun < 5
    held.set()
    assert dropped.wait(5)


def test_port_in_use_names_the_remedy(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SettingsError, match=f"port {port} of 127.0.0.1 is in use: .* CLIPDESK_PORT"):
            app.main(data=tmp_path, port=port)
    assert list(tmp_path.iterdir()) == []


def test_script_says_an_error_in_one_line() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        environment = os.environ | {"CLIPDESK_PORT": str(taken.getsockname()[1])}
        ran = subprocess.run(
            [sys.executable, app.__file__], env=environment, capture_output=True, text=True, timeout=60
        )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert re.fullmatch(r"error: port \d+ of 127\.0\.0\.1 is in use: .*\n", ran.stderr)


def test_script_takes_no_arguments_and_names_the_command() -> None:
    ran = subprocess.run(
        [sys.executable, app.__file__, "ingest", "page.txt"], capture_output=True, text=True, timeout=60
    )
    assert (ran.returncode, ran.stdout) == (1, "")
    assert re.fullmatch(r'error: python app\.py takes no arguments, and got "ingest page\.txt": .*\n', ran.stderr)
    assert '"clipdesk ingest PATH"' in ran.stderr


def test_unknown_host_names_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="CLIPDESK_HOST"):
        app.main(data=tmp_path, host="203.0.113.1")


def test_gradio_asks_nobody(desk: Rag) -> None:
    page = app.build(desk)
    from gradio.analytics import analytics_enabled

    assert not analytics_enabled()
    limits = {fn.concurrency_limit for fn in page.fns.values() if fn.queue is not False and fn.fn is not None}
    assert limits == {8}
