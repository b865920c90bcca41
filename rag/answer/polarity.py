"""Whether a claim turns what it cites into its contrary: "agreed" for "did not agree", "rose" for "fell"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.words import STEM, STOP_WORDS, content_words, spelt

# A negation of the statement itself: "is not", "never", "no door was"; not "not only" and "careful not to".
_NOT = re.compile(
    r"(?:\b(?:is|are|was|were|be|been|do|does|did|has|have|had|will|would|can|could|should|may|might|must)\s+not"
    r"|\bcannot|n['’]t)\b(?!\s+(?:only|just|necessarily|be more)\b)|\bnever\b"
    r"|(?:^|[.:;,]\s)(?:no|none|nobody|neither)\b",
    re.IGNORECASE,
)
# What turns the words behind it, up to the end of their clause.
_GOVERNS = re.compile(rf"{_NOT.pattern}|\b(?:refus\w+|fail\w*|declin\w+|unable|unlikely) to\b", re.IGNORECASE)
# What turns nothing after all: "did not stop rising", "could not help raising", "have never risen faster".
_UNDONE = re.compile(
    rf"(?:{_GOVERNS.pattern})(?:\s+(?:\w+ly|be|been))*\s+(?:stop|ceas|hesitat|delay|avoid|prevent|refus|fail)\w*(?:\s+to\b)?"
    r"|\b(?:cannot|can['’]t|could(?: not|n['’]t)) help(?= \w+ing\b)"
    r"|\bnever\b[^,;:.]{0,40}?\b(?:so|more(?! than)|less(?! than)|better|worse|\w+er than|"
    r"(?:fast|slow|quick|high|low|larg|bigg|small|great|strong|weak|steep|sharp)e?r)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"(?i)[,;:.]|\b(?:and|that|who|which)\b")
# What may bear a negation of the claim.
_DENIES = re.compile(
    r"(?i)\b(?:not|no|never|none|nobody|nothing|nor|neither|without|cannot|den(?:y|ie[sd]|ying|ials?)|refus\w+|"
    r"reject\w*|fail\w*|lack\w*|declin\w+|avoid\w*|prevent\w*|ban(?:s|ned)?|barely|hardly|rarely|few|little|unable|"
    r"un(?:likely|clear|known|til)|impossible|absen\w+|rather|instead|dismiss\w*|rul\w+ out|zero|stopp?\w*|ceased?|"
    r"halt\w*|miss\w*|omit\w*|exclud\w+|only|\w{3,}less)\b|n['’]t\b"
)
_CONTRASTS = re.compile(r"(?i)\b(?:but|while|whereas|although|though|however|unlike|yet|if)\b|\?")
_NAME = re.compile(r"[A-Z][\w-]+")
_NAMES = re.compile(rf"{_NAME.pattern}(?: {_NAME.pattern})*")
_LEANS = re.compile(r"(?i)\b(?:he|she|they|it|his|her|their|its|both|others?)\b")
_CONTRARIES = [
    ("rise rises rose risen rising", "fall falls fell fallen falling"),
    ("increase increases increased increasing", "decrease decreases decreased decreasing"),
    ("raise raises raised raising", "cut cuts cutting lower lowers lowered lowering reduce reduces reduced reducing"),
    ("convict convicts convicted", "acquit acquits acquitted"),
    ("grow grows grew grown growing", "shrink shrinks shrank shrunk shrinking"),
    ("win wins won winning", "lose loses lost losing"),
    ("accept accepts accepted accepting", "reject rejects rejected rejecting refuse refuses refused refusing"),
    ("confirm confirms confirmed confirming", "deny denies denied denying"),
    ("allow allows allowed allowing", "ban bans banned banning forbid forbids forbade forbidden"),
    ("support supports supported supporting", "oppose opposes opposed opposing"),
    ("northern north", "southern south"),
    ("eastern east", "western west"),
    ("higher highest", "lower lowest"),
    ("largest biggest", "smallest"),
    ("guilty", "innocent"),
    ("import imports imported", "export exports exported"),
    ("buy buys bought", "sell sells sold"),
    (
        "approve approves approved approving adopt adopts adopted adopting pass passes passed",
        "reject rejects rejected rejecting",  # what is vetoed or defeated has been passed before
    ),
    ("legal lawful", "illegal unlawful"),
]
# Both may be true, at other times: what closed has opened once. They are contraries of one statement only.
_STAGES = [
    ("open opens opened reopen reopens reopened", "closes closed shut shuts"),
    ("resign resigns resigned resigning", "stay stays stayed staying"),
    ("began begun started", "ended"),
]
_Sides = tuple[frozenset[str], frozenset[str]]
_SIDES, _OF_STAGES = (
    [(frozenset(one.split()), frozenset(other.split())) for pair in pairs for one, other in (pair, pair[::-1])]
    for pairs in (_CONTRARIES, _STAGES)
)


def turns_round(claim: str, quote: str, *, around: Sequence[str] = ()) -> bool:
    """Whether claim and quote differ in a negation or in a word and its contrary, as far as their words tell.

    Sentences `around` the quote may bear what the quote itself does not. What contrasts or asks is left undecided.
    """
    if _CONTRASTS.search(claim) or quote.rstrip().endswith("?"):
        return False
    if denial := _NOT.search(claim):
        denied = _governed(claim)
        denying = [text for text in (quote, *around) if _DENIES.search(text) or _has_contrary(text, denied)]
        affirming = [text for text in (quote, *around) if text not in denying]
        return not denying or _is_of_another(claim[: denial.start()].strip(), denying, affirming)
    whole = " ".join((quote, *around))
    swapped = swaps_contrary(claim, quote, around=whole) or _swaps(claim, quote, whole, _OF_STAGES)
    return swapped or (not _DENIES.search(claim) and _is_denied(claim, quote))


def _is_of_another(subject: str, denying: Sequence[str], affirming: Sequence[str]) -> bool:
    """The subject is a name that only affirming sentences have, while each denying one begins with another name."""
    if not _NAMES.fullmatch(subject):
        return False
    names = [name for name in _NAME.findall(subject) if name.lower() not in STOP_WORDS]
    if not any(name in text for name in names for text in affirming):
        return False
    opening = [_NAME.match(text) for text in denying]
    return all(
        first and first[0].lower() not in STOP_WORDS and not _LEANS.search(text) and not any(n in text for n in names)
        for first, text in zip(opening, denying, strict=True)
    )


def swaps_contrary(claim: str, quote: str, *, around: str) -> bool:
    """The claim has one of two contraries, the quote only the other, and nothing around it has the first."""
    return _swaps(claim, quote, around, _SIDES)


def _swaps(claim: str, quote: str, around: str, sides: Sequence[_Sides]) -> bool:
    said, given, near = map(spelt, (claim, quote, around))
    turned, turned_there = _governed(claim), _governed(quote)
    return any(
        said & one and given & other and not said & other and not near & one
        for one, other in sides
        if bool(turned & one) == bool(turned_there & other)  # "did not approve" is no contrary of "rejected"
    )


def _has_contrary(text: str, denied: set[str]) -> bool:
    """The text has the contrary of a denied word, and not the word: "stays" for "will not resign"."""
    held = spelt(text)
    return any(denied & one and held & other and not held & one for one, other in (*_SIDES, *_OF_STAGES))


def _governed(text: str) -> set[str]:
    """The two content words behind each negation in its clause: of "was not fully opened on Monday", "fully opened"."""
    text = _UNDONE.sub(" ", text)
    behind = (_CLAUSE_END.split(text[cue.end() :], maxsplit=1)[0] for cue in _GOVERNS.finditer(text))
    return {word for clause in behind for word in content_words(clause)[:2]}


def _is_denied(claim: str, quote: str) -> bool:
    """The claim affirms a word that follows a negation of the quote, and that the quote has nowhere else."""
    said = [w[:STEM] for w in content_words(claim)]
    given = [w[:STEM] for w in content_words(quote)]
    behind = (content_words(quote[cue.end() :]) for cue in _NOT.finditer(quote))
    denied = [words[0][:STEM] for words in behind if words]
    return any(w in said and given.count(w) == denied.count(w) for w in denied)
