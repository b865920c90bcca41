"""One person under several names: "Xi Jinping" and "Xi", "Kim Jong Un" and "Kim Jong-un"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from rag.answer.speakers import BODY, ONE, full_name, runs
from rag.answer.voices import CALENDAR, NAME, RUN
from rag.places import fold, is_place, may_be_first_name
from rag.words import unowned
from store.records import Article

_RUN = re.compile(RUN)
_THE_ROLE = re.compile(r"(?i)the (?:former |late |then )?([a-z-]+)")
_APPOSED = re.compile(r", ((?:[a-z][\w-]* ){0,3}[a-z][\w-]*)\b")
_OF = re.compile(r"(?<=\w) (?:of|from|in|at|with) ")
_OWNER = re.compile(r"['’]s?$")
_ROLES = (
    "mr mrs ms miss dr prof professor sir dame lord lady rev father pope king queen prince princess sheikh ayatollah "
    "president vice prime minister chancellor premier secretary state general gen lt lieutenant col colonel major "
    "capt captain sgt sergeant admiral marshal commander sen senator rep representative congressman congresswoman gov "
    "governor mayor judge justice speaker house senate leader attorney ambassador chair chairman chairwoman "
    "chairperson ceo director coach archbishop bishop cardinal rabbi imam deputy former foreign defence defense "
    "finance interior first the jr sr"
)
ANOTHERS = re.compile(r"\b(?!spokes)\w+ (?:of|for|to) (?:[a-z]+ ){0,3}$")  # "a lawyer for shipowner Petersen"


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever a question calls `name`, in one article: the `parts` of it, and those that only others have there."""

    name: str
    parts: frozenset[str]
    others: frozenset[str]
    is_introduced: bool  # by more than one name, so a person and no country or body
    roles: frozenset[str] = frozenset()  # that the article gives them: "mayor"

    def named_in(self, text: str) -> bool:
        """Whether the text has a name that may be theirs."""
        return any(self._is(run[0]) for run in _RUN.finditer(text))

    def speaks_as(self, phrase: str) -> bool:
        """Whether a phrase for who speaks may mean them, and nobody of theirs: "Petersen's sister" is another.

        Of several names the last is a person's: "Petersen adviser Ada Holm".
        """
        if role := _THE_ROLE.fullmatch(phrase):
            return role[1].lower() in self.roles
        own = _own_runs(phrase)
        return any(map(self._is, own[-1:] if self.is_introduced else own))

    def _is(self, run: str) -> bool:
        return any(map(self._is_called, _pieces(run)))

    def _is_called(self, piece: str) -> bool:
        name = frozenset(_parts(piece))
        is_theirs = _same(self.parts, name) and not name <= self.others
        return is_theirs or _is_short(self.name, piece) or _is_short(piece, self.name)


def last_name(phrase: str) -> str | None:
    """The last name of a phrase for who speaks, if it is theirs: "Holm" of "mayor Holm", none of "Holm's sister"."""
    found = _own_runs(phrase)
    return found[-1] if found else None


def _own_runs(phrase: str) -> list[str]:
    """The names in a phrase that are of whoever it means: not Petersen of "Petersen's sister"."""
    head = _OF.split(phrase)[0]
    phrase = head if _RUN.search(head) else phrase
    return [
        run[0]
        for run in _RUN.finditer(phrase)
        if not _OWNER.search(run[0]) and not ANOTHERS.search(phrase[: run.start()])
    ]


def names_another(name: str, text: str) -> bool:
    """Whether a text names somebody else of the same last name, and not them: "Joe Biden" for "Jill Biden"."""
    parts = _parts(name)
    named = [_parts(piece) for run in _RUN.finditer(text) for piece in _pieces(run[0])]
    same = [_same(frozenset(parts), frozenset(run)) for run in named]
    namesakes = [run[-1:] == parts[-1:] and not is_same for run, is_same in zip(named, same, strict=True)]
    return len(parts) > 1 and any(namesakes) and not any(same)


