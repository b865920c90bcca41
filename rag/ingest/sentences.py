"""Sentence boundaries in news prose, by rule, as exact offsets.

Trained splitters were left out on purpose: an untrained Punkt cuts after "the St.", and models give strings whose
offsets must be searched for again. News needs "N. Korea", "Sept. 19", "St. Petersburg" and quotations kept whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from store.records import Span

# A "sentence" longer than this is cut, where it can be between two clauses: some pages have no full stop at all. Both
# stay below the size of a chunk (rag/ingest/chunk.py), since evidence is whole sentences inside a chunk.
MAX_CHARS = 1200
MAX_WORDS = 150

_BREAK = re.compile(r"""(?x) (?P<mark>[.!?…]+) (?P<close>['"”’»)\]]*) (?P<gap>\s+) (?=(?P<next>\S+))""")
_WORDS = re.compile(rf"(?:\S+\s+){{{MAX_WORDS}}}")
_SEAM = re.compile(r"[;:,–—][\"'”’»)\]]*\s|\s(?=[–—(“‘«])")  # between two clauses
_PARAGRAPH = re.compile(r"\n+")
_OPENING = "'\"“‘«([—–-"
# A full stop after these never ends a sentence.
_TITLES = frozenset(
    "mr mrs ms dr prof gen lt col maj sgt capt cmdr adm sen rep gov pres rev hon fr st mt messrs supt insp det "
    "vs v vol pp e.g i.e cf approx".split()
)
# After these it does not if a number follows.
_BEFORE_NUMBER = frozenset("jan feb mar apr jun jul aug sep sept oct nov dec no nos art sec fig".split())
# After these it does only if the next word looks like the start of a sentence.
_MAYBE = frozenset(
    "u.s u.k u.n e.u u.a.e d.c a.m p.m inc corp co ltd llc plc jr sr etc bros dept gov't ph.d m.d b.c a.d".split()
)
_STARTERS = frozenset(
    "the a an in on at by for from with but and so yet it its he his she her they their we our i you this that these "
    "those there when while as if after before since however meanwhile also asked according earlier last under what "
    "who why how no not one some many most both other another".split()
)


def split_sentences(text: str) -> tuple[Span, ...]:
    """The sentences of a text, in order, without the white space between them; a line break always ends one."""
    spans: list[Span] = []
    at = 0
    for gap in [*_PARAGRAPH.finditer(text), None]:
        end = gap.start() if gap else len(text)
        spans.extend(_in_paragraph(text, at, end))
        at = gap.end() if gap else end
    return tuple(spans)


def _in_paragraph(text: str, start: int, end: int) -> Iterator[Span]:
    at = start
    for found in _BREAK.finditer(text, start, end):
        if _ends_sentence(text, at, found):
            yield from _bounded(text, at, found.end("close"))
            at = found.end("gap")
    yield from _bounded(text, at, end)


def _ends_sentence(text: str, start: int, found: re.Match[str]) -> bool:
    following = found["next"].lstrip(_OPENING)
    if not following or re.fullmatch(r"\([\w ]+\)\.?", found["next"]):  # a credit: "… the official said. (Yonhap)"
        return False
    starts_upper = following[0].isupper() or following[0].isdigit() or not following[0].isascii()
    if not starts_upper:
        return False
    if found["mark"] != ".":
        return True
    word = _word_before(text, start, found.start())
    plain = word.lower().strip(".")
    if plain in _TITLES and not found["close"]:
        return False
    if plain in _BEFORE_NUMBER:
        return not following[0].isdigit()
    if plain in _MAYBE or re.fullmatch(r"(?:[A-Za-z]\.)*[A-Za-z]", word):
        # an initial ("N. Korea", "J. Smith") or a short form that may close a sentence ("in the U.S. The")
        return bool(found["close"]) or (len(plain) > 1 and re.sub(r"\W.*", "", following).lower() in _STARTERS)
    return True


def _word_before(text: str, start: int, end: int) -> str:
    at = end
    while at > start and not text[at - 1].isspace() and text[at - 1] not in _OPENING:
        at -= 1
    return text[at:end]


def _bounded(text: str, start: int, end: int) -> Iterator[Span]:
    """The span without its outer white space, cut into pieces of at most MAX_CHARS and MAX_WORDS."""
    start, end = _trimmed(text, start, end)
    while (most := _most(text, start, end)) < end:
        cut = _seam(text, start, most)
        yield Span(*_trimmed(text, start, cut))
        start, _ = _trimmed(text, cut, end)
    if end > start:
        yield Span(start, end)


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end


def _most(text: str, start: int, end: int) -> int:
    """How far a piece that begins at `start` may reach."""
    enough = _WORDS.match(text, start, end)
    return min(enough.end() if enough else end, start + MAX_CHARS, end)


def _seam(text: str, start: int, most: int) -> int:
    """The last place between two clauses in the second half of a span, else between two words, else its end."""
    seams = [found.end() for found in _SEAM.finditer(text, (start + most) // 2, most)]
    space = text.rfind(" ", start + 1, most)
    return seams[-1] if seams else space if space > start else most
