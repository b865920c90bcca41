"""What a claim must share with the words it cites to the letter: numbers, dates, names and quotations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rag.answer.evidence import Sentence
from rag.answer.figures import figures
from rag.answer.given import long_date
from rag.ingest.sentences import split_sentences
from rag.ingest.times.mentions import find_dates
from rag.places import country, fold
from rag.types import DateMention
from rag.verbs import REPORTING
from rag.words import STEM, STOP_WORDS, unowned

_QUOTED = re.compile(r"[\"“”]([^\"“”]+)[\"“”]|‘([^‘’]+)’(?!\w)")
_SHORTEST = 8  # characters of a quotation; shorter ones are words held at a distance
_NAME = re.compile(r"(?<![\d°])(?:[^\W\d_](?:\.[^\W\d_])+\.?|[^\W\d_]\d+[^\W_]*|[^\W\d_]+(?:['’][^\W\d_]+)*)")
_DAYS = r"\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)(?=[a-z]*day)"
_MONTHS = (
    r"\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)(?=(?:uary|ruary|ch|il|e|y|ust|t|tember|ober|ember)?\b)"
)
_CALENDAR = re.compile(rf"{_DAYS}|{_MONTHS}")
_DAY_OF_MONTH = re.compile(r"\b\d{1,2}(?:st|nd|rd|th)?\b")
_INITIALS = re.compile(r"\b(?:[^\W\d_]\.){2,}")
_PLAIN = frozenset("mr mrs ms dr i am pm".split())
_OPENS = re.compile(
    r"(?:^|[.!?:;•*\n\"“”‘(–—-])\W*$"
)  # what stands before the first word of a sentence, item or quotation
_LEANS = re.compile(r"(?i)\b(?:he|she|they|it|his|her|their|its|him|them|this|these|those|the)\b")
_PERSON = re.compile(r"(?i)\b(?:he|she|they|him|his|her|their|them)\b")
_TOLD = re.compile(rf"(?i)\b(?:{REPORTING}|states?|articles?|published|as of|according to)\b")
_SAYS = re.compile(rf"\s+(?:(?:also|has|had|have)\s+)?(?:{REPORTING})\b")
_NOBODY = frozenset(
    "police nobody everyone everybody somebody someone staff management government parliament opposition research "
    "evidence women men people children one another neither nothing half anyone industry sheriff counsel mother "
    "father".split()
)
_SPEAKER = re.compile(r"(?i)\b(?:I|we|our|my)\b")  # of a quotation: whoever is named before it
_BEFORE = 600  # characters in which the sentence before is looked for


@dataclass(frozen=True, slots=True)
class Cited:
    """Words a claim may rest on, and what is known of them.

    `dates` are the days that words of `text` stand for. `before` is the sentence before, which pronouns lean on;
    `media` are outlet and agency; `title` and `whole` are the article's, and `whole` has a name in full that `text`
    cuts short.
    """

    text: str
    dates: tuple[DateMention, ...] = ()
    before: str = ""
    media: tuple[str, ...] = ()
    author: str = ""
    title: str = ""
    whole: str = ""
    published: date | None = None

    @property
    def by(self) -> tuple[str, ...]:
        """Whoever brings the words: outlet, agency and author."""
        return (*self.media, self.author) if self.author else self.media

    @property
    def about(self) -> str:
        """What is known of the article beside its text."""
        return " · ".join((*self.by, self.title))


def cited(sentence: Sentence) -> Cited:
    """A sentence of an article as words to be cited."""
    article = sentence.article
    lead = article.text[max(0, sentence.start - _BEFORE) : sentence.start]
    spans = split_sentences(lead)
    return Cited(
        sentence.text,
        tuple(d for d in article.dates if d.within(sentence.start, sentence.end)),
        before=lead[spans[-1].start : spans[-1].end] if spans else "",
        media=tuple(part for part in (article.source, article.agency) if part),
        author=article.author or "",
        title=article.title or "",
        whole=article.text,
        published=article.published,
    )


def missing(claim: str, given: Sequence[Cited]) -> str | None:
    """What of the claim the given words do not hold, as a clause for the reader; None if nothing is missing."""
    text = "\n".join(c.text for c in given)
    for quoted in quotations(claim):
        if not all(_verbatim(part, text, given) for part in re.split(r"\.{3}|…|\[[^\]]*\]", quoted)):
            return f"“{quoted}” is not in the cited words"
    rest = claim
    for mention, known in _dated(claim, given):
        if not known:
            return f"the date “{mention.words}” is not in the cited words"
        rest = rest[: mention.start] + " " * (mention.end - mention.start) + rest[mention.end :]
    held = {f.value for c in given for f in figures("\n".join(_counted(c, claim)))}
    for figure in figures(rest):
        if figure.exact and figure.value not in held:
            return f"the figure {figure.words} is not in the cited words"
    if name := _unknown_name(rest, given):
        return f"{name} is not named in the cited words"
    return None


def _counted(words: Cited, claim: str) -> Iterator[str]:
    """Where a number of the claim may stand: in no day of the month, and no name of an outlet that it does not name."""
    text = words.text
    for mention in words.dates:
        if _CALENDAR.search(mention.words):
            text = re.sub(rf"{re.escape(mention.words)}(?!\w)", _DAY_OF_MONTH.sub(" ", mention.words), text)
    yield from (text, words.title, *(by for by in words.by if by in claim))


def _verbatim(quoted: str, text: str, given: Sequence[Cited]) -> bool:
    """Whether one sentence of the `text` cited has the words, or several that stand together in their article."""
    words = f" {plain(quoted)} "
    if any(words in f" {plain(c.text)} " for c in given):
        return True
    return words in f" {plain(text)} " and any(words in f" {plain(c.whole)} " for c in given)


def plain(text: str) -> str:
    """Words in lower case with single spaces and no punctuation, but for that inside numbers."""
    return " ".join(re.sub(r"(?<!\d)[^\w\s]|[^\w\s](?!\d)", "", text.lower()).split())


def quotations(text: str) -> list[str]:
    """What stands between quote marks, without the comma or full stop before the closing one."""
    found = [(m[1] or m[2]).strip().rstrip(",.") for m in _QUOTED.finditer(text)]
    return [quoted for quoted in found if len(quoted) >= _SHORTEST]


def _dated(claim: str, given: Sequence[Cited]) -> Iterator[tuple[DateMention, bool]]:
    """The days and longer times that a claim names, and whether the given words name them or lie within them."""
    flat = f" {plain(' '.join(c.text for c in given))} "
    days = _days(claim, given)
    readings = [find_dates(claim, published=day) for day in dict.fromkeys(c.published for c in given)]
    for same in reversed(list(zip(*readings, strict=False))):
        spans = [(m.first, m.last) for m in same if m.first and m.last]
        if spans or _CALENDAR.search(same[0].words):
            within = any(first <= start and end <= last for first, last in spans for start, end in days)
            undated = not spans and _calendar(same[0].words) <= _calendar(flat)
            yield same[0], within or undated or f" {plain(same[0].words)} " in flat


def _calendar(text: str) -> set[str]:
    """The numbers of a text and its names of days and months, cut to three letters: "Apr 15", "April 15th"."""
    return {part.lower() for part in re.findall(rf"\d+|(?:{_DAYS}|{_MONTHS})", text, re.IGNORECASE)}


def _days(claim: str, given: Sequence[Cited]) -> list[tuple[date, date]]:
    """First and last day of each time that the given words name.

    The day on which an article came out counts where the claim names outlet or agency, and where its words name no time
    and the claim tells who said it or as of when: what is told that day need not have happened then.
    """
    told = _TOLD.search(claim)
    named = [(d.first, d.last) for c in given for d in c.dates if d.first and d.last]
    undated = [c for c in given if (told and not c.dates) or any(part in claim for part in (*c.by, c.title) if part)]
    return named + [(c.published, c.published) for c in undated if c.published]


def _unknown_name(claim: str, given: Sequence[Cited]) -> str | None:
    """A name of the claim that the given words, the sentence they lean on and what is known of them do not hold."""
    near = [f"{c.text} {c.about} {_leant_on(c)}" for c in given]
    days = [long_date(day) for first, last in _days(claim, given) for day in (first, last)]
    whole = " ".join(dict.fromkeys(c.whole for c in given))
    known, further = _known(" · ".join([*near, *days])), _known(whole)
    for run in _names(claim, capitals=whole):
        held = [_kin(word, known) for word in run]
        if not all(held) and not (any(held) and all(_kin(word, further) for word in run)):
            return " ".join(word for word, is_held in zip(run, held, strict=True) if not is_held)
        if _swapped(run, claim, given):
            return " ".join(run)
    return None


def _leant_on(words: Cited) -> str:
    """The sentence before, if a pronoun or an article may point to it."""
    return words.before if _LEANS.search(words.text) else ""


def _swapped(run: Sequence[str], claim: str, given: Sequence[Cited]) -> bool:
    """A name that only titles have, while all the words cited name others, of whom the claim is silent.

    Without a pronoun that could mean the one in the title, in their own words or those of a quotation.
    """
    if any(_PERSON.search(c.text) or _SPEAKER.search(" ".join(quotations(c.text))) for c in given):
        return False
    near = _known(" · ".join(" · ".join((c.text, _leant_on(c), *c.by)) for c in given))
    said = _known(claim)
    return not any(_kin(word, near) for word in run) and all(
        any(not any(_kin(word, said) for word in name) for name in _names(c.text, capitals=c.whole)) for c in given
    )


def _names(claim: str, *, capitals: str) -> Iterator[list[str]]:
    """Runs of words with a capital.

    The first word of a sentence is one if `capitals` has it inside a sentence, or several times and never without; and
    if it is not there at all, but is told to say something.
    """
    run: list[str] = []
    end = 0
    for found in _NAME.finditer(claim):
        word = unowned(found[0])
        is_name = word[:1].isupper() and word.lower() not in STOP_WORDS and word.lower() not in _PLAIN
        if is_name and _OPENS.search(claim[: found.start()]):
            inside = re.search(rf"[a-z,] {re.escape(word)}\b", capitals)
            spelt = re.findall(rf"(?i)\b{re.escape(word)}\b", capitals) if not inside else []
            is_name = bool(inside) or (len(spelt) > 1 and word.lower() not in spelt)
            is_name = is_name or (not inside and not spelt and _is_told_to_speak(word, claim[found.end() :]))
        if run and not (is_name and not claim[end : found.start()].strip()):
            yield run
            run = []
        if is_name:
            run.append(word)
            end = found.end()
    if run:
        yield run


def _is_told_to_speak(word: str, behind: str) -> bool:
    """Whether a word in front of these is somebody who says something: "Scholz said", and not "Officials said"."""
    return bool(_SAYS.match(behind)) and not word.endswith("s") and word.lower() not in _NOBODY


def _known(text: str) -> set[str]:
    """The words of a text as names are compared, and the initials of its runs of capitals: "European Union", "EU"."""
    runs = re.findall(r"\b[A-Z]\w+(?: (?:of |and |the |for )*[A-Z]\w+)+", text)
    initials = {"".join(re.findall(r"\b[A-Z]", run)).lower() for run in runs}
    whole = _INITIALS.sub(lambda m: m[0].replace(".", ""), text)
    return initials | {_bare(unowned(word)) for word in re.findall(r"[^\W_]+(?:['’][^\W_]+)*", whole)}


def _kin(name: str, known: set[str]) -> bool:
    """The name is known, or a word with its first five letters or of four that it goes on from: "Russian", "Russia"."""
    word = _bare(name)
    return (
        word in known
        or word.removesuffix("s") in known
        or any(len(k) >= 4 and (k[:STEM] == word[:STEM] or k.startswith(word) or word.startswith(k)) for k in known)
        or ((land := country(name)) is not None and any(country(k.capitalize()) == land for k in known))
    )


def _bare(word: str) -> str:
    """Lower case, without accents, apostrophes and full stops."""
    return fold(re.sub(r"[.'’]", "", word))
