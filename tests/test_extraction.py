"""Page extraction on the public set of 181 news pages, which is no part of the repository."""

from __future__ import annotations

import gzip
import json
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from evals.extraction import Match, compare_bodies, score_matches
from rag import read_page
from rag.errors import PageError
from rag.ingest.blocks import clean, parse
from rag.ingest.readers.html import decode_markup
from store.records import Article
from tests.conftest import ROOT

PAGES = ROOT.parent / "shared" / "data" / "article_extraction"
FLOOR = 0.960  # body F1; docs/ingest.md has what is reached


def test_the_scorer_by_hand() -> None:
    # gold shingles abcd bcde; found bcde cdef: one of each side right, so 1 right, 1 too much, 1 missing of 3
    assert compare_bodies("a b c d e", "b c d e f") == Match(1 / 3, 1 / 3, 1 / 3)
    assert compare_bodies("", "") == Match(0.0, 0.0, 0.0)
    assert compare_bodies("a b", "a b") == Match(1.0, 0.0, 0.0)  # shorter than a shingle: one shingle of what is there
    pairs = [("a b c d e", "a b c d e"), ("a b c d e", "b c d e f"), ("a b c d", "")]
    score = score_matches([compare_bodies(gold, found) for gold, found in pairs])
    assert (score.precision, score.recall) == ((1 + 0.5) / 2, (1 + 0.5 + 0) / 3)  # no text found, no precision
    assert score.f1 == pytest.approx(2 * 0.75 * 0.5 / 1.25)
    assert score_matches([]).f1 is None


@pytest.fixture(scope="module")
def gold() -> dict[str, Any]:
    if not PAGES.exists():
        pytest.skip(f"{PAGES} is not here: the set's pages are not part of the repository")
    known: dict[str, Any] = json.loads((PAGES / "ground-truth.json").read_text("utf-8"))
    return known


@pytest.fixture(scope="module")
def read(gold: dict[str, Any]) -> dict[str, tuple[Article, ...]]:
    return {key: read_one(page_path(key)) for key in gold}


def page_path(key: str) -> Path:
    return PAGES / "html" / f"{key}.html.gz"


def read_one(path: Path) -> tuple[Article, ...]:
    try:
        return read_page(path)
    except PageError:
        return ()


def test_bodies_reach_the_floor(gold: dict[str, Any], read: dict[str, tuple[Article, ...]]) -> None:
    first = score_matches(
        [compare_bodies(g["articleBody"], read[k][0].text if read[k] else "") for k, g in gold.items()]
    )
    joined = score_matches(
        [compare_bodies(g["articleBody"], "\n".join(a.text for a in read[k])) for k, g in gold.items()]
    )
    print(f"\nfirst article: {first}\nall articles of the page: {joined}")  # noqa: T201
    print(f"articles per page: {sorted(Counter(map(len, read.values())).items())}")  # noqa: T201
    assert first.f1 is not None
    assert joined.f1 is not None
    assert min(first.f1, joined.f1) >= FLOOR


def test_titles_and_dates_where_pages_state_them(gold: dict[str, Any], read: dict[str, tuple[Article, ...]]) -> None:
    """Against witnesses that are not what we read first: the only <h1>, and the date in the address."""
    titles, dates = [], []
    for key, page in gold.items():
        article = read[key][0] if read[key] else None
        tree = parse(decode_markup(gzip.decompress(page_path(key).read_bytes())))
        headings = [clean(h.text_content()) for h in tree.iter("h1")]
        if len(headings) == 1 and len(headings[0].split()) > 1 and not is_the_sites(headings[0], tree):
            titles.append(article is not None and plain(article.title) == plain(headings[0]))
        dated = re.search(r"/(20\d\d)[/-](\d\d)[/-](\d\d)(?:/|-|$)", page["url"])
        if dated:
            dates.append(article is not None and str(article.published) == "-".join(dated.groups()))
    known = sum(bool(r and r[0].published) for r in read.values())
    print(f"\ntitles {sum(titles)} of {len(titles)}, dates {sum(dates)} of {len(dates)}; {known} of {len(read)} dated")  # noqa: T201
    assert sum(titles) >= 0.95 * len(titles)
    assert sum(dates) >= 0.95 * len(dates)


def is_the_sites(heading: str, tree: Any) -> bool:
    """Whether a heading names the site: it closes the page's title, behind that of the article, or is its site name."""
    names = [clean(tag.get("content") or "") for tag in tree.iter("meta") if tag.get("property") == "og:site_name"]
    title = clean("".join(tag.text_content() for tag in tree.iter("title")))
    return heading in names or bool(re.search(rf"\s[|–—-]\s{re.escape(heading)}$", title))


def plain(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
