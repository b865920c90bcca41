"""Whether what a claim has somebody say is theirs in the cited words.

Every word of "Merz said the brake had to go" may stand in "Merz listened; Klingbeil said the brake had to go".
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from rag.answer.asked_speaker import tells
from rag.answer.facts import Cited
from rag.answer.opinion import is_own_view, is_told_as_view
from rag.answer.outlets import is_medium
from rag.answer.persons import Person, last_name, person
from rag.answer.speakers import BODY, Statement, statements, unnamed
from rag.answer.voices import NAME, blank_quotes, clauses, voice_of
from rag.ingest.sentences import split_sentences
from rag.places import is_place
from rag.words import STOP_WORDS, content_words
from store.records import Article, Span

MOST = 0.6  # share of a claim's words that another has to say


def anothers_words(claim: str, given: Sequence[Cited]) -> str | None:
    """That the cited words are another's than whoever says them in the claim, as a clause for the reader.

    What a country says many may say for it, but no other country; what a body says, anybody may. A view that the claim
    has nobody say is its writer's.
    """
    for article, cited in _by_article(given).items():
        for start, end in clauses(claim):
            voice = voice_of(blank_quotes(claim[start:end]), article)
            name = _one(voice[0]) if voice else None
            if voice is None or name is None or is_medium(voice[0], article):
                continue
            said = [s for c in cited for s in _statements(c, article) if s.speaker]
            other = _nearer(claim[start:end].replace(voice[0], " "), person(name, article), said, article)
            if other and (not is_place(name) or is_place(last_name(other) or "")):
                return f"they are the words of {other}, not of {name}"
    return "the cited words tell it as somebody's own view" if _is_view_as_fact(claim, given) else None


def _is_view_as_fact(claim: str, given: Sequence[Cited]) -> bool:
    """Whether all that says most of a claim tells it as the writer's own view, and the claim as a fact."""
    asked = set(content_words(claim))
    near = [c for c in given if asked and len(asked & set(content_words(c.text))) >= MOST * len(asked)]
    if not near or not all(is_own_view(c.text, lead=c.whole.partition(c.text)[0]) for c in near):
        return False
    article = next(iter(_by_article(near)))
    told = any(voice_of(blank_quotes(claim[start:end]), article) for start, end in clauses(claim))
    return not told and not is_told_as_view(claim)


def _one(phrase: str) -> str | None:
    """The name of the one person or country that a phrase means; None for bodies, and for no name."""
    name = last_name(phrase) or ""
    named = " ".join(word for word in name.split() if word.lower() not in STOP_WORDS)
    return None if not named or BODY.search(name) or named.isupper() else named


def _nearer(words: str, who: Person, said: Sequence[Statement], article: Article) -> str | None:
    """Whoever else says most of the words; None if they say as many themselves, or are told to."""
    asked = set(content_words(words))
    own, nearest, other = -1, 0, None
    for statement in said:
        text = article.text[statement.start : statement.end]
        shared = len(asked & set(content_words(text)))
        if who.speaks_as(statement.speaker or "") or tells(who, text):
            own = max(own, shared)
        elif shared > nearest and re.search(NAME, statement.speaker or ""):  # "the president" may be they
            other, nearest = statement.speaker, shared
    return other if nearest > own and nearest >= MOST * len(asked) else None


def _by_article(given: Sequence[Cited]) -> dict[Article, list[Cited]]:
    found: dict[Article, list[Cited]] = {}
    for c in given:
        source, agency = [*c.media, None, None][:2]
        article = Article("", c.title, source, agency, None, c.published, None, None, c.whole or c.text)
        found.setdefault(article, []).append(c)
    return found


def _statements(cited: Cited, article: Article) -> Iterator[Statement]:
    spans = _sentences(article.text)
    start = article.text.find(cited.text)
    for n, span in enumerate(spans):
        if span.start < start + len(cited.text) and start < span.end:
            found = statements(article, spans, n)
            yield from found or (Statement(span.start, span.end, phrase) for phrase in unnamed(article, span))


@lru_cache(maxsize=64)
def _sentences(text: str) -> tuple[Span, ...]:
    return tuple(split_sentences(text))
