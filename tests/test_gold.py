"""The gold file and the sample page: fit for use, honest in their mix, and valid on the page that was retold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from evals.checks import locate, problems
from evals.cli import app
from evals.floors import read_floors
from evals.gold import Gold, GoldError, gold_files, read_gold
from evals.matching import accepts
from rag import Article

ROOT = Path(__file__).parent.parent
FILES = gold_files(ROOT / "evals" / "gold")
PAGE = ROOT / "samples" / "pyongyang.txt"
SEED = ROOT.parent / "shared" / "seed" / "page.txt"
with_seed = pytest.mark.skipif(not SEED.exists(), reason="the page that the sample retells is not beside this checkout")


@pytest.fixture(scope="module")
def gold() -> Gold:
    return read_gold(ROOT / "evals" / "gold" / "pyongyang.yaml")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_gold_files_have_no_problem(path: Path) -> None:
    gold = read_gold(path)
    assert problems(gold, (ROOT / "samples" / gold.page).read_text(encoding="utf-8")) == ()


def test_the_mix_of_questions(gold: Gold) -> None:
    questions = gold.questions
    unanswerable = [question for question in questions if not question.answerable]
    assert len(questions) >= 60
    assert 0.25 <= len(unanswerable) / len(questions) <= 0.4
    assert 0.55 <= sum(question.split == "dev" for question in questions) / len(questions) <= 0.65
    assert len({question.category for question in questions}) == 9
    for split in ("dev", "test"):
        assert {question.answerable for question in questions if question.split == split} == {True, False}


def test_questions_are_not_copied_from_the_page(gold: Gold) -> None:
    page = shingles(PAGE.read_text(encoding="utf-8"), size=7)
    for question in gold.questions:
        assert not shingles(question.asked, size=7) & page, question.id


def shingles(text: str, *, size: int) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+(?:[,.][0-9]+)*", text.lower())
    return {tuple(words[at : at + size]) for at in range(len(words) - size + 1)}


@with_seed
def test_no_sentence_of_the_original_is_in_the_sample() -> None:
    original, sample = SEED.read_text(encoding="utf-8"), PAGE.read_text(encoding="utf-8")
    assert shingles(original, size=8) & shingles(sample, size=8) == set()


@with_seed
def test_every_number_of_the_original_is_in_the_sample() -> None:
    numbers = [
        set(re.findall(r"\d[\d,.]*\d|\d{2,}", path.read_text(encoding="utf-8").split("app-store")[0]))
        for path in (SEED, PAGE)
    ]
    assert numbers[0] == numbers[1]


def stories(page: Path, gold: Gold) -> dict[str, str]:
    """The page cut where its aggregator repeats the outlet: crude, and enough to look a fact up."""
    main, related = page.read_text(encoding="utf-8").split("Related Articles")
    return dict(zip(gold.articles, [main, *related.split("• Korea Herald\n")[1:]], strict=True))


@with_seed
def test_vital_facts_are_found_in_the_original_page(gold: Gold) -> None:
    texts = stories(SEED, gold)
    for question in gold.questions:
        for fact in question.facts:
            aliases = {evidence.article for evidence in fact.evidence}
            assert any(accepts(fact.match, texts[alias]) for alias in aliases), f"{question.id}: {fact.statement}"


def test_facts_are_not_found_in_stories_without_their_evidence(gold: Gold) -> None:
    """A matcher that takes a story without evidence is too loose to tell a wrong citation."""
    texts = stories(PAGE, gold)
    loose = [
        (question.id, alias)
        for question in gold.questions
        for fact in question.facts
        for alias in set(gold.articles) - {evidence.article for evidence in fact.evidence}
        if accepts(fact.match, texts[alias])
    ]
    assert loose == []


def raw(gold: Gold) -> dict[str, Any]:
    return gold.model_dump(mode="json", exclude_none=True)


def edited(gold: Gold, **changes: Any) -> Gold:
    """The gold file with changes to its first question."""
    value = raw(gold)
    value["questions"][0].update(changes)
    return Gold.model_validate(value)


def test_problems_are_named(gold: Gold) -> None:
    page = PAGE.read_text(encoding="utf-8")
    fact = raw(gold)["questions"][0]["facts"][0]
    quote = {"article": "shoigu", "quote": "never printed: 1,000 sappers"}
    cases = {
        "not verbatim": edited(gold, facts=[{**fact, "evidence": [quote]}]),
        "rejects its own evidence": edited(gold, facts=[{**fact, "match": {"quote": "no such words"}}]),
        "stands in the evidence": edited(gold, facts=[{**fact, "reject": ["1,000 sappers"]}]),
        "id is used 2 times": edited(gold, id=gold.questions[1].id),
        "does not list": edited(gold, facts=[{**fact, "evidence": [{**fact["evidence"][0], "article": "ghost"}]}]),
        "is not used": Gold.model_validate({**raw(gold), "articles": [*gold.articles, "spare"]}),
        "no unanswerable": Gold.model_validate({**raw(gold), "questions": raw(gold)["questions"][:9]}),
        "no answerable": Gold.model_validate(
            {**raw(gold), "questions": [item for item in raw(gold)["questions"] if item["expect"] == "refuse"]}
        ),
    }
    for words, broken in cases.items():
        assert any(words in problem for problem in problems(broken, page)), words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("expect: answer\n    facts: []", "needs a vital fact"),
        ("expect: refuse", "reason"),
        ("expect: refuse\n    reason: x\n    colour: red", "colour"),
        ("expect: maybe", "expect"),
        ("expect: refuse\n    reason: x\n    turns: [a, b]", "not both"),
    ],
)
def test_a_wrong_file_is_refused_with_the_place(tmp_path: Path, change: str, words: str) -> None:
    path = tmp_path / "gold.yaml"
    path.write_text(
        "page: p.txt\ncaptured: 2025-06-21\narticles: [a]\nquestions:\n"
        f"  - id: first-one\n    ask: why\n    category: lookup\n    split: dev\n    {change}\n",
        encoding="utf-8",
    )
    with pytest.raises(GoldError, match=words) as error:
        read_gold(path)
    assert "questions.first-one" in str(error.value)


def test_evidence_is_located_by_offsets(gold: Gold) -> None:
    texts = stories(PAGE, gold)
    articles = [Article(name, name, None, None, None, None, None, None, text) for name, text in texts.items()]
    located = locate(gold, articles, own_page=True)
    assert located.places
    for evidence, place in located.places.items():
        assert texts[place.alias][place.start : place.end] == evidence.quote
    with pytest.raises(GoldError, match="3 articles"):
        locate(gold, articles[:3], own_page=True)


def test_floors_file_is_sound(tmp_path: Path) -> None:
    floors = read_floors(ROOT / "evals" / "floors.yaml").root
    assert (floors["quote"]["question_pass"].min or 0) >= 0.7
    assert floors["quote"]["citation_validity"].min == 1.0
    (tmp_path / "floors.yaml").write_text("quote:\n  speed: {min: 1}\n")
    with pytest.raises(GoldError, match="speed"):
        read_floors(tmp_path / "floors.yaml")


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "--split", "most"],
        ["run", "--page", "p.txt"],
        ["run", "--page", "missing.txt", "--captured", "2025-06-21"],
        ["run", "--gold", "no-such-folder"],
        ["validate", "--gold", "no-such-folder"],
        ["run", "--limit", "1", "--out", str(PAGE)],  # a file is where the folder should be
    ],
)
def test_bad_usage_is_exit_2(arguments: list[str]) -> None:
    assert CliRunner().invoke(app, arguments).exit_code == 2


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(app, ["run", "--limit", "1", *arguments])
    return result.exit_code, result.stdout


def test_a_run_from_end_to_end(tmp_path: Path) -> None:
    code, printed = run("--json", "--out", str(tmp_path))
    document = json.loads(printed)  # one document, and nothing else on standard output
    assert code == (0 if document["passed"] else 1)
    assert document["metrics"]["question_pass"]["n"] == 1
    assert document["metrics"]["refusal_recall"]["value"] is None  # nothing to judge is not a zero
    assert set(document["sentinels"]) == {"copy-top-passage", "cite-everything"}
    (row,) = [json.loads(line) for line in (tmp_path / "results.jsonl").read_text(encoding="utf-8").splitlines()]
    assert row["id"] == document["rows"][0]["id"]
    assert row["fingerprint"]["embedding"]


@with_seed
def test_a_run_on_another_page_with_the_same_stories() -> None:
    code, printed = run("--page", str(SEED), "--captured", "2025-06-21")
    assert code in (0, 1)
    assert "quote mode, 1 questions" in printed


def test_an_unreachable_endpoint_is_not_a_zero(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    code, printed = run("--mode", "llm")
    assert code == 3
    assert "not scored sappers-count" in printed


def test_llm_mode_without_an_endpoint_cannot_be_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_BASE_URL", "OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    assert run("--mode", "llm")[0] == 3
