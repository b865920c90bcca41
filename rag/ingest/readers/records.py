"""JSON and JSON lines: a record per article, with whatever else it holds kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from html import unescape
from typing import Any

from rag.errors import PageError
from rag.ingest.decode import decode
from rag.ingest.facts import Facts, apply, parse_facts
from rag.ingest.story import Reading, Story, find_agency, find_kind

_TITLE = ("title", "headline")
_BODY = ("text", "body", "content", "articleBody", "article_body", "content_html", "content_text")
_MARKUP = re.compile(r"(?i)<(p|div|br|h[1-6]|article)\b[^>]*>")


def read(data: bytes, *, name: str) -> Reading:
    """One story per record. Records without title or text are named in `skipped`.

    Raises PageError if the file is neither JSON nor JSON lines, or no record can be read.
    """
    stories: list[Story] = []
    skipped: list[str] = []
    for place, record in _records(decode(data, name=name), name=name):
        try:
            stories.append(_story(record))
        except PageError as error:
            skipped.append(f"{name}, {place}: {error}")
    if not stories:
        raise PageError(
            skipped[0] if skipped else f'{name} holds no record: give each article as {{"title": …, "text": …}}'
        )
    return Reading(tuple(stories), tuple(skipped))


def is_records(data: bytes) -> bool:
    """Whether bytes of unknown kind are JSON: all of it, or its first line."""
    for part in (data, data.split(b"\n", 1)[0]):
        try:
            return isinstance(json.loads(part), dict | list)
        except (ValueError, RecursionError):
            continue
    return False


def _records(text: str, *, name: str) -> Iterator[tuple[str, Any]]:
    """(place, record) pairs of JSON or JSON lines; records may lie in lists and objects around them."""
    try:
        whole = list(_inside(json.loads(text)))
    except (ValueError, RecursionError):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    yield from ((f"line {number}", record) for record in _inside(json.loads(line)))
                except (ValueError, RecursionError) as error:
                    yield f"line {number}", error
        return
    yield from ((f"record {n}", record) for n, record in enumerate(whole, 1))


def _inside(value: Any) -> list[Any]:
    """The records in a value: itself, if it has title and text or holds nothing that has, else those further in."""
    if isinstance(value, list):
        return [record for item in value for record in _inside(item)]
    if not isinstance(value, dict) or (_string(value, _TITLE) and _string(value, _BODY)):
        return [value]
    deeper = [r for v in value.values() if isinstance(v, dict | list) for r in _inside(v) if isinstance(r, dict)]
    return [r for r in deeper if _string(r, _TITLE) or _string(r, _BODY)] or [value]


def _story(record: Any) -> Story:
    if isinstance(record, Exception):
        raise PageError(f"is no JSON ({record}): correct or remove it")
    if not isinstance(record, dict):
        raise PageError('is no record: give the article as {"title": …, "text": …}')
    title, body = _string(record, _TITLE), _string(record, _BODY)
    title, text = _unmarked(title), _paragraphs(body)
    if not title or not text:
        raise PageError("has no title or no text: add them, or remove the record")
    rest = {key: value for key, value in record.items() if key not in (*_TITLE, *_BODY)}
    facts = parse_facts(rest, origin="metadata")
    story = Story(title, None, None, None, None, None, text)
    story = apply(facts, story) if facts != Facts() else story
    return _credited(story)


def _credited(story: Story) -> Story:
    from dataclasses import replace

    return replace(
        story,
        agency=story.agency or find_agency(story.text, author=story.author),
        kind=story.kind or find_kind(story.title, section=story.section),
    )


def _string(record: dict[str, Any], names: tuple[str, ...]) -> str:
    found = next((text for name in names if (text := _worded(record.get(name)))), "")
    return " ".join(found.split()) if names is _TITLE else found


def _worded(value: Any) -> str:
    """A text: as it is, as paragraphs in a list, or as WordPress gives it (`{"rendered": …}`)."""
    if isinstance(value, dict):
        value = value.get("rendered")
    if isinstance(value, list) and value and all(isinstance(part, str) for part in value):
        value = "\n\n".join(value)
    return value if isinstance(value, str) else ""


def _unmarked(title: str) -> str:
    """A title without the character references and tags that come with rendered ones."""
    return " ".join(re.sub(r"</?(?:b|i|em|strong|span|sup|sub)\b[^>]*>", "", unescape(title)).split())


def _paragraphs(body: str) -> str:
    """The body with one empty line between paragraphs; markup in it is read as a page would be."""
    if _MARKUP.search(body):
        from rag.ingest.blocks import lines_of, parse

        return "\n\n".join(lines_of(parse(body)).lines)
    return "\n\n".join(" ".join(p.split()) for p in re.split(r"\n\s*\n|\n(?=\S)", body) if p.strip())
