"""Replies as HTML. Article text and model output are data: `inert` is the only way they get in."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from rag.origin import day, origin
from rag.types import (
    Answer,
    Article,
    Attribution,
    Citation,
    Claim,
    Conflict,
    Filters,
    Passage,
    Position,
    Premise,
    Scope,
)

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


def streaming(text: str, *, progress: str, evidence: Sequence[Citation] = ()) -> str:
    """What has come of an answer so far, above the evidence; its marks can be followed when it has been checked."""
    words = "".join(
        f'<span class="mark">{inert(part)}</span>' if _MARK.fullmatch(part) else inert(part)
        for part in _MARK.split(text)
    )
    prose = f'<p class="prose">{words}</p>' if text else ""
    return _reply(prose, _evidence(evidence), f'<p class="status">{inert(progress)}</p>')


def broken_off(text: str, *, reason: str, stopped: bool, evidence: Sequence[Citation] = ()) -> str:
    """An answer that did not come to its end: what there is of it, and why."""
    kept = f'<p class="prose unchecked">{inert(text)}</p><p class="status">Not checked.</p>' if text else ""
    title = "Stopped" if stopped else "No answer"
    css = "notice stopped" if stopped else "notice fault"
    notice = f'<div class="{css}"><p class="kicker">{title}</p><p>{inert(_sentence(reason))}</p></div>'
    return _reply(kept, notice, _evidence(evidence))


def completed(answer: Answer, *, articles: int, saved: str | None = None) -> str:
    """A checked answer or a refusal, with its status line; `saved` is its id in the history."""
    if answer.status == "refused":
        body = _refusal(answer)
    elif answer.mode == "quote":
        body = _quotes(answer)
    else:
        body = _prose(answer)
    status = f'<p class="status">{inert(status_line(answer, articles=articles))}</p>'
    return _reply(_remarks(answer), body, _conflicts(answer), status, _actions(saved) if saved else "", saved=saved)


def status_line(answer: Answer, *, articles: int) -> str:
    """What made the answer: mode, model, articles searched, time, tokens, marks taken out."""
    parts = ["Quote mode" if answer.mode == "quote" else "LLM mode"]
    if answer.fingerprint.model:
        parts.append(_short(answer.fingerprint.model))
    parts.append(f"{counted(articles, 'article')} searched")
    if answer.newest:
        parts.append(f"newest source of {day(answer.newest)}")
    parts.append(f"{answer.seconds:.1f} s")
    tokens = [
        f"{count:,} {kind}"
        for count, kind in ((answer.usage.prompt_tokens, "in"), (answer.usage.completion_tokens, "out"))
        if count is not None
    ]
    if tokens:
        parts.append(f"tokens: {', '.join(tokens)}")
    if (cost := answer.usage.cost) is not None:
        parts.append(f"${cost:.4f}")
    if answer.removed_marks:
        parts.append(f"{counted(answer.removed_marks, 'mark')} that pointed at nothing removed")
    return " · ".join(parts)


def said(who: Attribution | None) -> str:
    """Who said it and how it came to us, as far as that is known."""
    words = who.render() if who else ""
    return f"Said by {words}" if words and who and who.speaker else words


def counted(number: int, noun: str) -> str:
    """`1 article`, `4 articles`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(filters: Filters) -> str:
    """`Yonhap, 1 June 2025 to 7 June 2025`; nothing if nothing is set."""
    parts = [*filters.sources]
    since, until = filters.since, filters.until
    if since and until:
        parts.append(day(since) if since == until else f"{day(since)} to {day(until)}")
    elif since or until:
        parts.append(f"from {day(since)}" if since else f"until {day(until)}" if until else "")
    if filters.language:
        parts.append(f"language {filters.language}")
    if filters.articles:
        parts.append("chosen articles")
    return ", ".join(parts)


def link(label: str, article: Article, *, start: int, end: int) -> str:
    """A link that opens the article at these words; the panel beside the chat follows it."""
    return f'<a class="cite" href="#cite:{quote(article.id, safe="")}:{start}:{end}">{inert(label)}</a>'


def mark(citation: Citation, *, who: str = "") -> str:
    """The mark of a citation, and what its card shows: who said it, the words, where they stand."""
    article = citation.article
    lines = (("said", who), ("words", citation.quote), ("where", origin(article)), ("title", article.title))
    card = "".join(f'<span class="card-{name}">{inert(text)}</span>' for name, text in lines if text)
    opened = link(f"[{citation.number}]", article, start=citation.start, end=citation.end)
    return f'<span class="cited">{opened}<span class="card">{card}</span></span>'


def marks(numbers: Iterable[int], citations: Sequence[Citation], *, who: str = "") -> str:
    """The marks of a claim as links, kept on the line of its last word; a number without a citation gets none."""
    by_number = {c.number: c for c in citations}
    links = [mark(c, who=who) for n in numbers if (c := by_number.get(n))]
    return f'&nbsp;<span class="marks">{"".join(links)}</span>' if links else ""


def _reply(*parts: str, saved: str | None = None) -> str:
    # one line without a blank one: for markdown it is one block of HTML, and nothing in it is parsed
    return f'<div class="reply{f" answer-{saved}" if saved else ""}">{"".join(parts)}</div>'


