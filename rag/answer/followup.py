"""Questions that lean on the conversation before them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.speakers import BODY, runs
from rag.answer.voices import CALENDAR, NAME
from rag.places import is_place
from rag.types import Turn
from rag.words import INNER_NAME, STOP_WORDS, content_words, unowned, words

_OPENS = re.compile(r"(?i)^\W*(?:and|but|so|or|what about|how about|why not)\b")
_COUPLES = re.compile(r"(?i)^\W*(?:and|but|so|or)\b,?")
_ASKS = re.compile(r"(?i)\W*(?:who|whom|what|when|where|why|how|which|did|does|do|is|are|was|were|has|have|will)\b")
_STANDS_FOR = re.compile(
    r"(?i)\b(?:it|its|he|him|his|she|hers?|they|them|their|there|then)\b"
    r"|\b(?:that|this|these|those|the (?:other|same|first|second|latter|former))(?: ones?)?"
    r"(?=\W*$| (?:is|was|were|are|did|do)\b)"
)
_YOU_SAID = re.compile(r"(?i),? (?:did you say|do you mean|you (?:said|mentioned))(?=\W*$)")
_PERSON = re.compile(r"(?i)\b(?:his|he|she|him|her)\b")
_TIME = r"(?:yesterday|today|tomorrow|tonight|(?:last|next|this) (?:week|month|year|night|\w+day))"
_NO_THING = re.compile(  # "arrest her yesterday", "free her quickly", but "her family", "her next rally"
    rf"(?i) (?:{_TIME}|ago|alone|(?!(?:family|ally|assembly|rally|reply|supply)\b)(?:last|next|soon|later|\w+ly)"
    rf"(?=\W*$| {_TIME}| (?:after|as|at|because|before|by|for|from|in|on|to|when|with)\b))\b"
)
_OWN = frozenset("own other few more most only".split())  # stop words that may stand between "her" and the thing
_OUTLET = re.compile(r"(?i)\b(?:post|times|news|herald|journal|gazette|daily|press|tribune|wire)$")
_NEAR = 2  # turns in which it may be said whom a pronoun stands for
_WHOLE = 3  # words, a name among them, with which a question behind "and" asks for something of its own
_ENOUGH = 4  # words of its own with which a question stands alone, pronoun or not


def unsaid(question: str) -> str:
    """The question without "did you say" at its end, which asks for no saying of the articles."""
    left = _YOU_SAID.sub("", question)
    return left if STOP_WORDS.isdisjoint(content_words(left)) else question


def uncoupled(question: str) -> str:
    """The question without the "And", "But" or "So" before it, if it asks something whole: with a name, no pronoun."""
    behind = _COUPLES.sub("", question)
    if behind == question or _OPENS.search(behind) or _STANDS_FOR.search(behind):
        return question  # "But what about Storm Ilse?" asks nothing whole
    if not (_ASKS.match(behind) and INNER_NAME.search(behind)):
        return question
    behind = behind.strip()
    return behind[0].upper() + behind[1:] if len(set(content_words(behind))) >= _WHOLE else question


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question as it can be searched for: one that leans on the last turn is put behind that turn's question.

    It leans if it opens like a continuation (`uncoupled` first those that ask something whole), or if a
    pronoun stands in it where its own names could: a question with names or enough words of its own is left alone,
    since the turn before it would only lead astray. One of question words alone ("Why?") leans too. A pronoun that
    stands for the only person whom the last turns name gives way to the name, so that less has to lean.
    """
    if not history:
        return question
    opened, leans = _OPENS.search(question), _STANDS_FOR.search(question)
    own = INNER_NAME.search(question) or len(set(content_words(question))) >= _ENOUGH
    bare = STOP_WORDS.issuperset(words(question)) and not INNER_NAME.search(question)
    if bare or opened or (leans and not own):
        named = _with_name(question, history[-_NEAR:])
        if named != question and not _STANDS_FOR.search(named):
            return standalone(named, history)
        return f"{history[-1].question} {named}"
    return question


def _with_name(question: str, history: Sequence[Turn]) -> str:
    """The question with the name of the person that its pronoun stands for, if nobody else comes into question."""
    pronoun = _PERSON.search(question)
    texts = [text for turn in history for text in (turn.question, turn.answer)]
    name, *others = {name for text in texts for name in _names(text)} or ("",)
    if not pronoun or others or not all(_is_person(name, text) for text in texts) or name in history[-1].question:
        return question
    behind = question[pronoun.end() :]
    return question[: pronoun.start()] + name + ("’s" if _owns(pronoun[0].lower(), behind) else "") + behind


def _is_person(name: str, text: str) -> bool:
    """Whether a name may be a person's: it is in full, and of no outlet, body or thing ("the Aurora Star")."""
    thing = re.search(rf"(?i)\bthe {re.escape(name)}\b", text)
    return " " in name and not (thing or BODY.search(name) or _OUTLET.search(name))


def _owns(pronoun: str, behind: str) -> bool:
    """Whether a pronoun says whose the thing behind it is."""
    word = re.match(r" ([a-z][\w-]*)", behind)
    thing = word and not _NO_THING.match(behind) and word[1] not in STOP_WORDS - _OWN
    return pronoun == "his" or (pronoun == "her" and bool(thing))


def _names(text: str) -> tuple[str, ...]:
    """What a text names, but for places and days, in full where it does."""
    full = [" ".join(run) for run in runs(text)]
    parts = {word for name in full for word in name.split()}
    single = (word for word in map(unowned, re.findall(NAME, text)) if word.strip(".") not in parts)
    found = dict.fromkeys([*full, *(word for word in single if word.lower() not in STOP_WORDS)])
    return tuple(n for n in found if not (is_place(n) or is_place(n.split()[-1]) or re.fullmatch(CALENDAR, n)))
