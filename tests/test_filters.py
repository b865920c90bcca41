"""Filters: given and read from the question, in the real store; widened rather than empty."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from rag import Completed, Filters, NewArticle, Rag, Retrieved, Scope, load_settings
from rag.asked import read
from rag.cli import app
from rag.errors import ClipdeskError
from rag.keeping import checked
from rag.ranking import newest_first

DAY = date(2025, 6, 21)
BOUNDS, MONDAY = ("since", "until"), date(2025, 6, 16)
OUTLETS = ("Yonhap News Agency", "The Korea Herald", "TASS", "Fortune", "The Times", "The New York Times")


def asked(question: str, event: date | None = None) -> dict[str, Any]:
    found = read(question, as_of=DAY, outlets=OUTLETS, event=lambda words: event)
    known: dict[str, Any] = {}
    for reading in found.readings:
        for name in ("sources", "since", "until", "language"):
            if value := getattr(reading.filters, name):
                known[name] = value
    return known | ({"weighed": found.outlets} if found.outlets else {}) | ({"latest": True} if found.latest else {})


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("What did Yonhap say about the sappers?", {"sources": ("Yonhap News Agency",)}),
        ("what did yonhap report about the sappers", {"sources": ("Yonhap News Agency",)}),
        ("Which articles from the New York Times name Kim?", {"sources": ("The New York Times",)}),
        # who is named may be who is spoken of: never excluded
        ("Did TASS report that Kim met Putin?", {"weighed": ("TASS",)}),
        ("What did TASS say, according to the Korea Herald?", {"weighed": ("TASS", "The Korea Herald")}),
        ("What fortune did he make in those times?", {}),
        ("How many fell, according to TASS?", {"sources": ("TASS",)}),
        ("According to the Korea Herald, who fell?", {"sources": ("The Korea Herald",)}),
        ("How many were missing as of June 18?", {}),  # it may have been told before
        ("Will the bank cut its rate in May?", {}),
        ("What happened last week?", {"since": date(2025, 6, 9), "until": date(2025, 6, 15)}),
        ("What happened in November 2023?", {"since": date(2023, 11, 1), "until": date(2023, 11, 30)}),
        ("What has Kim said since Monday?", {"since": date(2025, 6, 16)}),
        ("What was said before June 18?", {"until": date(2025, 6, 17)}),
        ("When will the plant open in 2027?", {}),  # what lies ahead is told before it comes
        ("What came of last week's vote?", {}),  # the time names the vote
        ("What did he sell in May, and what in June?", {}),  # two times: neither excludes the other
        ("What happened in the past three days?", {"since": date(2025, 6, 18), "until": date(2025, 6, 21)}),
        ("What happened in the week of 2 June?", {"since": date(2025, 6, 2), "until": date(2025, 6, 8)}),
        ("What did TASS say until 5 June 2025?", {"sources": ("TASS",), "until": date(2025, 6, 5)}),
        ("What had TASS reported by 5 June 2025?", {"sources": ("TASS",), "until": date(2025, 6, 5)}),
        ("What happened up to June 5?", {"until": date(2025, 6, 5)}),
        ("Who was mayor until 2020?", {}),  # told after it, as what is due by a day may be told whenever
        ("Which tax has to be paid by June 5?", {}),
        ("what happened in november 2023", {"since": date(2023, 11, 1), "until": date(2023, 11, 30)}),
        ("what did yonhap say on monday", {"sources": ("Yonhap News Agency",)} | dict.fromkeys(BOUNDS, MONDAY)),
        ("what happened in may", {"since": date(2025, 5, 1), "until": date(2025, 5, 31)}),
        ("what may 20 sappers do, and how many march since 2024", {"since": date(2024, 1, 1)}),
        ("What happened in early May 2025?", {"since": date(2025, 5, 1), "until": date(2025, 5, 16)}),
        ("What happened in mid-May?", {"since": date(2025, 5, 8), "until": date(2025, 5, 24)}),
        ("What happened since late May?", {"since": date(2025, 5, 16)}),
        ("What happened after June 5?", {"since": date(2025, 6, 6)}),
        ("What happened after the June 5 vote?", {"since": date(2025, 6, 5)}),  # it is told that day
        ("What happened after May?", {"since": date(2025, 5, 1)}),
        ("What did TASS and the Korea Herald say?", {"sources": ("TASS", "The Korea Herald")}),
        ("what did yonhap or tass report", {"sources": ("Yonhap News Agency", "TASS")}),
        ("What do German-language articles say?", {"language": "de"}),
        ("What is the latest on the strike?", {"latest": True}),
        ("Who chairs the council now?", {"latest": True}),
        ("How many houses have been rebuilt so far?", {"latest": True}),
        ("What is the current price?", {"latest": True}),
        ("Why did the dam go so far over budget now that it stands?", {}),
        ("Who currently owned the ship in 1990?", {"since": date(1990, 1, 1), "until": date(1990, 12, 31)}),
    ],
)
def test_what_is_read_from_a_question(question: str, expected: dict[str, Any]) -> None:
    assert asked(question) == expected


def test_an_event_bounds_the_time_only_where_its_day_is_known() -> None:
    assert asked("What did Seoul say before the summit?") == {}
    assert asked("What did Seoul say before the summit?", DAY) == {"until": DAY - timedelta(days=1)}
    assert asked("What changed after the summit in Ostrel?", DAY) == {"since": DAY}
    assert asked("What was said in the run-up to the summit?", DAY) == {"until": DAY - timedelta(days=1)}


def test_a_bound_cuts_a_time_that_has_a_beginning_and_an_end() -> None:
    may = {"since": date(2025, 5, 1), "until": date(2025, 5, 31)}
    question = "What did Seoul say last month about the pact before the summit?"
    assert asked(question, date(2025, 5, 10)) == may | {"until": date(2025, 5, 9)}
    assert asked(question, date(2025, 6, 10)) == may
    assert asked(question, date(2025, 4, 10)) == {}
    assert asked("What happened last month after the summit?", date(2025, 5, 10)) == may | {"since": date(2025, 5, 10)}
    assert asked("What happened last month, and what did Seoul say before the summit?", date(2025, 5, 10)) == {}


def test_newest_first_by_hand() -> None:
    # .90 and .88 are near-equal and change places; .80 is not near .90, however new
    assert newest_first(np.array([0.9, 0.88, 0.8]), [1, 2, 9]).tolist() == [0.88, 0.9, 0.8]
    assert newest_first(np.array([0.5, 0.5]), [0, 1]).tolist() == [0.5, 0.5]


ARTICLES = (
    NewArticle("Bridge closes", "The old bridge at Ostrel closes for repairs.", "Ledger", date(2025, 5, 5)),
    NewArticle("Bridge opens", "The old bridge at Ostrel is open again.", "Harbour Business", date(2025, 6, 12)),
    NewArticle("Bridge costs", "The bridge at Ostrel cost 4 million, the Ledger reported.", "Wire", date(2025, 6, 20)),
    NewArticle("Ferry full", "A ferry at Ostrel was full in the first week of April 2024.", "Ledger", date(2024, 9, 1)),
    NewArticle("Bridge song", "A song about the bridge at Ostrel is popular.", "Wire"),
)


@pytest.fixture(scope="module")
def ostrel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rag]:
    with Rag.open(tmp_path_factory.mktemp("ostrel")) as rag:
        rag.add(ARTICLES, name="ostrel")
        yield rag


def titles(rag: Rag, question: str, filters: Filters | None = None) -> set[str]:
    return {p.article.title for p in rag.search(question, filters=filters, as_of=DAY)}


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(sources=("ledger",)), {"Bridge closes", "Ferry full"}),
        (Filters(sources=("The Ledger", "Wire")), {"Bridge closes", "Ferry full", "Bridge costs", "Bridge song"}),
        (Filters(since=date(2025, 6, 12)), {"Bridge opens", "Bridge costs"}),
        (Filters(until=date(2025, 5, 5)), {"Bridge closes", "Ferry full"}),
        (Filters(since=date(2025, 5, 1), until=date(2025, 5, 31)), {"Bridge closes"}),
        (Filters(sources=("Wire",), since=date(2025, 1, 1)), {"Bridge costs"}),
    ],
)
def test_what_is_given_holds_strictly(ostrel: Rag, filters: Filters, expected: set[str]) -> None:
    assert titles(ostrel, "the bridge at Ostrel", filters) == expected
    assert ostrel.search("the bridge at Ostrel", filters=filters).scope.filters == filters


def test_articles_and_language_are_filters(ostrel: Rag) -> None:
    one = ostrel.articles()[2]
    assert titles(ostrel, "Ostrel", Filters(articles=(one.id,))) == {one.title}
    found = ostrel.search("Ostrel", filters=Filters(language="de"))
    assert found.scope.widened == Filters(language="de")  # none of these short texts tells its language


def test_what_is_read_keeps_what_names_the_outlet_or_speaks_of_the_time(ostrel: Rag) -> None:
    found = ostrel.search("What did the Ledger say about Ostrel?", as_of=DAY)
    assert {p.article.title for p in found} == {"Bridge closes", "Ferry full", "Bridge costs"}
    (reading,) = found.scope.read
    assert reading.words == "Ledger"
    assert found.scope.filters.sources == ("Ledger",)
    assert titles(ostrel, "What was full at Ostrel in April 2024?") >= {"Ferry full", "Bridge song"}
    assert "Bridge opens" not in titles(ostrel, "What was full at Ostrel in April 2024?")


def test_an_outlet_is_named_by_words_of_its_own(tmp_path: Path) -> None:
    articles = (
        NewArticle("Fire in Ostrel", "The mayor of Ostrel spoke of the fire on the quay.", "AP"),
        NewArticle("Trains late", "Trains to the capital were late after the fire at Ostrel.", "Wire"),
        NewArticle("Fire counted", "The fire at Ostrel cost two lives, AP reported.", "Wire"),
    )
    with Rag.open(tmp_path) as rag:
        rag.add(articles, name="fire")
        assert titles(rag, "What did AP say about the fire in Ostrel?") == {"Fire in Ostrel", "Fire counted"}


def test_filters_may_be_lists(ostrel: Rag) -> None:
    listed = Filters(sources=["Ledger"])  # type: ignore[arg-type]
    assert titles(ostrel, "the bridge at Ostrel", listed) == {"Bridge closes", "Ferry full"}


def test_a_reading_can_be_taken_back_and_what_is_given_wins(ostrel: Rag) -> None:
    question = "What did the Ledger say about Ostrel last week?"
    assert len(titles(ostrel, question, Filters(read=False))) == len(ARTICLES)
    scope = ostrel.search(question, filters=Filters(sources=("Wire",)), as_of=DAY).scope
    assert scope.filters.sources == ("Wire",)
    assert [r.words for r in scope.read] == ["last week"]


def test_nothing_found_widens_and_says_so(ostrel: Rag) -> None:
    nobody = Filters(sources=("Nobody",))
    found = ostrel.search("Ostrel", filters=nobody)
    assert len(found) == len(ARTICLES)
    assert (found.scope.filters, found.scope.widened) == (Filters(), nobody)
    ledger = Filters(sources=("Ledger",))
    found = ostrel.search("What has been said of Ostrel since June 14?", filters=ledger, as_of=DAY)
    assert {p.article.source for p in found} == {"Ledger"}  # what was read is given up first
    assert (found.scope.filters, found.scope.read) == (ledger, ())
    assert found.scope.widened == Filters(since=date(2025, 6, 14))


def test_an_answer_and_its_events_carry_the_scope(ostrel: Rag) -> None:
    given = Filters(sources=("Ledger",))
    events = list(ostrel.stream("What closes for repairs?", filters=given, as_of=DAY))
    retrieved, completed = events[0], events[-1]
    assert isinstance(retrieved, Retrieved)
    assert isinstance(completed, Completed)
    assert retrieved.scope == completed.answer.scope
    assert completed.answer.filters == given


def test_the_day_of_an_event_is_looked_up(tmp_path: Any) -> None:
    summit = "The summit in Ostrel was held on June 10, 2025, officials said."
    with Rag.open(tmp_path) as rag:
        rag.add(
            [
                NewArticle("Summit", summit, "Ledger", date(2025, 6, 11)),
                NewArticle("Talks fail", "Seoul called the talks a failure.", "Wire", date(2025, 6, 15)),
                NewArticle("Talks ahead", "Seoul called the talks a chance.", "Wire", date(2025, 6, 5)),
            ],
            name="summit",
        )
        found = rag.search("What did Seoul call the talks before the summit?", as_of=DAY)
        assert found.scope.filters.until == date(2025, 6, 9)
        assert "Talks fail" not in {p.article.title for p in found}
        assert "Talks ahead" in {p.article.title for p in found}


def test_filters_that_cannot_hold_are_refused(ostrel: Rag) -> None:
    with pytest.raises(ClipdeskError, match="after until"):
        ostrel.search("Ostrel", filters=Filters(since=DAY, until=date(2025, 1, 1)))
    with pytest.raises(ClipdeskError, match="as a tuple"):
        ostrel.search("Ostrel", filters=Filters(sources="Wire"))  # type: ignore[arg-type]


def test_filters_are_taken_in_other_words_and_types(ostrel: Rag) -> None:
    def taken(**given: Any) -> Filters:
        return checked(Filters(**given), ostrel._store.truth)

    assert [taken(language=name).language for name in ("EN", "english", "German", " ")] == ["en", "en", "de", None]
    assert taken(sources=("Ledger News", "wire")).sources == ("Ledger", "wire")
    assert taken(sources=("", " "), articles=None) == Filters()
    assert taken(since="2024-11-01", until=datetime(2024, 11, 5, 8)) == Filters(
        since=date(2024, 11, 1), until=date(2024, 11, 5)
    )
    assert titles(ostrel, "the bridge at Ostrel", Filters(sources=("Ledger News",))) == {"Bridge closes", "Ferry full"}
    scopes = [ostrel.search("What happened last week?", as_of=day).scope for day in ("2025-06-21", DAY)]
    assert scopes[0] == scopes[1]


@pytest.mark.parametrize(
    ("filters", "message"),
    [
        (Filters(articles=("nope",)), 'no article has the id "nope": .* lists the ids'),
        (Filters(language="klingon"), '"klingon" is no language .* such as "en"'),
        (Filters(since="soon"), 'since "soon" is no date: .* YYYY-MM-DD'),  # type: ignore[arg-type]
        ({"sources": ("Ledger",)}, "write filters=Filters"),
    ],
)
def test_filters_that_cannot_be_meant_are_refused(ostrel: Rag, filters: Any, message: str) -> None:
    with pytest.raises(ClipdeskError, match=message):
        ostrel.search("Ostrel", filters=filters)
    with pytest.raises(ClipdeskError, match=message):
        ostrel.ask("What closes at Ostrel?", filters=filters)


def test_the_command_line_says_what_it_kept_to(tmp_path: Any) -> None:
    with Rag.open(tmp_path) as rag:
        rag.add(ARTICLES, name="ostrel")
    question = "What did the Ledger say about Ostrel?"
    ran = CliRunner().invoke(app, ["search", question, "--data", str(tmp_path), "--json"])
    assert {found["article"]["source"] for found in json.loads(ran.stdout)} == {"Ledger", "Wire"}
    assert "--no-read searches all" in ran.stderr
    ran = CliRunner().invoke(app, ["search", question, "--source", "wire", "--data", str(tmp_path), "--json"])
    assert {found["article"]["source"] for found in json.loads(ran.stdout)} == {"Wire"}
    ran = CliRunner().invoke(app, ["search", question, "--since", "2030-01-01", "--no-read", "--data", str(tmp_path)])
    assert "searched without them" in ran.stderr


def test_the_command_line_takes_articles_a_language_and_a_day_of_asking(tmp_path: Any) -> None:
    german = "Die alte Brücke in Ostrel wird im Herbst wieder geöffnet, wie die Stadt am Montag mitteilte. " * 4
    with Rag.open(tmp_path) as rag:
        rag.add([*ARTICLES, NewArticle("Brücke in Ostrel", german, "Wire")], name="ostrel")
        one, *_ = [a for a in rag.articles() if a.source == "Wire"]

    def search(*words: str) -> tuple[list[dict[str, Any]], str]:
        ran = CliRunner().invoke(app, ["search", "Ostrel", *words, "--data", str(tmp_path), "--json"])
        return [found["article"] for found in json.loads(ran.stdout)], ran.stderr

    assert {a["id"] for a in search("--article", one.id)[0]} == {one.id}
    assert [a["language"] for a in search("--language", "de")[0]] == ["de"]
    assert "searched without them" in search("--language", "fr")[1]
    for asked, day in (("2025-06-28", "2025-06-16"), ("2025-07-05", "2025-06-23")):
        question = ["ask", "What happened at Ostrel last week?", "--as-of", asked, "--data", str(tmp_path), "--json"]
        answer = json.loads(CliRunner().invoke(app, [*question, "--mode", "quote"]).stdout)
        assert answer["as_of"] == asked
        filters = answer["scope"]["widened"] or answer["scope"]["filters"]
        assert filters["since"] == day


def test_a_filter_finds_what_it_admits_though_all_the_best_are_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rag.keeping.FEW", 2)  # as if they were many
    monkeypatch.setattr("rag.search.DEEP", 4)
    monkeypatch.setattr("rag.search.POOL", 4)
    loud = [NewArticle(f"Ferry strike {n}", f"The ferry strike goes on, day {n}.", source="Beta") for n in range(12)]
    quiet = [NewArticle(f"Sailors {n}", f"Sailors of boat {n} went back to work.", source="Alpha") for n in range(4)]
    with Rag.open(tmp_path / "data", settings=load_settings(mode="quote")) as rag:
        rag.add([*loud, *quiet], name="all")
        found = rag.search("How does the ferry strike go on?", filters=Filters(sources=("Alpha",)))
        assert {p.article.source for p in found} == {"Alpha"}
        assert len(found) == len(quiet)
        assert found.scope == Scope(Filters(sources=("Alpha",)))
        asked = rag.search("What did Alpha say of the ferry strike?", k=3)
        assert {p.article.source for p in asked} == {"Alpha"}
        assert asked.scope.widened is None


def test_the_times_that_were_read_are_given_up_first(ostrel: Rag) -> None:
    found = ostrel.search("What did the Ledger say of Ostrel in November 1999?", as_of=DAY)
    assert {p.article.title for p in found} == {"Bridge closes", "Ferry full", "Bridge costs"}  # which names the Ledger
    assert found.scope.filters == Filters(sources=("Ledger",))
    assert found.scope.widened == Filters(since=date(1999, 11, 1), until=date(1999, 11, 30))


def test_the_newer_of_two_that_are_worded_alike_wins(tmp_path: Path) -> None:
    told = "The Norre fire has killed {} people, police said."
    articles = [
        NewArticle("Fire", told.format(12), published=date(2025, 3, 1)),
        NewArticle("Fire", told.format(19), published=date(2025, 3, 4)),
        *(NewArticle(f"Other {n}", f"The council of town {n} met on taxes.", published=DAY) for n in range(3)),
    ]
    with Rag.open(tmp_path / "data", settings=load_settings(mode="quote")) as rag:
        rag.add(articles, name="all")
        first, second, *_ = rag.search("What is the latest toll of the Norre fire?", as_of=DAY)
        assert ("19" in first.text, "12" in second.text) == (True, True)
        assert first.score - second.score < 0.05


def test_several_articles_are_heard(tmp_path: Path) -> None:
    blog = "\n\n".join(
        f"Update {n}: the Varland ferry strike goes on, said the Varland ferry union." for n in range(44)
    )
    others = ("The Varland ferry strike cost 3 million.", "The Varland ferry strike ended on Friday.")
    with Rag.open(tmp_path / "data", settings=load_settings(mode="quote")) as rag:
        rag.add(
            [NewArticle("Varland ferry strike, live", blog), *(NewArticle("Strike", text) for text in others)],
            name="all",
        )
        found = rag.search("What is known about the Varland ferry strike?", k=6)
        assert set(others) <= {p.text for p in found}
