"""What somebody says about a page: front matter, or a sidecar file. It wins over what is inferred."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rag.errors import PageError
from rag.ingest.paths import is_there
from rag.ingest.story import Known, Story
from store.records import Origin

SIDECARS = (".yaml", ".yml", ".meta")
# Other names under which the same facts are found in notes and in records.
_ALIASES = {
    "published_at": "published", "publishedat": "published", "date": "published", "publish_date": "published",
    "datepublished": "published", "pubdate": "published", "captured_at": "captured", "saved": "captured",
    "link": "url", "byline": "author", "authors": "author", "lang": "language", "outlet": "source",
    "publisher": "source", "type": "kind", "headline": "title",
}  # fmt: skip
_FRONT = re.compile(r"\A\ufeff?\s*---[ \t]*\n(?P<head>.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is said of a page; None where nothing is. `extra` holds keys that mean nothing to us."""

    title: str | None = None
    source: str | None = None
    agency: str | None = None
    author: str | None = None
    url: str | None = None
    published: Known | None = None
    captured: date | None = None
    language: str | None = None
    section: str | None = None
    kind: str | None = None
    extra: Mapping[str, Any] = field(default_factory=dict, hash=False)


_NAMES = frozenset(f.name for f in fields(Facts)) - {"extra"}


def parse_facts(values: Mapping[str, Any], *, origin: Origin) -> Facts:
    """Facts of a mapping from outside.

    Raises PageError for a date that is none, where a person said it (`origin` "sidecar"); in a record it goes to
    `extra` like everything that means nothing to us.
    """
    known: dict[str, Any] = {}
    extra: dict[str, Any] = {}
    for key, value in values.items():
        name = _ALIASES.get(str(key).lower(), str(key).lower())
        if name not in _NAMES:
            extra[str(key)] = _plain(value)
        elif value not in (None, "", []):
            try:
                known.setdefault(name, _known(value, origin=origin) if name in ("published", "captured") else value)
            except PageError:
                if origin == "sidecar":
                    raise
                extra[str(key)] = _plain(value)
    if isinstance(known.get("source"), str) and re.match(r"https?://", known["source"]):
        known.setdefault("url", known.pop("source"))  # web clippers name the address so
    days = {name: known.pop(name) for name in ("published", "captured") if name in known}
    facts: dict[str, Any] = {name: _text(value) for name, value in known.items()}
    if "published" in days:
        facts["published"] = days["published"]
    if "captured" in days:
        facts["captured"] = days["captured"].day
    if "category" in extra and "section" not in facts:
        facts["section"] = _text(extra["category"])
    return Facts(**facts, extra=extra)


def apply(facts: Facts, story: Story, *, main: bool = True) -> Story:
    """The story with what is said of its page; of a page's further stories only what can hold for all of them."""
    whole: dict[str, Any] = {"captured": facts.captured, "language": facts.language}
    if main:
        names = "title source agency author url published section kind".split()
        whole |= {name: getattr(facts, name) for name in names}
        whole["extra"] = {**story.extra, **facts.extra}
    else:
        whole["source"] = story.source or facts.source
    return replace(story, **{name: value for name, value in whole.items() if value is not None})


def split_front_matter(text: str, *, name: str) -> tuple[Facts | None, str]:
    """The facts between two lines of "---" at the top of a page, and the page below them.

    Raises PageError if what stands there is a mapping that cannot be used; a page that merely begins with a rule has
    no front matter.
    """
    found = _FRONT.match(text)
    if not found or not re.search(r"(?m)^[\w-]+:(\s|$)", found["head"]):
        return None, text
    return _loaded(found["head"], name=f"the front matter of {name}"), text[found.end() :]


def sidecar_of(path: Path) -> Path | None:
    """The file beside a page that speaks for it: page.html.yaml or page.yaml (also .yml and .meta)."""
    beside = [Path(f"{path}{ending}") for ending in SIDECARS] + [path.with_suffix(ending) for ending in SIDECARS]
    return next((file for file in beside if file != path and is_there(file, Path.is_file)), None)


def read_sidecar(path: Path) -> Facts:
    """The facts of a sidecar file. Raises PageError that names the remedy."""
    try:
        return _loaded(path.read_text("utf-8"), name=str(path))
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(f"{path} cannot be read ({error}): save it as UTF-8 text") from error


def _loaded(text: str, *, name: str) -> Facts:
    import yaml

    try:
        values = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        first = str(error).split("\n")[0]
        raise PageError(f'{name} is no YAML ({first}): write lines like "captured: 2025-06-21"') from error
    if not isinstance(values, dict):
        raise PageError(f'{name} holds no facts: write lines like "captured: 2025-06-21"')
    try:
        return parse_facts(values, origin="sidecar")
    except PageError as error:
        raise PageError(f"{name} {error}") from error


def _known(value: Any, *, origin: Origin) -> Known:
    """A date as people and programs write it. Raises PageError if it is none."""
    if isinstance(value, datetime):
        return Known(value.date(), "day", origin)
    if isinstance(value, date):
        return Known(value, "day", origin)
    text = str(value).strip()
    if re.fullmatch(r"\d{4}", text):
        return Known(date(int(text), 1, 1), "year", origin) if text > "1000" else _refused(value)
    if re.fullmatch(r"\d{9,13}", text):  # seconds or milliseconds since 1970
        seconds = int(text) / (1000 if len(text) > 10 else 1)
        return Known(datetime.fromtimestamp(seconds).astimezone().date(), "day", origin)
    from rag.ingest.markup import iso_date

    found = iso_date(text)
    return replace(found, origin=origin) if found else _refused(value)


def _refused(value: Any) -> Known:
    raise PageError(f'has "{str(value)[:40]}" for a date: write it as YYYY-MM-DD')


def _text(value: Any) -> str | None:
    """A fact as one line; lists (of authors) are joined, and wiki links lose their brackets."""
    if isinstance(value, list | tuple):
        return ", ".join(t for t in (_text(v) for v in value) if t) or None
    if isinstance(value, dict):
        return _text(value.get("name") or value.get("title"))
    return " ".join(re.sub(r"\[\[|\]\]", "", str(value)).split()) or None


def _plain(value: Any) -> Any:
    """A value as JSON types."""
    if isinstance(value, dict):
        return {str(k): _plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set):
        return [_plain(v) for v in value]
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)
