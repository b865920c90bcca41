"""Phrases found in tokens, and whether a place in a sentence is negated."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.words import Token, tokenise

CUES = frozenset(
    [
        "not",
        "no",
        "never",
        "neither",
        "nor",
        "none",
        "nobody",
        "nothing",
        "cannot",
        "denied",
        "denies",
        "deny",
        "false",
        "untrue",
    ]
)
NOT_CUES = frozenset(
    {("not", word) for word in ("only", "just", "merely", "least", "solely")}
    | {("no", word) for word in ("doubt", "fewer", "less", "later", "sooner")}
)
# these bear on the next 4 tokens alone: "without helmets" says nothing against the sappers before it
FORWARD = (
    *(("without",), ("hardly",), ("scarcely",), ("rarely",), ("seldom",), ("unlikely",), ("except",), ("unlike",)),
    *(
        ("rather", "than"),
        ("instead", "of"),
        ("refused", "to"),
        ("refuses", "to"),
        ("refusing", "to"),
        ("failed", "to"),
    ),
    *(("fails", "to"), ("ruled", "out"), ("rules", "out"), ("ruling", "out"), ("far", "from")),
)
WHOLE_CLAIM = (
    *(("wrong", "that"), ("unlikely", "that"), ("incorrect", "that"), ("untrue", "that")),
    *(("not", "true"), ("not", "the", "case"), ("false", "that"), ("denied", "that"), ("denies", "that")),
    *(("asked", "if"), ("unclear", "if"), ("known", "if"), ("unsure", "if"), ("whether",)),
)
TAKEN_BACK = (
    *(("not", "true"), ("not", "the", "case"), ("not", "so"), ("not", "correct")),
    *(("untrue",), ("false",), ("wrong",), ("incorrect",), ("refuted",), ("denied",)),
)
LINKS = frozenset("is are was were isn't wasn't has have been be being".split())
POINTERS = frozenset("this that it which these those both all".split())
BEFORE = 6
AFTER = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a phrase stands: token positions, half open."""

    start: int
    end: int


def same(pattern: Token, token: Token) -> bool:
    """A number equals by value, a word by its letters; a starred word by its beginning."""
    if pattern.value is not None or token.value is not None:
        return pattern.value == token.value
    return token.word.startswith(pattern.word) if pattern.prefix else token.word == pattern.word


def find(phrase: str, tokens: Sequence[Token], *, plural: bool = False) -> tuple[Hit, ...]:
    """All places where the words of `phrase` stand one after another in one sentence.

    With `plural` the last word may also carry an "s" or "es".
    """
    pattern = tokenise(phrase)
    size = len(pattern)
    if size == 0:
        return ()
    return tuple(
        Hit(at, at + size)
        for at in range(len(tokens) - size + 1)
        if (size == 1 or same(pattern[0], tokens[at]))
        and tokens[at].sentence == tokens[at + size - 1].sentence
        and _stands(pattern, tokens[at : at + size], plural)
    )


def find_any(phrases: Iterable[str], tokens: Sequence[Token], *, plural: bool = False) -> tuple[Hit, ...]:
    """All places of any of the phrases."""
    return tuple(hit for phrase in phrases for hit in find(phrase, tokens, plural=plural))


def negated(hit: Hit, tokens: Sequence[Token], *, consumed: Iterable[Hit] = ()) -> bool:
    """Whether a negation bears on the place.

    That is a cue ("not", "never", "hasn't", "denied"...) of the same clause, up to 6 tokens before or 4 after, one that
    bears only on the 4 tokens after it ("without", "refused to"), "it is not true that" or "whether" earlier in the
    sentence, or "is wrong" or "which was denied" later in it. Cues that are part of a wanted phrase do not count.
    """
    taken = {at for other in (*consumed, hit) for at in range(other.start, other.end)}
    here = tokens[hit.start]
    for at in range(len(tokens)):
        if at in taken or tokens[at].sentence != here.sentence:
            continue
        if at < hit.start and _begins(tokens, at, WHOLE_CLAIM):
            return True
        pointed = tokens[at].clause == here.clause or tokens[at - 1].word in POINTERS
        if at >= hit.end and pointed and _takes_back(tokens, at):
            return True
        bears_on = tokens[at].clause == here.clause and hit.start - BEFORE <= at < hit.start
        if bears_on and hit.start - AFTER <= at and _begins(tokens, at, FORWARD):
            return True
        if not is_cue(tokens, at):
            continue
        if bears_on or (tokens[at].clause == here.clause and hit.end <= at < hit.end + AFTER):
            return True
    return False


def asserted(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens of the sentences that state something: no question, and none that the next one takes back."""
    opens = [at for at in range(len(tokens)) if at == 0 or tokens[at].sentence != tokens[at - 1].sentence]
    lost = {
        tokens[at - 1].sentence for at in opens if at and tokens[at].word in POINTERS and _takes_back(tokens, at + 1)
    }
    return tuple(token for token in tokens if not token.asked and token.sentence not in lost)


def _takes_back(tokens: Sequence[Token], at: int) -> bool:
    """Whether "is not true", "was denied" and their like begin at this token."""
    if at >= len(tokens) or tokens[at].word not in LINKS:
        return False
    while at < len(tokens) and tokens[at].word in LINKS:
        at += 1
    return _begins(tokens, at, TAKEN_BACK)


def is_cue(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token negates: "not only" and "no fewer" do not."""
    word = tokens[at].word
    following = tokens[at + 1].word if at + 1 < len(tokens) else ""
    return word.endswith("n't") or (word in CUES and (word, following) not in NOT_CUES)


def _stands(pattern: Sequence[Token], run: Sequence[Token], plural: bool) -> bool:
    want, have = pattern[-1], run[-1]
    if not all(map(same, pattern[:-1], run)):
        return False
    return same(want, have) or (plural and want.value is None and have.word in (want.word + "s", want.word + "es"))


def _begins(tokens: Sequence[Token], at: int, phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether one of the phrases begins at this token."""
    return any(tuple(token.word for token in tokens[at : at + len(words)]) == words for words in phrases)
