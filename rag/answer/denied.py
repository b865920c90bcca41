"""Whether a claim tells as a fact what the cited words deny, doubt, ask or put as a condition."""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.verbs import spellings
from rag.words import STEM, STOP_WORDS, content_words, spelt

# In front of words, what makes them no statement of the article's; and what only looks so.
_NO_FACT = re.compile(
    r"(?i)\b(?:not|no|never|den(?:y|ie[sd]|ying)|doubt(?:s|ed|ful)?|false(?:ly)?|untrue|rumou?r\w*|alleg\w+|suspect\w*|"
    r"whether|if|unless|unlikely|"
    r"(?:reject|dismiss|dispute|refute|call|describe)(?:s|d|ed)? (?:\w+ )?(?:claims?|reports?|suggestions?|charges?))\b"
    r"|n['’]t\b"
)
_FACT = re.compile(
    r"(?i)\b(?:no (?:doubts?|question|secret)|not (?:only|just)|no (?:fewer|less|more) than|"
    r"not \w* ?(?:known|said|say|clear) (?:why|how|where|when))\b"
)
_SEAM = re.compile(
    r"(?i)[,;:()–—]|\b(?:but|and|while|because|since|after|before|when|although|though|where|who|which|as|until)\b"
)
_CONDITION = re.compile(r"^\W*(?:If|Unless|Should|Were|Had)\b[^,]*,\s*$")

# A verb that is said not to be done, or not yet.
_NOT_DONE = re.compile(
    r"(?:\b(?:is|are|was|were|do|does|did|has|have|had|will|would|can|could|should|may|might)\s+(?:not|never)"
    r"|\bcannot|n['’]t|\b(?:will|can|could|would) no longer|\bno longer|\bnever|\bnot to"
    r"|\b(?:refus\w+|fail(?:s|ed|ing)?|declin(?:e|es|ed|ing)|unable|unlikely|yet) to"
    r"|\bden(?:y|ies|ied|ying)(?: having)?)"
    r"(?!\s+(?:only|just|necessarily|help)\b)\s+(?:(?:\w+ly|even|also|ever|yet|be|been|have|being)\s+){0,2}(?P<verb>[a-z]+)",
    re.IGNORECASE,
)
_NOT_UNTIL = re.compile(r"[^.;]*?\b(?:until|before)\s+(\w+)")
_NOT_UNDONE = re.compile(r"(?i)(?:stop|ceas|hesitat|delay|avoid|prevent|refus|fail|declin|rul)\w*")
_TAKES_BACK = re.compile(
    r"(?i)\b(?:not|no|never|none|nobody|nor|neither|without|cannot|den(?:y|ie[sd]|ying|ials?)|refus\w+|reject\w*|"
    r"fail\w*|declin\w+|avoid\w*|unable|unlikely|yet|stopp?\w*|only|still (?:ha[sd]|have|to)|used to|short of|if|but|"
    r"instead|rather|contrary|dismiss\w*)\b|n['’]t\b|\?"
)

_HEDGED = re.compile(
    r"(?i)\b(?:allegedly|reportedly|supposedly|(?:accus|suspect)ed of|charged with|alleges?(?: that)?)\s"
)
_HEDGES = re.compile(
    r"(?i)\b(?:alleg\w+|reported\w*|suppos\w+|accus\w+|suspect\w*|charg\w+|convict\w*|indict\w*|trial|said|says?|told|"
    r"according|claim\w*|may|might|could|guilty|sentenced|"
    r"arrest\w*|faces?|faced|prosecut\w*|acquit\w*|cleared|den(?:y|ie[sd])|sought|thought|believ\w*|view|media|verdict|"
    r"responsible)\b"
)


def is_no_fact(claim: str, text: str) -> bool:
    """Whether a text has the claim's words only behind a denial, a doubt, a question or a condition."""
    words = r"[\W_]+".join(map(re.escape, re.findall(r"\w+", claim)))
    found = list(re.finditer(rf"(?i)(?<!\w){words}(?!\w)", text)) if words else []
    return bool(found) and all(_leads_away(text[: match.start()]) for match in found)


def _leads_away(lead: str) -> bool:
    lead = re.split(r"[.!?]\s", lead)[-1]
    if _CONDITION.search(lead):
        return True
    return bool(_NO_FACT.search(_FACT.sub(" ", _SEAM.split(lead)[-1])))


def drops_negation(claim: str, quote: str, *, around: str = "") -> bool:
    """Whether the claim tells as done what the quote says was not, and neither the rest of it nor `around` says was."""
    if _TAKES_BACK.search(claim):
        return False
    said, rest = spelt(claim), spelt(f"{_NOT_DONE.sub(' ', quote)} {around}")
    return any(said & forms and not rest & forms for forms in map(spellings, _not_done(quote, claim)))


def _not_done(quote: str, claim: str) -> Iterator[str]:
    """The verbs that are said not to be done; "not until 2021" says that it was then, if the claim names the time."""
    for found in _NOT_DONE.finditer(quote):
        verb = found["verb"].lower()
        then = _NOT_UNTIL.match(quote, found.end())
        if then and then[1].lower() in claim.lower():
            continue
        if verb not in STOP_WORDS and not _NOT_UNDONE.fullmatch(verb):
            yield verb


def drops_hedge(claim: str, quote: str) -> bool:
    """Whether the claim tells as a fact what the quote only alleges, reports as heard or brings as a charge."""
    if _HEDGES.search(claim):
        return False
    said = {word[:STEM] for word in content_words(claim)}
    for cue in _HEDGED.finditer(quote):
        behind = [word[:STEM] for word in content_words(re.split(r"[,;:.]", quote[cue.end() :], maxsplit=1)[0])][:3]
        if behind and sum(word in said for word in behind) * 2 >= len(behind):
            return True
    return False
