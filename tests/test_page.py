"""Cutting a saved page into its articles."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rag.errors import PageError
from rag.ingest.boilerplate import ends_story, is_noise, starts_related
from rag.ingest.dates import read_stamp, resolve
from rag.ingest.decode import decode
from rag.ingest.page import split_page
from rag.ingest.story import Story
from tests.conftest import SAMPLE

BODY = "The council voted on Tuesday to close the old bridge. Repairs will cost 4 million euros, the mayor said."
OTHER = (
    "A ferry ran aground off the northern coast early on Monday. Nobody was hurt, the coastguard said later that day."
)
BOILERPLATE = (
    "logo", "orange background", "no comments", "related articles", "download the app", "app-store", "play-store",
    "days ago", "• korea herald", "ai features",
)  # fmt: skip


def split(text: str) -> tuple[Story, ...]:
    return split_page(text, name="page.txt")


def test_the_sample_page_gives_its_four_articles() -> None:
    stories = split(decode(SAMPLE.read_bytes(), name="sample"))
    assert [(s.source, s.agency, s.when) for s in stories] == [
        ("Korea Herald", None, "3 days ago"),
        ("Korea Herald", "AP", "2 days ago"),
        ("Korea Herald", "Yonhap", "2 days ago"),
        ("Korea Herald", None, "3 days ago"),
    ]
    for story in stories:
        assert not [phrase for phrase in BOILERPLATE if phrase in story.text.lower()]


def test_the_real_page_gives_its_four_articles(seed_page: Path) -> None:
    stories = split(decode(seed_page.read_bytes(), name="seed"))
    assert [s.title.split()[:3] for s in stories] == [
        ["Why", "Putin's", "top"],
        ["Putin", "says", "Russia"],
        ["N.", "Korea", "touts"],
        ["[Exclusive]", "Moon-era", "inter-Korean"],
    ]
    assert [s.agency for s in stories] == [None, "AP", "Yonhap", None]
    assert {s.source for s in stories} == {"Korea Herald"}
    assert [s.when for s in stories] == ["3 days ago", "2 days ago", "2 days ago", "3 days ago"]
    for story in stories:
        assert not [phrase for phrase in (*BOILERPLATE, "daily8") if phrase in story.text.lower()]
    assert stories[0].text.endswith("air force systems.")  # the last words before the boilerplate
    assert stories[3].text.endswith("slated for Thursday.")
    assert "N. Korea's gains, Russia's needs" in stories[0].text  # a subheading stays


def test_source_and_age_on_lines_of_their_own() -> None:
    (story,) = split(f"Bridge to close\n\nThe Daily Harbour\n\n5 hours ago\n\n{BODY}")
    assert (story.title, story.source, story.when) == ("Bridge to close", "The Daily Harbour", "5 hours ago")


def test_title_below_source_and_age() -> None:
    (story,) = split(f"Harbour Times · 2 days ago\nBridge to close\n{BODY}")
    assert (story.title, story.source) == ("Bridge to close", "Harbour Times")


def test_byline_address_and_absolute_date() -> None:
    (story,) = split(
        f"Bridge to close\nBy Ines Holt and Tom Reed\nhttps://example.org/a\nPublished June 18, 2025\n{BODY}"
    )
    assert (story.author, story.url, story.when) == ("Ines Holt and Tom Reed", "https://example.org/a", "June 18, 2025")


def test_the_day_of_publication_wins_over_that_of_an_update() -> None:
    (story,) = split(f"Bridge to close\nPublished June 18, 2025\nUpdated June 20, 2025\n{BODY}")
    assert story.when == "June 18, 2025"


def test_a_page_without_any_header_is_one_article() -> None:
    (story,) = split(f"Bridge to close for repairs\n\n{BODY}\n\n{OTHER}")
    assert story.title == "Bridge to close for repairs"
    assert story.text == f"{BODY}\n\n{OTHER}"
    assert (story.source, story.when) == (None, None)


def test_links_without_a_body_are_no_articles() -> None:
    page = (
        f"Bridge to close\nHarbour Times3 days ago\n{BODY}\nRelated Articles\nFerry aground\nFerry aground\n"
        f"Harbour Times\n1 day ago\nMayor resigns\nMayor resigns\nHarbour Times\n4 days ago\n{OTHER}"
    )
    assert [(s.title, s.when) for s in split(page)] == [
        ("Bridge to close", "3 days ago"),
        ("Mayor resigns", "4 days ago"),
    ]


def test_prose_after_the_end_belongs_to_no_article() -> None:
    pitch = "Ready for more stories from your town? Try it for a month without paying anything at all."
    (story,) = split(f"Bridge to close\nHarbour Times3 days ago\n{BODY}\nDOWNLOAD THE APP\n{pitch}")
    assert story.text == BODY


def test_boilerplate_in_the_middle_is_left_out_and_subheadings_stay() -> None:
    (story,) = split(f"Bridge to close\nHarbour Times3 days ago\n{BODY}\nAdvertisement\nWhat comes next\n{OTHER}")
    assert story.text == f"{BODY}\n\nWhat comes next\n\n{OTHER}"


def test_a_headline_that_is_a_question_is_not_prose() -> None:
    title = "Will the council really close the old bridge this year?"
    stories = split(f"{title}\n{title}\nHarbour Times3 days ago\n{BODY}\n{title}\n")
    assert [(s.title, s.text) for s in stories] == [(title, BODY)]


def test_hard_wrapped_paragraphs_are_joined() -> None:
    body = (
        "The council of the harbour town voted late on Tuesday to close its old\nbridge for the whole of the winter, "
    )
    body += "because the piers have been found to\nbe in danger after the flood, and said that it would ask the state\n"
    body += "for the money that it needs to build them anew in the coming spring."
    (story,) = split(f"Bridge to close\n\n{body}\n\n{body}")
    assert story.text.split("\n\n") == [body.replace("\n", " ")] * 2


@pytest.mark.parametrize(
    "text", ["hello", "one\ntwo\nthree", "1 2 3 4 5 6 7 8 9 10.", "• a\n• b\n", "Comments\nNo comments yet"]
)
def test_no_article_is_a_clear_error(text: str) -> None:
    with pytest.raises(PageError, match=r"page\.txt holds no article: .* paragraph"):
        split(text)


@pytest.mark.parametrize(
    ("line", "source", "when"),
    [
        ("Korea Herald3 days ago", "Korea Herald", "3 days ago"),
        ("time2 days ago", None, "2 days ago"),
        ("Reuters · 5 hours ago", "Reuters", "5 hours ago"),
        ("an hour ago", None, "an hour ago"),
        ("The Times | Wednesday, 18 June 2025", "The Times", "18 June 2025"),
        ("June 18, 2025 at 10:32 a.m. GMT", None, "June 18, 2025"),
        ("2025-06-18T10:32:00Z", None, "2025-06-18"),
        ("Yesterday", None, "Yesterday"),
        ("TIME2 days ago", "TIME", "2 days ago"),
        ("France 243 days ago", "France 24", "3 days ago"),
        ("Channel 1212 hours ago", "Channel 12", "12 hours ago"),
        ("ABC71 hour ago", "ABC7", "1 hour ago"),
        ("Sky News13 hours ago", "Sky News", "13 hours ago"),
        ("243 days ago", None, "243 days ago"),
        ("Harbour Times · World · 3 days ago · 4 min read", "Harbour Times", "3 days ago"),
        ("Harbour Times · 2h", "Harbour Times", "2h"),
        ("June 18th, 2025", None, "June 18th, 2025"),
        ("Published : June 18, 2025 - 15:21:33", None, "June 18, 2025"),
        ("First published on Wed 18 Jun 2025 17.01 BST", None, "18 Jun 2025"),
        ("Published: June 18, 2025 Updated: June 20, 2025", None, "June 18, 2025"),
        ("Updated: June 20, 2025 | Published: June 18, 2025", None, "June 18, 2025"),
        ("Published 10:32 AM EDT, Wed June 18, 2025", None, "June 18, 2025"),
        ("June 18, 2025 / 10:32 AM EDT / Quay News", "Quay News", "June 18, 2025"),
        ("By Ines Holt | June 18, 2025", None, "June 18, 2025"),
        ("Posted at 10:32 on 18 June 2025", None, "18 June 2025"),
        ("2025/06/18 15:21", None, "2025/06/18"),
        ("Publié le 18 juin 2025 à 15:21", None, "18 juin 2025"),
        ("Kurier · vor 3 Tagen", "Kurier", "vor 3 Tagen"),
    ],
)
def test_stamps(line: str, source: str | None, when: str) -> None:
    stamp = read_stamp(line)
    assert stamp is not None
    assert (stamp.source, stamp.when) == (source, when)


@pytest.mark.parametrize(
    "line",
    [
        "What we know so far",
        "He left today",
        "It all began a long time ago, officials said.",
        "What was agreed on June 18, 2025",
        "A city of 3d printers",
    ],
)
def test_lines_that_date_nothing(line: str) -> None:
    assert read_stamp(line) is None


@pytest.mark.parametrize(
    ("when", "day"),
    [
        ("3 days ago", date(2025, 6, 18)),
        ("a day ago", date(2025, 6, 20)),
        ("5 hours ago", date(2025, 6, 21)),
        ("2 weeks ago", date(2025, 6, 7)),
        ("yesterday", date(2025, 6, 20)),
        ("1 month ago", date(2025, 5, 21)),
        ("just now", date(2025, 6, 21)),
        ("3w ago", date(2025, 5, 31)),
        ("2h", date(2025, 6, 21)),
        ("il y a 3 jours", date(2025, 6, 18)),
        ("vor einer Woche", date(2025, 6, 14)),
        ("hace 2 meses", date(2025, 4, 21)),
    ],
)
def test_ages_count_back_from_the_day_of_capture(when: str, day: date) -> None:
    assert resolve(when, captured=date(2025, 6, 21)) == day
    assert resolve(when, captured=None) is None


def test_a_date_needs_no_day_of_capture() -> None:
    assert resolve("18 June 2025", captured=None) == date(2025, 6, 18)
    for when in (
        "June 18th, 2025",
        "18th of June 2025",
        "18. Juni 2025",
        "18 de junio de 2025",
        "18.06.2025",
        "6/18/2025",
    ):
        assert resolve(when, captured=None) == date(2025, 6, 18), when
    assert resolve("Sept. 3, 2024", captured=None) == date(2024, 9, 3)


@pytest.mark.parametrize("when", ["6/7/2025", "30+ days ago", "a few days ago", "99/99/2025"])
def test_what_may_be_another_day_is_left_open(when: str) -> None:
    assert resolve(when, captured=date(2025, 6, 21)) is None


def test_whole_lines_of_boilerplate() -> None:
    assert ends_story("DOWNLOAD THE APP")
    assert ends_story("No comments yet...")
    assert starts_related("Related Articles")
    assert is_noise("Advertisement")
    for prose in (
        "The app was banned in May.",
        "He made no comment on related articles of the treaty.",
        "More in sorrow than in anger, he left office after ten years at the head of it all.",
    ):
        assert not ends_story(prose)
        assert not starts_related(prose)
        assert not is_noise(prose)


@pytest.mark.parametrize(
    "sentence",
    [
        "He was born on June 18, 1980.",
        "The talks began 2 days ago.",
        "She resigned a month ago.",
        "The deadline was June 30, 2025.",
        "Also in the delegation was the deputy premier.",
        "More on this is expected on Tuesday.",
        "Copyright law was changed on Monday after the court ruled against the firm.",
        "Apple was fined 500 million euros over its App Store rules, the commission said.",
        "Subscribe to the doctrine or leave, the general told them on Sunday.",
        "Share this burden, he told allies.",
        "Continue reading the constitution, the judge told him.",
        "He has a military background.",
        "Users refused to accept cookies.",
    ],
)
def test_a_sentence_of_a_story_is_never_taken_for_something_else(sentence: str) -> None:
    (story,) = split(f"Bridge to close\nHarbour Times3 days ago\n{BODY}\n{sentence}\n{OTHER}")
    assert story.text == f"{BODY}\n\n{sentence}\n\n{OTHER}"


MORE = "The piers were damaged by the flood in May, an engineer found. Lorries have been barred from it since then."
LAST = "The mayor hopes that the bridge will open again before the end of next year, and nobody disagreed with her."


def test_a_headline_that_is_a_question_is_known_by_the_date_below_it_or_the_top_of_the_page() -> None:
    for title in ("Will the council close the old bridge?", "Close that bridge now!"):
        (story,) = split(f"{title}\nHarbour Times3 days ago\n{BODY}\nBut who will pay for it?\n{MORE}")
        assert (story.title, story.text) == (title, f"{BODY}\n\nBut who will pay for it?\n\n{MORE}")
        (story,) = split(f"{title}\n{BODY}\n{MORE}")
        assert (story.title, story.text) == (title, f"{BODY}\n\n{MORE}")
    bridge, ferry = split(
        f"Bridge to close\nHarbour Times3 days ago\n{BODY}\n{MORE}\n"
        f"Will the ferry sail again?\nQuay News1 day ago\n{OTHER}"
    )
    assert (bridge.text, ferry.title, ferry.source) == (f"{BODY}\n\n{MORE}", "Will the ferry sail again?", "Quay News")


def test_a_question_that_ends_a_story_stays_in_it() -> None:
    bridge, ferry = split(
        f"Bridge to close\nHarbour Times3 days ago\n{BODY}\nBut who will pay for it?\n"
        f"Quay News1 day ago\nFerry aground\n{OTHER}"
    )
    assert bridge.text == f"{BODY}\n\nBut who will pay for it?"
    assert (ferry.title, ferry.text) == ("Ferry aground", OTHER)


def test_comments_with_ages_are_no_articles() -> None:
    page = (
        f"Bridge to close\nHarbour Times3 days ago\n{BODY}\n2 Comments\nJohn Doe\n2 days ago\n"
        "This is a scandal, and nobody cares about it at all.\nso true\nJane Roe1 day ago\n"
        "I agree with John that the whole town should be ashamed of it.\n"
    )
    assert [(s.title, s.text) for s in split(page)] == [("Bridge to close", BODY)]
    related = f"{page}Related Articles\nFerry aground\nQuay News1 day ago\n{OTHER}"
    assert [(s.title, s.text) for s in split(related)] == [("Bridge to close", BODY), ("Ferry aground", OTHER)]
    aggregator = f"{page}Ferry aground\nFerry aground\nQuay News1 day ago\n{OTHER}"
    assert [s.title for s in split(aggregator)] == ["Bridge to close", "Ferry aground"]


@pytest.mark.parametrize(
    "box",
    [
        "Related Articles\nFerry runs aground off the coast\nMayor resigns over the bridge",
        "Read also\nFerry runs aground off the coast",
        "RELATED STORY\nFerry runs aground off the coast",
        "READ ALSO: Ferry runs aground off the coast",
        "Related: Mayor resigns over the bridge",
    ],
)
def test_links_to_other_stories_in_the_middle_of_one(box: str) -> None:
    (story,) = split(f"Bridge to close\nHarbour Times3 days ago\n{BODY}\n{box}\n{MORE}\n{LAST}")
    assert story.text == f"{BODY}\n\n{MORE}\n\n{LAST}"


def test_a_headline_broken_over_two_lines_and_printed_twice() -> None:
    title = "The council of the harbour town closes its old bridge for the\nwhole winter"
    body = (
        "The council of the harbour town voted late on Tuesday to close its old\nbridge for the whole of the winter, "
        "because the piers have been found to\nbe in danger after the flood, and said that it would ask the state\n"
        "for the money that it needs to build them anew in the coming spring."
    )
    (story,) = split(f"{title}\n\n{title}\n\nHarbour Times\n3 days ago\n\n{body}\n\n{body.replace('council', 'mayor')}")
    assert (story.title, story.source, story.when) == (title.replace("\n", " "), "Harbour Times", "3 days ago")
    assert story.text.startswith(body.replace("\n", " "))


def test_an_outlet_printed_on_its_own_says_where_its_name_ends() -> None:
    (story,) = split(f"Bridge to close\nBridge to close\nFrance 24 days ago\n• France 2\n{BODY}")
    assert (story.source, story.when) == ("France 2", "4 days ago")
