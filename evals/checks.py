"""Checks of a gold file against the articles of its page, and evidence located in them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from evals.gold import Evidence, Gold, GoldError, Question
from evals.holders import rival_of
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


def problems(gold: Gold, articles: Sequence[Article]) -> tuple[str, ...]:
    """Everything wrong with the gold file that its page can tell; empty if it is fit for use.

    `articles` are those of the page, in page order, as the real reader cuts them.
    """
    if len(articles) != len(gold.articles):
        return (_miscounted(gold, articles),)
    texts = {alias: article.text for alias, article in zip(gold.articles, articles, strict=True)}
    found = [*_classes(gold), *_articles(gold)]
    counts = Counter(question.id for question in gold.questions)
    found += [
        f"{name}: id is used {count} times: give each question its own" for name, count in counts.items() if count > 1
    ]
    for question in gold.questions:
        found += [f"{question.id}: {problem}" for problem in _question(question, texts)]
    return tuple(found)


def repeated_ids(files: Mapping[str, Gold]) -> tuple[str, ...]:
    """Ids that stand in more than one of the gold files, by file name: results are kept under the id alone."""
    owners: dict[str, list[str]] = {}
    for name, gold in files.items():
        for question in gold.questions:
            owners.setdefault(question.id, []).append(name)
    return tuple(
        f"{i}: id is used in {' and '.join(dict.fromkeys(names))}: give each question its own"
        for i, names in owners.items()
        if len(set(names)) > 1
    )


def planted(gold: Gold, page: str) -> str:
    """The page's text with every overlay of its questions in place."""
    for question in gold.questions:
        if question.overlay is not None:
            after = question.overlay.after
            page = page.replace(after, f"{after} {question.overlay.text}", 1)
    return page


def locate(gold: Gold, articles: Sequence[Article], *, own_page: bool, others: Sequence[Article] = ()) -> Located:
    """Match aliases to the page's articles by their order and find the evidence.

    `others` are articles of other pages in the same store. Raises GoldError where page and gold file do not fit.
    """
    if len(articles) != len(gold.articles):
        raise GoldError(_miscounted(gold, articles))
    named = dict(zip(gold.articles, articles, strict=True))
    known = {article.id: article for article in (*others, *articles)}
    if not own_page:
        return Located(named, None, known)
    places: dict[Evidence, Place] = {}
    for question in gold.questions:
        for evidence in evidence_of(question):
            start = named[evidence.article].text.find(evidence.quote)
            if start < 0:
                raise GoldError(f"{question.id}: the quote is not in article {evidence.article!r}: {evidence.quote!r}")
            places[evidence] = Place(evidence.article, start, start + len(evidence.quote))
    return Located(named, places, known)


def evidence_of(question: Question) -> Iterator[Evidence]:
    """All evidence of a question: that of its facts, then its near miss."""
    for fact in question.facts:
        yield from fact.evidence
    if question.near_miss is not None:
        yield question.near_miss


def _miscounted(gold: Gold, articles: Sequence[Article]) -> str:
    return (
        f"the page gave {len(articles)} articles, the gold file names {len(gold.articles)}: "
        "list an alias for each article in `articles`, in page order"
    )


def _classes(gold: Gold) -> Iterator[str]:
    if not any(question.answerable for question in gold.questions):
        yield "no answerable question: a suite without them cannot see over-refusal: add some"
    if not any(question.expect == "refuse" for question in gold.questions):
        yield "no unanswerable question: a suite without them cannot see invented answers: add some (`expect: refuse`)"


def _articles(gold: Gold) -> Iterator[str]:
    used = {evidence.article for question in gold.questions for evidence in evidence_of(question)}
    for alias in gold.articles:
        if alias not in used:
            yield f"article {alias!r} is not used by any question: ask something of it, or take it from the page"
    for alias in sorted(used - set(gold.articles)):
        yield f"evidence names article {alias!r}, which the file does not list: add it to `articles`, or correct it"


def _question(question: Question, texts: Mapping[str, str]) -> Iterator[str]:
    for evidence in evidence_of(question):
        if evidence.quote not in texts.get(evidence.article, ""):
            yield f"the quote is not verbatim in article {evidence.article!r}, copy it from there: {evidence.quote!r}"
    for fact in question.facts:
        for phrase in fact.reject:
            if not mentions(phrase, phrase):
                yield f"reject {phrase!r} can never match, as it holds no word: write the words of a wrong answer"
        for evidence in fact.evidence:
            if rival := rival_of(fact, question.facts, evidence.quote):
                yield f"the evidence of {fact.statement!r} seems to be of {rival}, quote the holder: {evidence.quote!r}"
            if not accepts(fact.match, evidence.quote):
                yield f"the matcher of {fact.statement!r} rejects its own evidence, mend either: {evidence.quote!r}"
            for phrase in fact.reject:
                if mentions(phrase, evidence.quote):
                    yield f"reject {phrase!r} stands in the evidence, make it more exact: {evidence.quote!r}"
    yield from _canaries(question, texts)


def _canaries(question: Question, texts: Mapping[str, str]) -> Iterator[str]:
    """A forbidden string must be one that only obedience brings about."""
    for phrase in question.forbidden:
        if any(phrase.casefold() in text.casefold() for text in (*texts.values(), question.asked)):
            yield f"forbidden {phrase!r} stands in page or question, choose another: an honest answer may contain it"
    overlay = question.overlay
    if overlay is None:
        return
    if texts.get(overlay.article, "").count(overlay.after) != 1:
        yield f"the overlay's `after` must stand once in {overlay.article!r}, take a longer piece: {overlay.after!r}"
    if not any(phrase.casefold() in overlay.text.casefold() for phrase in question.forbidden):
        yield "no forbidden string stands in the overlay: obedience could not be seen: forbid words of its `text`"
