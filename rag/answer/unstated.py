"""Sentences which say that what a question asks for is not said, or not yet.

"The board gave no reason" is all about "Why did he leave the board?", and answers it with silence. Only what the words
say outright counts, and only where the rest of the sentence holds nothing that may be the answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from rag.answer.kind import DATE, NUMBER
from rag.answer.voices import CALENDAR, NAMES
from rag.places import is_place
from rag.words import words

_OPENS = r"(?:^|\? )\W*(?:and |but |so )?"
_NOT = r"(?:did|does|do|has|have|had|would|could|was|were|is|are|been) ?(?:not|n['’]t)"
_SAY = (
    r"(?:say|said|tell|told|give|given|gave|disclose[ds]?|reveal(?:ed)?|specify|specified|explain(?:ed)?|state[ds]?|"
    r"release[ds]?|provide[ds]?|publish(?:ed)?)"
)
_WORD = r"(?:(?!further|other|more|additional)\w+ )?"  # "no further reason" says that one was given
_WITHHELD = (
    rf"(?:{_NOT} (?:\w+ )?{_SAY}|(?:declined|refused) to {_SAY}|without (?:saying|giving|explaining|disclosing))"
)
_LEFT_OPEN = (
    r"(?:was|were|is|are|has|have)(?: not|n['’]t| never| yet to) (?:been |be |yet |immediately )*"
    r"(?:given|stated|disclosed|known|revealed|released|published|set|announced)\b"
)
_GIVEN = r"(?:was|were|is|are|ha(?:s|ve)(?: yet)? been) (?:immediately )?(?:given|offered|stated|disclosed|set)\b"
_UNNAMED = rf"\b{_NOT} (?:\w+ )?(?:been )?(?:named?|identif(?:y|ied))\b|\b(?:declined|refused) to (?:name|identify)\b"
_CAUSE = re.compile(
    r"(?i)\b(?:because|due to|owing to|so that|in order to|in protest|as a result|cit(?:ed|es|ing)|blam\w+|on fears|"
    r"for \w+ reasons|(?:amid|after|over)(?! (?:\d|an? |(?:\w+ )?\w+ (?:years?|months?|weeks?|days?)\b)))\b"
)
_TIME = re.compile(
    rf"(?i){DATE}|\b1\d\d\d\b|\d[:.]\d\d\b|\b(?:spring|summer|autumn|winter|noon|midnight)\b|\b(?:in|within) \w+ "
    r"(?:hours|days|weeks|months|years)\b"
)


@dataclass(frozen=True, slots=True)
class _Silence:
    """Of one kind of question: how it asks, how a sentence withholds it, and whether the rest may still `tell` it."""

    asks: re.Pattern[str]
    withholds: re.Pattern[str]
    tells: Callable[[str, str], bool]

    def in_(self, question: str, sentence: str) -> bool:
        if not self.asks.search(question) or not self.withholds.search(sentence):
            return False
        return not self.tells(question, self.withholds.sub(" · ", sentence))


def _silence(
    asks: str, things: str, clause: str, tells: Callable[[str, str], bool], *, also: str | None = None
) -> _Silence:
    """`things` name what is withheld by a noun, `clause` by the word that asks; `also` is a pattern of its own."""
    patterns = (
        rf"\b(?:gave|giving|gives|offered|offering|with) no {_WORD}(?:{things})\b",
        rf"\bno {_WORD}(?:{things}) {_GIVEN}",
        rf"\b(?:{things})(?: of(?: \w+){{1,4}})? {_LEFT_OPEN}",
        rf"\b{_WITHHELD} (?:(?:an?|any|the|its|his|her|their) )?(?:{_WORD}(?:{things})|{clause})\b",
        rf"\b(?:unknown|unclear|not (?:\w+ )?(?:known|clear)) (?:exactly )?{clause}\b",
        *([also] if also else []),
    )
    return _Silence(re.compile(asks, re.IGNORECASE), re.compile("|".join(patterns), re.IGNORECASE), tells)


def _another_name(question: str, rest: str) -> bool:
    """A name that the question lacks, of a person as far as its words tell."""
    asked = set(words(question))
    for found in NAMES.finditer(rest):
        opens = found.start() == 0 and " " not in found[0]  # a capital that only opens the sentence
        if (
            not opens
            and not asked & set(words(found[0]))
            and not re.match(CALENDAR, found[0])
            and not is_place(found[0])
        ):
            return True
    return False


_SILENCES = (
    _silence(
        rf"{_OPENS}why\b|\b(?:what|which) (?:\w+ )?reasons?\b",
        "reasons?|explanation|grounds",
        "why",
        lambda _, rest: bool(_CAUSE.search(rest)),
    ),
    _silence(
        rf"{_OPENS}(?:(?:(?:in|at|for|by|to) )?how (?:many|much)\b(?! of\b)|what (?:number|sum|price)\b)",
        "numbers?|figures?|price|sums?|amounts?|terms|value|tally|details",
        r"how (?:many|much)",
        lambda _, rest: bool(re.search(NUMBER, re.sub(r"(?i)\bno\b", "", rest), re.IGNORECASE)),
        also=r"\bundisclosed (?:\w+ )?(?:numbers?|sums?|prices?|amounts?|figures?)\b",
    ),
    _silence(
        rf"{_OPENS}(?:who|whose)\b(?! (?:is|was|are|were) (?-i:[A-Z]))|\b(?:what|which) .{{0,20}}\bnames?\b",
        "names?|identity|identities",
        "who",
        _another_name,
        also=_UNNAMED,
    ),
    _silence(
        rf"{_OPENS}when\b|\bwhat (?:date|day|time)\b",
        "dates?|day|time|timetable",
        "when",
        lambda _, rest: bool(_TIME.search(rest)),
    ),
)
# "What did she say of it?" of one who has yet to speak
_SAID = re.compile(r"\bdid (?P<who>\w.{0,60}?) (?:say|conclude|find|rule|testify|tell)\b", re.IGNORECASE)
_YET_TO = (
    r"\b(?:,[^,;:]{0,60},|,)? (?:will|is to|are to|(?:is|are) (?:due|expected|scheduled) to|ha(?:s|ve) yet to) "
    r"(?:(?:testify|rule|speak|say|tell|decide)\b|(?:give|present|deliver|publish|release|announce) "
    r"(?:its|his|her|their|an?|the) (?:\w+ )?(?:opinion|ruling|verdict|report|findings|decision|evidence|views?)\b)"
)


def is_unstated(question: str, sentence: str) -> bool:
    """Whether the sentence says that what the question asks for was not given, or that it is still to come."""
    if any(silence.in_(question, sentence) for silence in _SILENCES):
        return True
    said = _SAID.search(question)
    if not said or re.search(r"\bsaid\b|[\"“”]", sentence):
        return False
    return bool(re.search(rf"(?i)\b{re.escape(said['who'].split()[-1])}{_YET_TO}", sentence))
