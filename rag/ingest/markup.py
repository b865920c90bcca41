"""What an HTML page states about itself: JSON-LD, meta tags, <time>, the top heading."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from rag.ingest.blocks import clean
from rag.ingest.dates import LANGUAGES, numeric
from rag.ingest.story import Known

if TYPE_CHECKING:
    from lxml.html import HtmlElement

_TYPES = re.compile(r"(Article|NewsArticle|BlogPosting|Report|WebPage|SocialMediaPosting)$")
_ARTICLES = ("Article", "BlogPosting")
_KIND_TYPES = {
    "OpinionNewsArticle": "opinion", "AnalysisNewsArticle": "analysis", "ReviewNewsArticle": "review",
    "AskPublicNewsArticle": "question", "BackgroundNewsArticle": "background",
}  # fmt: skip
_DATE_NAMES = (
    "article:published_time", "og:article:published_time", "og:published_time", "datepublished", "date.published",
    "publishdate", "publish-date", "publish_date", "pubdate", "published-date", "parsely-pub-date", "sailthru.date",
    "article.published", "cxenseparse:recs:publishtime", "dc.date.issued", "dcterms.created", "dcterms.date", "dc.date",
    "date", "article_date_original", "originalpublicationdate", "pdate", "timestamp",
)  # fmt: skip
_TIDY = re.compile(r"\s+[|–—»·]\s+[^|–—»·]{2,40}$|\s+-\s+[^-]{2,40}$")


@dataclass(frozen=True, slots=True)
class Stated:
    """Facts that the page states in so many words; None where it does not."""

    title: str | None = None
    source: str | None = None
    author: str | None = None
    published: Known | None = None
    url: str | None = None
    language: str | None = None
    section: str | None = None
    kind: str | None = None
    is_article: bool = False  # the page calls itself one
    unclear: bool = False  # it states a date that may be read in two ways


def stated(tree: HtmlElement) -> Stated:
    """What a page says of itself: JSON-LD first, then meta tags, then its visible marks."""
    record = _record(tree)
    meta = _meta(tree)
    when = _text(record.get("datePublished")) or next((meta[n] for n in _DATE_NAMES if n in meta), None)
    url = _canonical(tree, meta)
    types = [str(t) for t in _listed(record.get("@type"))]
    return Stated(
        title=_title(tree, _text(record.get("headline")), meta),
        source=_names(record.get("publisher")) or meta.get("og:site_name"),
        author=_names(record.get("author")) or _person(meta.get("author")) or _person(meta.get("article:author")),
        published=_local(iso_date(when) or iso_date(_time(tree)), when, url=url),
        unclear=bool(when) and iso_date(when) is None,
        url=url,
        language=_language(_text(record.get("inLanguage")) or tree.get("lang") or meta.get("og:locale")),
        section=_text(record.get("articleSection")) or meta.get("article:section") or meta.get("section"),
        kind=next((_KIND_TYPES[t] for t in types if t in _KIND_TYPES), None),
        is_article=meta.get("og:type") == "article" or bool(when) or any(t.endswith(_ARTICLES) for t in types),
    )


def iso_date(text: str | None) -> Known | None:
    """A day (or month) written in ISO order or as in mail headers; the day as written, whatever its time zone."""
    found = re.match(r"\s*(\d{4})-?(\d{2})(?:-?(\d{2}))?(?!\d{1,3}$)", text or "")
    try:
        if found:
            year, month, day = int(found[1]), int(found[2]), int(found[3] or 1)
            known = Known(date(year, month, day), "day" if found[3] else "month", "metadata")
            return known if 1900 < year < 2100 else None
        if text and re.match(r"\s*\d+[/.]\d+[/.]\d+", text):
            written = numeric(text.split()[0].rstrip(","))
            return Known(written, "day", "metadata") if written else None
        if text and re.search(r"\d{4}", text) and len(text) < 60:
            import dateparser

            parsed = dateparser.parse(text, languages=LANGUAGES, settings={"REQUIRE_PARTS": ["day", "month", "year"]})
            return Known(parsed.date(), "day", "metadata") if parsed else None
    except ValueError:
        return None
    return None


def _local(known: Known | None, when: str | None, *, url: str | None) -> Known | None:
    """The outlet's own day: a time given in UTC may already be the next day, as the date in the address shows."""
    dated = re.search(r"/(20\d\d)[/-](\d\d)[/-](\d\d)(?:/|-|$)", url or "")
    if known is None or not dated or not re.search(r"T.*(?:Z|[+-]00:?00)$", when or ""):
        return known
    written = iso_date("-".join(dated.groups()))
    return written if written and known.day - written.day == timedelta(days=1) else known


