"""Words of questions and sentences: which carry meaning, which are names, which are numbers."""

from __future__ import annotations

import re
from functools import lru_cache

from rag.places import country, fold

STEM = 5  # letters by which words are compared: "Russian" and "Russia", "sending" and "sends"
INNER_NAME = re.compile(r"(?<!^)(?<![.!?]\s)\b[A-Z][\w’'-]+")  # a capitalised word that does not open its sentence

WORD = re.compile(r"[^\W_]+(?:[.,'’-][^\W_]+)*")

STOP_WORDS = frozenset(
    """a about above after again against all also am an and any are as at be because been before being below between
    both but by can could did do does doing down during each few for from further had has have having he her here hers
    him his how i if in into is it its itself just me more most my no nor not now of off on once only or other our out
    over own s same say said says she should so some such tell than that the their them then there these they this
    those through to too under until up us very was we were what when where which while who whom whose why will with
    would you your article articles according mention mentioned report reported state stated exactly much many
    please give list name describe explain""".split()
)


def words(text: str) -> list[str]:
    """The words of a text in lower case, possessives cut."""
    return [unowned(word.lower()) for word in WORD.findall(text)]


def stems(text: str) -> set[str]:
    """Its words, cut to their stems; a country and its people are one: "Dutch" and "Netherlands"."""
    united = {"UN"} if "United Nations" in text else set()
    return united.union(map(_stem, WORD.findall(text)))


@lru_cache(maxsize=100_000)
def _stem(word: str) -> str:
    if word in ("UN", "U.N"):
        return "UN"  # "Un" is a name
    bare = unowned(word)
    return country(bare) or fold(bare)[:STEM]


def unowned(word: str) -> str:
    """The word without the ending that says what is its own: "Putin" of "Putin's"."""
    return re.sub(r"['’]s?$", "", word)


def spelt(text: str) -> set[str]:
    """Its words as they are spelt, in lower case, without numbers and accented letters."""
    return set(re.findall(r"[a-z]+", text.lower()))


def content_words(text: str) -> list[str]:
    """Its words without those that every question has; all of them if nothing else is left."""
    found = words(text)
    return [w for w in found if w not in STOP_WORDS] or found


def singular(word: str) -> str:
    """The singular of a noun, roughly."""
    word = unowned(word.lower())
    irregular = {"people": "people", "persons": "people", "person": "people", "lives": "life", "men": "man"}
    if word in irregular:
        return irregular[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-1] if word.endswith("s") and not word.endswith("ss") else word


def roots(text: str) -> set[str]:
    """Its content words without numbers, in the singular, as far as words are compared."""
    return {singular(word)[:STEM] for word in content_words(text) if word not in STOP_WORDS and not word[0].isdigit()}
