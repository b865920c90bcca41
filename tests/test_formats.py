"""One reader per format: each gives the same article, with what its file states about it."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag import read_page
from rag.errors import PageError
from rag.ingest.decode import decode
from rag.ingest.page import split_page
from rag.ingest.read import find_pages
from rag.ingest.readers import READERS, detect, pdf, unzipped
from rag.ingest.story import Reading, Story
from tests import layouts
from tests.conftest import SAMPLE

CAPTURED = date(2025, 6, 21)
BOILERPLATE = ("cookies", "download the app", "app store", "all rights reserved", "no comments", "related articles")


@pytest.fixture(scope="module")
def stories() -> tuple[Story, ...]:
    return split_page(decode(SAMPLE.read_bytes(), name="sample"), name="sample")


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_an_aggregator_in_html_gives_its_four_articles(layout: str, stories: tuple[Story, ...]) -> None:
    _four(layouts.LAYOUTS[layout](stories).encode(), stories)


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_the_real_page_in_html_gives_its_four_articles(layout: str, seed_page: Path) -> None:
    real = split_page(decode(seed_page.read_bytes(), name="seed"), name="seed")
    _four(layouts.LAYOUTS[layout](real).encode(), real)


@pytest.mark.parametrize("layout", layouts.LAYOUTS)
def test_an_aggregator_as_mhtml_counts_its_ages_from_the_snapshot(layout: str, stories: tuple[Story, ...]) -> None:
    page = layouts.as_mhtml(layouts.LAYOUTS[layout](stories))
    found = read_page(page, name="page.mhtml")
    assert [a.published for a in found] == [date(2025, 6, day) for day in (18, 19, 19, 18)]
    assert {a.captured for a in found} == {CAPTURED}


def _four(page: bytes, stories: tuple[Story, ...]) -> None:
    found = read_page(page, name="page.html", captured=CAPTURED)
    assert [a.title for a in found] == [s.title for s in stories]
    assert [a.published for a in found] == [date(2025, 6, day) for day in (18, 19, 19, 18)]
    assert [(a.source, a.agency, a.published_from) for a in found] == [(s.source, s.agency, "age") for s in stories]
    for article, story in zip(found, stories, strict=True):
        assert flat(article.text) == flat(story.text)
        assert not [phrase for phrase in BOILERPLATE if phrase in article.text.lower()]


def test_an_html_page_of_one_article_and_what_it_states(stories: tuple[Story, ...]) -> None:
    (article,) = read_page(layouts.single_page(stories[0]).encode(), name="page.html")
    assert (article.title, article.source, article.author) == (stories[0].title, "Harbour Times", "Ines Holt")
    assert (article.url, article.language, article.section) == ("https://example.org/a", "en", "World")
    assert (article.published, article.published_from, article.published_precision) == (
        date(2025, 6, 18), "metadata", "day",
    )  # fmt: skip
    assert article.text.split("\n\n") == stories[0].text.split("\n\n")


def test_every_packing_gives_the_same_article(stories: tuple[Story, ...], tmp_path: Path) -> None:
    story, page = stories[0], layouts.single_page(stories[0])
    record = {"title": story.title, "text": story.text, "source": "Harbour Times", "published_at": "2025-06-18T01:00Z"}
    packed: dict[str, bytes] = {
        "a.mhtml": layouts.as_mhtml(page),
        "a.eml": layouts.as_mail(story, markup=page),
        "plain.eml": layouts.as_mail(story),
        "a.pdf": layouts.as_pdf(story),
        "a.warc.gz": layouts.as_warc([("https://example.org/a", page)]),
        "a.warc": layouts.as_warc([("https://example.org/a", page)], gzip=False),
        "a.html.gz": gzip.compress(page.encode()),
        "a.json": json.dumps(record).encode(),
        "a.jsonl": (json.dumps(record) + "\n").encode(),
        "a.md": f"---\ntitle: x\nsource: Harbour Times\n---\n\n# {story.title}\n\n{story.text}\n".encode(),
    }
    for name, data in packed.items():
        for given_name in (name, "unnamed"):  # found by content as well as by name
            (article,) = read_page(data, name=given_name)
            got = article.text.replace("?", "").encode("ascii", "ignore")
            assert flat(got.decode()) == flat(story.text.replace("?", "").encode("ascii", "ignore").decode()), name
            if name != "a.pdf":
                assert article.source == "Harbour Times", name
                assert article.text.count("\n\n") == story.text.count("\n\n"), name
    assert read_page(packed["a.warc"], name="a.warc")[0].captured == CAPTURED
    assert read_page(packed["a.eml"], name="a.eml")[0].title == story.title
    assert read_page(packed["plain.eml"], name="a.eml")[0].published == date(2025, 6, 19)
    assert read_page(packed["a.pdf"], name="a.pdf")[0].title == story.title


def test_an_empty_page_costs_an_archive_none_of_its_others(stories: tuple[Story, ...]) -> None:
    page = layouts.single_page(stories[0])
    archive = layouts.as_warc([("https://example.org/a", "<!-- nothing -->"), ("https://example.org/b", page)])
    assert [article.title for article in read_page(archive, name="a.warc.gz")] == [stories[0].title]


def test_a_gzipped_file_of_many_members_that_breaks_off_is_read_as_far_as_it_goes() -> None:
    members = b"".join(gzip.compress(f"Line {n} of the harbour book.\n".encode()) for n in range(5000))
    whole, cut = (unzipped(data, name="a.txt.gz") for data in (members, members[:-9]))
    assert whole.count(b"harbour") == 5000
    assert cut.count(b"harbour") in (4999, 5000)


def test_pages_of_a_pdf_that_are_not_read_are_named(
    stories: tuple[Story, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    long = layouts.as_pdf(replace(stories[0], text="\n\n".join([stories[0].text] * 9)))
    assert READERS["pdf"](long, name="long.pdf").skipped == ()
    monkeypatch.setattr(pdf, "PAGES", 2)
    (skipped,) = READERS["pdf"](long, name="long.pdf").skipped
    assert re.fullmatch(r"long\.pdf is read to page 2: its last \d+ pages are left out, split the file", skipped)


def test_a_forwarded_mail_is_read_as_the_mail_that_it_forwards(stories: tuple[Story, ...]) -> None:
    """Attached, or written out below a note as mail programs do it, plain and in HTML."""
    story = stories[0]
    head = ["From: Harbour Times <news@example.org>", "Date: Thu, Jun 19, 2025 at 6:00 AM", f"Subject: {story.title}"]
    in_french = ["*De :* Harbour Times", "*Envoyé :* 19 juin 2025", *head[2:]]
    for fields in ([*head, "To: Ann <ann@example.org>"], in_french):
        note = ["You will like this one, I think.", "", "---------- Forwarded message ---------", *fields, "", ""]
        markup = "<br>".join(f.replace("<", "&lt;") for f in note) + layouts.single_page(story, published="")
        plain = "\n".join(note) + story.text
        forwards = [
            layouts.as_forward(plain),
            layouts.as_forward("\n".join(f"> {line}" for line in plain.split("\n"))),
            layouts.as_forward("See below.", markup=markup),
            layouts.as_forward("You will like this one, I think.", attached=layouts.as_mail(story)),
        ]
        for forward in forwards:
            (article,) = read_page(forward, name="a.eml")
            assert (article.title, article.source, article.published) == (
                story.title, "Harbour Times", date(2025, 6, 19),
            )  # fmt: skip
            assert flat(article.text) == flat(story.text)


def test_unknown_keys_of_a_record_are_kept() -> None:
    body = "The council voted on Tuesday to close the old bridge. Repairs will cost 4 million euros."
    record = {"doc_id": "7", "title": "Bridge", "body": body, "published": 1718668800, "category": "local", "tags": [1]}
    (article,) = read_page(json.dumps(record).encode(), name="a.json")
    assert article.extra == {"doc_id": "7", "category": "local", "tags": [1]}
    assert (article.section, article.published) == ("local", date(2024, 6, 18))


BODY = "The council voted on Tuesday to close the old bridge. Repairs will cost 4 million euros."
GOOD = {"title": "Bridge", "text": BODY}


@pytest.mark.parametrize(
    ("wrapped", "titles"),
    [
        ({"articles": [GOOD, GOOD | {"title": "Ferry"}]}, ["Bridge", "Ferry"]),
        ({"status": "ok", "data": {"items": [GOOD], "next": None}}, ["Bridge"]),
        ({"title": "A feed", "items": [{"title": "Bridge", "content_html": f"<p>{BODY}</p>"}]}, ["Bridge"]),
        (
            [{"title": {"rendered": "Bridge &amp; ferry"}, "content": {"rendered": f"<p>{BODY}</p>"}}],
            ["Bridge & ferry"],
        ),
        ({"headline": "Bridge", "body": BODY.split(". ")}, ["Bridge"]),
        ([[GOOD], {"more": [GOOD | {"title": "Ferry", "tags": [{"title": "Port"}]}]}], ["Bridge", "Ferry"]),
    ],
)
def test_records_are_found_wherever_they_lie(wrapped: Any, titles: list[str]) -> None:
    for data in (json.dumps(wrapped), json.dumps(wrapped) + "\n" + json.dumps(GOOD | {"title": "Last"})):
        found = read_page(data.encode(), name="a.json")
        assert [a.title for a in found] == titles + ["Last"] * ("Last" in data)
        assert all(flat(a.text).startswith("The council voted") for a in found)


def test_a_record_that_cannot_be_used_is_named_and_the_others_are_read() -> None:
    good = json.dumps({"title": "Bridge", "text": "The council voted to close the old bridge for good on Tuesday."})
    reading = READERS["json"](f'{good}\n{{"title": "no text"}}\nno json\n{good[:-1]}'.encode(), name="a.jsonl")
    assert len(reading.stories) == 1
    assert [s.split(":")[0] for s in reading.skipped] == ["a.jsonl, line 2", "a.jsonl, line 3", "a.jsonl, line 4"]
    with pytest.raises(PageError, match=r"a\.json, record 1: has no title or no text"):
        read_page(b'{"a": 1}', name="a.json")


PAGE = (
    "Bridge to close\nBridge to close\nHarbour Times3 days ago\nThe council voted on Tuesday to close the old bridge.\n"
)


def test_front_matter_wins_over_what_is_inferred() -> None:
    front = "---\ncaptured: 2025-06-21\nsource: The Daily Quay\nurl: https://example.org/b\n---\n"
    (article,) = read_page((front + PAGE).encode(), name="page.txt", captured=date(2024, 1, 1))
    assert (article.source, article.url) == ("The Daily Quay", "https://example.org/b")
    assert (article.captured, article.published, article.published_from) == (CAPTURED, date(2025, 6, 18), "age")


def test_a_sidecar_wins_over_all(tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text("---\nsource: Quay\n---\n" + PAGE)
    for sidecar in ("page.txt.yaml", "page.yml", "page.meta"):
        (tmp_path / sidecar).write_text("published: 2025-06-01\nsource: The Pier\ncolour: red\n")
        (article,) = read_page(tmp_path / "page.txt")
        assert (article.source, article.published, article.published_from) == ("The Pier", date(2025, 6, 1), "sidecar")
        assert article.extra == {"colour": "red"}
        (tmp_path / sidecar).unlink()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("captured: [", r"page\.txt\.yaml is no YAML"),
        ("just words", r"holds no facts: write lines like"),
        ("captured: soon", r'has "soon" for a date: write it as YYYY-MM-DD'),
    ],
)
def test_a_sidecar_that_cannot_be_used_is_a_clear_error(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "page.txt").write_text(PAGE)
    (tmp_path / "page.txt.yaml").write_text(text)
    with pytest.raises(PageError, match=message):
        read_page(tmp_path / "page.txt")


def test_a_page_that_begins_with_a_rule_has_no_front_matter() -> None:
    (article,) = read_page(f"---\n{PAGE}---\n".encode(), name="page.txt")
    assert article.title == "Bridge to close"


def test_markdown_keeps_paragraphs_and_loses_its_marks() -> None:
    page = (
        "# Bridge to *close*\n\nBy Ines Holt\n\nThe [council](https://x.org) voted **on Tuesday** to close it.\n\n"
        "> It is old, he said.\n"
    )
    (article,) = read_page(page.encode(), name="note.md")
    assert article.title == "Bridge to close"
    assert article.author == "Ines Holt"
    assert article.text == "The council voted on Tuesday to close it.\n\nIt is old, he said."


def test_kinds_and_agencies() -> None:
    body = "PARIS (AP) — The council voted on Tuesday to close the old bridge. Repairs will cost 4 million euros."
    for title, kind in (
        ("[Exclusive] Bridge to close", "exclusive"),
        ("Opinion: Close the bridge", "opinion"),
        ("Close the bridge | Analysis", "analysis"),
        ("The exclusive club that closed", None),
    ):
        (article,) = read_page(json.dumps({"title": title, "text": body}).encode(), name="a.json")
        assert (article.kind, article.agency) == (kind, "AP")


def test_a_folder_gives_every_page_and_nothing_else(tmp_path: Path) -> None:
    pages = ["a.html", "b.pdf", "c.warc.gz", "d.md", "deep/e.jsonl", "story.php", "f.eml", "g.mhtml", "noending"]
    others = ["a.html.yaml", "b.yaml", "x.png", "y.js", "notes.log", ".hidden.html", "a_files/frame.html", "data.bin"]
    for name in [*pages, *others]:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"<html><body>" if name in ("story.php", "noending") else b"\x00\x01")
    assert {p.relative_to(tmp_path).as_posix() for p in find_pages(tmp_path)} == set(pages)


@pytest.mark.parametrize(
    ("data", "name", "message"),
    [
        (b"%PDF-1.4 damaged", "a.pdf", r"a\.pdf cannot be read as PDF .* save the page again"),
        (b"\x1f\x8b damaged", "a.warc.gz", r"a\.warc\.gz is damaged gzip data"),
        (b"WARC/1.0\r\n\r\n", "a.warc", r"a\.warc"),
        (b"<html><body></body></html>", "a.html", r"a\.html holds no article"),
        (b"From: a\nMIME-Version: 1.0\nSubject: b\n\n", "a.eml", r"a\.eml"),
        (layouts._pdf([""]), "a.pdf", r"a\.pdf holds no text, only pictures: run text recognition"),
        (b'{"title": ', "a.json", r"a\.json, line 1: is no JSON"),
    ],
)
def test_damaged_files_are_clear_errors(data: bytes, name: str, message: str) -> None:
    with pytest.raises(PageError, match=message):
        read_page(data, name=name)


PIECES = [
    "<html>", "<article>", "<h1>Bridge to close now", "</h1>", "<p>", "The council voted on Tuesday. ", "3 days ago",
    "\n\n",
    "---\n", "title: x\n", "# ", "{", '"title": "x",', '"text": "y"}', "\x00", "é😀", "</article>", "Subject: x\n",
    "MIME-Version: 1.0\n", "WARC/1.0\r\n", "%PDF-1.4\n", "1 0 obj\n", "<script type='application/ld+json'>", "[[[[",
    '"datePublished": "2025-99-99"', "&#0;", "<table><tr><td>",
]  # fmt: skip
SCRAPS = st.lists(st.sampled_from(PIECES) | st.text(max_size=12), max_size=25).map("".join)


@pytest.mark.parametrize("reader", READERS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600) | SCRAPS.map(str.encode))
def test_any_bytes_give_articles_or_a_clear_error(reader: str, data: bytes) -> None:
    """Each reader is tried on anything, as if its format had been found."""
    ending = {"text": "txt", "markdown": "md", "json": "jsonl"}.get(reader, reader)
    _read_any(data, name=f"x.{ending}")


@pytest.mark.parametrize(
    "magic", [b"%PDF-1.4\n", b"WARC/1.0\r\n", b"MIME-Version: 1.0\nSubject: a\n\n", b"\x1f\x8b\x08", b"<html>"]
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.binary(max_size=600))
def test_any_bytes_behind_a_known_beginning(magic: bytes, data: bytes) -> None:
    _read_any(magic + data, name="x")


def _read_any(data: bytes, *, name: str) -> None:
    try:
        articles: Any = read_page(data, name=name)
    except PageError:
        return
    for article in articles:
        assert article.title
        assert article.text
        for mention in article.dates:
            assert article.text[mention.start : mention.end] == mention.words


def test_formats_are_told_apart_by_content() -> None:
    assert detect(b"%PDF-1.7", name="page.txt") == "pdf"
    assert detect(b"<!DOCTYPE html><html>", name="page.txt") == "html"
    assert detect(b"Plain words that say nothing of their kind.", name="page") is None
    assert isinstance(READERS["text"](PAGE.encode(), name="x"), Reading)
