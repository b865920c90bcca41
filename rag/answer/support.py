"""Whether cited words support a claim: its facts are in them to the letter, and its meaning is near enough.

Facts decide alone: what is missing (`rag.answer.facts`), given or counted otherwise, taken further, turned into its
contrary, or told as past where it is to come, is unsupported.
For the rest a logistic model weighs how much of the claim's wording its nearest sentences leave uncovered, and what
the cross-encoder makes of them together.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import astuple, dataclass
from itertools import pairwise

from rag.answer.amounts import given_otherwise
from rag.answer.degrees import taken_further
from rag.answer.denied import drops_hedge, drops_negation, is_no_fact
from rag.answer.facts import Cited, missing, plain
from rag.answer.figures import counting, figures, swaps_figures
from rag.answer.foretold import happened_already
from rag.answer.kind import MONEY
from rag.answer.odds import sigmoid
from rag.answer.owners import swaps_owners
from rag.answer.polarity import turns_round
from rag.answer.roles import changes_places
from rag.answer.whose import anothers_words
from rag.models.reranker import Reranker
from rag.words import STEM, content_words

NEAREST = 3  # sentences that the meaning of a claim is held against
CLOSE = 0.4  # share of a claim's words that a sentence may lack to be taken for the same statement

# Fitted on the 391 responses of RAGTruth's train part: python -m evals.fit_support DATA/ragtruth/train_part.jsonl
INTERCEPT = -4.123
WEIGHTS = (-0.073, 0.982, 1.997, 0.285)  # of the Features, in their order
INVENTED = 0.32  # likelihood from which a claim is taken to be unsupported

# Logits below which a claim and a sentence that holds its figure are of two things, the figures left out: of the true
# claims of RAGTruth with a figure 1 percent lie below, of those cited to a sentence with another figure a third.
APART = -9.0
UNSHARED = -4.0  # where they share no word either

LARGE = 10  # smaller numbers count steps and servings

_UNITS = re.compile(rf"(?i){MONEY}|\b(?:per ?cent|percentage|about|around|over|nearly|almost|more than|less than)\b|%")
_LIST_MARK = re.compile(r"^\W*(?:\d{1,2}[.)]\s+)?")


@dataclass(frozen=True, slots=True)
class Features:
    """How far a claim is from its nearest sentences.

    `score` is the cross-encoder's logit of them together; `uncovered` the share of the claim's content words that its
    nearest sentence lacks, `pairs` that of neighbouring content words that stand nowhere together, and `gap` the
    longest run of content words that none of the sentences has.
    """

    score: float
    uncovered: float
    pairs: float
    gap: float


def doubt(claim: str, given: Sequence[Cited], *, reranker: Reranker) -> str | None:
    """Why the given words do not support the claim, as a clause for the reader; None if they do."""
    why, found = examine(claim, given, reranker=reranker)
    if found is not None and invented(found) > INVENTED:
        return "the cited words do not say as much"
    return why


def examine(claim: str, given: Sequence[Cited], *, reranker: Reranker) -> tuple[str | None, Features | None]:
    """What the facts say against the claim; where they say nothing, and it is not there verbatim, its features."""
    if not given:
        return "nothing is cited for it", None
    text = "\n".join(c.text for c in given)
    words = f" {plain(claim)} "
    if verbatim := [c for c in given if words in f" {plain(c.text)} "]:
        return _torn_out(claim, verbatim) or given_otherwise(claim, text) or anothers_words(claim, given), None
    claim = _LIST_MARK.sub("", claim)
    near = nearest(claim, given)
    why = anothers_words(claim, given) or missing(claim, given)
    why = why or given_otherwise(claim, text) or taken_further(claim, text) or _altered(claim, near)
    if why := why or _stray(claim, given, reranker=reranker):
        return why, None
    return None, features(claim, given, near, reranker=reranker)


def invented(found: Features) -> float:
    """The likelihood that a claim with these features is invented, 0 to 1."""
    return sigmoid(INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, astuple(found), strict=True)))


def nearest(claim: str, given: Sequence[Cited], *, most: int = NEAREST) -> list[Cited]:
    """The sentences that share most with the claim, best first; words that few sentences have count more."""
    stems = [set(stems_in(c.text)) for c in given]
    frequency = Counter(stem for held in stems for stem in held)
    said = set(stems_in(claim))
    shared = [sum(1 / frequency[stem] for stem in said & held) for held in stems]
    return [given[n] for n in sorted(range(len(given)), key=lambda n: (-shared[n], n))[:most]]


def features(claim: str, given: Sequence[Cited], near: Sequence[Cited], *, reranker: Reranker) -> Features:
    """The signals of the logistic model; `near` are the sentences of `given` that are `nearest` to the claim."""
    said = stems_in(claim)
    about = {stem for c in given for stem in stems_in(c.about)}
    held = about.union(*(stems_in(c.text) for c in near))
    gap = longest = 0
    for stem in said:
        gap = 0 if stem in held else gap + 1
        longest = max(longest, gap)
    order = stems_in(" ".join(c.text for c in given))
    pairs, known = list(pairwise(said)), set(pairwise(order))
    together = " ".join(c.text for c in given if c in near)
    return Features(
        score=reranker.scores(claim, [together])[0],
        uncovered=min(_uncovered(said, about.union(stems_in(c.text))) for c in near),
        pairs=sum(pair not in known for pair in pairs) / max(1, len(pairs)),
        gap=float(longest),
    )


def _torn_out(claim: str, verbatim: Sequence[Cited]) -> str | None:
    """The claim's words stand in the given ones, but as what is denied, doubted or a condition."""
    if all(is_no_fact(claim, c.text) for c in verbatim):
        return "the cited words do not say it as a fact"
    return None


