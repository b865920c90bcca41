"""What the model is given: the best sentences, numbered, with outlet, date and the sentence that each leans on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import groupby

from rag.answer.evidence import Sentence
from rag.origin import day, outlet
from rag.verbs import REPORTING
from store.records import Article

MOST = 8  # sentences in the prompt: small models lose the thread in more, and each costs time to read
_PER_SENTENCE = 440  # characters on average, so that a context of 4,096 tokens holds the rest too
_MONTHS = "January February March April May June July August September October November December".split()
_FORM = re.compile(r"^\s*(?:\*\*)?(?:Answer|Response)(?:\*\*)?:(?:\*\*)?\s*|^```\w*$\n?", re.MULTILINE)
_BOLD = re.compile(r"\*\*(?=\S)([^*\n]+?)(?<=\S)\*\*")
_BY_MARK = re.compile(
    r"(?:(?<=^)|(?<=[.!?\n] ))(?:According to|As stated in|In) (?:\[\d+\]\s*)+, *(?P<next>[a-z]+\b|(?=\w))",
    re.MULTILINE,
)
_LEANS = re.compile(
    r"^\W*(?:He|She|They|It|His|Her|Their|This|That|These|Those)\b"
    rf"|\b(?:he|she|they|it) (?:also )?(?:{REPORTING})\b"
)


def choose(evidence: Sequence[Sentence], *, most: int) -> tuple[Sentence, ...]:
    """At most `most` of the best sentences in reading order, of evidence that comes best first."""
    return _in_reading_order(_affordable(evidence, most))


def _affordable(evidence: Sequence[Sentence], most: int) -> list[Sentence]:
    """The best sentences that fit; one that leans on the sentence before it ("he said") brings that one along."""
    taken: list[Sentence] = []
    for sentence in evidence:
        group = [s for s in (_leant_on(sentence, evidence), sentence) if s is not None and s not in taken]
        if len(taken) + len(group) <= most and sum(len(s.text) for s in [*taken, *group]) <= most * _PER_SENTENCE:
            taken.extend(group)
    return taken


def _leant_on(sentence: Sentence, evidence: Sequence[Sentence]) -> Sentence | None:
    if not _LEANS.search(sentence.text):
        return None
    text = sentence.article.text
    return next(
        (
            s
            for s in evidence
            if s.article.id == sentence.article.id
            and s.end <= sentence.start
            and not re.search(r"\w", text[s.end : sentence.start])
        ),
        None,
    )


def _in_reading_order(evidence: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Articles by their best sentence, the sentences of each as they stand in it."""
    order = {article_id: n for n, article_id in enumerate(dict.fromkeys(s.article.id for s in evidence))}
    return tuple(sorted(evidence, key=lambda s: (order[s.article.id], s.start)))


def numbered(given: Sequence[Sentence]) -> str:
    """The sentences as the prompt shows them: "[n] words" under a line with outlet, day and title of each article."""
    lines = []
    for _, group in groupby(enumerate(given, start=1), key=lambda pair: pair[1].article.id):
        pairs = list(group)
        lines.append(_heading(pairs[0][1].article))
        lines.extend(f"[{number}] {_inert(dated(s))}" for number, s in pairs)
    return "\n".join(lines)


def without_headings(text: str, given: Sequence[Sentence]) -> str:
    """A model's text without what small ones put before and around it.

    The headings of the articles, which they copy, with the marks behind them; "Answer:"; "According to [3],"; the signs
    of bold and code.
    """
    for heading in {_heading(s.article) for s in given}:
        text = re.sub(rf"(?:[Tt]he )?{re.escape(heading)}\s*(?:\[\d+\]\s*)*", "", text)
    text = _FORM.sub("", _BOLD.sub(r"\1", text))
    return _BY_MARK.sub(lambda m: m["next"][:1].upper() + m["next"][1:], text)


def _heading(article: Article) -> str:
    published, precision = article.published, article.published_precision
    when = "undated"
    if published:
        when = long_date(published) if precision in (None, "day") else day(published, precision)
    kind = ", an opinion piece" if article.kind == "opinion" else ""
    return _inert(f'{outlet(article.source, article.agency)}, {when}, "{article.title}"{kind}:')


def dated(sentence: Sentence) -> str:
    """The sentence, with the date behind words that name a day by its distance: "on Tuesday (June 17, 2025)"."""
    text, shift = sentence.text, sentence.start
    for mention in reversed(sentence.article.dates):
        if (
            mention.within(sentence.start, sentence.end)
            and mention.precision == "day"
            and mention.first is not None
            and mention.first == mention.last
            and not re.search(r"\d", mention.words)
            and len(re.findall(r'["“”]', text[: mention.start - shift])) % 2 == 0  # quoted words stay as they are
        ):
            end = mention.end - shift
            end += len("'s") if text[end : end + 2] in ("'s", "’s") else 0
            text = f"{text[:end]} ({long_date(mention.first)}){text[end:]}"
    return text


def long_date(day: date) -> str:
    """A date as most of the articles write it, whatever the locale: "June 17, 2025"."""
    return f"{_MONTHS[day.month - 1]} {day.day}, {day.year}"


def _inert(text: str) -> str:
    """Article text on one line and without square brackets: it can forge neither a number nor a new section."""
    return " ".join(text.translate(str.maketrans("[]【】", "()()")).split())
