"""Draft questions for people to review: from what users marked in the chat, and from a folder of their own articles.

A draft is never gold: it stands under `drafts:` in a file of its own, which no run reads, and says what to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import chain, islice, zip_longest
from pathlib import Path

import yaml

from evals.gold import GoldError
from evals.matchers import Match
from evals.matching import accepts
from evals.stored import Json
from evals.words import MARK
from rag import Article, Feedback, PageError, find_pages, read_page

SENTENCE = re.compile(r"(?<=[.!?])[\"”']?\s+(?=[\"“‘'A-Z])")
NUMBER = re.compile(
    r"(?<![\w.,-])(\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?:[ -](million|billion|percent))? ((?:[a-z-]+ )?[a-z]{3,}s)\b"
)
MONTHS = "January February March April May June July August September October November December".split()
DATE = re.compile(rf"\b({'|'.join(MONTHS)}) (\d{{1,2}}),? (\d{{4}})\b|\b({'|'.join(MONTHS)}) (\d{{4}})\b")
QUOTE = re.compile(r"[\"“]([^\"“”]{12,120})[\"”]")
SPEAKER = re.compile(r"\b([A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)[, ]+(?:said|told|says|called|added|wrote)\b")
SCALES = {"million": 10**6, "billion": 10**9}


def from_feedback(feedback: Sequence[Feedback], articles: Sequence[Article]) -> list[Json]:
    """A draft for each mark of a user. Evidence is what the answer has word for word from an article."""
    return [_of_feedback(number, item, articles) for number, item in enumerate(feedback, start=1)]


def from_articles(page: str, articles: Sequence[Article], *, limit: int) -> list[Json]:
    """At most `limit` drafts for each article: numbers, dates and quotes in turn. Each matcher accepts its evidence."""
    return [draft for article in articles for draft in islice(_of_article(page, article), limit)]


def pages_of(folder: Path, *, captured: date | None) -> tuple[dict[Path, tuple[Article, ...]], list[str]]:
    """The articles of each page of a folder, or of the one page, in any format that is ingested; and what failed.

    Raises GoldError where there is no page.
    """
    read, failed = {}, []
    try:
        for page in find_pages(folder):
            try:
                read[page] = read_page(page, captured=captured)
            except PageError as error:
                failed.append(f"left out: {error}")
    except PageError as error:
        raise GoldError(str(error)) from error
    return read, failed


def data_of(folder: Path) -> Path:
    """The data folder of a chat. Raises GoldError where there is none, rather than make one."""
    if not folder.is_dir():
        raise GoldError(f"there is no data folder {folder}: name the one that the chat uses with --data")
    return folder


def write_drafts(drafts: Sequence[Json], out: Path) -> str:
    """Write the drafts as YAML; returns the sentence that says so. Raises GoldError rather than overwrite."""
    if out.exists():
        raise GoldError(f"{out} exists, and may hold your edits: move it away or name another file with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    head = "# DRAFTS: not gold. Check each against its article, then move it into a gold file (docs/evals.md).\n"
    body = yaml.safe_dump({"drafts": list(drafts)}, allow_unicode=True, sort_keys=False, width=120)
    out.write_text(head + body, encoding="utf-8")
    return f"{len(drafts)} drafts for review in {out}"


def _of_feedback(number: int, item: Feedback, articles: Sequence[Article]) -> Json:
    todo = {
        "right": "The user found this right. Write a matcher for each fact of the answer, and check the evidence.",
        "wrong": "The user found this wrong. Find what the articles say, or make it `expect: refuse` with a reason.",
        "missing": "The user says the articles answer this. Find where, and write facts with evidence.",
    }
    evidence = [
        {"article": article.title, "quote": sentence}
        for sentence in _sentences(MARK.sub("", item.answer))
        for article in articles
        if item.verdict == "right" and len(sentence.split()) > 3 and sentence in article.text
    ]
    return {
        "id": f"feedback-{number}",
        "draft": True,
        "todo": todo[item.verdict],
        "ask": item.question,
        "category": "lookup",
        "split": "dev",
        "gate": "tracked",
        "expect": "answer",
        "facts": [{"importance": "vital", "statement": e["quote"], "match": None, "evidence": [e]} for e in evidence],
        "said": item.answer,
        "verdict": item.verdict,
        "note": item.note,
        "given": item.given.isoformat(),
    }


def _of_article(page: str, article: Article) -> Iterator[Json]:
    """Drafts of the three kinds in turn, numbered, each evidence used once."""
    found = [[d for s in _sentences(article.text) for d in rule(article, s)] for rule in (_numbers, _dates, _quotes)]
    used: set[str] = set()
    for draft in chain.from_iterable(zip_longest(*found)):
        if draft is None or draft["facts"][0]["evidence"][0]["quote"] in used:
            continue
        used.add(draft["facts"][0]["evidence"][0]["quote"])
        name = re.sub(r"[^a-z0-9]+", "-", article.title.lower()).strip("-")[:40].strip("-")
        yield {"id": f"{name}-{len(used)}", "draft": True, "page": page, **draft}


def _numbers(article: Article, sentence: str) -> Iterator[Json]:
    for found in NUMBER.finditer(sentence):
        value, scale, thing = found[1].replace(",", ""), found[2], found[3]
        amount = f"{float(value) * SCALES[scale]:.0f}" if scale in SCALES else value
        percent = scale == "percent"
        match = {"number": {"value": amount} | ({"unit": ["percent"]} if percent else {"context": [thing.split()[-1]]})}
        asked = f"What percentage of {thing}" if percent else f"How many {thing}"
        yield from _draft(article, sentence, f"{asked} does “{article.title}” speak of?", found[0], match)


def _dates(article: Article, sentence: str) -> Iterator[Json]:
    for found in DATE.finditer(sentence):
        month = MONTHS.index(found[1] or found[4]) + 1
        value = f"{found[3]}-{month:02}-{int(found[2]):02}" if found[1] else f"{found[5]}-{month:02}"
        match = {"date": {"value": value, "granularity": "day" if found[1] else "month", "year_written": not found[1]}}
        told = f"{sentence[: found.start()]}…{sentence[found.end() :]}"
        yield from _draft(article, sentence, f"On what date, in “{article.title}”: {told}", found[0], match)


def _quotes(article: Article, sentence: str) -> Iterator[Json]:
    speaker = SPEAKER.search(sentence)
    for found in QUOTE.finditer(sentence):
        who = speaker[1] if speaker else "somebody"
        match = {"quote": {"phrase": found[1].strip(" ,.")}}
        yield from _draft(article, sentence, f"In what words does “{article.title}” quote {who}?", found[1], match)


def _draft(article: Article, sentence: str, ask: str, statement: str, match: Json) -> Iterator[Json]:
    """The draft, unless its matcher would not take its own evidence."""
    if not accepts(Match.model_validate(match), sentence):
        return
    fact = {
        "importance": "vital",
        "statement": statement,
        "match": match,
        "evidence": [{"article": article.title, "quote": sentence}],
    }
    yield {
        "todo": "Found by rule. Ask it in your own words, check the fact, and give the article its alias.",
        "ask": ask,
        "category": "lookup",
        "split": "dev",
        "gate": "tracked",
        "expect": "answer",
        "facts": [fact],
    }


def _sentences(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in SENTENCE.split(line) if part.strip()]
