"""Drafts for review, and the judge that settles what the scorer left open."""

from __future__ import annotations

import json
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from evals.cli import app
from evals.drafts import from_feedback, from_pages
from evals.folder import RunError
from evals.gold import Gold, GoldError
from evals.judge import Calibration, Judge, OpenFact, read_calibration, read_labels, read_reply
from evals.matchers import Match
from evals.matching import accepts
from rag import Answer, Article, Feedback, Rag, Turn, load_settings
from tests.conftest import CAPTURED, ROOT, SAMPLE
from tests.fake_llm import Reply, fake_llm


def evals(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, list(arguments))
    return result.exit_code, result.output


def test_drafts_from_pages_are_gold_files_in_the_making(desk: Rag) -> None:
    (page,) = from_pages({"news/pyongyang.txt": desk.articles()}, limit=4)
    texts = dict(zip(page["articles"], (article.text for article in desk.articles()), strict=True))
    kinds = set()
    for draft in page["questions"]:
        (fact,) = draft["facts"]
        (evidence,) = fact["evidence"]
        assert draft["draft"] is True
        assert evidence["quote"] in texts[evidence["article"]]
        assert accepts(Match.model_validate(fact["match"]), evidence["quote"])
        kinds |= set(fact["match"])
    assert kinds == {"number", "date", "quote"}
    reviewed = [{k: v for k, v in q.items() if k not in ("draft", "todo")} for q in page["questions"]]
    gold = Gold.model_validate({**page, "questions": reviewed})
    assert (gold.page, str(gold.captured), len(gold.articles)) == ("news/pyongyang.txt", CAPTURED, 4)
    assert 8 <= len(gold.questions) <= 16


def article(title: str, text: str) -> Article:
    return Article(title, title, None, None, None, None, None, None, text)


def test_aliases_and_ids_of_drafts_are_never_the_same() -> None:
    text = "The town has 14 schools. It has 15 mills."
    titles = {"a.txt": ["Town news", "서울"], "b.txt": ["Town news", "평양"]}
    pages = from_pages({page: [article(t, text) for t in found] for page, found in titles.items()}, limit=5)
    assert [page["articles"] for page in pages] == [["town-news", "article"], ["town-news-2", "article-2"]]
    ids = [draft["id"] for page in pages for draft in page["questions"]]
    assert len(set(ids)) == len(ids) == 8


@pytest.mark.parametrize(
    ("sentence", "match"),
    [
        ("The bridge opened on 3 March 2024.", {"date": "2024-03-03"}),
        ("The bridge opened on 2024-03-03.", {"date": "2024-03-03"}),
        ("The bridge opened in March 2024.", {"date": "2024-03"}),
        ("The bridge opened on February 31, 2024.", None),
        ("It cost $4.5 million in all.", {"number": "4500000", "unit": ["dollar"]}),
        ("Turnout fell by 12 percent in the north.", {"number": "12", "unit": ["percent"]}),
        ("Turnout fell by 12% of voters.", {"number": "12", "unit": ["percent"]}),
        ("The town has 1,400 schools.", {"number": "1400", "context": ["schools"]}),
        ("“We will build the bridge,” said Maria Kemp.", {"quote": "Maria Kemp"}),
        ("“The Crown will build the bridge,” the mayor said Monday.", {"quote": "somebody"}),
        ("“We will build the bridge,” said Friday the mayor.", {"quote": "somebody"}),
        ("“We will build the bridge,” the mayor on Friday said.", {"quote": "somebody"}),
        ("“We will build the bridge,” said April Kemp.", {"quote": "April Kemp"}),
    ],
)
def test_what_drafts_find_in_a_sentence(sentence: str, match: dict[str, Any] | None) -> None:
    pages = from_pages({"a.txt": [article("News", sentence)]}, limit=5)
    if match is None:
        assert pages == []
        return
    (draft,) = pages[0]["questions"]
    (kind, wanted), *more = match.items()
    found = draft["facts"][0]["match"][kind]
    assert draft["ask"].endswith(f"quote {wanted}?") if kind == "quote" else found["value"] == wanted
    assert all(found[key] == value for key, value in more)


