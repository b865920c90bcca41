"""Draft questions for people to review: from what users marked in the chat, and from a folder of their own articles.

A draft is never gold: it stands under `drafts:` in a file of its own, which no run reads, and says what to check.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, count, islice, zip_longest
from pathlib import Path

import yaml
from pydantic import ValidationError

from evals.dates import written_dates
from evals.gold import GoldError
from evals.matchers import Match
from evals.matching import accepts
from evals.stored import Json
from evals.words import CURRENCIES, MARK, SCALES, tokenise
from rag import Answer, Article, Feedback, PageError, find_pages, read_page

SENTENCE = re.compile(r"(?<=[.!?])[\"”']?\s+(?=[\"“‘'A-Z])")
NUMBER = re.compile(
    rf"(?<![\w.,$£€¥₩-])([$£€¥₩])?(\d{{1,3}}(?:,\d{{3}})+|\d+)(\.\d+)?(?![\w,.]?\d)(?:[ -]({'|'.join(SCALES)})\b)?"
    r"(%| ?per ?cent\b)?(?: ((?:[a-z-]+ )?[a-z]{3,}s)\b)?"
)
QUOTE = re.compile(r"[\"“]([^\"“”]{12,120})[\"”]")
DAYS = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
NAME = rf"((?!(?:{DAYS}|{MONTHS})\b(?! [A-Z]))[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)*)"
SPEAKER = re.compile(
    rf"\b{NAME}[, ]+(?:said|told|says|called|added|wrote)\b|(?<=[\"”] )(?:said|says|added|wrote) {NAME}"
)
TODO = {
    "right": "The user found this right. Write a matcher for each fact of the answer, and check the evidence.",
    "refused": "The user found this refusal right. Say in `reason` why, and quote in `near_miss` what may tempt.",
    "wrong": "The user found this wrong. Find what the articles say, or make it `expect: refuse` with a reason.",
    "missing": "The user says the articles answer this. Find where, and write facts with evidence.",
}


def from_feedback(
    feedback: Sequence[Feedback], articles: Sequence[Article], *, asked: Sequence[Sequence[Answer]] = ()
) -> list[Json]:
    """A draft for each mark of a user. Evidence is what the answer has word for word from an article.

    `asked` are the conversations of the history: a follow-up gets the questions before it as its turns.
    """
    earlier = {
        (answer.question, answer.text): tuple(a.question for a in before[:at])
        for before in asked
        for at, answer in enumerate(before)
        # it is understood only after what was asked before, not just without the "And" before it
        if not answer.question.casefold().endswith(answer.asked.casefold())
    }

    def put(item: Feedback) -> tuple[str, ...]:
        return (*earlier.get((item.question, item.answer), ()), item.question)

    drafts = []
    for number, item in enumerate(feedback, start=1):
        draft = _of_feedback(number, item, articles, earlier=put(item)[:-1])
        same = {n: other for n, other in enumerate(feedback, start=1) if put(other) == put(item)}
        others = [f"feedback-{n} ({other.verdict})" for n, other in same.items() if other.verdict != item.verdict]
        if others:
            draft["todo"] += f" Marked otherwise too: {', '.join(others)}. Keep one of them."
        drafts.append(draft)
    return drafts


def from_pages(pages: Mapping[str, Sequence[Article]], *, limit: int) -> list[Json]:
    """For each page with drafts, by its path, a gold file in the making with at most `limit` for each article.

    Numbers, dates and quotes come in turn, and each matcher accepts its evidence. No alias or id comes twice.
    """
    used: set[str] = set()
    made = [_of_page(page, {_alias(a, used): a for a in articles}, limit=limit) for page, articles in pages.items()]
    return [page for page in made if page["questions"]]


def pages_of(folder: Path, *, captured: date | None) -> tuple[dict[str, tuple[Article, ...]], list[str]]:
    """The articles of each page under a folder, by its path there, or of the one page; and what could not be read.

    Raises GoldError where there is no page, and where none could be read.
    """
    read, failed = {}, []
    try:
        for page in find_pages(folder):
            try:
                name = page.name if page == folder else page.relative_to(folder).as_posix()
                read[name] = read_page(page, captured=captured)
            except PageError as error:
                failed.append(f"left out: {error}")
    except PageError as error:
        raise GoldError(str(error)) from error
    if failed and not read:
        raise GoldError("\n".join([*failed, f"{folder}: no page could be read: name a folder of saved pages"]))
    return read, failed


def data_of(folder: Path) -> Path:
    """The data folder of a chat. Raises GoldError where there is none, rather than make one."""
    if not (folder / "clipdesk.sqlite3").is_file():
        raise GoldError(f"{folder} is no data folder: name the one that the chat uses with --data")
    return folder


def write_drafts(drafts: Sequence[Json], out: Path) -> str:
    """Write the drafts, if any, as YAML; returns the sentence that says so. Raises GoldError rather than overwrite."""
    n = sum(len(draft.get("questions", [draft])) for draft in drafts)
    if not n:
        return f"nothing found to make drafts of: {out} was not written"
    if out.exists():
        raise GoldError(f"{out} exists, and may hold your edits: move it away or name another file with --out")
    out.parent.mkdir(parents=True, exist_ok=True)
    head = "# DRAFTS: not gold. Check each against its article, then move it into a gold file (docs/evals.md).\n"
    body = yaml.safe_dump({"drafts": list(drafts)}, allow_unicode=True, sort_keys=False, width=120)
    out.write_text(head + body, encoding="utf-8")
    return f"{n} drafts for review in {out}"


def _of_feedback(number: int, item: Feedback, articles: Sequence[Article], *, earlier: Sequence[str]) -> Json:
    evidence = [
        {"article": article.title, "quote": sentence}
        for sentence in _sentences(MARK.sub("", item.answer))
        for article in articles
        if item.verdict == "right" and len(sentence.split()) > 3 and sentence in article.text
    ]
    refused = item.verdict == "right" and not MARK.search(item.answer)  # every sentence of an answer has its mark
    facts = [{"importance": "vital", "statement": e["quote"], "match": None, "evidence": [e]} for e in evidence]
    silent = {"reason": None, "near_miss": {"article": None, "quote": None}}
    return {
        "id": f"feedback-{number}",
        "draft": True,
        "todo": TODO["refused" if refused else item.verdict],
        **({"turns": [*earlier, item.question]} if earlier else {"ask": item.question}),
        "category": "followup" if earlier else "unanswerable" if refused else "lookup",
        "split": "dev",
        "gate": "tracked",
        "expect": "refuse" if refused else "answer",
        **(silent if refused else {"facts": facts}),
        "said": item.answer,
        "verdict": item.verdict,
        "note": item.note,
        "given": item.given.isoformat(),
    }


def _of_page(page: str, articles: Mapping[str, Article], *, limit: int) -> Json:
    captured = next((a.captured.isoformat() for a in articles.values() if a.captured), None)
    drafts = [d for alias, article in articles.items() for d in islice(_of_article(alias, article), limit)]
    return {"page": page, "captured": captured, "articles": list(articles), "questions": drafts}


def _alias(article: Article, used: set[str]) -> str:
    """A name made of the title, which nothing else has yet."""
    slug = re.sub(r"[^a-z0-9]+", "-", article.title.lower()).strip("-")[:40].strip("-") or "article"
    alias = next(name for name in chain([slug], (f"{slug}-{n}" for n in count(2))) if name not in used)
    used.add(alias)
    return alias


def _of_article(alias: str, article: Article) -> Iterator[Json]:
    """Drafts of the three kinds in turn, numbered, each evidence used once."""
    found = [[d for s in _sentences(article.text) for d in rule(article, s)] for rule in (_numbers, _dates, _quotes)]
    used: set[str] = set()
    for draft in chain.from_iterable(zip_longest(*found)):
        if draft is None or draft["facts"][0]["evidence"][0]["quote"] in used:
            continue
        (evidence,) = draft["facts"][0]["evidence"]
        used.add(evidence["quote"])
        evidence["article"] = alias
        yield {"id": f"{alias}-{len(used)}", "draft": True, **draft}


def _numbers(article: Article, sentence: str) -> Iterator[Json]:
    for found in NUMBER.finditer(sentence):
        sign, whole, fraction, scale, percent, thing = found.groups()
        value = Decimal(whole.replace(",", "") + (fraction or "")) * SCALES.get(scale, 1)
        unit = CURRENCIES.get(sign) or ("percent" if percent else None)
        if unit is None and thing is None:
            continue
        start, end = found.start(), found.start(6) - 1 if thing else found.end()
        ask = f"How many {thing} does “{article.title}” speak of?"
        if unit is not None:
            ask = (
                f"What {'percentage' if percent else 'sum'}, in “{article.title}”: {sentence[:start]}…{sentence[end:]}"
            )
        match = {"value": f"{value.normalize():f}"} | ({"unit": [unit]} if unit else {"context": [thing.split()[-1]]})
        statement = found[0] if unit is None else sentence[start:end]
        yield from _draft(article, sentence, ask, statement, {"number": match})


def _dates(article: Article, sentence: str) -> Iterator[Json]:
    tokens = tokenise(sentence)
    for written in written_dates(tokens):
        words = r"\W+".join(re.escape(token.raw) for token in tokens[written.start : written.end])
        found = re.search(rf"\b{words}\b", sentence)
        if found is None or written.year is None or written.month is None:
            continue
        value = f"{written.year}-{written.month:02}" + (f"-{written.day:02}" if written.day else "")
        match = {"value": value, "granularity": "day" if written.day else "month", "year_written": not written.day}
        ask = f"On what date, in “{article.title}”: {sentence[: found.start()]}…{sentence[found.end() :]}"
        yield from _draft(article, sentence, ask, found[0], {"date": match})


def _quotes(article: Article, sentence: str) -> Iterator[Json]:
    speaker = SPEAKER.search(QUOTE.sub('""', sentence))
    for found in QUOTE.finditer(sentence):
        who = (speaker[1] or speaker[2]) if speaker else "somebody"
        match = {"quote": {"phrase": found[1].strip(" ,.")}}
        yield from _draft(article, sentence, f"In what words does “{article.title}” quote {who}?", found[1], match)


def _draft(article: Article, sentence: str, ask: str, statement: str, match: Json) -> Iterator[Json]:
    """The draft, unless there is no such day or its matcher would not take its own evidence."""
    try:
        if not accepts(Match.model_validate(match), sentence):
            return
    except ValidationError:
        return
    fact = {
        "importance": "vital",
        "statement": statement,
        "match": match,
        "evidence": [{"article": article.title, "quote": sentence}],
    }
    yield {
        "todo": "Found by rule. Ask it in your own words, and check the fact.",
        "ask": ask,
        "category": "lookup",
        "split": "dev",
        "gate": "tracked",
        "expect": "answer",
        "facts": [fact],
    }


def _sentences(text: str) -> list[str]:
    return [part.strip() for line in text.split("\n") for part in SENTENCE.split(line) if part.strip()]
