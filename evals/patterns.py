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


def begins(tokens: Sequence[Token], at: int, phrases: Iterable[tuple[str, ...]]) -> bool:
    """Whether one of the phrases begins at this token."""
    return any(tuple(token.word for token in tokens[at : at + len(words)]) == words for words in phrases)


def _stands(pattern: Sequence[Token], run: Sequence[Token], plural: bool) -> bool:
    want, have = pattern[-1], run[-1]
    if not all(map(same, pattern[:-1], run)):
        return False
    return same(want, have) or (plural and want.value is None and have.word in (want.word + "s", want.word + "es"))