def person(name: str, article: Article) -> Person:
    """The person of this name in the article; whom it calls by a part of that name only is another.

    With "the" before the name ("the White House") it is a body.
    """
    is_body = name.startswith("the ") or BODY.search(name)
    name = name.removeprefix("the ")
    parts = frozenset(_parts(name))
    introduced = {frozenset(_parts(" ".join(run))) for run in runs(article.text)}
    own = {run for run in introduced if _same(parts, run)}
    others = frozenset().union(*(introduced - own)) - frozenset().union(parts if len(parts) == 1 else (), *own)
    in_full = name in article.text or any(len(run) > 1 for run in own)  # "Ursula von der Leyen" is no run of capitals
    by_more = in_full if len(parts) > 1 else _has_more(parts, article)
    who = Person(name, parts, others, by_more and not is_body)
    return replace(who, roles=_roles(who, article.text)) if who.is_introduced else who


def _roles(who: Person, text: str) -> frozenset[str]:
    """The roles that stand before or behind their name: "Mayor Ada Holm", "Ada Holm, the former mayor of Norvane"."""
    found: set[str] = set()
    for run in _RUN.finditer(text):
        if who.named_in(run[0]):
            before = text[: run.start()].rstrip().rsplit(None, 1)[-1:]
            behind = _APPOSED.match(text, run.end())
            found.update(word.lower() for word in [*run[0].split(), *before, *(behind[1].split() if behind else ())])
    return frozenset(word for word in found if ONE.fullmatch(word) or _spelt(word) in _roles_spelt())


def _has_more(parts: frozenset[str], article: Article) -> bool:
    """Whether the article has a longer name that a single one is cut from."""
    spelt = {word for word in set(re.findall(NAME, article.text)) if parts.intersection(_parts(word))}
    return any(full_name(word, article) != word or _is_family(word, article.text) for word in spelt)


def _is_family(word: str, text: str) -> bool:
    """Whether it comes first in the name of somebody with a role: "President Xi Jinping"."""
    return any(ONE.search(found[1]) for found in re.finditer(rf"\b(\w+) {re.escape(word)} {NAME}", text))


def _is_short(short: str, name: str) -> bool:
    """Whether a name is written short by its first letters: "UN" for "United Nations"."""
    words = name.split()
    return len(words) > 1 and short.isupper() and short == "".join(word[0] for word in words)


def _same(one: frozenset[str], other: frozenset[str]) -> bool:
    """One name in full, the other in full or a part of it: "Kim Jong Un" and "Kim Yo Jong" are two."""
    return bool(one and other) and (one <= other or other <= one)


def _pieces(run: str) -> Iterator[str]:
    """A run of capitalised words, cut behind owners: "Russia's Putin" are two."""
    piece: list[str] = []
    for word in run.split():
        piece.append(word)
        if _OWNER.search(word):
            yield " ".join(piece)
            piece = []
    yield " ".join(piece)


def _parts(name: str) -> list[str]:
    """The words of a name as they are compared: without roles, numerals, days and whose country it is."""
    bare = [unowned(word).strip(".") for word in re.split(r"[\s-]+", name)]
    kept = [word for word in bare if word and not re.fullmatch(rf"{CALENDAR}|[IVX]+", word)]
    # whose country it is goes, but for what may be a first name: "Polish President Duda", "Casey Berg"
    first = [word for word in kept[-2:-1] if may_be_first_name(word)]
    theirs = [word for word in kept[:-1] if not is_place(word)] + first + kept[-1:]
    spelt = [word if word.isupper() and len(word) > 1 else _spelt(word) for word in theirs]
    return [word for word in spelt if word not in _roles_spelt()]


def _spelt(word: str) -> str:
    """Zelensky, Zelenskyy and Zelenskiy are one, so are Dmitri and Dmitry."""
    return re.sub(r"(.)\1+", r"\1", fold(word).replace("y", "i"))


@cache
def _roles_spelt() -> frozenset[str]:
    return frozenset(map(_spelt, _ROLES.split()))