def _altered(claim: str, near: Sequence[Cited]) -> str | None:
    """A figure that counts something else, two that have changed places, or the contrary of the nearest sentence."""
    if changes_places(claim, [c.text for c in near]):
        return "the cited words have it the other way round"
    if swaps_figures(claim, "\n".join(c.text for c in near)):
        return "its figures count other things in the cited words"
    if swaps_owners(claim, [c.text for c in near]):
        return "its figures are of others in the cited words"
    said = stems_in(claim)
    quote, *around = (c.text for c in near)
    if _uncovered(said, set(stems_in(quote))) > CLOSE:
        return None
    if turns_round(claim, quote, around=around) or drops_negation(claim, quote, around=" ".join(around)):
        return "the cited words say the contrary"
    if happened_already(claim, quote, around=" ".join(around)):
        return "the cited words do not say that it has happened"
    alike = [text for text in around if _uncovered(said, set(stems_in(text))) <= CLOSE]
    if all(drops_hedge(claim, text) for text in (quote, *alike)):
        return "the cited words do not tell it as a fact"
    return None


def _stray(claim: str, given: Sequence[Cited], *, reranker: Reranker) -> str | None:
    """A figure whose sentence, alone or behind the one before or the title, is of something else than the claim.

    Both are read without their figures, whose likeness would hide it.
    """
    bare = _without_figures(claim)
    said = set(stems_in(bare))
    for figure in counting(claim):
        holding = [c for c in given if any(f.value == figure.value for f in counting(c.text))]
        if figure.value < LARGE or figure.is_label or not holding:
            continue
        read = [
            _without_figures(text) for c in holding for text in (c.text, f"{c.before} {c.text}", f"{c.title} {c.text}")
        ]
        shares = not said.isdisjoint(stem for text in read for stem in stems_in(text))
        if max(reranker.scores(bare, read)) < (APART if shares else UNSHARED):
            return f"the cited words give {figure.words} for something else"
    return None


def _without_figures(text: str) -> str:
    for figure in reversed(counting(text)):
        text = text[: figure.start] + text[figure.end :]
    return " ".join(_UNITS.sub(" ", text).split())


def stems_in(text: str) -> list[str]:
    """The content words in order, cut to their stems, numbers by value."""
    for figure in reversed(figures(text)):
        text = f"{text[: figure.start]} {figure.value:g} {text[figure.end :]}"
    return [word[:STEM].rstrip("s") for word in content_words(text.replace("-", " "))]


def _uncovered(said: Sequence[str], held: set[str]) -> float:
    return sum(stem not in held for stem in said) / max(1, len(said))
