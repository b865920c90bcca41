"""From an HTML tree to the lines a reader sees: one per block, with what the markup says about each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from rag.ingest.boilerplate import is_sentence, opens_box, starts_related
from rag.ingest.dates import read_stamp

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_BLOCKS = frozenset(
    "address article aside blockquote body br caption center dd details div dl dt figcaption figure footer form h1 h2 "
    "h3 h4 h5 h6 header hr html legend li main ol p pre section summary table tbody td tfoot th thead tr ul".split()
)
_UNSEEN = frozenset(
    "script style noscript template svg iframe object embed canvas video audio input select button textarea option nav "
    "head map dialog".split()
)
_PARAGRAPHS = frozenset("p br h1 h2 h3 h4 h5 h6".split())  # what stands in it stands in the element around it
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
# Parts of a page whose own name says that they belong to no story.
_ASIDE = re.compile(
    r"(?i)\b(comments?(-?(list|body|section|area|thread|respond))?|disqus\w*|respond|cookie\w*|consent|newsletter\w*|"
    r"subscribe\w*|share|social\w*|breadcrumbs?|advert\w*|promo\w*|twitter-tweet|instagram-media|site-?(footer|nav|header)|menu|sr-only)\b"
)
_NAMED_TITLE = re.compile(r"(?i)(?:^|[\s_-])(?:headline|title|hed)$|^(?:headline|title)\b")
_BULLET = "• "
_STORY_WORDS = 60  # of prose below a heading that is a headline of its own


@dataclass(frozen=True, slots=True)
class PageLines:
    """The lines of a page; which are headings, which of these open a story, which after "Related …"; links.

    `groups` numbers, for each line, the element whose paragraphs it stands among. `boxed` are the places of lines that
    lead to other stories in the middle of one.
    """

    lines: tuple[str, ...]
    headings: frozenset[str]
    headlines: frozenset[str]
    related: frozenset[str]
    links: frozenset[str]
    groups: tuple[int, ...]
    boxed: frozenset[int]

    def outside_boxes(self) -> list[str]:
        """The lines without those of boxes."""
        return [line for n, line in enumerate(self.lines) if n not in self.boxed]


@dataclass(frozen=True, slots=True)
class _Line:
    text: str
    heading: int  # 1 for h1 … 6, 0 for none
    article: int  # number of the <article> it stands in, 0 for none
    group: int  # number of the element that its paragraph stands in
    linked: bool = False  # all of it is


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    linked: bool


def parse(markup: str | bytes) -> HtmlElement:
    """The tree of a page or of a fragment; damaged markup is repaired. Raises lxml's errors for what is no markup."""
    from lxml import html

    if isinstance(markup, str):
        markup = re.sub(r"^\s*<\?xml[^>]*\?>", "", markup)
    # a comment may stand in the middle of a sentence, as React writes them: the text behind it would be its own
    return html.document_fromstring(markup, parser=html.HTMLParser(remove_comments=True, remove_pis=True))


def lines_of(tree: HtmlElement) -> PageLines:
    """The visible lines of a page, top to bottom."""
    lines = list(_joined(_pieces(tree)))
    boxed = frozenset(n for box in _boxes(lines) for n in box)
    opening = dict(_headlines([line for n, line in enumerate(lines) if n not in boxed]))
    return PageLines(
        lines=tuple(line.text for line in lines),
        headings=frozenset(line.text for line in lines if line.heading),
        headlines=frozenset(opening),
        related=frozenset(text for text, after in opening.items() if after),
        links=frozenset(x.text for x in lines if x.linked) - {x.text for x in lines if not x.linked},
        groups=tuple(line.group for line in lines),
        boxed=boxed,
    )


def _boxes(lines: list[_Line]) -> Iterator[range]:
    """Runs of links in elements of their own, between two paragraphs of one element: these belong together.

    A run that dates a story is none: it may be the headline of the next.
    """
    last: dict[int, int] = {}  # of each element, its last paragraph
    before: int | None = None  # the last paragraph of all
    for at, line in enumerate(lines):
        if not is_sentence(line.text) or line.linked:
            continue
        start = last.get(line.group)
        run = lines[start + 1 : at] if start is not None and start == before else []
        named = any(starts_related(x.text) or opens_box(x.text) for x in run)
        apart = not any(x.group == line.group or read_stamp(x.text) for x in run)
        if apart and sum(x.linked for x in run) >= (1 if named else 2):
            yield range(at - len(run), at)
        last[line.group] = before = at


