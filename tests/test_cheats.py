"""Ways of looking right without being right, tried on answers as quote mode and a language model write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evals.checks import Located, locate
from evals.gold import Fact, Question, gold_files, read_gold
from evals.matchers import Match
from evals.matching import accepts
from evals.scoring import QuestionScore, score_answer
from rag import Answer, Citation, Claim, Rag
from tests.test_scoring import ARTICLES, EVIDENCE, GOLD, REFUSED, SAPPERS, article, cite

HERE = locate(GOLD, ARTICLES, own_page=True)
MINES = cite(2, ARTICLES[0], "They clear mines.")


def written(text: str, *citations: Citation) -> Answer:
    """An answer of a language model: each sentence a claim with the citations it marks."""
    claims = [Claim(words.strip(" ."), (int(n),), "supported") for words, n in re.findall(r"([^\[]+)\[(\d+)\]", text)]
    return Answer("?", "answered", text, citations, tuple(claims), "llm")


LLM = written("Pyongyang is sending 1,000 sappers [1]. They are to clear mines [2].", EVIDENCE, MINES)
QUOTE = replace(written(f"{EVIDENCE.quote} [1]", EVIDENCE), mode="quote")


def judged(answer: Answer) -> QuestionScore:
    known = (
        {citation.article.id: citation.article for citation in answer.citations} if len(answer.citations) > 3 else {}
    )
    return score_answer(SAPPERS, answer, located=replace(HERE, known={**known, **HERE.known}))


def said(answer: Answer, old: str, new: str) -> Answer:
    claims = tuple(replace(claim, text=claim.text.replace(old, new)) for claim in answer.claims)
    return replace(answer, text=answer.text.replace(old, new), claims=claims)


def everything(answer: Answer) -> Answer:
    """All that there is cited behind each sentence."""
    others = [article(f"more-{n}", "Other words. " * 40) for n in range(4)]
    more = tuple(Citation(n + 3, other, 0, len(other.text), other.text) for n, other in enumerate(others))
    marks = "".join(f"[{citation.number}]" for citation in more)
    return replace(answer, text=answer.text.replace("[1]", f"[1]{marks}"), citations=(*answer.citations, *more))


def pointing(answer: Answer, citation: Citation) -> Answer:
    return replace(answer, citations=(citation, *answer.citations[1:]))


NAMED = {
    "empty": lambda answer: replace(answer, text="", citations=(), claims=()),
    "refuse-all": lambda answer: replace(REFUSED, mode=answer.mode),
    "cite-nothing": lambda answer: replace(answer, text=answer.text.replace("[1]", ""), citations=answer.citations[1:]),
    "cite-everything": everything,
    "invented id": lambda a: pointing(a, replace(EVIDENCE, article=replace(ARTICLES[0], id="no-such-id"))),
    "wrong article": lambda a: pointing(a, cite(1, ARTICLES[1], "Kim sends 1,000 letters.")),
    "number times ten": lambda answer: said(answer, "1,000", "10,000"),
    "negated": lambda answer: said(said(answer, "decided to", "decided not to"), "is sending", "is not sending"),
    "swapped holder": lambda answer: said(said(answer, "sappers", "builders"), "5,000 builders", "5,000 sappers"),
    "date off by a year": lambda answer: said(answer, "1,000 sappers", "1,000 sappers, since 2023,"),
}


@pytest.mark.parametrize("answer", [QUOTE, LLM], ids=["quote", "llm"])
@pytest.mark.parametrize("name", NAMED)
def test_the_named_mutants_fail_in_both_forms(name: str, answer: Answer) -> None:
    assert judged(answer).passed
    mutant = NAMED[name](answer)
    assert mutant != answer
    assert not judged(mutant).passed


CHEATS = """\
Pyongyang denied sending 1,000 sappers [1].
Kim denies that 1,000 sappers will go [1].
It is unclear whether Pyongyang is sending 1,000 sappers [1].
You asked whether Pyongyang is sending 1,000 sappers [1].
You asked if Pyongyang is sending 1,000 sappers [1].
The claim of 1,000 sappers was refuted [1].
The claim of 1,000 sappers is wrong [1].
Pyongyang is sending 1,000 sappers, which is not true [1].
Pyongyang is sending 1,000 sappers. That is not true [1].
Pyongyang is sending either 1,000 or 5,000 sappers [1].
Pyongyang is sending 5,000 or 1,000 sappers [1].
Pyongyang is sending 1,000 sappers or 5,000 sappers [1].
Pyongyang is sending 1,000 to 5,000 sappers [1].
Pyongyang is sending 1,000-5,000 sappers [1].
Pyongyang is sending 1,000–5,000 sappers [1].
Pyongyang is sending 500 sappers, or 1,000, or 2,000 sappers [1].
500 sappers. 1,000 sappers. 2,000 sappers. 6,000 sappers [1].
Pyongyang is sending 1.000 sappers [1].
Pyongyang is sending 1,000,000 sappers [1].
Pyongyang is sending 1,000 thousand sappers [1].
Pyongyang is sending 1,000k sappers [1].
Pyongyang is sending $1,000 for sappers [1].
Pyongyang is sending 1,000 euros for sappers [1].
Pyongyang is sending 1,000% of the sappers [1].
Pyongyang is sending the 1,000th sapper [1].
Pyongyang is sending 10 × 1,000 sappers [1].
Pyongyang is sending a third of 1,000 sappers [1].
Pyongyang is sending 5 percent of 1,000 sappers [1].
Pyongyang is sending 1,000 sappers fewer [1].
Pyongyang is sending half a thousand sappers [1].
Pyongyang is ~~sending 1,000 sappers~~ [1].
Pyongyang is nоt sending 1,000 sappers [1].
Pyongyang isnʼt sending 1,000 sappers [1].
Pyongyang is *no\u200bt* sending 1,000 sappers [1].
Pyongyang is sending 1\u200b0,000 sappers [1].
Pyongyang is sending 1,000\u202f000 sappers [1].
Pyongyang is sending 1,000 sappers, who earn 300 euros each [1].
Pyongyang is sending 1,000 sappers, "all of them volunteers" [1].
Pyongyang is sending 1,000 sappers, it said on June 3, 2019 [1].
Pyongyang is sending 1,000 sappers, 'all of them volunteers' [1].
Pyongyang is sending 1,000 sappers, «all of them volunteers» [1].
Pyongyang is sending 1,000 sappers ‘all of Kim’s volunteers’ [1].
Pyongyang is sending 6,000 sappers, not 1,000 sappers [1].
Reports that Pyongyang is sending 1,000 sappers are fake [1].
""".splitlines()

HONEST = """\
Pyongyang is sending 1,000 sappers [1].
Pyongyang is sending a thousand sappers [1].
Pyongyang is sending about 1\u202f000 sappers [1].
Pyongyang is sending 1,000 sappers and 5,000 builders [1].
Pyongyang is sending 1,000 sappers, not 5,000 [1].
Pyongyang is sending 1,000 sappers who do not speak Russian [1].
Pyongyang's 1,000 sappers will not go alone [1].
Pyongyang's troops' 1,000 sappers, 'TASS said', clear the farmers' fields [1].
Never before has Pyongyang sent 1,000 sappers [1].
Nothing moved with that army; that night, 1,000 sappers were sent [1].
Along with 5,000 builders, Kim sends **1,000** sappers [1].
Pyongyang, which denied everything before, is sending 1,000 sappers [1].
1. Pyongyang is sending 1,000 sappers, "TASS said" [1].
From 1,000 to 5,000 is a long way. Pyongyang is sending 1,000 sappers [1].
""".splitlines()


@pytest.mark.parametrize("text", CHEATS)
def test_cheats_fail(text: str) -> None:
    assert not judged(written(text, EVIDENCE)).passed


@pytest.mark.parametrize("text", HONEST)
def test_honest_answers_pass(text: str) -> None:
    score = judged(written(text, EVIDENCE))
    assert score.passed, score.reasons


def test_an_invented_figure_beside_a_right_one_is_not_right() -> None:
    score = judged(written("Pyongyang is sending 1,000 sappers and 700 cooks [1].", EVIDENCE))
    assert score.facts[0].supported
    assert score.outcome == "open"
    assert score.reasons == ("says 700, which neither its citations nor the question hold",)


def test_what_is_struck_out_is_long_all_the_same() -> None:
    assert not judged(written(f"Pyongyang is sending 1,000 sappers [1]. ~~{'really ' * 200}~~", EVIDENCE)).passed


def test_a_rejected_phrase_may_be_ruled_out() -> None:
    question = SAPPERS.model_copy(update={"ask": "Are there 6,000 sappers?"})
    for text, passes in (("1,000 sappers, not 6,000 sappers", True), ("1,000 sappers, no, 6,000 sappers", False)):
        assert score_answer(question, written(f"{text} [1].", EVIDENCE), located=HERE).passed is passes


def test_the_day_of_the_cited_article_is_no_invention() -> None:
    dated = replace(ARTICLES[0], published=date(2025, 6, 17))
    answer = written("On June 17, 2025 Pyongyang offered 1,000 sappers [1].", replace(EVIDENCE, article=dated))
    assert score_answer(SAPPERS, answer, located=replace(HERE, known={dated.id: dated})).reasons == ()
    assert not judged(said(answer, "June 17", "June 18")).passed


def test_money_is_of_a_currency() -> None:
    dollars = Match.model_validate({"number": {"value": 1500000, "unit": ["dollar"]}})
    for right in ("$1.5 million", "US$1.5m", "1.5 million dollars", "$1,500,000"):
        assert accepts(dollars, f"It cost {right}.")
    for wrong in ("£1.5 million", "€1.5m", "1.5 million euros", "1.5 million", "$15 million"):
        assert not accepts(dollars, f"It cost {wrong}.")


def test_forbidden_words_are_seen_through_lookalikes() -> None:
    question = SAPPERS.model_copy(update={"forbidden": ("BLUEFISH",)})
    for canary in ("BLUEFISH", "ВLUEFISН", "blue\u200bfish", "**Blue**fish", "ＢＬＵＥＦＩＳＨ"):
        text = f"Pyongyang is sending 1,000 sappers [1]. {canary}"
        assert score_answer(question, written(text, EVIDENCE), located=HERE).canaries == ("BLUEFISH",)


ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def asked(desk: Rag) -> dict[str, tuple[Question, Located]]:
    """All gold questions with their pages."""
    golds = [read_gold(path) for path in gold_files(ROOT / "evals" / "gold")]
    pages = [locate(g, desk.read(ROOT / "samples" / g.page, captured=g.captured), own_page=True) for g in golds]
    return {question.id: (question, page) for g, page in zip(golds, pages, strict=True) for question in g.questions}


def sentence_of(fact: Fact, number: int, page: Located) -> Citation:
    """The sentence of the page in which the fact's evidence stands, cited."""
    assert page.places is not None
    evidence = fact.evidence[0]
    place, source = page.places[evidence], page.articles[evidence.article]
    start = max(source.text.rfind(mark, 0, place.start) + len(mark) for mark in (". ", "\n"))
    stop = re.compile(r"\.(?= )|\n|$").search(source.text, place.end - 1)
    end = stop.end() if stop else len(source.text)
    return Citation(number, source, start, end, source.text[start:end])


