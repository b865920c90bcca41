"""Where the articles disagree on what a question asks: figures that exclude each other, and what one says and another
denies.

Inside an article only voices that are both known can disagree, near each other, where a bare number counts what the
number before it counts ("1,200 jobs, says the company. The ministry reckons with 850."). Across articles the figures
must count the same thing under the same names and days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from rag.answer.costs import asks_for_cost, is_about, like_rates, reckons, tells_cost
from rag.answer.counted import asked_in, counted_in, is_asked, same_unit, what_is_counted
from rag.answer.evidence import SPEAKS, Sentence, Sentences
from rag.answer.quantities import Quantity, excludes
from rag.answer.sides import Around, Side, is_elsewhere, own_sides, reader
from rag.words import INNER_NAME, STEM, content_words, roots, singular

_ALIKE = 0.6  # share of content words at which two sentences with and without "not" say the opposite
_GIVES = re.compile(
    r"(?i)\b(?:says?|said|counts?|counted|claims?|claimed|estimate[sd]?|reports?|reported|of|at|with|to|that|is|was|only|"
    r"about|around|some|over|than|nearly|almost|least|has|had|have|or) $"
)
_DENIES = re.compile(
    r"\b(?:denie[ds]|deny|reject(?:ed|s)|dispute[ds]|refute[ds]|contradict(?:ed|s)|dismisse[ds])\b|\bno such\b"
)
_DENIES_THAT = re.compile(
    r"\b(?:denie[ds]|reject(?:ed|s)|dispute[ds]|refute[ds]) (?:that|this|it|the (?:claim|charge|account)s?)"
    r"(?:[:.,;]|\s*$)"
)
_DENIES_ANY = re.compile(r"\bdenie[ds] (?:that )?(?:any|there (?:was|were) any) (\w{5,})\b")
_ENDING = re.compile(r"(?:ings?|ed|s)$")  # "warned" and "a warning" are one deed
_NOT = re.compile(r"(?i)\b(?:not|never|no|nobody|none|neither|without)\b|n['’]t\b")
# what is to come, or wanted: no figure of what is; "May" is a month
_PLANNED = re.compile(
    r"\b(?:(?i:expect\w*|forecasts?|targets?(?! of)|plan(?:s|ned)?|wants?|wanted|demand\w*|would|will|could|if)|may)\b"
)
_TOLL = re.compile(r"(?i)\btoll\b")
_UNITS = frozenset(w[:STEM] for w in "million billion thousand percent euro dollar people said".split())
_YEAR_ON = 270  # days between two articles from which like figures are those of another year
_SAYING = re.compile(r"(?i)\b(?:said|told|wrote|by the end of|by|until|since)(?: [a-z]+){0,3}? ?$")


@dataclass(frozen=True, slots=True)
class Disagreement:
    """Sides that exclude each other on a subject; of an "update" the oldest comes first."""

    subject: tuple[str, ...]
    sides: tuple[Side, ...]
    kind: Literal["contradiction", "update"]


def disagreements(
    question: str, cited: Sequence[Sentence], evidence: Sequence[Sentence], *, sentences: Sentences
) -> list[Disagreement]:
    """What is disputed of the cited sentences, by their neighbours and by the other evidence; at most one."""
    around = reader(sentences)
    found = [*_figures(question, cited, evidence, around), *_denials(question, cited, evidence, around)]
    return [d for d in found if d.subject or any(side.sentence.start == cited[0].start for side in d.sides)][:1]


def _figures(
    question: str, cited: Sequence[Sentence], evidence: Sequence[Sentence], around: Around
) -> Iterator[Disagreement]:
    known = {(s.article.id, s.start) for s in cited}
    more = [s for s in evidence if s.score >= SPEAKS and (s.article.id, s.start) not in known and _named(question, s)]
    for sentence in (*cited, *more):
        near = around(sentence)
        sides = _exclusive(question, near, sentence)
        if len(sides) > 1:
            yield Disagreement(_subject(question, sides), sides, "contradiction")
            continue
        for other in evidence:
            if other.score >= SPEAKS and is_elsewhere(sentence, other):
                rivals = own_sides(other, around(other))
                for side in own_sides(sentence, near):
                    for rival in rivals:
                        if _differ(question, side, rival):
                            yield _dated(question, side, rival)
                            break


def _exclusive(question: str, near: Sequence[Side], sentence: Sentence) -> tuple[Side, ...]:
    """The run of neighbouring voices whose figures exclude each other, the cited sentence among them."""
    for at, first in enumerate(near):
        asked = asked_in(question, first.text)
        if len(asked) != 1 or first.voice is None or not _on_subject(question, first):
            continue
        run, figures, last = [first], [asked[0]], at
        for n, side in enumerate(near[at + 1 :], start=at + 1):
            rival = _rival(asked[0], first, side, adjacent=n == last + 1)
            if (
                rival
                and side.voice not in (None, *(s.voice for s in run))
                and all(excludes(rival, f) for f in figures)
                and _same_cost(question, first, side, adjacent=n == last + 1)
            ):
                run.append(side)
                figures.append(rival)
                last = n
        if len(run) > 1 and any(side.sentence.start == sentence.start for side in run):
            return tuple(run)
    return ()


def _rival(quantity: Quantity, first: Side, side: Side, *, adjacent: bool) -> Quantity | None:
    """The first number of a side that counts the same, or that counts nothing named right behind what names it."""
    for other in counted_in(side.text):
        if same_unit(other, quantity, side.text, first.text) or (adjacent and _stands_alone(other, side.text)):
            return other
    return None


def _stands_alone(quantity: Quantity, text: str) -> bool:
    """A bare number behind a word that gives counts, and so no age, no part of a name."""
    return quantity.unit is None and bool(_GIVES.search(text[: quantity.start]))


def _on_subject(question: str, side: Side) -> bool:
    """Whether a side or its title speaks of what a question asks how much of, or the cost of."""
    if not re.search(r"(?i)\bhow much\b", question) and not asks_for_cost(question):
        return True
    return _named(question, side) and is_about(question, side.text, title=side.article.title, titled=True)


def _same_cost(question: str, first: Side, side: Side, *, adjacent: bool = False) -> bool:
    """Whether a side tells the cost of what the question asks for, as `first` does; a question for no cost lets all by.

    An `adjacent` one need not name it again: "The ministry reckons with 120 million euros".
    """
    if not asks_for_cost(question):
        return True
    if not tells_cost(side.text):
        return adjacent and any(reckons(side.text[: q.start]) for q in counted_in(side.text))
    alike = like_rates(first.text, side.text) and bool(_PLANNED.search(first.text)) == bool(_PLANNED.search(side.text))
    before = f"{first.text} {side.article.title}" if adjacent else side.article.title
    return alike and is_about(question, side.text, title=before)


def _differ(question: str, one: Side, other: Side) -> bool:
    """Whether two articles give figures for the same thing that exclude each other."""
    for first in counted_in(one.text):
        for second in counted_in(other.text):
            if (
                is_asked(question, first, one.text)
                and is_asked(question, second, other.text)
                and same_unit(first, second, one.text, other.text)
                and (excludes(first, second) or _outgrown(first, second, one, other))
                and _same_matter(question, one, other)
                and _same_cost(question, one, other)
                and _same_cost(question, other, one)
            ):
                return _outgrown(first, second, one, other) or not any(
                    same_unit(first, q, one.text, other.text) and not excludes(first, q) for q in counted_in(other.text)
                )
    return False


def _outgrown(first: Quantity, second: Quantity, one: Side, other: Side) -> bool:
    """Whether the toll of a later article goes beyond the lower bound of an earlier one."""
    came, then = one.article.published, other.article.published
    if came is None or then is None or came == then or not _TOLL.search(f"{one.text} {other.text}"):
        return False
    old, new = (first, second) if came < then else (second, first)
    return old.bound == "least" and new.bound in ("exact", "least") and new.value > old.value and not new.added


def _same_matter(question: str, one: Side, other: Side) -> bool:
    """Whether both speak of the names and the matter of the question, as of what is or of what is planned, and of one
    time.
    """
    if _apart(one, other) or bool(_PLANNED.search(one.text)) != bool(_PLANNED.search(other.text)):
        return False
    if not (_named(question, one) and _named(question, other)):
        return False
    shared = roots(one.text) & roots(other.text)
    if not what_is_counted(question) and not roots(INNER_NAME.sub(" ", question)) & shared - {"percent"[:STEM]}:
        return False
    if _TOLL.search(f"{one.text} {other.text}") and shared - roots(" ".join(INNER_NAME.findall(question))) - _UNITS:
        return True
    return len(shared - _UNITS) >= (2 if INNER_NAME.search(question) else 3)


def _apart(one: Side, other: Side) -> bool:
    """Whether they name different days of what they tell, or came out so far apart that it is another year's."""
    came = [side.article.published for side in (one, other)]
    if came[0] and came[1] and abs((came[0] - came[1]).days) > _YEAR_ON:
        return True
    if came[0] != came[1] and (_TOLL.search(one.text) or _TOLL.search(other.text)):
        return False  # a toll is of the event, and its day that of the count
    days, others = _days(one), _days(other)
    return bool(days and others and not days & others)


