"""News sense: who says what, through whom; where sources disagree; what a question takes for granted wrongly."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from rag import NewArticle, Rag
from rag.answer.conflicts import Disagreement, disagreements
from rag.answer.evidence import Sentence
from rag.answer.premise import denied_premise, false_premise
from rag.answer.quantities import quantities
from rag.answer.speakers import attribute
from rag.ingest.sentences import split_sentences
from rag.ingest.times.mentions import find_dates
from rag.types import Article, Attribution


def article(text: str, *, source: str | None = "Harbour Post", agency: str | None = None) -> Article:
    return Article("a", "Title", source, agency, None, date(2025, 6, 18), None, None, text)


def said(text: str, *, at: int = -1, source: str | None = "Harbour Post", agency: str | None = None) -> Attribution:
    """The attribution of one sentence of the text, the last unless told."""
    story = article(text, source=source, agency=agency)
    spans = split_sentences(text)
    span = spans[at]
    return attribute(text[span.start : span.end], story, spans, span.start, span.end)


# Attribution


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("The dam will hold, engineer Ada Quill said on Monday.", "engineer Ada Quill"),
        ('"The dam will hold," said Ada Quill, who built it.', "Ada Quill"),
        ("According to the water board, the dam will hold.", "the water board"),
        ("Ada Quill warns that the dam will burst.", "Ada Quill"),
        ("The dam will burst, Otto Brill predicts.", "Otto Brill"),
        ("Ada Quill, an engineer who knows the valley, told reporters that the dam will hold.", "Ada Quill"),
        ("An engineer hired by the town, Ada Quill, said the dam will hold.", "Ada Quill"),
        ("The dam will hold. Ada Quill said so. The dam is old, Quill added.", "Ada Quill"),
        ("Ada Quill said the dam will hold. It needs new gates, she added.", "Ada Quill"),
        ('Ada Quill spoke on Monday. "The dam will hold. It is old," Quill said.', "Ada Quill"),
        ("In the view of Ada Quill, the dam will hold.", "Ada Quill"),
        ("By the water board's account 40 houses were flooded.", "the water board"),
        ("A report by the water board says 40 houses were flooded.", "the water board"),
        ("The water board, which owns the dam, denied that it leaks.", "the water board"),
        ("On Monday the water board announced that the dam leaks.", "the water board"),
        ("Although Quill said the dam will hold, it leaks.", "Quill"),
        ("The board will meet, its spokesman Otto Brill said.", "spokesman Otto Brill"),
    ],
)
def test_speakers_are_found(text: str, speaker: str) -> None:
    assert said(text).speaker == speaker


@pytest.mark.parametrize(
    "text",
    [
        "The dam will hold for another ten years.",
        "Ada Quill inspected the dam.",
        "Ada Quill said the dam will hold. It was built in 1950.",
        "Ada Quill met Otto Brill. He said the dam will hold.",
        "Ada Quill said Otto Brill had warned the town. He said nobody listened.",
        "The dam, it was said, would hold.",
        "Having said this, the board closed the gates.",
        'The sign on the gate read "the mayor said no".',
        "Quill was told that the dam leaks.",
        "The dam will hold, its website says.",
        "That is the story Quill told.",
        "The 40 claims were added to the report.",
        "The board added 200 jobs.",
        "Ada Quill put the number at 40; the town says 60.",
    ],
)
def test_where_the_words_do_not_tell_there_is_no_speaker(text: str) -> None:
    assert said(text).speaker is None


def test_the_chain_from_speaker_to_outlet() -> None:
    text = "State-run Valley News Service quoted Ada Quill as saying that the dam will hold."
    found = said(text, agency="AFP")
    assert (found.speaker, found.via, found.outlet) == ("Ada Quill", ("Valley News Service", "AFP"), "Harbour Post")
    assert found.flags == ("state media",)
    assert said("Ada Quill told the Daily Quay that the dam will hold.").via == ("Daily Quay",)
    assert said("Ada Quill told the Harbour Post that the dam will hold.").via == ()


@pytest.mark.parametrize(
    ("text", "chain"),
    [
        ("The mill will reopen, manager Ada Quill told AFP.", "manager Ada Quill, quoted by AFP"),
        ("The dam is shut, Brill was quoted as saying by the state news agency Valpress.", "Brill, quoted by Valpress"),
        ("The dam is shut, Brill was quoted as saying on Friday by TASS.", "Brill, quoted by TASS"),
        ("The dam is shut, Brill was quoted as saying by Friday.", "Brill"),
        ('Otto Brill, quoted by TASS, called it "a folly", Xinhua reported.', "Otto Brill, quoted by TASS, via Xinhua"),
        ("Brill said the dam was shut, TASS reported on Monday.", "Brill, quoted by TASS"),
        ("Brill said the dam was shut, the Daily Quay reported.", "Brill, quoted by Daily Quay"),
        ("TASS said the dam was shut, Xinhua reported.", "TASS, via Xinhua"),
        ("According to TASS, Brill said the dam was shut.", "Brill, quoted by TASS"),
        ('"It is shut," Brill said, according to Reuters.', "Brill, quoted by Reuters"),
        ("TASS reported on Monday that Brill had said the dam was shut.", "Brill, quoted by TASS"),
        ("TASS reported that Brill had not said the dam was shut.", "TASS"),
        ("TASS reported that the dam was shut, Brill said.", "TASS"),
        ("Brill raised the dam, the agency ANSA reported.", "ANSA"),
        ("In a statement carried by KCNA, Otto Brill called the dam a folly.", "Otto Brill, quoted by KCNA"),
        ("In a report by the board, the dam was called a folly.", ""),
    ],
)
def test_who_said_it_and_through_which_media(text: str, chain: str) -> None:
    found = said(text, source=None)
    assert found.render().replace(" (state media)", "") == chain


def test_a_medium_that_speaks_itself_is_a_link_and_not_a_speaker() -> None:
    found = said(
        "The news agency Valpress is state-owned. The dam will hold, Valpress reported. The agency said it is old."
    )
    assert (found.speaker, found.via) == (None, ("Valpress",))


def test_state_media_are_named_only_where_the_state_runs_them() -> None:
    assert said("The dam will hold, TASS reported.").flags == ("state media",)
    assert said("An official of the state-run hospital told Reuters that nobody died.").flags == ()
    assert said("An official told Yonhap that nobody died.").flags == ()


def test_who_stays_anonymous_is_flagged_and_stays_so() -> None:
    text = "A ministry official who asked not to be named said the dam leaks. The official added that it is old."
    for at in (0, 1):
        found = said(text, at=at)
        assert (found.speaker, found.flags) == ("a ministry official", ("anonymous",))


def test_of_two_voices_in_a_sentence_the_one_that_says_the_claim() -> None:
    text = "Police counted about 400 marchers; the organisers claimed that 1,500 people had come."
    story, spans = article(text), split_sentences(text)
    claim = "The organisers claimed 1,500 people came."
    assert attribute(claim, story, spans, 0, len(text)).speaker == "the organisers"
    assert attribute(text, story, spans, 0, len(text)).speaker is None


def test_quotation_marks_that_never_close_lead_nowhere() -> None:
    text = '"One is old. "Two is old. "Three is old, he said. ' * 20
    assert said(text).speaker is None


def test_opinion_is_flagged() -> None:
    text = "The dam must go."
    story = replace(article(text), kind="opinion")
    assert attribute(text, story, split_sentences(text), 0, len(text)).flags == ("opinion",)


def test_every_answer_says_who_what_was_asked_and_as_of_when(desk: Rag) -> None:
    answer = desk.ask("How many sappers did Shoigu say Kim will send?", as_of=date(2025, 6, 21))
    who = answer.claims[0].attribution
    assert who is not None
    assert who.render() == "Shoigu, quoted by TASS (state media), per Korea Herald"
    assert (answer.asked, answer.as_of) == (answer.question, date(2025, 6, 21))
    refused = desk.ask("Who won the curling final in Reykjavik?", as_of=date(2025, 6, 21))
    assert refused.status == "refused"
    assert (refused.asked, refused.as_of) == (refused.question, date(2025, 6, 21))


# Disagreement


def disputed(
    question: str, *texts: str, days: tuple[date | None, ...] = (), group: str | None = None
) -> list[Disagreement]:
    """What is found between stories, of which the first sentence of the first is cited and all are evidence."""
    stories = [
        replace(article(text), id=str(n), published=days[n] if days else date(2025, 6, 18), copy_group=group)
        for n, text in enumerate(texts)
    ]
    spans = {story.id: split_sentences(story.text) for story in stories}
    evidence = [Sentence(story, span.start, span.end, 2.0) for story in stories for span in spans[story.id]]
    return disagreements(question, evidence[:1], evidence, sentences=spans.__getitem__)


def test_two_voices_of_an_article_with_different_figures() -> None:
    (found,) = disputed(
        "How many jobs will the mill bring?",
        "The mill will bring 900 jobs, says the owner. The ministry, which pays 4 million crowns, reckons with 650.",
    )
    assert (found.kind, found.subject) == ("contradiction", ("jobs", "mill", "bring"))
    assert [side.said.speaker for side in found.sides if side.said] == ["the owner", "the ministry"]


def test_a_denial_is_the_other_side_of_what_it_denies() -> None:
    (found,) = disputed(
        "Were the gates of the dam open?",
        "Engineer Ada Quill said that two gates were open on Sunday. The board denied that any gate was open.",
    )
    assert [side.said.speaker for side in found.sides if side.said] == ["Engineer Ada Quill", "the board"]


def test_two_articles_that_count_the_same_differently() -> None:
    old = "The flood in Port Varn killed 14 people on Sunday, the mayor said."
    new = "The flood in Port Varn killed 19 people, the police said."
    question = "How many people did the flood in Port Varn kill?"
    (same_day,) = disputed(question, old, new)
    assert same_day.kind == "contradiction"
    (later,) = disputed(question, new, old, days=(date(2025, 6, 20), date(2025, 6, 18)))
    assert later.kind == "update"
    assert [side.article.id for side in later.sides] == ["1", "0"]  # oldest first
    assert disputed(question, old, new, group="copies of one story") == []
    in_may = "The flood of May in Port Varn killed 19 people, the police said."  # a month, and nothing that is to come
    assert len(disputed(question, old, in_may)) == 1


def test_of_several_harms_in_a_sentence_each_number_counts_its_own() -> None:
    lead = "A bus fell into the gorge near Varn, killing 14 people and injuring 37."
    other = "In the gorge near Varn 17 people were killed in a bus, and 37 hurt."
    question = "How many people were killed in the bus near Varn?"
    (found,) = disputed(question, lead, other)
    assert found.kind == "contradiction"
    assert disputed("How many people were injured in the bus near Varn?", lead, other) == []


def test_a_later_toll_is_an_update_whatever_day_it_was_told() -> None:
    first = "The ferry accident off Varn killed 14 people, the coast guard said on Monday."
    later = "The death toll of the ferry accident off Varn rose to 21, the coast guard said on Sunday."
    days = (date(2025, 6, 16), date(2025, 6, 22))
    (found,) = disputed("How many people were killed in the ferry accident off Varn?", first, later, days=days)
    assert (found.kind, [side.article.id for side in found.sides]) == ("update", ["0", "1"])


@pytest.mark.parametrize(
    ("question", "first", "second"),
    [
        (
            "How many houses did the fire near Varn destroy?",
            "The fire near Varn destroyed 3,400 hectares of forest.",
            "The fire near Varn destroyed 2,600 hectares of forest.",
        ),
        (
            "How much aid did the ministry promise Varn?",
            "The ministry promised the farmers of Varn 5 lorries of hay.",
            "The ministry promised the farmers of Varn 9 lorries of hay.",
        ),
        (
            "What share of the vote did Quill get in Varn?",
            "In Varn turnout was 58 percent.",
            "Quill leads in Varn with 53 percent.",
        ),
        (
            "How many cars did the works in Varn build?",
            "The works in Varn built 538,000 cars.",
            "The works in Varn expect to build 512,000 cars.",
        ),
        ("How many people died in Varn?", "The flood in Varn killed 14 people.", "The flood in Varn hurt 90 people."),
        ("How many soldiers go to Varn?", "Some 5,000 workers go to Varn.", "Some 1,000 sappers go to Varn."),
        (
            "How many people died in Varn?",
            "The flood in Varn killed more than 40 people.",
            "The flood in Varn killed 43 people.",
        ),
        ("How many people live in Varn?", "About 1,000 people live in Varn.", "In Varn 1,042 people live."),
        (
            "How many people died in Varn?",
            "The flood in Varn killed 14 people.",
            "The flood in Ostrel killed 3 people.",
        ),
        (
            "How many people died in Varn?",
            "The flood in Varn killed 14 people.",
            "The flood in Varn killed another 3 people.",
        ),
        ("What happened in Varn?", "The flood in Varn killed 14 people.", "The flood in Varn killed 19 people."),
        ("When was the flood in Varn?", "The flood in Varn came in 2021.", "The flood in Varn came in 2023."),
    ],
)
def test_what_is_no_disagreement(question: str, first: str, second: str) -> None:
    assert disputed(question, first, second) == []


def test_other_days_are_other_events() -> None:
    first, second = (
        replace(article(text), id=text[:9], dates=tuple(find_dates(text, published=date(2025, 6, 18))))
        for text in (
            "On June 2 the flood in Varn killed 14 people.",
            "On June 9 the flood in Varn killed 19 people.",
        )
    )
    spans = {story.id: split_sentences(story.text) for story in (first, second)}
    evidence = [Sentence(story, 0, len(story.text), 2.0) for story in (first, second)]
    assert not disagreements("How many people died in Varn?", evidence[:1], evidence, sentences=spans.__getitem__)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("1,000 sappers and 5,000 military construction workers", [(1000, "sapper"), (5000, "worker")]),
        ("it costs 340 million crowns, reckons with 850.", [(340e6, "crown"), (850, None)]),
        ("almost two hours, not 50 minutes", [(120, "minute"), (50, "minute")]),
        ("a dozen houses and twenty-one cows", [(12, "house"), (21, "cow")]),
        ("on October 9, 2023, at 1:50 a.m., a 58-year-old", []),
        ("three of the five doors", [(5, "door")]),
        ("turnout was 68.3 percent", [(68.3, "%")]),
    ],
)
def test_quantities(text: str, found: list[tuple[float, str | None]]) -> None:
    assert [(q.value, q.unit) for q in quantities(text)] == found


def test_figures_of_another_year_are_no_disagreement() -> None:
    question, one, other = (
        "How many cars did the works in Varn build?",
        "The works in Varn built 538,000 cars.",
        "The works in Varn built 512,000 cars.",
    )
    assert len(disputed(question, one, other, days=(date(2025, 1, 9), date(2025, 1, 12)))) == 1
    assert disputed(question, one, other, days=(date(2024, 1, 9), date(2025, 1, 12))) == []


def test_an_answer_cites_both_sides_and_says_that_they_differ(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        rag.add(
            [
                NewArticle(
                    "Mill plans",
                    "The mill at Varn will bring 900 jobs, says its owner. The river was calm on the day of the visit. "
                    "The labour ministry counts 650 jobs at the mill.",
                    "Harbour Post",
                    date(2025, 6, 18),
                )
            ],
            name="mill",
        )
        answer = rag.ask("How many jobs will the mill at Varn bring?")
    (conflict,) = answer.conflicts
    assert [p.attribution.speaker for p in conflict.positions] == ["owner", "the labour ministry"]
    cited = {c.number: c for c in answer.citations}
    for position in conflict.positions:
        assert position.text in cited[position.citation].quote
        assert f"[{position.citation}]" in answer.text
    assert "Sources differ on" in answer.text
    assert {n for claim in answer.claims for n in claim.citations} == set(cited)


def test_what_came_out_after_the_day_asked_as_of_is_told(desk: Rag) -> None:
    question = "How many sappers will North Korea send to Kursk?"
    newest = desk.ask(question).newest
    assert newest is not None
    assert desk.ask(question, as_of=newest).notice is None
    answer = desk.ask(question, as_of="2025-01-01")
    late = ", ".join(f"[{c.number}]" for c in answer.citations)
    assert answer.notice == f"{late} came out after 2025-01-01, the day asked as of."


# False premises


def corrected(question: str, text: str) -> str | None:
    story = article(text)
    found = false_premise(question, [Sentence(story, s.start, s.end, 2.0) for s in split_sentences(text)])
    return found.sentence.text if found else None


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did Ada Quill resign as head of the board?", "Ada Quill called it a failure and ruled out resigning."),
        ("When did Brill concede?", "Mayor Otto Brill did not concede on Sunday."),
        ("Why did Quill raise the tolls?", "Ada Quill said that she would not raise the tolls."),
        ("When did the ferry line raise its fares?", "The ferry line cut its fares by a tenth on Monday."),
        ("How did Brill win the election?", "Otto Brill lost the election by 40 votes."),
        ("When did the food agency approve the drug?", "The food agency has not approved the drug."),
        ("Why did Brill refuse to receive the envoy?", "On Monday Brill received the envoy for talks."),
        ("Why did the 900 workers at the Varn mill go on strike?", "The 650 workers at the Varn mill went on strike."),
        ("Why did Brill sign the Varn pact in June?", "Brill did not sign the pact."),
        ("Why did Brill sign the pact?", "Brill did not sign it."),
        ("When did Brill concede defeat?", "Brill did not concede."),
        ("When did the council reject the offer?", "The council accepted the offer in May."),
    ],
)
def test_a_false_premise_is_corrected(question: str, text: str) -> None:
    assert corrected(question, text) == text


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("Why did Ada Quill resign?", "Ada Quill resigned because the dam leaks."),
        ("Why did Ada Quill resign?", "Otto Brill ruled out resigning after Ada Quill left."),
        ("Did Ada Quill resign?", "Ada Quill ruled out resigning."),
        ("What did Brill say when asked about the pact?", "Brill has not asked for a pact."),
        ("Why did the council raise taxes?", "The council cut its spending on roads."),
        ("How did Brill win the election?", "Otto Brill lost his temper."),
        ("Why did the line raise its fares?", "The line would cut its fares if fuel were cheaper."),
        ("Why did Ada Quill resign?", "Ada Quill said that if the gates had not failed she would not resign."),
        ("Why did Brill not sign the pact?", "Brill did not sign the pact because of the cost."),
        ("Why did the 900 workers of Varn strike?", "The 900 workers of Varn strike. At Ostrel 650 workers strike."),
        ("Why did more than 600 workers at the Varn mill strike?", "The 650 workers at the Varn mill went on strike."),
        ("When did Brill concede?", '"Brill did not concede," read a banner of his party.'),
        ("Why did Brill sign the treaty?", "Brill did not sign the declaration."),
        ("When did the council reject the offer?", "The council may have accepted the offer."),
    ],
)
def test_a_premise_that_nothing_contradicts_stands(question: str, text: str) -> None:
    assert corrected(question, text) is None


def test_what_the_question_takes_for_granted_is_put_as_a_statement() -> None:
    text = "Calder has not announced the merger."
    story = article(text)
    found = false_premise("When did Calder announce the merger?", [Sentence(story, 0, len(text), 2.0)])
    assert found is not None
    assert found.asked == "Calder did announce the merger"


def test_the_correction_comes_first_and_is_cited(tmp_path: Path) -> None:
    text = "Engineer Ada Quill called the leak a failure and ruled out resigning. It cost 3 million crowns."
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Quill stays", text, "Harbour Post", date(2025, 6, 18))], name="dam")
        answer = rag.ask("Why did Ada Quill resign after the leak?")
    assert answer.premise is not None
    quoted = {c.number: c.quote for c in answer.citations}[answer.premise.citation]
    assert quoted == answer.premise.found == text.split(". ")[0] + "."
    assert answer.text.startswith(f"The articles say otherwise: {quoted} [{answer.premise.citation}]")
    assert answer.text.count(quoted) == 1


def test_a_question_that_nothing_answers_is_corrected_where_a_sentence_denies_it(tmp_path: Path) -> None:
    def denied(question: str, text: str) -> bool:
        story = article(text)
        return denied_premise(question, [Sentence(story, 0, len(text), 2.0)]) is not None

    text = "Denmark did not sign the declaration."
    assert denied("Why did Denmark sign the declaration?", text)
    assert denied("When did the council reject the offer?", "The council accepted the offer in June.")
    for question in (
        "Why did Denmark sign the treaty?",  # another thing
        "Why did Sweden sign the declaration?",
        "How many sappers did Denmark sign?",
        "What did Denmark sign?",
        "Did Denmark sign the declaration?",
    ):
        assert not denied(question, text)
    leaders = f"Leaders of six countries met in Oslo to talk of Arctic shipping. {text} Sweden and Finland signed it."
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Leaders meet", leaders, "Wire")], name="oslo")
        answer = rag.ask("Why did Denmark sign the declaration?")
    assert answer.premise is not None
    assert answer.text.startswith(f"The articles say otherwise: {text} [1]")
    assert (answer.status, answer.nearby) == ("answered", ())


@pytest.mark.parametrize(
    ("question", "denial", "told"),
    [
        ("Why did Quill resign?", "Quill did not resign in 2019.", "Quill resigned on Friday."),
        (
            "Why did Denmark sign the declaration?",
            "At first Denmark did not sign the declaration.",
            "Denmark signed the declaration in June.",
        ),
        (
            "Why did the ferry line raise its fares?",
            "The ferry line did not raise its fares last year.",
            "The ferry line raised its fares on Monday.",
        ),
    ],
)
def test_a_denial_beside_a_sentence_that_affirms_corrects_nothing(question: str, denial: str, told: str) -> None:
    def correction(*texts: str) -> str | None:
        found = denied_premise(question, [Sentence(article(text), 0, len(text), 2.0) for text in texts])
        return found.sentence.text if found else None

    assert correction(denial) == correction("The ferry line opened in 1990.", denial) == denial
    assert correction(denial, told) is correction(told, denial) is None