def test_a_draft_cuts_the_amount_alone() -> None:
    (page,) = from_pages({"a.txt": [article("News", "The tax rose to 12% in areas such as Ostrel.")]}, limit=5)
    (draft,) = page["questions"]
    assert draft["ask"] == "What percentage, in “News”: The tax rose to … in areas such as Ostrel."
    assert draft["facts"][0]["statement"] == "12%"


def test_draft_writes_a_file_that_no_run_reads_and_never_overwrites(tmp_path: Path) -> None:
    out = tmp_path / "drafts" / "mine.yaml"
    arguments = ["draft", str(ROOT / "samples"), "--captured", CAPTURED, "--out", str(out), "--limit", "2"]
    code, printed = evals(*arguments)
    assert code == 0, printed
    assert out.read_text("utf-8").startswith("# DRAFTS")
    pages = yaml.safe_load(out.read_text("utf-8"))["drafts"]
    assert sum(len(page["questions"]) for page in pages) >= 10
    assert evals(*arguments)[0] == 2  # it may hold edits
    assert evals("validate", "--gold", str(out.parent))[0] == 2


def test_draft_reads_all_formats_and_leaves_out_what_it_cannot_read(tmp_path: Path) -> None:
    (tmp_path / "pages").mkdir()
    page = tmp_path / "pages" / "a.html"
    body = "<p>The mayor opened 14 schools on June 19, 2024, in the north of the town.</p>" * 3
    page.write_text(f"<html><body><article><h1>Schools open in town</h1>{body}</article></body></html>")
    (tmp_path / "pages" / "b.txt").write_text("")
    code, printed = evals("draft", str(tmp_path / "pages"), "--out", str(tmp_path / "folder.yaml"))
    assert code == 0, printed
    assert [line for line in printed.splitlines() if "left out" in line and "b.txt" in line]
    assert "schools" in (tmp_path / "folder.yaml").read_text("utf-8")
    assert evals("draft", str(page), "--out", str(tmp_path / "page.yaml"))[0] == 0
    assert "schools" in (tmp_path / "page.yaml").read_text("utf-8")
    code, printed = evals("draft", str(page), "--out", str(page / "below" / "a.yaml"))
    assert (code, "Not a directory: check the path" in printed) == (2, True)
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "b.txt").write_text("")
    code, printed = evals("draft", str(tmp_path / "bad"), "--out", str(tmp_path / "none.yaml"))
    assert (code, "b.txt" in printed, "no page could be read" in printed) == (2, True, True)
    (tmp_path / "empty").mkdir()
    assert evals("draft", str(tmp_path / "empty"), "--out", str(tmp_path / "none.yaml"))[0] == 2


def test_feedback_becomes_drafts(tmp_path: Path) -> None:
    with Rag.open(tmp_path / "data") as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        answer = rag.ask("How many sappers is Pyongyang sending?")
        rag.add_feedback(answer.question, answer.text, "right")
        rag.add_feedback("Who pays?", "The articles do not say.", "missing", "Look again.")
        drafts = from_feedback(rag.feedback(), rag.articles())
    out = tmp_path / "drafts.yaml"
    assert evals("new", "--from-feedback", "--data", str(tmp_path / "data"), "--out", str(out))[0] == 0
    assert yaml.safe_load(out.read_text("utf-8"))["drafts"] == drafts
    right, missing = drafts
    quotes = [evidence["quote"] for fact in right["facts"] for evidence in fact["evidence"]]
    assert answer.citations[0].quote in quotes
    assert (missing["facts"], missing["note"], missing["draft"]) == ([], "Look again.", True)


