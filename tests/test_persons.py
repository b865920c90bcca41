"""Names of persons and places: who is the same, and who only shares a part of the name."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag import NewArticle, Rag
from rag.answer.asked_speaker import speaker_asked, tells
from rag.answer.persons import names_another, person
from rag.answer.speakers import runs, statements
from rag.answer.voices import blank_quotes, voice_of
from rag.ingest.sentences import split_sentences
from rag.places import country, is_place
from rag.words import stems
from store.records import Article


def article(text: str) -> Article:
    return Article("a", "The title", "Ledger", None, None, None, None, None, text)


@pytest.mark.parametrize(
    ("asked", "text", "same"),
    [
        ("Xi Jinping", "President Xi Jinping met the mayors. Xi said it was time.", "Xi"),
        ("Kim Jong Un", "Kim Jong-un spoke.", "Kim Jong-un"),
        ("Zelensky", "President Volodymyr Zelenskyy spoke.", "Volodymyr Zelenskyy"),
        ("Pope Leo XIV", "Pope Leo spoke in Rome.", "Pope Leo"),
        ("King Charles III", "King Charles opened the bridge.", "Charles"),
        ("Viktor Orban", "Viktor Orbán spoke.", "Hungarian Prime Minister Orbán"),
        ("Antony Blinken", "US Secretary of State Blinken spoke.", "State Blinken"),
        ("Vladimir Putin", "Russia's Putin spoke.", "Russia's Putin"),
        ("Michael Jordan", "Jordan spoke.", "Jordan"),
        ("European Union", "The EU met.", "EU foreign policy chief Ida Kall"),
        ("UN", "The United Nations met.", "the United Nations"),
        ("Andrzej Duda", "Polish President Andrzej Duda left.", "Polish President Duda"),
        ("Marco Rubio", "Marco Rubio left.", "Senator Marco Rubio of Florida"),
        ("Özgür Özel", "Özgür Özel left.", "Özel"),
    ],
)
def test_one_person_goes_by_several_names(asked: str, text: str, same: str) -> None:
    assert person(asked, article(text)).speaks_as(same)


@pytest.mark.parametrize(
    ("asked", "text", "other"),
    [
        ("Donald Trump", "Donald Trump left. Melania Trump stayed.", "Melania Trump"),
        ("Kim Jong Un", "Kim Jong Un left. His sister Kim Yo Jong stayed.", "Kim Yo Jong"),
        ("Kim Jong Un", "The United Nations met.", "UN"),
        ("Moon Jae-in", "Moon Jae-in left.", "in Seoul"),
        ("Kamala Harris", "Harrison Ford spoke.", "Harrison"),
        ("John", "Boris Johnson spoke.", "Johnson"),
        ("Tor Petersen", "Tor Petersen left.", "Tor Petersen's sister"),
        ("Tor Petersen", "Tor Petersen left.", "a lawyer for Petersen"),
        ("Tor Petersen", "Tor Petersen left.", "a lawyer for shipowner Tor Petersen"),
        ("Petersen", "Tor Petersen left.", "Petersen rival Ada Holm"),
        ("Casey Lund", "Casey Lund left. Ben Lund stayed.", "Ben Lund"),
        ("Paris Vik", "Paris Vik left. Her mother Odile Vik stayed.", "Odile Vik"),
        ("Lind Jae-myung", "The engineer Lind Jae-on spoke.", "Lind"),
    ],
)
def test_who_shares_a_part_of_a_name_is_another(asked: str, text: str, other: str) -> None:
    assert not person(asked, article(text)).speaks_as(other)


def test_a_person_is_introduced_by_more_than_one_name() -> None:
    text = "Elon Musk left Tesla Model Y and the UN Development Programme behind. Kim Jong-un stayed."
    assert person("Musk", article(text)).is_introduced
    assert person("Xi", article("President Xi Jinping met the mayors. Xi said it was time.")).is_introduced
    assert person("Ida von der Lund", article("The port is shut. Ida von der Lund was there.")).is_introduced
    assert not person("Apple", article("The phones of Apple Europe are late. Apple said so.")).is_introduced
    assert not person("Harbour Council", article("The Harbour Council met. Odile Fenn, of it, said so.")).is_introduced
    assert person("Kim", article(text)).is_introduced
    assert not person("Tesla", article(text)).is_introduced
    assert not person("UN", article(text)).is_introduced


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("How many fell, according to Zelensky last week?", "Zelensky"),
        ("How many fell, according to Zelensky speaking in Kyiv?", "Zelensky"),
        ("How many fell, according to Trump allies?", None),
        ("How many fell, according to Kremlin officials?", None),
        ("What did the Russians say?", None),
        ("What did North Korea say?", None),
        ("What did Jordan Henderson say?", "Jordan Henderson"),
    ],
)
def test_a_word_behind_the_name_may_make_it_a_groups(question: str, speaker: str | None) -> None:
    assert speaker_asked(question) == speaker


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Norwegians", "Norway"),
        ("Cypriots", "Cyprus"),
        ("Frenchman", "France"),
        ("Chinese-made", "China"),
        ("US-led", "America"),
        ("Türkiye", "Turkey"),
        ("Erdoğan", "Erdogan"),
    ],
)
def test_a_country_its_people_and_what_is_theirs_have_one_stem(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_common_words_are_no_countries() -> None:
    assert country("polish") is None is country("us")
    assert not stems("to polish the lamp") & stems("Poland")
    assert not stems("Austrian") & stems("Australian")
    assert all(map(is_place, ("Kuwaitis", "North Korea", "Germany")))
    assert not any(map(is_place, ("Martin", "Cameron", "Christian", "Chan", "Biden", "Kremlin")))


def test_articles_are_found_by_either_of_two_names(tmp_path: Path) -> None:
    """ "Boeing and Airbus" are two names, and neither hides the other's article."""
    texts = {
        "Airbus": "Airbus delivered 72 jets in June. It plans more.",
        "Boeing": "Boeing delivered 60 jets in June. It plans fewer.",
        "Harbour": "The harbour delivered 11 boats in June. It plans none.",
    }
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle(f"{n} news", t, "Wire", date(2025, 7, 1)) for n, t in texts.items()], name="three")
        answer = rag.ask("What did Boeing and Airbus deliver?")
        assert {c.article.title for c in answer.citations} == {"Airbus news", "Boeing news"}


