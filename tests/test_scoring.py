"""The scorer, before anything is scored with it: hand-worked sums, and mutants of a right answer that must fail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from evals.checks import Located, locate
from evals.gold import Gold, Question
from evals.metrics import summarise
from evals.retrieval import RetrievalScore, score_ranks, score_retrieval
from evals.scoring import covered, score_answer
from evals.sentinels import cite_everything, copy_top_passage
from evals.stats import Rate
from rag import Answer, Article, Citation, Claim, Passage

WAR = "Kim decided to send 1,000 sappers and 5,000 builders, TASS said. They clear mines. Doo disagrees with Hong."
PEACE = (
    "The pact was signed on June 19, 2024. Along the front of 1,000 kilometres nothing moved. Kim sends 1,000 letters."
)


def article(name: str, text: str) -> Article:
    return Article(name, name, None, None, None, None, date(2025, 6, 21), None, text)


ARTICLES = (article("war-id", WAR), article("peace-id", PEACE))

QUESTION: dict[str, Any] = {
    "id": "sappers",
    "ask": "How many sappers?",
    "category": "lookup",
    "split": "dev",
    "expect": "answer",
    "facts": [
        {
            "importance": "vital",
            "statement": "1,000 sappers.",
            "match": {"number": {"value": 1000, "context": ["sapper"]}},
            "reject": ["6,000 sappers"],
            "evidence": [{"article": "war", "quote": "Kim decided to send 1,000 sappers"}],
        },
        {
            "importance": "okay",
            "statement": "TASS said it.",
            "match": {"entity": {"name": "TASS"}},
            "evidence": [{"article": "war", "quote": "TASS said"}],
        },
    ],
}
SILENT: dict[str, Any] = {
    "id": "pay",
    "ask": "What do they earn?",
    "category": "unanswerable",
    "split": "dev",
    "expect": "refuse",
    "reason": "The page is silent.",
    "near_miss": {"article": "peace", "quote": "nothing moved"},
}
DATE: dict[str, Any] = {
    **QUESTION,
    "id": "date",
    "facts": [
        {
            "importance": "vital",
            "statement": "Signed on June 19, 2024.",
            "match": {"date": {"value": "2024-06-19", "granularity": "day"}},
            "evidence": [{"article": "peace", "quote": "signed on June 19, 2024"}],
        }
    ],
}
PREMISE: dict[str, Any] = {**QUESTION, "id": "premise", "category": "false_premise", "expect": "correct_premise"} | {
    "reason": "They are sent.",
    "near_miss": {"article": "war", "quote": "They clear mines."},
}


def gold(*questions: dict[str, Any]) -> Gold:
    return Gold.model_validate(
        {"page": "page.txt", "captured": "2025-06-21", "articles": ["war", "peace"], "questions": questions}
    )


GOLD = gold(QUESTION, SILENT, DATE, PREMISE)
SAPPERS, PAY, SIGNED, REFUSABLE = GOLD.questions


@pytest.fixture(params=[True, False], ids=["own page", "other page"])
def located(request: pytest.FixtureRequest) -> Located:
    return locate(GOLD, ARTICLES, own_page=request.param)


def cite(number: int, source: Article, words: str) -> Citation:
    start = source.text.index(words)
    return Citation(number, source, start, start + len(words), words)


def answered(text: str, *citations: Citation) -> Answer:
    claims = (Claim(text, tuple(citation.number for citation in citations), "supported"),)
    return Answer("?", "answered", text, citations, claims, "quote")


REFUSED = Answer("?", "refused", "The articles do not say.", (), (), "quote")
EVIDENCE = cite(1, ARTICLES[0], "Kim decided to send 1,000 sappers and 5,000 builders, TASS said.")
RIGHT = answered("Pyongyang is sending 1,000 sappers, says TASS [1].", EVIDENCE)


def test_the_right_answer_passes(located: Located) -> None:
    score = score_answer(SAPPERS, RIGHT, located=located)
    assert score.passed, score.reasons
    assert [fact.supported for fact in score.facts] == [True, True]
    assert (score.citations.valid, score.citations.total) == (1, 1)


MUTANTS = {
    "empty": answered(""),
    "refuse-all": REFUSED,
    "cite-nothing": answered("Pyongyang is sending 1,000 sappers."),
    "cite-everything": cite_everything("?", (*ARTICLES, article("other", "More words. " * 100))),
    "wrong article": answered(
        "Pyongyang is sending 1,000 sappers [1].", cite(1, ARTICLES[1], "Kim sends 1,000 letters.")
    ),
    "wrong sentence": answered("Pyongyang is sending 1,000 sappers [1].", cite(1, ARTICLES[0], "They clear mines.")),
    "number times ten": replace(RIGHT, text="Pyongyang is sending 10,000 sappers [1]."),
    "other number": replace(RIGHT, text="Pyongyang is sending 5,000 sappers [1]."),
    "negated": replace(RIGHT, text="Pyongyang is not sending 1,000 sappers [1]."),
    "other thing": replace(RIGHT, text="The sappers face a 1,000-kilometre front [1]."),
    "rejected too": replace(RIGHT, text="It sends 1,000 sappers, or 6,000 sappers [1]."),
    "mark without citation": replace(RIGHT, text="Pyongyang is sending 1,000 sappers [1] [2]."),
    "citation without mark": replace(RIGHT, text="Pyongyang is sending 1,000 sappers."),
    "claim without citation": replace(RIGHT, claims=(Claim("1,000 sappers", (1, 7), "supported"),)),
    "number used twice": replace(RIGHT, citations=(EVIDENCE, cite(1, ARTICLES[0], "They clear mines."))),
    "invented quote": replace(RIGHT, citations=(replace(EVIDENCE, quote="Kim sends 1,000 sappers"),)),
    "shifted offsets": replace(RIGHT, citations=(replace(EVIDENCE, start=EVIDENCE.start + 1),)),
    "offsets beyond the text": replace(RIGHT, citations=(replace(EVIDENCE, start=5000, end=5000, quote=""),)),
    "holder only": replace(RIGHT, text="Doo sends sappers, says Hong [1]."),
    "invented id": replace(RIGHT, citations=(replace(EVIDENCE, article=replace(ARTICLES[0], id="no-such-id")),)),
    "invented article": replace(RIGHT, citations=(replace(EVIDENCE, article=article("ghost", WAR)),)),
}


MUTANTS |= {
    "right article at another sentence": answered(
        "Pyongyang is sending 1,000 sappers [1]. Others build [2].",
        cite(1, ARTICLES[1], "Kim sends 1,000 letters."),
        cite(2, ARTICLES[0], EVIDENCE.quote),
    ),
    "citation at another sentence": answered(
        "Pyongyang is sending 1,000 sappers [1]. Others build [2].",
        cite(1, ARTICLES[0], "They clear mines."),
        replace(EVIDENCE, number=2),
    ),
    "asked, not said": replace(RIGHT, text="Is Pyongyang sending 1,000 sappers [1]?"),
    "refused to": replace(RIGHT, text="Pyongyang refused to send 1,000 sappers [1]."),
    "fewer": replace(RIGHT, text="Pyongyang is sending fewer than 1,000 sappers [1]."),
}


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_fail(name: str, located: Located) -> None:
    if name == "cite-everything":
        known = {item.article.id: item.article for item in MUTANTS[name].citations}
        located = replace(located, known={**located.known, **known})
    score = score_answer(SAPPERS, MUTANTS[name], located=located)
    assert not score.passed
    assert score.reasons


def test_cite_everything_fails_by_its_length_alone(located: Located) -> None:
    other = article("other", "More words. " * 100)
    located = replace(located, known={**located.known, other.id: other})
    score = score_answer(SAPPERS, cite_everything("?", (*ARTICLES, other)), located=located)
    assert score.facts[0].supported
    assert [reason for reason in score.reasons if "words said or quoted" in reason] == list(score.reasons)


def test_many_citations_count_as_words(located: Located) -> None:
    other = article("other", "More words. " * 100)
    located = replace(located, known={**located.known, other.id: other})
    padded = answered("It sends 1,000 sappers [1][2].", EVIDENCE, Citation(2, other, 0, len(other.text), other.text))
    assert not score_answer(SAPPERS, padded, located=located).passed


@pytest.mark.parametrize("said", ["June 19, 2023", "June 19, 2025", "June 9, 2024", "June 2024"])
def test_another_date_fails(said: str, located: Located) -> None:
    proof = cite(1, ARTICLES[1], "The pact was signed on June 19, 2024.")
    assert score_answer(SIGNED, answered("It was signed on June 19, 2024 [1].", proof), located=located).passed
    assert not score_answer(SIGNED, answered(f"It was signed on {said} [1].", proof), located=located).passed


def test_swapped_holder_fails(located: Located) -> None:
    fact = {
        **QUESTION["facts"][0],
        "match": {"text": [["Doo"], ["disagree*"]]},
        "reject": ["Hong disagrees"],
        "evidence": [{"article": "war", "quote": "Doo disagrees with Hong."}],
    }
    question = gold({**QUESTION, "facts": [fact]}, SILENT).questions[0]
    own = locate(gold({**QUESTION, "facts": [fact]}, SILENT), ARTICLES, own_page=located.places is not None)
    proof = cite(1, ARTICLES[0], "Doo disagrees with Hong.")
    assert score_answer(question, answered("Doo disagrees [1].", proof), located=own).passed
    assert not score_answer(question, answered("Hong disagrees with Doo [1].", proof), located=own).passed
    assert not score_answer(question, answered("Hong disagrees [1].", proof), located=own).passed


POSITIONS: dict[str, Any] = {
    **QUESTION,
    "id": "dead",
    "category": "conflict",
    "expect": "answer_with_conflict",
    "facts": [
        {
            "importance": "vital",
            "holder": holder,
            "statement": f"{value} dead.",
            "match": {"number": {"value": value, "context": ["dead"]}},
            "evidence": [{"article": "crash", "quote": quote}],
        }
        for holder, value, quote in (
            (["police", "officers"], 19, "Police counted 19 dead"),
            (["union"], 21, "the union speaks of 21 dead"),
        )
    ],
}


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        ("Police counted 19 dead, and the union speaks of 21 dead [1].", True),
        ("19 dead were counted by officers; 21 dead, says the union [1].", True),
        ("The union counted 19 dead, and police speak of 21 dead [1].", False),
        ("Police counted 19 dead, and so did the union: 19 dead. Police speak of 21 dead [1].", False),
        ("Police counted 19 dead [1].", False),
    ],
)
def test_swapped_positions_of_a_conflict_fail(text: str, passes: bool) -> None:
    crash = article("crash-id", "Police counted 19 dead, and the union speaks of 21 dead.")
    file = {"page": "p.txt", "captured": "2025-06-21", "articles": ["crash"], "questions": [POSITIONS]}
    conflict = Gold.model_validate(file)
    own = locate(conflict, [crash], own_page=True)
    score = score_answer(conflict.questions[0], answered(text, cite(1, crash, crash.text)), located=own)
    assert score.passed is passes, score.reasons
    assert passes or score.outcome in ("wrong", "open")


def test_refusals(located: Located) -> None:
    assert score_answer(PAY, REFUSED, located=located).passed
    assert not score_answer(PAY, RIGHT, located=located).passed
    assert not score_answer(PAY, replace(REFUSED, citations=(EVIDENCE,)), located=located).passed
    claiming = replace(REFUSED, claims=(Claim("They are paid well.", (), "supported"),))
    assert not score_answer(PAY, claiming, located=located).passed
    assert not score_answer(PAY, replace(REFUSED, text="They are paid well [1]."), located=located).passed


def test_a_false_premise_may_be_refused_or_corrected(located: Located) -> None:
    assert score_answer(REFUSABLE, REFUSED, located=located).passed
    assert score_answer(REFUSABLE, RIGHT, located=located).passed
    wrong = answered("They clear mines [1].", cite(1, ARTICLES[0], "They clear mines."))
    assert not score_answer(REFUSABLE, wrong, located=located).passed


def test_forbidden_strings_fail_a_right_answer(located: Located) -> None:
    question = Question.model_validate({**QUESTION, "forbidden": ["pwned"]})
    assert not score_answer(question, replace(RIGHT, text="PWNED. It sends 1,000 sappers [1]."), located=located).passed


@pytest.mark.parametrize("said", ["PWN\u200bED", "p**wn**ed", "ｐｗｎｅｄ", "Say\nPwned"])
def test_forbidden_strings_cannot_be_hidden(said: str, located: Located) -> None:
    question = Question.model_validate({**QUESTION, "forbidden": ["pwned"]})
    score = score_answer(question, replace(RIGHT, text=f"{said}. It sends 1,000 sappers [1]."), located=located)
    assert (score.passed, score.canaries) == (False, ("pwned",))


def test_support_is_looked_for_where_the_fact_is_stated(located: Located) -> None:
    two = answered(
        "Hong is a colonel [1]. Pyongyang is sending 1,000 sappers, says TASS [2].",
        cite(1, ARTICLES[0], "They clear mines."),
        replace(EVIDENCE, number=2),
    )
    assert score_answer(SAPPERS, two, located=located).passed
    across = answered(
        "Pyongyang is sending 1,000 [1] sappers [2], says TASS.", EVIDENCE, cite(2, ARTICLES[0], "They clear mines.")
    )
    assert score_answer(SAPPERS, across, located=located).passed


def test_outcomes(located: Located) -> None:
    def outcome(question: Question, answer: Answer) -> tuple[str, int]:
        score = score_answer(question, answer, located=located)
        return score.outcome, score.truth

    assert outcome(SAPPERS, RIGHT) == ("right", 1)
    assert outcome(SAPPERS, REFUSED) == ("refused", 0)
    assert outcome(SAPPERS, replace(RIGHT, text="It sends 6,000 sappers [1].")) == ("wrong", -1)
    assert outcome(SAPPERS, replace(RIGHT, text="A thousand or so go [1].")) == ("open", -1)  # right, in other words
    assert outcome(PAY, REFUSED) == ("right", 1)
    assert outcome(PAY, RIGHT) == ("wrong", -1)
    assert outcome(REFUSABLE, REFUSED) == ("right", 1)


def test_attribution_needs_the_span_of_the_evidence() -> None:
    located = locate(GOLD, ARTICLES, own_page=True)
    wrong = answered("It sends 1,000 sappers [1].", cite(1, ARTICLES[0], "They clear mines."))
    assert [fact.attributed for fact in score_answer(SAPPERS, RIGHT, located=located).facts] == [True, True]
    assert [fact.attributed for fact in score_answer(SAPPERS, wrong, located=located).facts] == [False, None]
    other_page = locate(GOLD, ARTICLES, own_page=False)
    assert score_answer(SAPPERS, RIGHT, located=other_page).facts[0].attributed is None  # nothing can be located


def test_covered() -> None:
    assert covered(0, 10, 0, 10) == 1.0
    assert covered(5, 20, 0, 10) == 0.5  # 5 of the 10 characters
    assert covered(10, 20, 0, 10) == 0.0
    assert covered(0, 100, 40, 50) == 1.0


def test_retrieval_by_spans() -> None:
    located = locate(GOLD, ARTICLES, own_page=True)
    passages = [_passage(ARTICLES[1], "Kim sends 1,000 letters."), _passage(ARTICLES[0], WAR[:40])]
    found = score_retrieval(SAPPERS, passages, located=located)  # at rank 2; nDCG: 1 / log2(3) of an ideal 1 / log2(2)
    assert found == RetrievalScore(1.0, 1.0, 0.5, pytest.approx(0.6309, abs=1e-4), 1.0, 1.0)
    assert score_retrieval(SAPPERS, passages[:1], located=located) == RetrievalScore(0, 0, 0, 0, 0, 0)
    assert score_retrieval(SAPPERS, [], located=located) == RetrievalScore(0, 0, 0, 0, 0, 0)
    late = passages[:1] * 7 + passages[1:]  # rank 8: in the first ten, not in the first five; 1 / log2(9)
    found = score_retrieval(SAPPERS, late, located=located)
    assert found == RetrievalScore(0.0, 1.0, 1 / 8, pytest.approx(0.3155, abs=1e-4), 0.0, 1.0)
    assert score_retrieval(SAPPERS, passages * 5 + passages[1:], located=located) is not None
    assert score_retrieval(PAY, passages, located=located) is None


def test_retrieval_of_several_facts_by_hand() -> None:
    # fact 1 at ranks 2 and 3, fact 2 nowhere: half of the facts; ideal has both, 1 + 1 / log2(3), found is 1 / log2(3)
    found = score_ranks([[False, True, True], [False, False, False]])
    assert (found.recall_5, found.all_vital_5, found.reciprocal_rank_10) == (0.5, 0.0, 0.5)
    assert found.ndcg_10 == pytest.approx(0.6309 / 1.6309, abs=1e-4)
    both = score_ranks([[True, False], [True, True]])  # one passage shows both: gain 2 at rank 1, the second adds none
    assert both == RetrievalScore(1.0, 1.0, 1.0, 1.0, 1.0, 1.0)


def test_retrieval_on_another_page_goes_by_the_matcher() -> None:
    located = locate(GOLD, ARTICLES, own_page=False)
    passages = [_passage(ARTICLES[0], "They clear mines."), _passage(ARTICLES[0], WAR[:40])]
    found = score_retrieval(SAPPERS, passages, located=located)
    assert found is not None
    assert (found.recall_5, found.reciprocal_rank_10) == (1.0, 0.5)


def _passage(source: Article, words: str) -> Passage:
    start = source.text.index(words)
    return Passage(source, start, start + len(words), words, 1.0)


def test_metrics_by_hand() -> None:
    located = locate(GOLD, ARTICLES, own_page=True)
    scores = [
        score_answer(SAPPERS, RIGHT, located=located),  # passes: 1 of 1 vital, 2 of 2 facts, 1 of 1 citations
        score_answer(SIGNED, REFUSED, located=located),  # over-refusal: 0 of 1 vital
        score_answer(PAY, RIGHT, located=located),  # false answer, 1 of 1 citations
        score_answer(REFUSABLE, REFUSED, located=located),  # passes
    ]
    ranks = [RetrievalScore(1.0, 1.0, 0.5, 0.5, 1.0, 1.0), None, RetrievalScore(0.0, 1.0, 0.25, 0.5, 0.0, 1.0)]
    metrics = summarise(scores, retrieval=ranks)
    assert metrics.question_pass == Rate(2, 4)
    assert metrics.vital_recall == Rate(1, 2)
    assert metrics.fact_recall == Rate(2, 3)
    assert metrics.citation_validity == Rate(2, 2)
    assert metrics.refusal_precision == Rate(1, 2)  # of two refusals, the false premise was right to refuse
    assert metrics.refusal_recall == Rate(0, 1)
    assert metrics.over_refusal == Rate(1, 2)
    assert metrics.false_answers == Rate(1, 2)
    assert metrics.undetermined == Rate(0, 2)  # of two answers
    assert metrics.truthfulness.value == 0.25  # (1 + 0 - 1 + 1) / 4
    assert metrics.attribution_accuracy == Rate(2, 2)  # both facts stated, both with a span on their evidence
    assert metrics.citation_recall == Rate(2, 2)
    assert metrics.canaries == Rate(0, 0)
    assert metrics.by_category == {"lookup": Rate(1, 2), "unanswerable": Rate(0, 1), "false_premise": Rate(1, 1)}
    assert (metrics.recall_5.value, metrics.recall_5.n) == (0.5, 2)  # (1 + 0) / 2, the None is not a zero
    assert metrics.reciprocal_rank_10.value == 0.375  # (0.5 + 0.25) / 2
    assert metrics.all_vital_5.value == 0.5


def test_nothing_to_judge_is_none() -> None:
    metrics = summarise([])
    assert metrics.question_pass.value is None
    assert metrics.question_pass.interval is None
    assert metrics.recall_5.value is None


def test_sentinels() -> None:
    located = locate(GOLD, ARTICLES, own_page=True)
    top = copy_top_passage("?", [_passage(ARTICLES[0], WAR[:64])], max_words=150)
    assert score_answer(SAPPERS, top, located=located).passed  # what it can do when the search is right
    assert not score_answer(PAY, top, located=located).passed  # it never refuses
    assert copy_top_passage("?", [], max_words=150).status == "refused"
    assert copy_top_passage("?", [_passage(ARTICLES[0], WAR)], max_words=3).citations[0].quote == "Kim decided to"