def _named(question: str, at: Side | Sentence) -> bool:
    """Whether the names of the question stand in title, beginning or near words: what pronouns there stand for."""
    text = at.article.text
    setting = " ".join((at.article.title, text[:300], text[max(0, at.start - 400) : at.end]))
    known = {w[:STEM].lower() for w in re.findall(r"\w+", setting)}
    return {n[:STEM].lower() for n in INNER_NAME.findall(question)} <= known


def _days(side: Side) -> set[object]:
    """The days and years that a side names, but for those of saying it."""
    return {
        mention.first
        for mention in side.article.dates
        if mention.within(side.start, side.end)
        and mention.first is not None
        and mention.precision in ("day", "year")
        and not _SAYING.search(side.article.text[side.sentence.start : mention.start])
    }


def _denials(
    question: str, cited: Sequence[Sentence], evidence: Sequence[Sentence], around: Around
) -> Iterator[Disagreement]:
    for sentence in cited:
        near = around(sentence)
        own = own_sides(sentence, near)
        for one, other in combinations(near, 2):
            if (one in own or other in own) and _denied(one, other):
                yield Disagreement(_subject(question, (one, other)), (one, other), "contradiction")
        for rival in evidence:
            if rival.score >= SPEAKS and is_elsewhere(sentence, rival):
                others = own_sides(rival, around(rival))
                for side in own:
                    for there in others:
                        if _opposed(side, there):
                            yield Disagreement(_subject(question, (side, there)), (side, there), "contradiction")


