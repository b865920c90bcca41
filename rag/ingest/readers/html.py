"""HTML: one article, found by trafilatura, or a page of several stories, which we part ourselves.

trafilatura and its like keep one story of a page (docs/ingest.md), so a page is first read as lines; if these hold two
or more full stories with headlines of their own, they are taken, else the page is one article.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rag.ingest.blocks import PageLines, clean, lines_of, parse
from rag.ingest.boilerplate import is_noise
from rag.ingest.dates import is_age
from rag.ingest.markup import Stated, stated
from rag.ingest.page import dates_or_credits, split_lines
from rag.ingest.story import Known, Reading, Story, find_agency, find_kind
from rag.ingest.verbatim import verbatim

FULL_STORY = 60  # words; less under a headline is a teaser
LOST = 2.25  # times the text that trafilatura found, in the page's lines around it: it took one part of several
TEASER = 0.2  # of the longest story of the page; so is what is shorter than that
_CHARSET = re.compile(rb"(?is)<meta[^>]+charset\s*=\s*[\"']?\s*([\w-]+)")


def read(data: bytes, *, name: str, url: str | None = None) -> Reading:
    """The stories of an HTML page; `url` is its address where the file around it says so."""
    return Reading(read_markup(decode_markup(data), url=url))


def decode_markup(data: bytes) -> str:
    """Text of HTML bytes in the encoding that they declare, else UTF-8, else Windows-1252, as browsers do."""
    for mark, codec in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if data.startswith(mark):
            return data.decode(codec, "replace")
    declared = _CHARSET.search(data[:4096])
    for codec in ("utf-8", declared[1].decode("ascii", "replace") if declared else "windows-1252"):
        try:
            return data.decode(codec)
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("windows-1252", "replace")


def read_markup(markup: str, *, url: str | None = None) -> tuple[Story, ...]:
    """The stories of a page, the main one first where it is one article; none if there is no prose in it."""
    from lxml.etree import ParserError

    try:
        tree = parse(markup)
    except ParserError:  # there is no element in it
        return ()
    about = stated(tree)
    page = lines_of(tree)
    single = _single(markup, about, page, url=url)
    several = _several(page, about, main=single[0].text if single else "")
    return _with_page_facts(several, about, single, url=url) if several else single


def _several(page: PageLines, about: Stated, *, main: str) -> tuple[Story, ...]:
    """The stories of an aggregator page; none if it has fewer than two full ones.

    Each but the page's own must be announced: dated, or the head of an <article> and long. A heading inside the text
    that trafilatura takes for the article is announced by a date only, since it may be a subheading.
    """
    stories = [
        s
        for s in split_lines(page.outside_boxes(), headlines=page.headlines, links=page.links)
        if len(s.text.split()) >= FULL_STORY
    ]
    stories = list({s.title: s for s in reversed(stories)}.values())[::-1]
    own = _own(stories, about)
    longest = max((len(s.text) for s in stories), default=0)
    if about.is_article and own is None:
        return ()
    kept = [
        s
        for n, s in enumerate(stories)
        if n == own or (len(s.text) >= TEASER * longest and _announced(s, page, about, main=main))
    ]
    return tuple(kept) if len(kept) > 1 and _hold(kept, main) else ()


def _announced(story: Story, page: PageLines, about: Stated, *, main: str) -> bool:
    if len(re.findall(r"[.!?][\"'”’)]*(?:\s|$)", story.text)) < 2 or len(story.title.split()) < 3:
        return False
    long = len(story.text.split()) >= 2 * FULL_STORY
    headed = story.title in page.headings or page.lines.count(story.title) > 1
    if story.title in page.related or (story.when and (headed or (long and not about.is_article))):
        return True
    return long and story.title in page.headlines and story.title not in main and _opening(story.text) not in main


def _hold(stories: Sequence[Story], main: str) -> bool:
    """Whether the text that trafilatura takes for the article is among the stories, or made up of them."""
    inside = sum(len(s.text) for s in stories if _opening(s.text) in main)
    return not main or any(_opening(main) in s.text for s in stories) or inside >= len(main) / 2


def _opening(text: str) -> str:
    """The beginning of the first full paragraph."""
    paragraphs = text.split("\n\n")
    return next((p for p in paragraphs if len(p.split()) >= 8), paragraphs[0])[:80]


def _own(stories: Sequence[Story], about: Stated) -> int | None:
    """Which story is the one that the page's own title names."""
    return next((n for n, s in enumerate(stories) if about.title and _same(s.title, about.title)), None)