def test_whoever_an_article_quotes_by_a_pronoun_is_not_silent(tmp_path: Path) -> None:
    text = (
        "Mayor Ada Holm visited the burnt school on Monday. The crowd was silent, and so was Rolf Moe. “We will build "
        "it again before winter,” she said. Neighbours brought bread."
    )
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("School burns", text, "Wire", date(2025, 7, 1))], name="school")
        assert rag.ask("What did Ada Holm say about the school?").status == "answered"


def test_a_full_stop_ends_a_name_but_for_initials_and_titles() -> None:
    text = (
        "It sank with Marta Kov. Holm wept. Gen. Ada B. Vik met Odd T. Moe. In Paris. Barr left. "
        "U.S. Senator Lia Sund sang."
    )
    assert [" ".join(run) for run in runs(text)] == ["Marta Kov", "Gen Ada B Vik", "Odd T Moe", "U.S Senator Lia Sund"]
    assert runs("On Wednesday President Ada Holm left.") == (("President", "Ada", "Holm"),)
    assert runs("The singer August Vik sang.") == (("August", "Vik"),)
    warned = article("Both firms have been warned by the EU over rumours related to the war.")
    assert statements(warned, split_sentences(warned.text), 0) == []


@pytest.mark.parametrize(
    ("question", "speaker"),
    [
        ("What has Merz said about the brake?", "Merz"),
        ("What did Merz have to say about the brake?", "Merz"),
        ("What did Merz write about the brake?", "Merz"),
        ("What was said by Merz about the brake?", "Merz"),
        ("What did Ursula von der Leyen say?", "Ursula von der Leyen"),
        ("What did Özgür Özel say?", "Özgür Özel"),
        ("What has Merz said or done since?", None),
        ("What has Merz promised about the brake?", "Merz"),
        ("What did Merz point out about the brake?", "Merz"),
        ("How many votes did Merz count?", None),
        ("When did Merz concede defeat?", None),
    ],
)
def test_ways_to_ask_for_somebodys_words(question: str, speaker: str | None) -> None:
    assert speaker_asked(question) == speaker


def test_the_role_that_an_article_gives_somebody_means_them() -> None:
    text = "Mayor Ada Holm met Odd Vik, the former director of the mill, and minister Ida Lund. Holm left."
    holm, vik = person("Ada Holm", article(text)), person("Vik", article(text))
    assert holm.speaks_as("the mayor")
    assert not holm.speaks_as("the minister")
    assert vik.speaks_as("the director")
    assert not vik.speaks_as("the mayor")
    assert not vik.speaks_as("the mill")


