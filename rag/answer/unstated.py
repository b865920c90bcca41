"""Sentences which say that what a question asks for is not said, or not yet.

"The board gave no reason" is all about "Why did he leave the board?", and answers it with silence.
"""

from __future__ import annotations

import re

_OPENS = r"(?:^|\? )\W*(?:and |but |so )?"
_NOT = r"(?:did|does|do|has|have|had|would|could|was|were|is|are|been) ?(?:not|n['’]t)"
_SAY = r"(?:say|said|tell|told|give|given|gave|disclose[ds]?|reveal(?:ed)?|specify|specified|explain(?:ed)?|state[ds]?)"
_WITHHELD = (
    rf"(?:{_NOT} (?:\w+ )?{_SAY}|(?:declined|refused) to {_SAY}|without (?:saying|giving|explaining|disclosing))"
)


def _silence(asks: str, things: str, clause: str, more: str = "") -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What a question asks for, and a sentence that withholds it: `things` by their noun, `clause` by the question."""
    silent = (
        rf"\b(?:gave|giving|gives|offered|offering|with) no (?:\w+ )?(?:{things})\b"
        rf"|\bno (?:\w+ )?(?:{things}) (?:was|were|is|are|ha(?:s|ve) been) (?:given|offered|stated|disclosed|set)\b"
        rf"|\b(?:{things})(?: of(?: \w+){{1,4}})? (?:was|were|is|are|has|have) (?:not|n['’]t|never|yet to) "
        r"(?:been |be |yet )*(?:given|stated|disclosed|known|revealed|released|published|set|announced)\b"
        rf"|{_WITHHELD} (?:\w+ )?(?:(?:an?|any|the|its|his|her|their) (?:\w+ )?(?:{things})|{clause})\b"
        rf"|\b(?:unknown|unclear|not (?:\w+ )?(?:known|clear)) (?:exactly )?{clause}\b"
    )
    return re.compile(asks, re.IGNORECASE), re.compile(silent + more, re.IGNORECASE)


_SILENCES = (
    _silence(rf"{_OPENS}why\b|\b(?:what|which) (?:\w+ )?reasons?\b", "reasons?|explanation|grounds", "why"),
    _silence(
        r"\bhow (?:many|much)\b|\bwhat (?:number|sum|price|amount|figure)\b",
        "numbers?|figures?|price|sums?|amounts?|terms|value|tally|details",
        r"how (?:many|much)",
        r"|\bundisclosed (?:\w+ )?(?:numbers?|sums?|prices?|amounts?|figures?)\b",
    ),
    _silence(
        rf"{_OPENS}(?:who|whose)\b|\b(?:what|which) .{{0,20}}\bnames?\b",
        "names?|identity|identities",
        "who",
        rf"|\b{_NOT} (?:\w+ )?(?:been )?(?:named?|identif(?:y|ied))\b|\b(?:declined|refused) to (?:name|identify)\b",
    ),
    _silence(rf"{_OPENS}when\b|\bwhat (?:date|day|time)\b", "dates?|day|time|timetable", "when"),
)
# "What did she say of it?" of one who has yet to speak
_SAID = re.compile(
    r"\bdid (?P<who>\w.{0,60}?) (?:say|conclude|find|rule|decide|testify|tell|report|recommend|announce)\b",
    re.IGNORECASE,
)
_YET_TO = (
    r"(?:,[^,;:]{0,60},|,)? (?:will|is to|are to|(?:is|are) (?:due|expected|scheduled) to|ha(?:s|ve) yet to) (?:\w+ )?"
    r"(?:give|present|deliver|announce|publish|testify|rule|decide|report|speak|make|release|say|tell|appear)\b"
)


def is_unstated(question: str, sentence: str) -> bool:
    """Whether the sentence says that what the question asks for was not given, or that it is still to come."""
    if any(asks.search(question) and silent.search(sentence) for asks, silent in _SILENCES):
        return True
    said = _SAID.search(question)
    if not said or re.search(r"\bsaid\b|[\"“”]", sentence):
        return False
    return bool(re.search(re.escape(said["who"].split()[-1]) + _YET_TO, sentence))