def test_a_refusal_a_follow_up_and_a_second_mark_become_drafts_of_their_kind(tmp_path: Path) -> None:
    data, out = tmp_path / "data", tmp_path / "drafts.yaml"
    with Rag.open(data) as rag:
        rag.ingest(SAMPLE, captured=CAPTURED)
        first = rag.ask("How many sappers is Pyongyang sending?")
        kept = rag.history.save(first)
        later = rag.ask("And how many builders?", history=[Turn(first.question, first.text)])
        refused = rag.ask("What is the price of tea in Lisbon?")
        assert refused.status == "refused"
        for said in (later, refused):
            rag.history.save(said, conversation=kept.conversation)
        rag.add_feedback(first.question, first.text, "right")
        rag.add_feedback(first.question, first.text, "wrong")
        for said in (later, refused):
            rag.add_feedback(said.question, said.text, "right")
        rag.add_feedback("Who pays?", "The articles do not say.", "right")
    assert evals("new", "--from-feedback", "--data", str(data), "--out", str(out))[0] == 0
    right, wrong, follow_up, *silent = yaml.safe_load(out.read_text("utf-8"))["drafts"]
    assert "feedback-2 (wrong)" in right["todo"]
    assert "feedback-1 (right)" in wrong["todo"]
    assert (follow_up["turns"], follow_up["category"]) == ([first.question, later.question], "followup")
    assert [draft["ask"] for draft in silent] == [refused.question, "Who pays?"]
    for draft in silent:
        assert (draft["category"], draft["expect"]) == ("unanswerable", "refuse")
        assert "otherwise" not in draft["todo"]
        assert {"reason", "near_miss"} < set(draft)


def test_follow_ups_of_other_conversations_are_not_marked_otherwise() -> None:
    day = datetime(2025, 6, 21, tzinfo=UTC)
    said = [Answer(q, "answered", q, (), (), "quote") for q in ("Who went?", "Who came?")]
    later = [Answer("And when?", "answered", text, (), (), "quote", asked="x") for text in ("On Monday.", "In May.")]
    marks = [
        Feedback(later[0].question, later[0].text, "right", "", day),
        Feedback(later[1].question, later[1].text, "wrong", "", day),
    ]
    drafts = from_feedback(marks, [], asked=list(zip(said, later, strict=True)))
    assert [draft["turns"][0] for draft in drafts] == ["Who went?", "Who came?"]
    assert not any("Marked otherwise" in draft["todo"] for draft in drafts)


def test_a_whole_question_behind_and_is_no_follow_up() -> None:
    first = Answer("Who went?", "answered", "Holm.", (), (), "quote", asked="Who went?")
    own = "What did Lena Brandt announce?"
    second = Answer("And what did Lena Brandt announce?", "answered", "A vote. [1]", (), (), "quote", asked=own)
    mark = Feedback(second.question, second.text, "right", "", datetime(2025, 6, 21, tzinfo=UTC))
    (draft,) = from_feedback([mark], [], asked=[(first, second)])
    assert (draft["ask"], draft["category"]) == (second.question, "lookup")


def test_without_feedback_nothing_is_made(tmp_path: Path) -> None:
    empty, data, out = tmp_path / "empty", tmp_path / "data", tmp_path / "drafts" / "mine.yaml"
    empty.mkdir()
    assert evals("new", "--from-feedback", "--data", str(empty), "--out", str(out))[0] == 2
    assert list(empty.iterdir()) == []
    Rag.open(data).close()
    code, printed = evals("new", "--from-feedback", "--data", str(data), "--out", str(out))
    assert (code, "not written" in printed, out.parent.exists()) == (0, True, False)


FACT = OpenFact("q", 1, "How many?", "About a thousand of them go.", "1,000 sappers.")


@pytest.mark.parametrize(
    ("said", "state", "why"),
    [
        ('{"q": {"1": {"verdict": "stated", "span": "a thousand of them"}}}', "stated", ""),
        ('{"q": {"1": {"verdict": "absent", "span": ""}}}', "absent", ""),
        ('```json\n{"q": {"1": {"verdict": "absent", "span": ""}}}\n```\n', "absent", ""),
        ('```JSON\n{"q": {"1": {"verdict": "absent", "span": ""}}}\n```\n', "absent", ""),
        ('{"q": {"1": {"verdict": "stated", "span": "1,000 of them"}}}', "unscored", "the span is not in the answer"),
        ('{"q": {"1": {"verdict": "stated"}}}', "unscored", "the span is not in the answer"),
        ('{"other": {"1": {"verdict": "stated", "span": "a thousand"}}}', "unscored", "the reply leaves it out"),
        ('Sure! {"q": {}}', "unscored", "the reply is not the JSON asked for"),
        ('{"q": {"1": {"verdict": "maybe", "span": ""}}}', "unscored", "the reply is not the JSON asked for"),
    ],
)
def test_the_judge_must_copy_the_words(said: str, state: str, why: str) -> None:
    (settled,) = read_reply(said, [FACT])
    assert (settled.state, settled.why) == (state, why)
    assert len(read_reply(said, [FACT, replace(FACT, number=2)])) == 2


