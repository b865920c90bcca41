"""A conversation as a document to keep or to send: Markdown, or one HTML file that loads nothing."""

from __future__ import annotations

import html
import re
from collections.abc import Sequence
from typing import Any

from rag.origin import origin
from rag.types import Answer, Article, Citation, Claim, Conversation, Passage, SavedExchange

_STYLE = (
    "body{max-width:44rem;margin:3rem auto;padding:0 1rem;font:1.05rem/1.55 Georgia,serif;color:#1f1d19}"
    "h1,h2{line-height:1.25}h2{margin-top:2.5rem;border-top:1px solid #ccc;padding-top:1rem}"
    ".note,.footnotes{font:.9rem/1.5 system-ui,sans-serif;color:#464139}.doubt{text-decoration:underline wavy}"
    "sup a{text-decoration:none}blockquote{margin:0;display:inline}"
)
_ACTIVE = re.compile(r"([\\`*_{}\[\]<>#+!|~&$])")


def as_markdown(conversation: Conversation, exchanges: Sequence[SavedExchange]) -> str:
    """Markdown with footnotes `[^1]`. What stands in articles and answers is escaped: it is text, not markup."""
    lines = [f"# {_plain(conversation.title)}", ""]
    first = 1
    for exchange in exchanges:
        answer = exchange.answer
        lines += [f"## {_plain(answer.question)}", ""]
        number = {c.number: first + n for n, c in enumerate(answer.citations)}
        if answer.status == "refused":
            lines += [f"**Not answered.** {_plain(answer.text)}", ""]
            lines += [f"- {_plain(p.text)} ({_plain(origin(p.article))})" for p in answer.nearby]
        for claim in answer.claims:
            notes = "".join(f"[^{number[n]}]" for n in claim.citations if n in number)
            lines += [f"{_plain(claim.text)}{_said(claim)}{notes}", ""]
        lines += [f"*{_plain(made(exchange))}*", ""]
        for c in answer.citations:
            lines += [f"[^{number[c.number]}]: “{_plain(c.quote)}” {_plain(source(c.article))}", ""]
        first += len(answer.citations)
    return "\n".join(lines).rstrip() + "\n"


def as_html(conversation: Conversation, exchanges: Sequence[SavedExchange]) -> str:
    """One HTML file without scripts, images or links to elsewhere, with footnotes that link both ways."""
    parts = [f"<h1>{html.escape(conversation.title)}</h1>"]
    for place, exchange in enumerate(exchanges, start=1):
        parts.append(f"<h2>{html.escape(exchange.answer.question)}</h2>")
        parts.append(_body(exchange.answer, place))
        parts.append(f'<p class="note">{html.escape(made(exchange))}</p>')
        notes = "".join(_footnote(c, place) for c in exchange.answer.citations)
        parts.append(f'<ol class="footnotes">{notes}</ol>' if notes else "")
    title = html.escape(conversation.title)
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{_STYLE}</style></head><body>\n" + "\n".join(parts) + "\n</body></html>\n"
    )


def made(exchange: SavedExchange) -> str:
    """When and how an answer was made, in a few words."""
    answer = exchange.answer
    how = "quote mode" if answer.mode == "quote" else f"written by {answer.fingerprint.model or 'a model'}, checked"
    return f"Clipdesk, {exchange.asked:%d %B %Y, %H:%M} UTC, {how}".replace(", 0", ", ")


def source(article: Article) -> str:
    """Where a quote stands: title, outlet, date, address."""
    return f"{article.title}. {origin(article)}.{f' {article.url}' if article.url else ''}"


def _body(answer: Answer, place: int) -> str:
    if answer.status == "refused":
        passages = "".join(f"<li>{_nearby(p)}</li>" for p in answer.nearby)
        return f"<p><strong>Not answered.</strong> {html.escape(answer.text)}</p><ul>{passages}</ul>"
    known = {c.number for c in answer.citations}
    return "".join(
        f"<p>{_words(claim)}{html.escape(_said(claim))}"
        + "".join(
            f'<sup id="r{place}-{n}"><a href="#n{place}-{n}">[{n}]</a></sup>' for n in claim.citations if n in known
        )
        + "</p>"
        for claim in answer.claims
    )


def _nearby(passage: Passage) -> str:
    return html.escape(f"{passage.text} ({origin(passage.article)})")


def _words(claim: Claim) -> str:
    words = html.escape(claim.text)
    return words if claim.support == "supported" else f'<span class="doubt">{words}</span>'


def _said(claim: Any) -> str:
    """What the reader must know of a claim besides its words."""
    return "" if claim.support == "supported" else f" ({claim.support})"


def _footnote(citation: Citation, place: int) -> str:
    n = citation.number
    return (
        f'<li id="n{place}-{n}" value="{n}">“{html.escape(citation.quote)}” {html.escape(source(citation.article))} '
        f'<a href="#r{place}-{n}">back</a></li>'
    )


def _plain(text: str) -> str:
    """Text on one line in which nothing acts as Markdown or HTML, an address not even as a link."""
    line = _ACTIVE.sub(r"\\\1", " ".join(text.split()))
    return re.sub(r"^(\d+)([.)])|^([-=:])", lambda m: f"{m[1]}\\{m[2]}" if m[1] else f"\\{m[3]}", line)
