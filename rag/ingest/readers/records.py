"""JSON and JSON lines: a record per article, with whatever else it holds kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from rag.errors import PageError
from rag.ingest.decode import decode
from rag.ingest.facts import Facts, apply, parse_facts
from rag.ingest.story import Reading, Story, find_agency, find_kind

_TITLE = ("title", "headline")
_BODY = ("text", "body", "content", "articleBody", "article_body")
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
    """(place, record) pairs of a JSON list, a single record, a list under "articles" or JSON lines."""
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError):
        for number, line in enumerate(text.split("\n"), start=1):
            if line.strip():
                try:
                    yield f"line {number}", json.loads(line)
                except (ValueError, RecursionError) as error:
                    yield f"line {number}", error
        return
    if isinstance(whole, dict):
        listed = next((v for v in whole.values() if isinstance(v, list) and v and isinstance(v[0], dict)), None)
        single = any(key in whole for key in (*_TITLE, *_BODY))
        whole = [whole] if single or listed is None else listed
    yield from ((f"record {n}", record) for n, record in enumerate(whole if isinstance(whole, list) else [whole], 1))


def _story(record: Any) -> Story:
    if isinstance(record, Exception):
        raise PageError(f"is no JSON ({record}): correct or remove it")
    if not isinstance(record, dict):
        raise PageError('is no record: give the article as {"title": …, "text": …}')
    title, body = _string(record, _TITLE), _string(record, _BODY)
    text = _paragraphs(body)
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
    found = next((record[name] for name in names if isinstance(record.get(name), str)), "")
    return " ".join(found.split()) if names is _TITLE else found


def _paragraphs(body: str) -> str:
    """The body with one empty line between paragraphs; markup in it is read as a page would be."""
    if _MARKUP.search(body):
        from rag.ingest.blocks import lines_of, parse

        return "\n\n".join(lines_of(parse(body)).lines)
    return "\n\n".join(" ".join(p.split()) for p in re.split(r"\n\s*\n|\n(?=\S)", body) if p.strip())
