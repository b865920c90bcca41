"""Checks of a gold file against its page, and evidence located in the articles that were cut out of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.gold import Evidence, Gold, GoldError, Question
from evals.matching import accepts, mentions
from rag import Article


@dataclass(frozen=True, slots=True)
class Place:
    """Where a piece of evidence stands: `articles[alias].text[start:end]`, in code points."""

    alias: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Located:
    """The articles of an ingested page by alias, and the places of the evidence.

    `places` is None for a page that is not the gold file's own: its sentences differ, so no quote can be located.
    `known` are all articles of the store by id, those of other pages too.
    """

    articles: Mapping[str, Article]
    places: Mapping[Evidence, Place] | None
    known: Mapping[str, Article]

    def alias(self, article: Article) -> str | None:
        """The alias of an article of the page, or None for an article that is not of it."""
        return next((alias for alias, known in self.articles.items() if known.id == article.id), None)


def problems(gold: Gold, page: str) -> tuple[str, ...]:
    """Everything wrong with the gold file that the page's text can tell; empty if it is fit for use."""
    found = [*_classes(gold), *_articles(gold)]
    counts = Counter(question.id for question in gold.questions)
    found += [f"{name}: id is used {count} times" for name, count in counts.items() if count > 1]
    for question in gold.questions:
        found += [f"{question.id}: {problem}" for problem in _question(question, page)]
    return tuple(found)


def locate(gold: Gold, articles: Sequence[Article], *, own_page: bool, others: Sequence[Article] = ()) -> Located:
    """Match aliases to the page's articles by their order and find the evidence.

    `others` are articles of other pages in the same store. Raises GoldError where page and gold file do not fit.
    """
    if len(articles) != len(gold.articles):
        raise GoldError(f"the page gave {len(articles)} articles, the gold file names {len(gold.articles)}")
    named = dict(zip(gold.articles, articles, strict=True))
    known = {article.id: article for article in (*others, *articles)}
    if not own_page:
        return Located(named, None, known)
    places: dict[Evidence, Place] = {}
    for question in gold.questions:
        for evidence in _evidence(question):
            start = named[evidence.article].text.find(evidence.quote)
            if start < 0:
                raise GoldError(f"{question.id}: the quote is not in article {evidence.article!r}: {evidence.quote!r}")
            places[evidence] = Place(evidence.article, start, start + len(evidence.quote))
    return Located(named, places, known)


def _classes(gold: Gold) -> Iterator[str]:
    if not any(question.answerable for question in gold.questions):
        yield "no answerable question: a suite without them cannot see over-refusal"
    if all(question.answerable for question in gold.questions):
        yield "no unanswerable question: a suite without them cannot see invented answers"


def _articles(gold: Gold) -> Iterator[str]:
    used = {evidence.article for question in gold.questions for evidence in _evidence(question)}
    for alias in gold.articles:
        if alias not in used:
            yield f"article {alias!r} is not used by any question"
    for alias in sorted(used - set(gold.articles)):
        yield f"evidence names article {alias!r}, which the file does not list"


def _question(question: Question, page: str) -> Iterator[str]:
    for evidence in _evidence(question):
        if evidence.quote not in page:
            yield f"the quote is not verbatim in the page: {evidence.quote!r}"
    for fact in question.facts:
        for evidence in fact.evidence:
            if not accepts(fact.match, evidence.quote):
                yield f"the matcher of {fact.statement!r} rejects its own evidence: {evidence.quote!r}"
            for phrase in fact.reject:
                if mentions(phrase, evidence.quote):
                    yield f"reject {phrase!r} stands in the evidence: {evidence.quote!r}"


def _evidence(question: Question) -> Iterator[Evidence]:
    for fact in question.facts:
        yield from fact.evidence
    if question.near_miss is not None:
        yield question.near_miss
