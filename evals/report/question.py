"""One question in the report: the answer, every fact beside its evidence, the ranked passages, what it took."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

from evals.checks import Located, evidence_of
from evals.gold import Fact
from evals.results import Row
from evals.scoring import FactScore, covered
from rag import Citation, Passage

MARKED = re.compile(r"\[(\d+)\]")
AROUND = 140  # characters of the article shown on either side of a citation


def question_html(row: Row, *, change: str | None) -> str:
    """The question, closed, with all it opens to. `change` is "broken" or "fixed" against the baseline."""
    score = row.score
    states = " ".join(part for part in ("passed" if score.passed else "failed", change) if part)
    badge = "passed" if score.passed else "failed"
    flip = f'<span class="badge {change}">{change}</span>' if change else ""
    earlier = "".join(f"<p class='quiet'>before: {escape(turn)}</p>" for turn in row.question.earlier)
    return (
        f'<details class="question" id="q-{escape(score.id)}" data-category="{score.category}" '
        f'data-split="{score.split}" data-outcome="{"refused" if score.refused else score.outcome}" '
        f'data-state="{states}"><summary><span class="badge {badge}">{badge}</span>{flip}'
        f"<span class='ask'>{escape(row.question.asked)}</span>"
        f"<span class='quiet'>{escape(score.id)} · {score.category} · {score.split}</span></summary>"
        f"<div class='inside'>{earlier}{''.join(_parts(row))}</div></details>"
    )


def _parts(row: Row) -> Iterator[str]:
    if row.score.reasons:
        yield f"<ul class='reasons'>{''.join(f'<li>{escape(reason)}</li>' for reason in row.score.reasons)}</ul>"
    yield f"<h4>Answer</h4><p class='answer'>{_linked(row)}</p>"
    yield "".join(_citation(row, citation) for citation in row.answer.citations)
    if row.question.facts:
        pairs = zip(row.question.facts, row.score.facts, strict=True)
        yield f"<h4>Facts</h4>{''.join(_fact(fact, score) for fact, score in pairs)}"
    if row.question.reason:
        yield f"<h4>Why the articles do not answer it</h4><p>{escape(row.question.reason)}</p>"
    if row.question.near_miss:
        yield f"<p class='quiet'>Near miss: <q>{escape(row.question.near_miss.quote)}</q></p>"
    yield f"<h4>Passages, as ranked</h4><ol>{''.join(_passage(row, passage) for passage in row.passages)}</ol>"
    yield f"<p class='quiet'>{escape(_effort(row))}</p>"


def _linked(row: Row) -> str:
    """The answer with its marks as links to the citations."""
    place = row.score.id  # lower-case letters, figures and hyphens
    return MARKED.sub(rf'<a class="mark" href="#c-{place}-\1">[\1]</a>', escape(row.answer.text)).replace(
        "\n\n", "<br>"
    )


def _citation(row: Row, citation: Citation) -> str:
    text = citation.article.text
    before, after = max(0, citation.start - AROUND), citation.end + AROUND
    alias = row.located.alias(citation.article) or "not an article of this page"
    holds = citation.quote == text[citation.start : citation.end]
    warning = "" if holds else "<span class='badge failed'>not in the article</span>"
    lead, tail = ("…" if before else ""), ("…" if after < len(text) else "")
    return (
        f"<blockquote id='c-{escape(row.score.id)}-{citation.number}'><b>[{citation.number}]</b> {escape(alias)} "
        f"{citation.start} to {citation.end} {warning}<br>{lead}{escape(text[before : citation.start])}"
        f"<mark>{escape(citation.quote)}</mark>{escape(text[citation.end : after])}{tail}</blockquote>"
    )


def _fact(fact: Fact, score: FactScore) -> str:
    state = "supported" if score.supported else "stated, not supported" if score.stated else "not stated"
    kind = "passed" if score.supported else "failed" if score.importance == "vital" else "not-applicable"
    rejected = "".join(f"<span class='badge failed'>says {escape(phrase)}</span>" for phrase in score.rejected)
    quotes = "".join(f"<li>{escape(e.article)}: <q>{escape(e.quote)}</q></li>" for e in fact.evidence)
    holder = f" ({escape(fact.holder[0])})" if fact.holder else ""
    head = f"<span class='badge {kind}'>{state}</span> {rejected} <b>{score.importance}</b>{holder}"
    return f"<div class='fact'><div>{head} {escape(fact.statement)}</div><ul>{quotes}</ul></div>"


def _passage(row: Row, passage: Passage) -> str:
    alias = row.located.alias(passage.article) or passage.article.title
    gold = "<span class='badge passed'>gold</span>" if _has_gold(row, passage, row.located) else ""
    return f"<li>{gold} <span class='quiet'>{escape(alias)} {passage.score:.4f}</span> {escape(passage.text)}</li>"


def _has_gold(row: Row, passage: Passage, located: Located) -> bool:
    if located.places is None:
        return False
    alias = located.alias(passage.article)
    near_miss = row.question.near_miss
    places = [located.places[e] for e in evidence_of(row.question) if e.article == alias and e != near_miss]
    return any(covered(passage.start, passage.end, place.start, place.end) >= 0.5 for place in places)


def _effort(row: Row) -> str:
    seconds = "time not measured" if row.effort.seconds is None else f"{row.effort.seconds:.2f} s"
    usage = row.answer.usage
    tokens = "no tokens" if usage.prompt_tokens is None else f"{usage.prompt_tokens} + {usage.completion_tokens} tokens"
    return f"{seconds} · {tokens} · confidence {row.score.confidence:.3f} · {row.score.words} words"
