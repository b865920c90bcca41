"""Which articles mention something: no question that a sentence answers, but one that words in them do."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.evidence import Sentence, Sentences
from rag.answer.gate import Verdict
from rag.types import Passage
from rag.words import STOP_WORDS, WORD, stems
from store.records import Article, Span

_PIECES = r"(?:articles?|stor(?:y|ies)|pages?|pieces?|reports?|sources?|outlets?|(?:news)?papers?)"
_SPEAK = (
    r"(?:(?:that|which) )?(?:(?:also|all|even) )?"
    r"(?:(?:mention|name|discuss|cover)(?:s|e?d|ing)?|(?:speak|tell)s? of|(?:talk|write)s? about|"
    r"(?:are|is) about|report(?:s|ed)? on|refer(?:s|red)? to|deals? with)"
)
_ASKS = re.compile(
    rf"(?i)^\W*(?:(?:which|what)(?: of)?(?: the| my| these| our)?(?: saved)? {_PIECES} {_SPEAK}|"
    rf"(?:list|show|name)(?: me)?(?: all)?(?: of)?(?: the| my)?(?: saved)? {_PIECES} (?:{_SPEAK}|about|on))"
    r" (?P<what>[^?]+?)\W*$"
)
_ASKS_MORE = re.compile(r"(?i)\b(?:who|what|when|where|why|how|which|whether|that)\b")
_PARTS = re.compile(r",? and (?:the )?|, ")
MOST = 60  # passages among which they are looked for
_WORDS = 8  # in what is asked for; more tell what is said of it


def mention_asked(question: str) -> str | None:
    """What a question asks for mentions of: "the dam" of "Which articles mention the dam?"."""
    found = _ASKS.match(question)
    what = found["what"] if found else ""
    return what if 0 < len(what.split()) <= _WORDS and not _ASKS_MORE.search(what) else None


def mentions(what: str, passages: Sequence[Passage], *, sentences: Sentences) -> tuple[tuple[Sentence, ...], Verdict]:
    """For each article that names all of it, in the order of the search, the first sentence that names a part."""
    parts = [_stems(part) for part in _PARTS.split(what)]
    articles = {p.article.id: p.article for p in passages}
    found = [_first(article, sentences(key), parts) for key, article in articles.items()]
    shown = tuple(s for s in found if s)
    if not shown:
        return (), Verdict((), reason=f"no article found mentions “{what}”")
    return shown, Verdict(shown, 1.0, leading=len(shown))


def _first(article: Article, spans: Sequence[Span], parts: Sequence[frozenset[str]]) -> Sentence | None:
    held = [stems(article.text[span.start : span.end]) for span in spans]
    places = [next((n for n, known in enumerate(held) if part <= known), None) for part in parts]
    if None in places or not any(parts):
        return None
    span = spans[min(n for n in places if n is not None)]
    return Sentence(article, span.start, span.end, 0.0)


def _stems(words: str) -> frozenset[str]:
    return frozenset(stems(" ".join(word for word in WORD.findall(words) if word.lower() not in STOP_WORDS)))
