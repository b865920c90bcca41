"""An extractor chooses paragraphs; their words are the page's own.

trafilatura drops links whose text is long for its place, also out of the middle of a sentence, and whole paragraphs
that are mostly links. A sentence that was never printed must not be quoted, so each paragraph is looked up again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from rag.ingest.blocks import PageLines
from rag.ingest.boilerplate import ends_story, is_noise, is_sentence, opens_box, starts_related

_PROSE = 0.8  # of a table's row is sentences where the table only lays the page out
_SIBLINGS = 3  # chosen paragraphs that make the element around them the article's body


def verbatim(paragraphs: Sequence[str], page: PageLines, *, title: str = "") -> list[str]:
    """The paragraphs in the words of the page's lines, and the sentences that stand right among them there.

    What stands above the heading `title` is left out, if it is the smaller part.
    """
    paragraphs = [part for paragraph in paragraphs for part in _cells(paragraph, page.lines, title=title)]
    places = list(_places(paragraphs, page.lines))
    start = next((n for n, x in enumerate(page.lines) if x in page.headings and x.casefold() == title.casefold()), 0)
    prose = {at: len(page.lines[at]) for at in places if at is not None and page.lines[at] not in page.links}
    if sum(n for at, n in prose.items() if at < start) >= sum(prose.values()) / 2:
        start = 0
    bodies = Counter(page.groups[at] for at in set(places) if at is not None)
    taken = set(places)
    found: list[str] = []
    before: int | None = None
    for paragraph, at in zip(paragraphs, places, strict=True):
        if at is None:
            found.append(paragraph)
            continue
        if at in page.boxed or at < start:
            continue
        if before is not None and before < at:
            between = range(before + 1, at)
            found.extend(page.lines[n] for n in between if n not in taken and _belongs(page, n, bodies))
        line = page.lines[at]
        found.append(paragraph if _squeezed(paragraph) in _squeezed(line) and len(paragraph) < len(line) / 2 else line)
        before = at
    return list(_once(found))


def _cells(paragraph: str, lines: Sequence[str], *, title: str) -> Sequence[str]:
    """The page's paragraphs in a table's row, where the table only lays the page out."""
    if not paragraph.startswith("|"):
        return [paragraph]
    if title and title in [cell.strip() for cell in paragraph.split("|")]:
        return []
    row = _squeezed(paragraph.replace("|", " "))
    inside = list(dict.fromkeys(line for line in lines if is_sentence(line) and _squeezed(line) in row))
    return inside if sum(len(_squeezed(line)) for line in inside) > _PROSE * len(row) else [paragraph]


def _belongs(page: PageLines, at: int, bodies: Counter[int]) -> bool:
    line = page.lines[at]
    if bodies[page.groups[at]] < _SIBLINGS or line in page.links or line in page.headings:
        return False
    return is_sentence(line) and not (is_noise(line) or ends_story(line) or starts_related(line) or opens_box(line))


def _places(paragraphs: Sequence[str], lines: Sequence[str]) -> Iterator[int | None]:
    """The line that each paragraph was made of, searched onwards from the last; None if there is none."""
    squeezed, words = [_squeezed(line) for line in lines], [line.split() for line in lines]
    after = 0
    for paragraph in paragraphs:
        text, own = _squeezed(paragraph), paragraph.split()
        order = [*range(after, len(lines)), *range(after)]
        at = next((n for n in order if text == squeezed[n]), None)
        if at is None and len(own) >= 4:
            at = next((n for n in order if text in squeezed[n]), None)
        if at is None and len(own) >= 4:
            at = next((n for n in order if _left_of(own, words[n])), None)
        yield at
        after = at if at is not None else after


def _left_of(words: Sequence[str], line: Sequence[str]) -> bool:
    """Whether words are what is left of a line, in its order, after some were taken out of its middle."""
    if len(words) >= len(line) or (words[0], words[-1]) != (line[0], line[-1]):
        return False
    rest = iter(line)
    return all(word in rest for word in words)


def _squeezed(text: str) -> str:
    return "".join(text.lstrip("-•* ").split())


def _once(paragraphs: Sequence[str]) -> Iterator[str]:
    """Without what stands twice in a row, where two paragraphs were made of one line."""
    last = ""
    for paragraph in paragraphs:
        if paragraph != last:
            yield paragraph
        last = paragraph