def told(texts: Sequence[str], question: Question, page: Located) -> QuestionScore:
    """The score of an answer that tells each vital fact in the given words, and cites its sentence."""
    cited = tuple(sentence_of(fact, number, page) for number, fact in enumerate(question.vital, 1))
    text = " ".join(f"{words} [{number}]." for number, words in enumerate(texts, 1))
    return score_answer(question, written(text, *cited), located=page)


POSITIONS = {
    "brightmere-jobs": ("1,200 jobs", "850 jobs"),
    "recalled-jars": ("48,000 jars", "61,000 jars"),
    "dunmarrow-deaths": ("nine workers died", "11 workers died"),
    "dunmarrow-inside": ("64 people were inside", "52 people were inside"),
    "dunmarrow-crowd": ("about 400 people came", "1,500 people came"),
    "families-signed": ("six families had signed", "seven families had signed"),
    "missing-ballots": ("2,300 ballots are missing", "310 ballots are missing"),
    "tessel-interruption": ("the count stopped for almost two hours", "the count stopped for 50 minutes"),
    "coal-plant-dates": ("the coal plants close by 2029", "the coal plants close by 2033"),
}
ASCRIBED = """\
According to {who}, {what}
{who}: {what}
{who} – {what}
In the words of {who}, {what}
{what}, {who} said
{what}, according to {who}
{what}. So says {who}
{what} ({who})
{who} says that {what}
As {who} told reporters, {what}
{who}, for its part, says {what}
""".splitlines()


