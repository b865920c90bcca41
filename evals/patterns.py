"""Phrases found in tokens."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.words import Token, tokenise


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
    if not pattern:
        return ()
    *lead, last = pattern
    size, bent = len(pattern), (last.word + "s", last.word + "es") if plural and last.value is None else ()
    return tuple(
        Hit(at - size + 1, at + 1)
        for at in range(size - 1, len(tokens))
        if (same(last, tokens[at]) or tokens[at].word in bent)
        and tokens[at - size + 1].sentence == tokens[at].sentence
        and all(map(same, lead, tokens[at - size + 1 : at]))
    )


def find_any(phrases: Iterable[str], tokens: Sequence[Token], *, plural: bool = False) -> tuple[Hit, ...]:
    """All places of any of the phrases."""
    return tuple(hit for phrase in phrases for hit in find(phrase, tokens, plural=plural))


def begins(tokens: Sequence[Token], at: int, phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether one of the phrases begins at this token."""
    return any(tuple(token.word for token in tokens[at : at + len(words)]) == words for words in phrases)