def _record(tree: HtmlElement) -> dict[str, Any]:
    """The JSON-LD record of the article, {} if there is none."""
    found: list[dict[str, Any]] = []
    for script in tree.iterfind(".//script"):
        if "ld+json" in (script.get("type") or ""):
            try:
                value = json.loads((script.text_content() or "").strip().rstrip(";"), strict=False)
            except (ValueError, RecursionError):
                continue
            found.extend(r for r in _records(value) if any(_TYPES.search(str(t)) for t in _listed(r.get("@type"))))
    dated = [r for r in found if r.get("datePublished")]
    named = [r for r in found if not str(r.get("@type")).endswith("WebPage")]
    both = [r for r in dated if r in named]
    return next(iter(both or named or dated or found), {})


def _records(value: Any, *, depth: int = 0) -> Iterator[dict[str, Any]]:
    if depth > 6:
        return
    if isinstance(value, list):
        for item in value:
            yield from _records(item, depth=depth + 1)
    elif isinstance(value, dict):
        yield value
        for key in ("@graph", "mainEntity", "mainEntityOfPage"):
            yield from _records(value.get(key), depth=depth + 1)


def _meta(tree: HtmlElement) -> dict[str, str]:
    """Meta tags by lower-case name; the first of a name counts."""
    found: dict[str, str] = {}
    for tag in tree.iter("meta"):
        name = tag.get("property") or tag.get("name") or tag.get("itemprop")
        value = clean(tag.get("content") or "")
        if name and value:
            found.setdefault(name.strip().lower(), value)
    return found


def _title(tree: HtmlElement, headline: str | None, meta: dict[str, str]) -> str | None:
    """The top heading that the page's title tags confirm, else the title that these give; never the site's own name."""
    tag = tree.find(".//title")
    names = [
        headline,
        meta.get("og:title"),
        meta.get("twitter:title"),
        clean(tag.text_content()) if tag is not None else "",
    ]
    # the site's own name may be a heading too
    stated_names = [_TIDY.sub("", clean(name)) for name in names if name and clean(name)]
    headings = [clean(h.text_content()) for h in tree.iter("h1")]
    for heading in headings:
        if len(heading.split()) >= 2 and any(_shared(heading, name) >= 0.6 for name in stated_names):
            return heading
    return stated_names[0] if stated_names else next((h for h in headings if h), None)


def _shared(a: str, b: str) -> float:
    one, other = set(re.findall(r"\w+", a.lower())), set(re.findall(r"\w+", b.lower()))
    return len(one & other) / max(1, min(len(one), len(other)))


def _time(tree: HtmlElement) -> str | None:
    """The date of the element that the page marks as its publication date."""
    marked = tree.xpath('//*[@itemprop="datePublished"] | //time[@pubdate] | //time[contains(@class, "publish")]')
    for element in marked:
        value = element.get("datetime") or element.get("content") or clean(element.text_content())
        if value:
            return str(value)
    dated = tree.xpath("//time[@datetime]")
    return str(dated[0].get("datetime")) if len(dated) == 1 and _beside_title(tree, dated[0]) else None


def _beside_title(tree: HtmlElement, time: HtmlElement) -> bool:
    """No other heading stands between the top heading and this date, which may else be of a related story."""
    marks = list(tree.iter("h1", "h2", "h3", "h4", "h5", "h6", "time"))
    at = next(n for n, element in enumerate(marks) if element is time)
    around = [marks[n] for n in (at - 1, at + 1) if 0 <= n < len(marks)]
    return not tree.xpath("//h1") or any(element.tag == "h1" for element in around)


def _canonical(tree: HtmlElement, meta: dict[str, str]) -> str | None:
    links = [link.get("href") for link in tree.iter("link") if (link.get("rel") or "").lower() == "canonical"]
    return next((u for u in (*links, meta.get("og:url")) if u and u.startswith("http")), None)


def _language(code: str | None) -> str | None:
    found = re.match(r"[a-z]{2,3}(?=$|[-_])", (code or "").strip().lower())
    return found[0] if found else None


def _names(value: Any) -> str | None:
    """The name or names of a person or organisation in JSON-LD."""
    names = [_person(_text(v.get("name") if isinstance(v, dict) else v)) for v in _listed(value)]
    return ", ".join(dict.fromkeys(n for n in names if n)) or None


def _person(name: str | None) -> str | None:
    """A name; addresses and empty strings are none."""
    name = re.sub(r"(?i)^by\s+", "", clean(name or ""))
    return name if name and "://" not in name and len(name) < 120 else None


def _text(value: Any) -> str | None:
    from html import unescape

    value = next(iter(value), None) if isinstance(value, list) else value
    return clean(unescape(value)) or None if isinstance(value, str) else None


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]
