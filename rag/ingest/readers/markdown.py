"""Markdown: rendered, then read as the HTML that it stands for."""

from __future__ import annotations

from dataclasses import replace

from rag.ingest.blocks import lines_of, parse
from rag.ingest.boilerplate import is_noise
from rag.ingest.decode import decode
from rag.ingest.page import split_lines
from rag.ingest.story import Reading, Story, find_agency, find_kind


def read(data: bytes, *, name: str) -> Reading:
    """The stories of a Markdown file: one per top heading if each has its own date line, else one.

    Raises PageError if it is empty, binary or not UTF-8.
    """
    from markdown_it import MarkdownIt

    tree = parse(MarkdownIt("commonmark").enable("table").render(decode(data, name=name)))
    page = lines_of(tree)
    stories = split_lines(page.lines, headlines=page.headlines)
    if len(stories) > 1 and all(s.when or s.title in page.headlines for s in stories):
        return Reading(stories)
    title = next((line for line in page.lines if line in page.headings), None)
    if title is None:
        return Reading(stories[:1])
    kept = [line for line in page.lines if not is_noise(line)]
    body = kept[kept.index(title) + 1 :] if title in kept else kept
    first = stories[0] if stories else Story(title, None, None, None, None, None, "")
    details = {first.url, first.when, f"By {first.author}"}
    text = "\n\n".join(line for line in body if line not in details)
    if len(text.split()) < 8:
        return Reading(stories)
    agency, kind = find_agency(text, author=first.author), find_kind(title)
    return Reading((replace(first, title=title, text=text, agency=agency, kind=kind),))
