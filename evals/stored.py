"""Answers, passages and articles as JSON and back, so that a stored run can be scored again without asking again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from rag import Answer, Article, Citation, Claim, Conflict, DateMention, Fingerprint, Passage, Premise, Usage

Json = dict[str, Any]

_DATES = TypeAdapter(tuple[DateMention, ...])
_CLAIMS = TypeAdapter(tuple[Claim, ...])
_CONFLICTS = TypeAdapter(tuple[Conflict, ...])
_PREMISE: TypeAdapter[Premise | None] = TypeAdapter(Premise | None)
_FIELDS = ("id", "title", "source", "agency", "author", "published", "captured", "url", "text")


def article_json(article: Article) -> Json:
    """The fields that scoring reads, and the times that its words stand for; dates as ISO text."""
    values = {name: getattr(article, name) for name in _FIELDS}
    plain = {name: value.isoformat() if isinstance(value, date) else value for name, value in values.items()}
    return {**plain, "dates": _DATES.dump_python(article.dates, mode="json")}


def read_article(value: Mapping[str, Any]) -> Article:
    """The article again, as far as it was kept; other keys are left aside."""
    fields = {name: value[name] for name in _FIELDS}
    days = {name: date.fromisoformat(fields[name]) if fields[name] else None for name in ("published", "captured")}
    return Article(**{**fields, **days}, dates=_DATES.validate_python(value.get("dates", ())))


def answer_json(answer: Answer) -> Json:
    """All but the passages near a refusal and the filters; no time in it, so that two runs give the same bytes."""
    return {
        "question": answer.question,
        "status": answer.status,
        "text": answer.text,
        "citations": [
            {"number": c.number, "article": c.article.id, "start": c.start, "end": c.end, "quote": c.quote}
            for c in answer.citations
        ],
        "claims": [asdict(claim) for claim in answer.claims],
        "conflicts": _CONFLICTS.dump_python(answer.conflicts, mode="json"),
        "premise": asdict(answer.premise) if answer.premise else None,
        "asked": answer.asked,
        "as_of": answer.as_of.isoformat() if answer.as_of else None,
        "notice": answer.notice,
        "mode": answer.mode,
        "confidence": round(answer.confidence, 6),
        "removed_marks": answer.removed_marks,
        "usage": {k: v for k, v in asdict(answer.usage).items() if not k.startswith("seconds")},
        "fingerprint": asdict(answer.fingerprint),
    }


def read_answer(value: Mapping[str, Any], articles: Mapping[str, Article]) -> Answer:
    """The answer again. A citation of an article that the run did not store gets an empty one: it will not hold."""
    return Answer(
        question=value["question"],
        status=value["status"],
        text=value["text"],
        citations=tuple(
            Citation(c["number"], articles.get(c["article"], _unknown(c["article"])), c["start"], c["end"], c["quote"])
            for c in value["citations"]
        ),
        claims=_CLAIMS.validate_python(value["claims"]),
        conflicts=_CONFLICTS.validate_python(value.get("conflicts", ())),
        premise=_PREMISE.validate_python(value.get("premise")),
        asked=value.get("asked", ""),
        as_of=date.fromisoformat(value["as_of"]) if value.get("as_of") else None,
        notice=value.get("notice"),
        mode=value["mode"],
        removed_marks=value["removed_marks"],
        usage=Usage(**value["usage"]),
        confidence=value["confidence"],
        fingerprint=Fingerprint(**value["fingerprint"]),
    )


def passages_json(passages: Sequence[Passage]) -> list[Json]:
    """Places and scores; the words are in the articles."""
    return [{"article": p.article.id, "start": p.start, "end": p.end, "score": round(p.score, 6)} for p in passages]


def read_passages(values: Sequence[Mapping[str, Any]], articles: Mapping[str, Article]) -> tuple[Passage, ...]:
    """The passages again, best first."""
    found = []
    for value in values:
        article, start, end = articles[value["article"]], value["start"], value["end"]
        found.append(Passage(article, start, end, article.text[start:end], value["score"]))
    return tuple(found)


def _unknown(article_id: str) -> Article:
    return Article(article_id, "", None, None, None, None, None, None, "")
