"""Is a claim supported by the words it cites?"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from rag import Reranker
from rag.answer.claims import check
from rag.answer.facts import Cited
from rag.answer.figures import figures, swaps_figures
from rag.answer.polarity import turns_round
from rag.answer.support import doubt
from rag.ingest.times.mentions import find_dates

DAY = date(2025, 6, 19)


@pytest.fixture(scope="module")
def reranker() -> Reranker:
    return Reranker()


def words(
    text: str, *, before: str = "", media: tuple[str, ...] = (), author: str = "", title: str = "", whole: str = ""
) -> Cited:
    """Words of an article that came out on DAY."""
    dates = find_dates(text, published=DAY)
    return Cited(text, dates, before, media, author, title, whole or text, DAY)


def test_a_negation_with_nothing_behind_it_denies_nothing(reranker: Reranker) -> None:
    assert doubt("They asked the firm to leave and it left.", [words("The firm did not.”")], reranker=reranker)


SENT = words(
    "Shoigu said on Tuesday that Kim had decided to send 1,000 sappers and 5,000 construction workers to Kursk.",
    media=("Harbour Times", "TASS"),
    author="Mara Lind",
    title="Kim sends sappers",
    whole="Sergei Shoigu arrived. Shoigu said on Tuesday that Kim Jong-un had decided to send 1,000 sappers.",
)


@pytest.mark.parametrize(
    "claim",
    [
        "Kim had decided to send 1,000 sappers",  # word for word
        "Kim decided to send one thousand sappers and 5000 construction workers.",
        "Sergei Shoigu said on June 17, 2025 that Kim would send 1,000 sappers.",  # the day, and the name in full
        "According to TASS, Kim decided to send 5,000 construction workers to Kursk.",  # the agency
        "The Harbour Times reported on June 19 that Kim decided to send 1,000 sappers.",  # the outlet and its date
        "1. Kim decided to send 1,000 sappers to Kursk.",
    ],
)
def test_what_is_said_in_other_words_is_supported(claim: str, reranker: Reranker) -> None:
    assert doubt(claim, [SENT], reranker=reranker) is None


@pytest.mark.parametrize(
    ("claim", "reason"),
    [
        ("Kim decided to send 1,500 sappers.", "the figure 1,500 is not in the cited words"),
        ("Kim decided to send 5,000 sappers.", "its figures count other things in the cited words"),
        ("Shoigu said on June 16, 2025 that Kim would send 1,000 sappers.", "the date “June 16, 2025” is not"),
        ("Kim decided for the third time to send 1,000 sappers.", "the figure third is not in the cited words"),
        ("Kim decided on June 19 to send 1,000 sappers.", "the date “June 19” is not in the cited words"),
        ("Shoigu said on Monday that Kim would send 1,000 sappers.", "the date “Monday” is not"),
        ("Lavrov said that Kim would send 1,000 sappers.", "they are the words of Sergei Shoigu, not of Lavrov"),
        ("Shoigu said that Putin would send 1,000 sappers.", "Putin is not named in the cited words"),
        ("Shoigu said “the sappers will stay for good”.", "“the sappers will stay for good” is not in the cited words"),
        ("Kim had not decided to send 1,000 sappers to Kursk.", "the cited words say the contrary"),
        ("The harvest was ruined by frost in the hills around the lake.", "the cited words do not say as much"),
    ],
)
def test_what_is_not_there_is_told(claim: str, reason: str, reranker: Reranker) -> None:
    lavrov = replace(SENT, whole=f"{SENT.whole} In Moscow, Lavrov agreed.")  # so it is known for a name
    told = doubt(claim, [lavrov], reranker=reranker)
    assert told is not None
    assert told.startswith(reason)


def test_dates_without_a_year_are_compared_as_they_are(reranker: Reranker) -> None:
    undated = Cited("Rain is expected on Apr 15 and on Thursday.")
    assert doubt("Rain is expected on April 15th.", [undated], reranker=reranker) is None
    assert doubt("Rain is expected on Thursday night.", [undated], reranker=reranker) is None
    assert (
        doubt("Rain is expected on April 1.", [undated], reranker=reranker)
        == "the date “April 1” is not in the cited words"
    )


def test_nothing_cited_is_no_support(reranker: Reranker) -> None:
    assert doubt("Kim decided to send sappers.", [], reranker=reranker) == "nothing is cited for it"


def test_a_pronoun_leans_on_the_sentence_before(reranker: Reranker) -> None:
    claim = "Birgit Osterwald resigned in protest."
    alone = words("She resigned in protest.")
    assert doubt(claim, [alone], reranker=reranker) == "Osterwald is not named in the cited words"
    led = words("She resigned in protest.", before="Birgit Osterwald had led the bank for nine years.")
    assert doubt(claim, [led], reranker=reranker) is None


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5,000 or five thousand", [5000, 5000]),
        ("$1.5bn, 1.5 billion dollars", [1.5e9, 1.5e9]),
        ("two hundred and fifty thousand men", [250000]),
        ("twenty-five; 25", [25, 25]),
        ("a million, 1m", [1e6, 1e6]),
        ("the 3rd and the third", [3, 3]),
        ("form P60", []),
    ],
)
def test_numbers_go_by_value(text: str, values: list[float]) -> None:
    assert [figure.value for figure in figures(text)] == values


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("It sends 5,000 sappers.", "It sends 1,000 sappers and 5,000 construction workers.", True),
        ("It sends 5,000 workers and 1,000 sappers.", "It sends 1,000 sappers and 5,000 construction workers.", False),
        ("There were 6,000 casualties.", "Casualties have exceeded 6,000 in the region; 28 died in Kyiv.", False),
        ("Boil it for 10 minutes.", "Boil it for 10 min. After 20 minutes it is done.", False),
        ("Five companies shut.", "Five towns flooded, and 1 company closed.", True),
    ],
)
def test_numbers_count_what_they_count(claim: str, quote: str, *, expected: bool) -> None:
    assert swaps_figures(claim, quote) is expected


@pytest.mark.parametrize(
    ("claim", "quote", "expected"),
    [
        ("Tehran has asked for help.", "Tehran has not asked for help.", True),
        ("Tehran has not asked for help.", "Tehran has asked for help.", True),
        ("Tehran has not asked for help.", "Tehran declined to ask for help.", False),
        ("Exports rose last year.", "Exports fell last year.", True),
        ("Exports rose last year.", "Exports rose last year after imports fell.", False),
        ("Tehran asked for help.", "Tehran asked not only Moscow for help.", False),
    ],
)
def test_the_contrary_is_seen(claim: str, quote: str, *, expected: bool) -> None:
    assert turns_round(claim, quote) is expected


def test_a_text_is_checked_sentence_by_sentence(reranker: Reranker) -> None:
    text = "Here is what is known:\n1. The ferry had 212 people aboard.\n2. It sank in 1912."
    claims = check(text, ["On the ferry were 212 people."], reranker=reranker)
    assert [(c.text, c.support, c.doubt) for c in claims] == [
        ("The ferry had 212 people aboard.", "supported", None),
        ("It sank in 1912.", "unsupported", "the date “1912” is not in the cited words"),
    ]


def test_a_name_of_the_title_does_not_stand_for_another_person(reranker: Reranker) -> None:
    title = "Osterwald backs a ferry, and Lind goes on trial"
    whole = "The week began with Birgit Osterwald, who backs a ferry. The prosecution painted Lind as a man who stole."
    accused = words("The prosecution painted Lind as a man who stole from the ferry.", title=title, whole=whole)
    assert doubt("The prosecution painted Lind as a man who stole.", [accused], reranker=reranker) is None
    swapped = "The prosecution painted Osterwald as a man who stole from the ferry."
    assert doubt(swapped, [accused], reranker=reranker) == "Osterwald is not named in the cited words"
    meant = words("Critics say that she stole from the ferry.", title=title, whole=whole)
    assert doubt("Critics say that Osterwald stole from the ferry.", [meant], reranker=reranker) is None


def test_a_name_of_the_title_may_be_whom_the_sentence_before_names_or_the_author(reranker: Reranker) -> None:
    title = "Corvane fined over a spill"
    fined = words(
        "The company was fined 3 million crowns by Brackwater.",
        before="Corvane lost in court.",
        title=title,
        whole=f"{title}\nCorvane lost in court. The company was fined 3 million crowns by Brackwater.",
    )
    assert doubt("Corvane was fined 3 million crowns.", [fined], reranker=reranker) is None
    untitled = words("Brackwater has the oldest mole of the coast.", media=("Harbour Times",), author="Odile Fenn")
    assert doubt("Odile Fenn writes that it has the oldest mole of the coast.", [untitled], reranker=reranker) is None


def test_only_the_speaker_of_a_quotation_may_be_i_or_we(reranker: Reranker) -> None:
    title = "Osterwald backs a ferry"
    whole = "Our paper asked Osterwald and Lind. Lind stole from the ferry, as we reported."
    stole = words("Lind stole from the ferry, as we reported.", title=title, whole=whole)
    swapped = "Osterwald stole from the ferry, the paper reported."
    assert doubt(swapped, [stole], reranker=reranker) == "Osterwald is not named in the cited words"


def test_a_name_that_opens_the_cited_sentence_is_one(reranker: Reranker) -> None:
    whole = "Lind stole from the ferry. Lind denied it. The week began with Osterwald."
    stole = words("Lind stole from the ferry.", title="Osterwald backs a ferry", whole=whole)
    assert doubt("The man Osterwald stole from the ferry.", [stole], reranker=reranker) == (
        "Osterwald is not named in the cited words"
    )


def test_a_figure_of_something_else_altogether_is_no_support(reranker: Reranker) -> None:
    plant = words(
        "The economy ministry, which pays a subsidy of 340 million crowns, reckons with 850.",
        before="The plant will create 1,200 jobs, according to Brackwater Cells.",
        title="Battery plant delayed again",
    )
    why = doubt("The ferry line spent 340 million crowns on fuel.", [plant], reranker=reranker)
    assert why == "the cited words give 340 million for something else"
    assert doubt("A subsidy of 340 million crowns is paid.", [plant], reranker=reranker) is None
    pronoun = words("It came to 1.84 billion crowns.", before="Revenue rose by 12 percent.", title="A good year")
    assert doubt("Revenue was 1.84 billion crowns.", [pronoun], reranker=reranker) is None
    rate = words("The central bank kept its key rate at 13.25 percent.", before="Prices are calm.")
    why = doubt("The unemployment rate is 13.25 percent.", [rate], reranker=reranker)
    assert why == "the cited words give 13.25 for something else"
    eased = words("Its rate fell to 13.25 percent.", before="The bank met.", title="Unemployment eases in Norvane")
    assert doubt("Unemployment fell to 13.25 percent.", [eased], reranker=reranker) is None


def test_a_quotation_may_span_sentences_that_stand_together_and_no_others(reranker: Reranker) -> None:
    whole = "Lind said: “The ferry is late. We will wait for it.” Later she added: “Nobody will pay for this.”"
    late, wait = words("Lind said: “The ferry is late.", whole=whole), words("We will wait for it.”", whole=whole)
    pay = words("Later she added: “Nobody will pay for this.”", whole=whole)
    assert doubt("Lind said “the ferry is late. We will wait for it”.", [late, wait], reranker=reranker) is None
    spliced = "“we will wait for it. Nobody will pay for this”"
    assert (
        doubt(f"Lind said {spliced}.", [late, wait, pay], reranker=reranker) == f"{spliced} is not in the cited words"
    )


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        ("The blaze killed 35.", "Thirty-five people died when a fire tore through the hotel."),
        ("The company sacked 400 workers.", "Norvane laid off 400 employees last spring."),
        ("The film made 45 million dollars.", "The picture grossed $45 million at the box office."),
        ("The bridge is 120 years old.", "It was built 120 years ago."),
    ],
)
def test_a_figure_told_in_other_words_is_not_of_something_else(claim: str, text: str, reranker: Reranker) -> None:
    why = doubt(claim, [words(text)], reranker=reranker)
    assert why is None or "something else" not in why