def test_no_judge_number_before_calibration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gold, run = tmp_path / "gold", str(tmp_path / "run")
    gold.mkdir()
    text = (ROOT / "evals" / "gold" / "pyongyang.yaml").read_text("utf-8").replace("must_pass", "tracked")
    (gold / "pyongyang.yaml").write_text(text, "utf-8")
    labels = tmp_path / "labels.yaml"
    labels.write_text("sappers-count: {1: stated}\nlabour-exports: {1: absent}\n")
    with fake_llm() as llm:
        monkeypatch.setenv("OPENAI_BASE_URL", llm.url)
        vague = "The South Korean official spoke of labour exports to Russia [1][2][3][4][5][6][7][8]."
        llm.replies = [Reply(("It sends 1,000 sappers [1].",)), Reply((vague,))]
        evals("run", "--gold", str(gold), "--limit", "2", "--mode", "llm", "--out", run)
        code, printed = evals("score", run, "--gold", str(gold), "--judge", "big-model")
        assert (code, "calibrate" in printed) == (2, True)

        said = {"sappers-count": {"1": {"verdict": "stated", "span": "1,000 sappers"}}}
        other = {"labour-exports": {"1": {"verdict": "absent", "span": ""}}}
        llm.replies = [Reply((json.dumps(said),)), Reply((json.dumps(other),))]
        common = ["--gold", str(gold), "--labels", str(labels), "--model", "big-model"]
        code, printed = evals("calibrate", run, *common)
        assert code == 0, printed
        assert "kappa 1.00 over 2 labels" in printed

        code, printed = evals("score", run, "--gold", str(gold), "--judge", "big-model")
        assert (code, "of both kinds" in printed) == (2, True)  # two labels show nothing
        monkeypatch.setattr("evals.judge.LEAST", 2)
        llm.replies = [Reply((json.dumps(other),))]
        _, printed = evals("score", run, "--gold", str(gold), "--judge", "big-model")
        assert "of 1 facts left open: 0 stated, 1 absent" in printed
        assert printed.index("kappa") < printed.index("facts left open")
        assert llm.asked[-1]["model"] == "big-model"
        assert evals("score", run, "--gold", str(gold), "--judge", "other-model")[0] == 2
        llm.replies = [Reply((json.dumps(said),)), Reply((json.dumps(other),))]
        kept = ["--cache-dir", str(tmp_path / "cache")]
        assert evals("calibrate", run, *common, *kept, "--cache", "record")[0] == 0
        asked = len(llm.asked)
        for command in (["calibrate", run, *common], ["score", run, "--gold", str(gold), "--judge", "big-model"]):
            result = CliRunner().invoke(app, [*command, *kept, "--cache", "replay", *["--json"] * ("score" in command)])
            assert "kappa 1.00" in result.output
        assert json.loads(result.stdout)["suite"] == "gold"  # one document alone; the judge is told of beside it
        assert "of 1 facts left open: 0 stated, 1 absent" in result.stderr
        assert len(llm.asked) == asked


@pytest.mark.parametrize(("n", "stated", "enough"), [(10, 5, True), (9, 5, False), (20, 20, False), (20, 0, False)])
def test_a_judge_is_held_to_enough_labels_of_both_kinds(n: int, stated: int, enough: bool, tmp_path: Path) -> None:
    judge = Judge(load_settings(mode="llm", model="m", openai_base_url="http://127.0.0.1:9/v1"))
    found = Calibration(judge=judge.name, kappa=1.0, n=n, stated=stated, agreed=n, unscored=0)
    (tmp_path / "calibration.json").write_text(found.model_dump_json())
    with nullcontext() if enough else pytest.raises(RunError, match="of both kinds"):
        assert read_calibration(tmp_path, judge) == found


@pytest.mark.parametrize("text", ["q: {1: perhaps}", "q: {}", "q: 3", "- 1"])
def test_wrong_labels_are_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "labels.yaml"
    path.write_text(text)
    with pytest.raises(GoldError, match="labels"):
        read_labels(path)