def _with_page_facts(
    stories: tuple[Story, ...], about: Stated, single: tuple[Story, ...], *, url: str | None
) -> tuple[Story, ...]:
    """What the page says of itself holds for the story whose headline it names; its language for all.

    trafilatura's body of that story is taken where it holds none of the others.
    """
    found = [replace(s, language=s.language or about.language) for s in stories]
    own = _own(stories, about)
    if own is None or not single:
        return tuple(found)
    body = single[0].text
    apart = not any(_opening(s.text) in body for n, s in enumerate(stories) if n != own)
    s = found[own]
    found[own] = replace(
        s,
        text=body if apart else s.text,
        author=s.author or about.author,
        published=about.published,
        url=s.url or about.url or url,
        source=s.source or about.source,
        section=about.section,
    )
    return tuple(found)


def _same(a: str, b: str) -> bool:
    one, other = set(a.lower().split()), set(b.lower().split())
    return len(one & other) >= 0.7 * min(len(one), len(other)) and len(one & other) >= 3


def _single(markup: str, about: Stated, page: PageLines, *, url: str | None) -> tuple[Story, ...]:
    found = _extracted(markup, page, url=about.url or url)
    if found is None:
        return ()
    title = about.title or clean(found.title or "")
    body = verbatim(found.body, page, title=title)
    lines = [line for line in body if not is_noise(line) or len(body) == 1]
    while lines and ((title and _is_title(lines[0], title)) or dates_or_credits(lines[0])):
        lines.pop(0)
    if sum(len(line.split()) for line in lines) < 8:
        return ()
    text = "\n\n".join(lines)
    author = about.author or found.author
    printed = _printed(page, title)
    dated = printed is not None and printed.when is not None and not is_age(printed.when)
    known = about.published or (None if dated or about.unclear else found.published)  # trafilatura may guess
    if printed and _lost_most(lines, printed.text):
        text = printed.text
    section = about.section
    title = title or text.split("\n")[0][:80]
    story = Story(
        title=title,
        source=about.source or found.source or (printed.source if printed else None),
        agency=find_agency(text, author=author),
        author=author or (printed.author if printed else None),
        when=printed.when if printed and known is None else None,
        url=about.url or url,
        text=text,
        published=known,
        language=about.language,
        section=section,
        kind=about.kind or find_kind(title, section=section),
    )
    return (story,)


def _lost_most(lines: Sequence[str], printed: str) -> bool:
    """Whether the lines of the page hold all paragraphs that trafilatura found and far more between them."""
    paragraphs = [line for line in lines if len(line.split()) >= 12]
    return len(printed) > LOST * sum(map(len, lines)) and all(p in printed for p in paragraphs)


def _is_title(line: str, title: str) -> bool:
    return clean(line).casefold().strip(" .") == title.casefold().strip(" .")


def _printed(page: PageLines, title: str) -> Story | None:
    """The page's story as its lines give it: the date and byline that a reader sees under the headline."""
    stories = split_lines(page.outside_boxes(), headlines=page.headlines, links=page.links)
    return next((s for s in stories if _same(s.title, title)), None)


class _Extracted:
    """What trafilatura found: paragraphs, and facts that nothing on the page states outright."""

    def __init__(self, document: Any) -> None:
        self.body = [line for line in (clean(raw) for raw in (document.text or "").split("\n")) if line]
        self.title: str | None = document.title
        self.author: str | None = _author(document.author)
        self.source: str | None = document.sitename or document.hostname
        self.published: Known | None = None
        if document.date:
            from datetime import date

            self.published = Known(date.fromisoformat(document.date[:10]), "day", "metadata")


def _author(names: str | None) -> str | None:
    """Two or three names at most: a longer list is a menu of the site."""
    parts = [part.strip() for part in (names or "").split(";") if part.strip()]
    return ", ".join(parts) if 0 < len(parts) <= 4 else None


def _extracted(markup: str, page: PageLines, *, url: str | None) -> _Extracted | None:
    """The article by trafilatura's stricter rules, or by its usual ones where the strict ones lose most of it."""
    strict = _extract(markup, url=url, strict=True)
    words = len((strict.text or "").split()) if strict else 0
    prose = sum(n for n in (len(line.split()) for line in page.lines) if n >= 12)
    if words < 0.6 * prose:
        usual = _extract(markup, url=url, strict=False)
        if usual and len((usual.text or "").split()) > 2 * words:
            strict = usual
    return _Extracted(strict) if strict else None


def _extract(markup: str, *, url: str | None, strict: bool) -> Any:
    import logging

    import trafilatura

    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    logging.getLogger("htmldate").setLevel(logging.CRITICAL)
    return trafilatura.bare_extraction(
        markup,
        url=url,
        with_metadata=True,
        include_comments=False,
        favor_precision=strict,
        date_extraction_params={"extensive_search": False, "original_date": True},
    )
