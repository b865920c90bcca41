"""Words of somebody who is asked for by name, read with that name: "she said", and "Holm said", as "Ada Holm said".

A cross-encoder does not know who "she" is: for "What did Ada Holm say about the school?" it gives “We will build it
again,” she said a logit of -5, and with her name 5.6.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from rag.answer.evidence import Sentence, Sentences, twice_read
from rag.answer.persons import Person, person
from rag.models.reranker import Reranker
from rag.verbs import REPORTING
from rag.words import STOP_WORDS, WORD
from store.records import Article

_THEY_SAY = re.compile(rf"(?i)[\"”»],?\s*\b(?P<who>he|she)(?= (?:\w+ )?(?:{REPORTING})\b)")
_INITIAL = re.compile(r"(?:[A-Z]|Mrs?|Ms|Dr|Sen|Rep|Gov|Gen|Prof|St)\.")


def read_with_name(
    question: str, speaker: str, evidence: Sequence[Sentence], *, sentences: Sentences, reranker: Reranker
) -> list[Sentence]:
    """The evidence, best first; what has been read twice and lacks the speaker's full name is read once more with it.

    It has passed `of_speaker`, by which a person's words are nobody else's. For a body many may speak: only where the
    article gives a role ("Mayor Ada Holm") or the last name alone is it surely a person.
    """
    last = re.compile(rf"(?<![\w-]){re.escape(speaker.split()[-1])}(?![\w-])")
    surely = cache(lambda article: _is_person(person(speaker, article), article, last))
    named = {
        n: text
        for n, s in enumerate(evidence)
        if s.state is not None and (text := with_name(s.text, speaker)) and surely(s.article)
    }
    before = {n: _before(evidence[n], sentences) for n in named}
    pairs = [(question, text) for n, own in named.items() for text in (own, before[n] + own)]
    read = iter(reranker.read(pairs) if pairs else ())
    found = list(evidence)
    for n in named:
        s = evidence[n]
        again = twice_read(s.article, s.start, s.end, alone=next(read), behind=next(read))
        if again.score > s.score:
            found[n] = replace(again, alone=s.alone)  # of the words as they stand
    return sorted(found, key=lambda s: (-s.score, s.article.id, s.start))


def _is_person(who: Person, article: Article, last: re.Pattern[str]) -> bool:
    alone = any(_begins_a_name(article.text, m.start()) for m in last.finditer(article.text))
    return who.is_introduced and bool(who.roles or alone)


def with_name(text: str, speaker: str) -> str | None:
    """The sentence with the speaker's name for "he said" behind a quotation, or for their last name alone; or None.

    Without a quotation "he" is too often somebody else's.
    """
    if speaker in text:
        return None
    last = speaker.split()[-1]
    if last in WORD.findall(text):
        places = (m.span() for m in re.finditer(rf"(?<![\w-]){re.escape(last)}(?![\w-])", text))
        place = next((p for p in places if _begins_a_name(text, p[0])), None)
    else:
        said = _THEY_SAY.search(text)
        place = said.span("who") if said else None
    return f"{text[: place[0]]}{speaker}{text[place[1] :]}" if place else None


def _begins_a_name(text: str, at: int) -> bool:
    """Whether no first name or title stands before the word there."""
    *_, before = ["", *text[:at].split()]
    if _INITIAL.fullmatch(before):
        return False
    return not before[:1].isupper() or before.lower() in STOP_WORDS or not before[-1].isalnum()


def _before(sentence: Sentence, sentences: Sentences) -> str:
    """The sentence before it in its article, with what stands between them."""
    spans = sentences(sentence.article.id)
    at = sentence.place(spans)
    return sentence.article.text[spans[at - 1].start : sentence.start] if at else ""