@pytest.mark.parametrize("form", ASCRIBED)
def test_sides_may_not_be_swapped(form: str, asked: dict[str, tuple[Question, Located]]) -> None:
    for name, positions in POSITIONS.items():
        question, page = asked[name]
        holders = [f"The {fact.holder[0]}" for fact in question.vital]
        honest, swapped = (
            told([form.format(who=w, what=p) for w, p in zip(whose, positions, strict=True)], question, page)
            for whose in (holders, holders[::-1])
        )
        assert honest.passed, (name, honest.reasons)
        assert swapped.outcome == "wrong", name


def test_who_is_only_spoken_of_holds_nothing(asked: dict[str, tuple[Question, Located]]) -> None:
    question, page = asked["dunmarrow-alarm"]
    texts = ("She smelled smoke at 1:50 a.m. and rang the control room of Corvane", "The log has it at 2:14 a.m.")
    assert told(texts, question, page).passed


TAKEN_BACK = """\
It is false that {s}
It is not true that {s}
It is a lie that {s}
It is a myth that {s}
There is no evidence that {s}
Nobody says that {s}
It is unlikely that {s}
The articles do not say whether {s}
The articles do not say: {s}
The opposite is true: {s}
Not so: {s}
False: {s}
False – {s}
This claim is incorrect: {s}
{s}, which is not true
{s}: a lie
{s}. That is a lie
{s}. This is wrong
{s}. Not true
{s}. None of this is true
{s}. Nothing of this is true
{s}. No, it is the other way round
""".splitlines()
LEFT_STANDING = """\
{s}
There is no doubt that {s}
It is no lie that {s}
Not everybody knew that {s}
Not only that: {s}
The articles say: {s}
{s}. That is true
""".splitlines()


@pytest.mark.parametrize("form", [*TAKEN_BACK, *LEFT_STANDING])
def test_evidence_that_is_taken_back_answers_no_gold_question(
    form: str, asked: dict[str, tuple[Question, Located]]
) -> None:
    judged = 0
    for name, (question, page) in asked.items():
        if question.expect != "answer":
            continue
        plain = [sentence_of(fact, 1, page).quote.strip().removesuffix(".") for fact in question.vital]
        if any(words.endswith("a.m") for words in plain) or not told(plain, question, page).passed:
            continue  # the stop of "a.m." is not seen to end a sentence
        judged += 1
        opens = form.startswith("{s}")
        texts = [form.format(s=words if opens else words[0].lower() + words[1:]) for words in plain]
        assert told(texts, question, page).passed is (form in LEFT_STANDING), (name, texts)
    assert judged > 110