def _evidence(citations: Sequence[Citation]) -> str:
    """The sentences found, before or beside what a model writes of them."""
    if not citations:
        return ""
    quotes = "".join(
        f"<li>{link(c.quote, c.article, start=c.start, end=c.end)}"
        f'<p class="source">{inert(origin(c.article))}: {inert(c.article.title)}</p></li>'
        for c in citations
    )
    return f'<p class="lead">Found, word for word:</p><ul class="nearby evidence">{quotes}</ul>'


def _actions(saved: str) -> str:
    """What can be done with a finished answer; chat.js does it."""
    verdicts = (("right", "Right"), ("wrong", "Wrong"), ("missing", "Something is missing"), ("link", "Copy link"))
    links = "".join(f'<a class="act" href="#act:{name}:{saved}">{label}</a>' for name, label in verdicts)
    return f'<p class="actions">{links}</p>'


def _remarks(answer: Answer) -> str:
    """What the reader should know before the answer: a premise that is not so, a mode that was left, a wider search."""
    remarks = [_premise(answer.premise, answer.citations)] if answer.premise else []
    remarks += [inert(_sentence(text)) for text in (answer.notice, _scope(answer.scope)) if text]
    return "".join(f'<div class="notice remark"><p>{remark}</p></div>' for remark in remarks)


def _premise(premise: Premise, citations: Sequence[Citation]) -> str:
    return (
        f"The question takes for granted: {inert(premise.asked)}. The articles say otherwise: "
        f"{inert(premise.found)}{marks((premise.citation,), citations)}"
    )


def _scope(scope: Scope) -> str:
    """What the search kept to, where it was not all articles."""
    kept = f"the search kept to: {in_words(scope.filters)}" if scope.filters.narrow else ""
    if scope.widened is None:
        return kept
    return f"no article meets the filter {in_words(scope.widened)}, so {kept or 'all were searched'}"


def _conflicts(answer: Answer) -> str:
    return "".join(_conflict(conflict, answer.citations) for conflict in answer.conflicts)


def _conflict(conflict: Conflict, citations: Sequence[Citation]) -> str:
    kind = "Sources differ" if conflict.kind == "contradiction" else "Later figures"
    about = f" on {', '.join(conflict.subject)}" if conflict.subject else ""
    sides = "".join(
        f"<li>{inert(p.text)}{marks((p.citation,), citations, who=said(p.attribution))}"
        f'<p class="source">{inert(_held(p))}</p></li>'
        for p in conflict.positions
    )
    css = "conflict" if conflict.kind == "contradiction" else "conflict update"
    return f'<div class="notice {css}"><p class="kicker">{inert(kind + about)}</p><ul>{sides}</ul></div>'


def _held(position: Position) -> str:
    """Who holds it, and when they said so."""
    return ", ".join(part for part in (said(position.attribution), day(position.date) if position.date else "") if part)


def _disputed(answer: Answer) -> frozenset[int]:
    """The numbers of the citations that another contradicts."""
    return frozenset(p.citation for c in answer.conflicts if c.kind == "contradiction" for p in c.positions)


def _quotes(answer: Answer) -> str:
    disputed = _disputed(answer)
    return "".join(_quote(claim, answer.citations, disputed) for claim in answer.claims)


def _quote(claim: Claim, citations: Sequence[Citation], disputed: frozenset[int]) -> str:
    sources = [c.article for c in citations if c.number in claim.citations]
    source = f'<p class="source">{inert(origin(sources[0]))}: {inert(sources[0].title)}</p>' if sources else ""
    words = f'<span class="words">{inert(claim.text)}</span>{_doubt(claim, disputed)}{_marks(claim, citations)}'
    return f'<blockquote class="quote"><p>{words}</p>{source}</blockquote>'


def _prose(answer: Answer) -> str:
    claims = " ".join(_claim(claim, answer.citations, _disputed(answer)) for claim in answer.claims)
    sources = "".join(
        f'<li>{mark(c)} {inert(origin(c.article))}: <span class="words">{inert(c.quote)}</span></li>'
        for c in answer.citations
    )
    return f'<p class="prose">{claims}</p><ul class="sources">{sources}</ul>'


def _claim(claim: Claim, citations: Sequence[Citation], disputed: frozenset[int]) -> str:
    words = inert(claim.text)
    if claim.support == "unsupported":
        words = f'<span class="doubtful">{words}</span>'
    elif disputed & set(claim.citations):
        words = f'<span class="disputed">{words}</span>'
    return f"{words}{_doubt(claim, disputed)}{_marks(claim, citations)}"


def _marks(claim: Claim, citations: Sequence[Citation]) -> str:
    return marks(claim.citations, citations, who=said(claim.attribution))


def _doubt(claim: Claim, disputed: frozenset[int]) -> str:
    if claim.support == "unsupported":
        why = f' title="{inert(claim.doubt)}"' if claim.doubt else ""
        return f' <span class="doubt"{why}>unsupported</span>'
    return ' <span class="doubt differs">sources differ</span>' if disputed & set(claim.citations) else ""


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
