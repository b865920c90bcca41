"""Words that are a writer's own view, in any article: "in my view …", and what a columnist or an editorial says.

What stands in quotation marks is a speaker's, not the writer's: “I think we will win,” said the coach.
"""

from __future__ import annotations

import re

from rag.answer.voices import blank_quotes

_OWN = re.compile(
    r"\b(?:[Ii]n|[Tt]o) (?:my|our) (?:\w+ )?(?:view|opinion|judge?ment|mind)\b"
    r"|\bI (?:\w+ly )?(?:think|believe|feel|suspect|fear|would (?:argue|say))\b"
)
_WRITER = re.compile(r"(?i)\b(?:columnist|commentator|editorial)\b")
_IN_EDITORIAL = re.compile(r"(?i)\bin an editorial\b")
_AS_VIEW = re.compile(r"(?i)\b(?:view|opinion|columnist|commentator|editorial)s?\b")


def is_own_view(words: str, *, lead: str) -> bool:
    """Whether a writer tells the words as a view of their own; `lead` is the article's text before them.

    Not so inside a quotation that the paragraph left open.
    """
    paragraph = lead.rpartition("\n")[2]
    is_open = paragraph.count('"') % 2 == 1 or paragraph.count("“") > paragraph.count("”")
    return not is_open and bool(_OWN.search(blank_quotes(words)))


def is_opinion(words: str, *, lead: str, speaker: str | None) -> bool:
    """Whether the words are an opinion: a writer's own view, or what a columnist or an editorial says."""
    return bool(is_own_view(words, lead=lead) or _IN_EDITORIAL.search(words) or (speaker and _WRITER.search(speaker)))


def is_told_as_view(claim: str) -> bool:
    """Whether a claim says itself that it tells a view."""
    return bool(_OWN.search(claim) or _AS_VIEW.search(claim))