def _denied(said: Side, denial: Side) -> bool:
    """Whether the later side, in another known voice, denies what the earlier says."""
    if said.voice is None or denial.voice is None or said.voice == denial.voice or not _DENIES.search(denial.text):
        return False
    if _DENIES.search(said.text):
        return False
    if _DENIES_THAT.search(denial.text):
        return denial.start - said.end < 3
    names = roots(f"{said.voice[0] or ''} {denial.voice[0] or ''}")
    if len((roots(said.text) & roots(denial.text)) - names) >= 2:
        return True
    thing = _DENIES_ANY.search(denial.text)
    deeds = {_ENDING.sub("", word) for word in content_words(said.text) if len(word) > 5}
    return bool(thing and not _NOT.search(said.text) and _ENDING.sub("", thing[1].lower()) in deeds)


def _opposed(one: Side, other: Side) -> bool:
    """Whether one of two articles' sentences says of nearly the same words that it is not so."""
    if bool(_NOT.search(one.text)) == bool(_NOT.search(other.text)):
        return False
    first, second = roots(one.text), roots(other.text)
    return len(first & second) >= 3 and len(first & second) >= _ALIKE * len(first | second)


def _dated(question: str, one: Side, other: Side) -> Disagreement:
    """A later article that gives new figures is an update."""
    subject = _subject(question, (one, other))
    first, second = one.article.published, other.article.published
    if first is None or second is None or first == second:
        return Disagreement(subject, (one, other), "contradiction")
    return Disagreement(subject, (one, other) if first < second else (other, one), "update")


def _subject(question: str, sides: Sequence[Side]) -> tuple[str, ...]:
    """The words of the question that the sides share, at most three."""
    shared = set.intersection(*(roots(side.text) for side in sides))
    any_of = set.union(*(roots(side.text) for side in sides))
    asked = [word for word in content_words(question) if not word[0].isdigit()]
    in_all = [w for w in asked if singular(w)[:STEM] in shared]
    return tuple((in_all or [w for w in asked if singular(w)[:STEM] in any_of])[:3])