@pytest.mark.parametrize(
    ("question", "others"),
    [
        ("What did Tor Berg say he had lost?", "his client had lost nine million"),
        ("What did Olsen say about the race?", "Aksel Olsen will run in the race"),
        ("What did Wu say about the ferry?", "Park said the ferry was too old"),
        ("What did Ada Holm say about the canal?", "The mayor of Brightsea said the canal was madness"),
        ("What did Ada Holm say about the tunnel?", "Ada Holm was told by Rolf Moe that the tunnel"),
        ("How many boats were lost, according to Moe?", "Some 40 boats were lost"),
    ],
)
def test_words_of_another_are_not_shown_for_theirs(tmp_path: Path, question: str, others: str) -> None:
    berg = (
        "A lawyer for shipowner Tor Berg said his client had lost nine million. Tor Berg left on Monday. "
        "Mayor Karin Vik said the race was open. Aksel Olsen will run in the race next week, she said."
    )
    ferry = (
        "President Wu Ming visited the port with minister Park Ho. Wu said the ferry was safe. "
        "Park said the ferry was too old."
    )
    canal = (
        "Minister Ada Holm presented the canal. The mayor of Brightsea said the canal was madness. Ada Holm was told "
        "by Rolf Moe that the tunnel was a folly. Some 40 boats were lost, according to Captain Odd Vik. Moe left. "
        "“It will be dug,” Holm said."
    )
    with Rag.open(tmp_path) as rag:
        texts = {"Losses of a shipowner": berg, "A visit to the port": ferry, "A canal": canal}
        rag.add([NewArticle(title, text) for title, text in texts.items()], name="made")
        assert others not in rag.ask(question).text
        shown = rag.ask("What did Mayor Karin Vik say about the race?").text
        assert "Mayor Karin Vik said the race was open" in shown
        assert "Wu said the ferry was safe" in rag.ask("What did Wu Ming say about the ferry?").text


@pytest.mark.parametrize(
    ("name", "text", "is_another"),
    [
        ("Ida Berg", "Mayor Tor Berg turned 82.", True),
        ("Ida Berg", "Berg turned 82.", False),
        ("Ida Berg", "Tor Berg and Ida Berg left.", False),
        ("Ida Berg", "It rained in Norvane.", False),
        ("Berg", "Tor Berg turned 82.", False),
    ],
)
def test_a_sentence_of_a_namesake(name: str, text: str, is_another: bool) -> None:
    assert names_another(name, text) is is_another


def test_what_befell_a_namesake_is_no_answer(tmp_path: Path) -> None:
    text = "Tor Berg was convicted on three counts of fraud. Ida Berg stayed in Norvane."
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Court", text)], name="court")
        assert "convicted" not in rag.ask("What was Ida Berg convicted of?").text
        assert "three counts of fraud" in rag.ask("What was Tor Berg convicted of?").text


def test_who_stands_before_a_colon_and_a_quotation_says_it() -> None:
    text = (
        "Minister Ida Lund met Odd Vik. Lund: “The toll has to go.” Vik was blunt: “It stays.” Odd Vik, the mayor, was "
        "calm: “No.” Question: “Why?” Berlin: “Nothing.” The sign in Norvane read: “No entry.” Update: “More soon.”"
    )
    told, spans = article(text), split_sentences(text)
    said = [[s.speaker for s in statements(told, spans, n)] for n in range(len(spans))]
    assert said == [[], ["Minister Ida Lund"], ["Odd Vik"], ["Odd Vik"], [], [], [], []]


@pytest.mark.parametrize(
    ("sentence", "voice"),
    [
        ("Holm points out that the toll is new.", "Holm"),
        ("Analysts warn the toll may stay.", "Analysts"),
        ("“It is a folly,” joked Ida Holm.", "Ida Holm"),
        ("Holm conceded that the toll was high.", "Holm"),
        ("Holm conceded two goals.", None),
        ("The two states agreed.", None),
        ("The officials cannot say why.", None),
        ("The figures help predict the toll.", None),
        ("In March, expected cuts came.", None),
        ("Physical demands: quads are harder to ride.", None),
    ],
)
def test_verbs_of_saying_tell_where_they_are_no_other_word(sentence: str, voice: str | None) -> None:
    found = voice_of(blank_quotes(sentence), article(sentence))
    assert (found and found[0]) == voice


def test_who_did_not_say_it_is_not_silent_of_it() -> None:
    text = "Pell won. Prime Minister Ingrid Solvane did not announce a recount."
    assert tells(person("Solvane", article(text)), text)
    assert not tells(person("Solvane", article(text)), "Pell won. Solvane did not vote.")


def test_whom_media_quote_in_somebody_else_s_sentence_is_not_silent(tmp_path: Path) -> None:
    text = (
        "Leaders of six countries met in Oslo on the plan. Minister Pavel Orlov, quoted by TASS, called the plan "
        '"a provocation", Xinhua reported. Denmark did not sign the plan.'
    )
    with Rag.open(tmp_path) as rag:
        rag.add([NewArticle("Leaders meet in Oslo", text, "Nordic Wire", date(2024, 6, 3))], name="summit")
        answer = rag.ask("What did Orlov say about the plan?")
    assert '"a provocation"' in answer.text
    assert answer.claims[0].attribution is not None
    assert answer.claims[0].attribution.render() == (
        "Minister Pavel Orlov, quoted by TASS, via Xinhua (state media), per Nordic Wire"
    )
