"""Whether the articles agree on a number: searched for as what is counted, which "agree" and "figures" only blur."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import combinations

from rag.answer.counted import asked_in, same_unit
from rag.answer.evidence import SPEAKS, Sentence
from rag.answer.gate import Verdict
from rag.answer.quantities import Quantity
from rag.types import Answer, Citation
from rag.words import roots

_AGREE = r"(?:agree|disagree|differ|match|coincide)(?: with (?:each other|one another))?"
_FIGURES = r"(?:figures?|numbers?|counts?|estimates?|totals?)"
_PIECES = r"(?:sources|articles|stories|reports|accounts|outlets|(?:news)?papers)"
_OWN = r"^\W*do(?: all)?(?: of)?(?: the| my| these| our)?(?: saved| reported)?"
_OF_FIGURES = re.compile(
    rf"(?i){_OWN} (?:{_FIGURES} (?:of|for|on) (?:the )?(?P<of>[^?]+?)|"
    rf"(?P<noun>(?!(?:the|these|all)\b)(?:[\w’'-]+ ){{0,2}}[\w’'-]+) {_FIGURES}) {_AGREE}\W*$"
)
_OF_PIECES = re.compile(
    rf"(?i){_OWN} {_PIECES} {_AGREE} (?:on|about|over|as to) "
    r"(?:(?P<how>how (?:many|much) [^?]+?)|(?P<what>the (?:[\w’'-]+ )?(?:numbers?|amount|total|toll)(?: [^?]+?)?))\W*$"
)
_HEAD = re.compile(r"(?i).+?(?= (?:of|on|in|at|from|for|who|that|aboard|killed|injured)\b|$)")
_MANY = re.compile(r"(?i)(?:[^siu]s|people|(?:wo)?men|children|dead|injured|missing)$")
_ONE = re.compile(r"(?i)\b(?:toll|cost|price|turnout|damage|number|total)$")
_COUNTABLE = re.compile(  # "passenger figures"; "public figures" are people, and "company figures" a company's
    r"(?i)\b(?:arrest|casualty|civilian|death|employee|fatality|hostage|house|injury|job|migrant|nurse|passenger|patient|"
    r"prisoner|pupil|refugee|sailor|seat|ship|soldier|student|ticket|tourist|victim|visitor|vote|voter|worker)$"
)
_WHOSE = re.compile(
    r"(?i)\b(?:th(?:e|is|at|ese|ose|eir)|his|her|its|our|your|all|both|two|three|other|latest|new|old|official|public|"
    r"political|religious|opposition|government|police|army|company|(?:minist(?:er|ry)|part|union|expert|official|side|"
    r"source|outlet|agenc|compan|authorit)(?:s|ies|y)?)\b|['’]"
)
_BOUNDS = {"exact": "", "about": "about ", "least": "at least ", "most": "at most "}
_INEXACT = "least fewer less around nearly almost roughly approximately estimated close"


def count_asked(question: str) -> str | None:
    """The number on which a question wants to know whether articles agree, asked for: "How many passengers?"."""
    if pieces := _OF_PIECES.search(question):
        return f"{pieces['how'][0].upper()}{pieces['how'][1:]}?" if pieces["how"] else f"What is {pieces['what']}?"
    found = _OF_FIGURES.search(question)
    thing = found and (found["of"] or found["noun"])
    head = thing and _HEAD.match(thing)
    if not found or not thing or not head or _WHOSE.search(head[0]):
        return None
    if _ONE.search(head[0]):
        return f"What is the {thing}?"
    if found["noun"] and _COUNTABLE.search(thing):
        thing = re.sub("y$", "ie", thing) + "s"
    elif not _MANY.search(head[0]):
        return None
    return f"How many {thing}?"


def one_each(asked: str, verdict: Verdict) -> Verdict:
    """The verdict with the best sentence of each article that gives the number asked for, if any does."""
    best: dict[str, Sentence] = {}
    for sentence in verdict.sentences:
        if sentence.score >= SPEAKS and asked_in(asked, sentence.text):
            best.setdefault(sentence.article.story, sentence)
    return replace(verdict, sentences=tuple(best.values()), leading=len(best)) if best else verdict


def agreement(asked: str, answer: Answer) -> str | None:
    """Says that what an answer cites of two or more articles gives one figure of one matter; None if it does not."""
    told = [(c, figure) for c in answer.citations for figure in asked_in(asked, c.quote)]
    articles = {citation.article.story for citation, _ in told}
    if answer.conflicts or len(articles) < 2 or not all(_is_same(*pair) for pair in combinations(told, 2)):
        return None
    citation, figure = told[0]
    number = citation.quote[figure.start : figure.end]
    return f"The figures agree: {_BOUNDS[figure.bound]}{number} in {len(articles)} articles."


def _is_same(first: tuple[Citation, Quantity], second: tuple[Citation, Quantity]) -> bool:
    """Whether two sentences give one figure, and have a word in common besides what it counts."""
    (here, one), (there, other) = first, second
    same = (one.value, one.bound, one.added) == (other.value, other.bound, other.added)
    if not same or not same_unit(one, other, here.quote, there.quote):
        return False
    told = [roots(c.quote[: q.start] + c.quote[q.end :]) for c, q in (first, second)]
    return bool(told[0] & told[1] - roots(f"{_INEXACT} {one.unit}"))
