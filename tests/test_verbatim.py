"""The words of an article cut out of HTML are the page's own, all of them, and under the headline they stand under."""

from __future__ import annotations

from html import escape

import pytest

from rag import read_page
from rag.ingest.blocks import lines_of, parse
from rag.ingest.verbatim import verbatim

LEAD = "The harbour council voted on Tuesday to close the old swing bridge for good after ninety years of service."
MORE = (
    "Repairs would have cost 4 million euros, more than twice what the town spends on its roads in a whole year.",
    "Ferries will carry passengers across the basin every ten minutes until a new crossing is built further north.",
    "The mayor said that no other decision had been open to her, and that the engineers had been unanimous.",
    "Shopkeepers on the east quay have asked for a delay, since most of their customers walk over the bridge.",
)
TITLE = "Council closes the old swing bridge"


def page(body: str, *, head: str = "", above: str = "", title: str = f"{TITLE} | The Harbour Wire") -> bytes:
    return (
        f"<!DOCTYPE html><html><head><title>{title}</title>{head}</head><body>{above}<main><article><h1>{TITLE}</h1>"
        f"{body}</article></main></body></html>"
    ).encode()


def paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)


def test_a_comment_within_a_sentence_cuts_nothing_off() -> None:
    marked = MORE[0].replace("4 million", "<!-- -->4<!-- --> million")
    assert " ".join(lines_of(parse(page(paragraphs(marked)))).lines).endswith(MORE[0])
    (article,) = read_page(page(paragraphs(LEAD, marked, *MORE[1:])))
    assert article.text == "\n\n".join((LEAD, *MORE))


def test_a_link_within_a_sentence_stays_in_it() -> None:
    words = "that no other decision had been open to her, and that the engineers"
    linked = MORE[2].replace(words, f'<span class="link"><a href="https://example.org/x">{words}</a></span>')
    (article,) = read_page(page(paragraphs(LEAD, *MORE[:2], linked, MORE[3])))
    assert article.text == "\n\n".join((LEAD, *MORE))


def test_a_paragraph_that_is_mended_is_the_pages_own_line() -> None:
    lines = lines_of(parse(page(paragraphs(LEAD, *MORE))))
    shortened = MORE[2].replace(" that no other decision had been open to her, and", "")
    assert verbatim([LEAD, shortened, MORE[3]], lines) == [LEAD, *MORE]


def test_the_sites_own_heading_is_no_title() -> None:
    above = "<header><h1>The Harbour Wire</h1></header>"
    (article,) = read_page(page(paragraphs(LEAD, *MORE), above=above))
    assert article.title == TITLE


def test_a_list_of_links_is_no_story() -> None:
    names = ("Ten ways to the quay on foot", "What the tide tables do not say", "A menu for a rainy market day")
    links = "".join(f"<p><a href='/{n}'>{escape(name)}</a></p>" for n, name in enumerate(names * 8))
    intro = "<p>News of the port, the town and the islands, every day of the year and by our own writers.</p>"
    (article,) = read_page(page(paragraphs(LEAD, *MORE), above=f"<h1>The Harbour Wire</h1>{intro}{links}"))
    assert article.text == "\n\n".join((LEAD, *MORE))


@pytest.mark.parametrize("label", ["<h3>More from the port</h3>", "<strong>Read also</strong>", ""])
def test_what_follows_a_box_of_links_is_still_the_same_article(label: str) -> None:
    names = ("Mayor of the islands resigns after a vote", "Lottery: a ticket of the town wins the highest prize")
    links = "".join(f"<div><h3><a href='/{n}'>{name}</a></h3></div>" for n, name in enumerate(names))
    body = f"{paragraphs(LEAD, *MORE[:2])}<div class='w'>{label}{links}</div>{paragraphs(*MORE[2:], *MORE[:0])}"
    (article,) = read_page(page(body))
    assert (article.title, article.text) == (TITLE, "\n\n".join((LEAD, *MORE)))


def test_a_page_laid_out_by_a_table_has_paragraphs_and_no_bars() -> None:
    rows = "".join(f"<tr><td></td><td><p>{text}</p></td></tr>" for text in (LEAD, *MORE))
    markup = f"<html><head><title>{TITLE}</title></head><body><table><tr><td>Home</td><td><h1>{TITLE}</h1></td></tr>"
    (article,) = read_page(f"{markup}{rows}</table></body></html>".encode())
    assert article.text == "\n\n".join((LEAD, *MORE))


@pytest.mark.parametrize(
    ("line", "source"), [("The Daily Quay · June 18, 2025", "The Daily Quay"), ("Filed:[2025-06-18]", None)]
)
def test_the_outlet_printed_at_the_article_is_taken_but_no_label(line: str, source: str | None) -> None:
    (article,) = read_page(page(f"<div>{line}</div>{paragraphs(LEAD, *MORE)}", title=TITLE))
    assert (article.source, str(article.published)) == (source, "2025-06-18")
