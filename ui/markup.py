"""Replies as HTML. Article text and model output are data: `inert` is the only way they get in."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from datetime import date
from urllib.parse import quote

from rag.types import Answer, Article, Citation, Claim, Passage

_MARK = re.compile(r"(\[\d+\])")
# every mark of HTML and of markdown, links without brackets too; the comma and the blank begin nothing
_ENTITIES = {ord(c): f"&#{ord(c)};" for c in string.punctuation if c != ","}
_LONGEST_NEARBY = 280  # characters of a passage under a refusal


def inert(text: str) -> str:
    """Text that is shown as itself: no tag, link, image, formula or list can come of it, and no new paragraph."""
    return "<br>".join(line.translate(_ENTITIES) for line in text.splitlines())


def asked(question: str) -> str:
    """The question, as the reader typed it."""
    return f'<div class="asked">{inert(question)}</div>'


def streaming(text: str, *, progress: str) -> str:
    """What has come of an answer so far; its marks can be followed when it has been checked."""
    words = "".join(
        f'<span class="mark">{inert(part)}</span>' if _MARK.fullmatch(part) else inert(part)
        for part in _MARK.split(text)
    )
    return _reply(f'<p class="prose">{words}</p>' if text else "", f'<p class="status">{inert(progress)}</p>')


def broken_off(text: str, *, reason: str, stopped: bool) -> str:
    """An answer that did not come to its end: what there is of it, and why."""
    kept = f'<p class="prose unchecked">{inert(text)}</p><p class="status">Not checked.</p>' if text else ""
    title = "Stopped" if stopped else "No answer"
    css = "notice stopped" if stopped else "notice fault"
    return _reply(kept, f'<div class="{css}"><p class="kicker">{title}</p><p>{inert(_sentence(reason))}</p></div>')


def completed(answer: Answer, *, articles: int) -> str:
    """A checked answer or a refusal, with its status line."""
    if answer.status == "refused":
        body = _refusal(answer)
    elif answer.mode == "quote":
        body = _quotes(answer)
    else:
        body = _prose(answer)
    return _reply(body, f'<p class="status">{inert(status_line(answer, articles=articles))}</p>')


def status_line(answer: Answer, *, articles: int) -> str:
    """What made the answer: mode, model, articles searched, time, tokens, marks taken out."""
    parts = ["Quote mode" if answer.mode == "quote" else "LLM mode"]
    if answer.fingerprint.model:
        parts.append(_short(answer.fingerprint.model))
    parts.append(f"{counted(articles, 'article')} searched")
    parts.append(f"{answer.seconds:.1f} s")
    tokens = [
        f"{count:,} {kind}"
        for count, kind in ((answer.usage.prompt_tokens, "in"), (answer.usage.completion_tokens, "out"))
        if count is not None
    ]
    if tokens:
        parts.append(f"tokens: {', '.join(tokens)}")
    if answer.removed_marks:
        parts.append(f"{counted(answer.removed_marks, 'mark')} that pointed at nothing removed")
    return " · ".join(parts)


def counted(number: int, noun: str) -> str:
    """`1 article`, `4 articles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def origin(article: Article) -> str:
    """Outlet, agency and date, as far as they are known."""
    outlet = " / ".join(part for part in (article.source, article.agency) if part) or "Unknown outlet"
    return f"{outlet}, {day(article.published) if article.published else 'undated'}"


def day(value: date) -> str:
    """`18 June 2025`."""
    return f"{value.day} {value:%B %Y}"


def link(label: str, article: Article, *, start: int, end: int) -> str:
    """A link that opens the article at these words; the panel beside the chat follows it."""
    return f'<a class="cite" href="#cite:{quote(article.id, safe="")}:{start}:{end}">{inert(label)}</a>'


def marks(numbers: Iterable[int], citations: Sequence[Citation]) -> str:
    """The marks of a claim as links, kept on the line of its last word; a number without a citation gets none."""
    by_number = {c.number: c for c in citations}
    links = [link(f"[{n}]", c.article, start=c.start, end=c.end) for n in numbers if (c := by_number.get(n))]
    return f'&nbsp;<span class="marks">{"".join(links)}</span>' if links else ""


def _reply(*parts: str) -> str:
    # one line without a blank one: for markdown it is one block of HTML, and nothing in it is parsed
    return f'<div class="reply">{"".join(parts)}</div>'


def _quotes(answer: Answer) -> str:
    return "".join(_quote(claim, answer.citations) for claim in answer.claims)


def _quote(claim: Claim, citations: Sequence[Citation]) -> str:
    sources = [c.article for c in citations if c.number in claim.citations]
    source = f'<p class="source">{inert(origin(sources[0]))}: {inert(sources[0].title)}</p>' if sources else ""
    words = f'<span class="words">{inert(claim.text)}</span>{_doubt(claim)}{marks(claim.citations, citations)}'
    return f'<blockquote class="quote"><p>{words}</p>{source}</blockquote>'


def _prose(answer: Answer) -> str:
    claims = " ".join(_claim(claim, answer.citations) for claim in answer.claims)
    sources = "".join(
        f"<li>{link(f'[{c.number}]', c.article, start=c.start, end=c.end)} "
        f'{inert(origin(c.article))}: <span class="words">{inert(c.quote)}</span></li>'
        for c in answer.citations
    )
    return f'<p class="prose">{claims}</p><ul class="sources">{sources}</ul>'


def _claim(claim: Claim, citations: Sequence[Citation]) -> str:
    words = inert(claim.text)
    if claim.support == "unsupported":
        words = f'<span class="doubtful">{words}</span>'
    return f"{words}{_doubt(claim)}{marks(claim.citations, citations)}"


def _doubt(claim: Claim) -> str:
    return ' <span class="doubt">unsupported</span>' if claim.support == "unsupported" else ""


def _refusal(answer: Answer) -> str:
    passages = "".join(f"<li>{_nearby(p)}</li>" for p in answer.nearby)
    nearest = f'<p class="lead">The nearest passages, to judge for yourself:</p><ul class="nearby">{passages}</ul>'
    return (
        f'<div class="notice refusal"><p class="kicker">Not answered</p><p>{inert(answer.text)}</p></div>'
        f"{nearest if answer.nearby else ''}"
    )


def _nearby(passage: Passage) -> str:
    words = " ".join(passage.text.split())
    if len(words) > _LONGEST_NEARBY:
        words = words[:_LONGEST_NEARBY].rsplit(" ", 1)[0] + " …"
    label = link(words, passage.article, start=passage.start, end=passage.end)
    return f'{label}<p class="source">{inert(origin(passage.article))}: {inert(passage.article.title)}</p>'


def _sentence(text: str) -> str:
    """A message of ours as a sentence; one that begins with an address keeps it as it is."""
    text = text if "://" in text.split(" ", 1)[0] else text[:1].upper() + text[1:]
    return text if text.endswith((".", "!", "?")) else f"{text}."


def _short(model: str) -> str:
    """A model's name without the folder that some local servers put before it."""
    return re.split(r"[/\\]", model)[-1].removesuffix(".gguf") if model.endswith(".gguf") else model