def _headlines(lines: list[_Line]) -> Iterator[tuple[str, bool]]:
    """Headings that open a story: the first of an <article>, the page's own, and those after "Related articles".

    Yields each with whether it is one of the last.
    """
    seen: set[int] = set()
    related = level = 0
    for at, line in enumerate(lines):
        if starts_related(line.text):
            related, level = 1, 0
        if not line.heading or len(line.text.split()) < 2 or starts_related(line.text):
            continue
        opens = line.heading == 1 or (line.article and line.article not in seen)
        if related and level in (0, line.heading):
            level, opens = line.heading, True
        seen.add(line.article)
        if opens and _prose_below(lines, at) >= _STORY_WORDS:
            yield line.text, bool(related)


def _prose_below(lines: list[_Line], at: int) -> int:
    """Words of long lines between a heading and the next of its rank or a higher one."""
    words = 0
    for line in lines[at + 1 :]:
        if line.heading and line.heading <= lines[at].heading and line.text != lines[at].text:
            break
        count = len(line.text.split())
        words += count if count >= 8 else 0
    return words


def _pieces(tree: HtmlElement) -> Iterator[_Line | _Text]:
    """Runs of text in order; a `_Line` without text is a break."""
    from lxml import etree

    articles = heading = article = anchors = groups = group = 0
    stack: list[tuple[str, int, int, int]] = []
    walk = etree.iterwalk(tree, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else None
        if event == "start":
            if tag is None or _is_unseen(element, tag):
                walk.skip_subtree()
                stack.append(("", heading, article, group))
                continue
            stack.append((tag, heading, article, group))
            anchors += tag == "a"
            if tag in _BLOCKS - _PARAGRAPHS:
                groups += 1
                group = groups
            if tag == "article":
                articles += 1
                article = articles
            if tag in _HEADINGS or (tag in _BLOCKS and _NAMED_TITLE.search(element.get("class") or "")):
                heading = int(tag[1]) if tag in _HEADINGS else 2
            if tag in _BLOCKS:
                yield _Line("", heading, article, group)
            if tag == "li":
                yield _Text(_BULLET, linked=False)
            stamp = element.get("datetime", "") if tag == "time" else ""
            if stamp and not (element.text_content() or "").strip():
                yield _Text(stamp, linked=False)
            if element.text:
                yield _Text(element.text, linked=bool(anchors))
        else:
            known, heading, article, group = stack.pop()
            anchors -= known == "a"
            if known in _BLOCKS:
                yield _Line("", heading, article, group)
            if element.tail and element is not tree:
                yield _Text(element.tail, linked=bool(anchors))


def _joined(pieces: Iterator[_Line | _Text]) -> Iterator[_Line]:
    run: list[_Text] = []
    state = _Line("", 0, 0, 0)
    for piece in chain(pieces, [state]):
        if isinstance(piece, _Text):
            run.append(piece)
            continue
        line = clean("".join(part.text for part in run))
        if line and line != _BULLET.strip():
            unlinked = "".join(part.text for part in run if not part.linked)
            yield replace(state, text=line, linked=not re.search(r"\w", unlinked))
        run, state = [], piece


def clean(text: str) -> str:
    """One line: no control characters, single spaces."""
    return " ".join(re.sub(r"[\x00-\x08\x0e-\x1f\x7f\xad\u200b\u200e\u200f\u2060\ufeff]", "", text).split())


def _is_unseen(element: HtmlElement, tag: str) -> bool:
    if tag in _UNSEEN or element.get("hidden") is not None or element.get("aria-hidden") == "true":
        return True
    if "display:none" in (element.get("style") or "").replace(" ", ""):
        return True
    if tag in ("body", "html", "main", "article"):
        return False
    name = f"{element.get('class') or ''} {element.get('id') or ''}"
    return bool(_ASIDE.search(name)) and len(element.text_content()) < 4000
