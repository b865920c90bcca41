"""Text as tokens with numbers read, sentences and clauses marked: what every matcher works on.

Numbers are read to their value, so that "5,000", "5000" and "five thousand" are one token and "1.5 million" is never
taken for "15 million". Nothing is stemmed, dropped or compared by similarity.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache

SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
)
UNITS = {word: Decimal(value) for value, word in enumerate(SMALL.split())}
TENS = {
    word: Decimal(10 * (place + 2))
    for place, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split())
}
SCALES = {
    "hundred": Decimal(100),
    "thousand": Decimal(1000),
    "million": Decimal(10**6),
    "billion": Decimal(10**9),
    "trillion": Decimal(10**12),
}
SHORT_SCALES = {"k": Decimal(1000), "m": Decimal(10**6), "bn": Decimal(10**9)}
ABBREVIATIONS = frozenset(
    "st mr mrs ms dr gen col sen rep gov no vs jan feb mar apr jun jul aug sep sept oct nov dec".split()
)
CONJUNCTIONS = frozenset(["but", "while", "whereas", "although", "though", "however", "that", "which", "who"])

CURRENCIES = {"$": "dollar", "£": "pound", "€": "euro", "¥": "yen", "₩": "won"}
OTHER_DOLLARS = "dollars-of-another-country"
# letters that look like Latin ones, as cheats write them: "nоt" with a Cyrillic "о"
LOOKALIKES = str.maketrans(
    "аеорсухіѕјһԁкмтвнАЕОРСХУІЅЈКМТВНοανιρτυκΟΑΝΙΡΤΥΚΒΕΗΜ",
    "aeopcyxisjhdkmtbhAEOPCXYISJKMTBHoaviptukOANIPTYKBEHM",
)
MIXED = re.compile(r"(?=[^\W\d_]*[A-Za-z])(?=[^\W\d_]*[\u0370-\u052f])[^\W\d_]+")
UNSEEN = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff]")
SPACED = re.compile(r"(?<=\d)[\u00a0\u2009\u202f](?=\d{3}(?!\d))")
STRUCK = re.compile(r"~~.*?~~", re.DOTALL)
QUOTE_MARKS = str.maketrans("‘’ʼʹ′´＇“”„«»″＂", "'''''''\"\"\"\"\"\"\"")

MARK = re.compile(r"\s*\[\d+(?:\s*,\s*\d+)*\]")
MARKED_STOP = re.compile(r"(?<=\])[.!?]\s+")
TOKEN = re.compile(
    r"""(?P<iso>\d{4}-\d{2}-\d{2}(?!\d)|(?:19|20)\d{2}-(?:0[1-9]|1[0-2])(?![\d-]))
      | (?P<ordinal>\d+(?:,\d{3})*(?:st|nd|rd|th)\b)
      | (?P<money>(?<![^\W_])(?:AU|CA|NZ|HK|A|C|S)\$|[$£€¥₩])?
        (?P<number>(?:(?<![\w.,)%'"])[-\u2212](?=\d))?(?:(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|(?<![\w.])\.\d+))(?P<short>(?:k|m|bn)\b)?
      | (?P<model>[^\W\d_]{1,2}-\d+\b)
      | (?P<initials>[^\W\d_](?:\.[^\W\d_])+\.?)
      | (?P<percent>%|per\ cent\b|pct\b)
      | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)*)
      | (?P<stop>[,;:()\u2014\u2013])
      | (?P<end>[.!?]+['")\]]*(?=\s|$)|\n)""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Token:
    """One word or number.

    `word` is case-folded and without a possessive; `value` is set for numbers; `joined` says that a hyphen ties it to
    the next token; `prefix` that a star followed (patterns only); `sentence` and `clause` count from 0. `asked`: its
    sentence ends in a question mark, and so states nothing. `money`: the currency whose sign stands before a number;
    it follows the number as a word of its own, so that "$5" is "5 dollar". `led`: a colon stands before it. `denied`:
    what leads it in denies it (set by `negation.weighed`).
    """

    word: str
    raw: str
    value: Decimal | None
    spelled: bool
    joined: bool
    prefix: bool
    sentence: int
    clause: int
    asked: bool = False
    money: str | None = None
    led: bool = False
    denied: bool = False


def plain_letters(text: str) -> str:
    """NFKC, without unseen characters, and with Latin letters for their lookalikes in words that mix alphabets."""
    seen = unicodedata.normalize("NFKC", UNSEEN.sub("", SPACED.sub(",", text)))
    return MIXED.sub(lambda word: word[0].translate(LOOKALIKES), seen)


@lru_cache(maxsize=8192)
def normalise(text: str) -> str:
    """Plain letters, straight quote marks, nothing struck out, and no citation marks such as `[2]`."""
    return MARK.sub("", STRUCK.sub(" ", plain_letters(text.translate(QUOTE_MARKS))))


@lru_cache(maxsize=8192)
def tokenise(text: str) -> tuple[Token, ...]:
    """The tokens of `text`, in order, with spelled-out and scaled numbers merged into one token each."""
    return tuple(_merge(_raw_tokens(normalise(text))[0]))


@lru_cache(maxsize=8192)
def sentences(text: str) -> tuple[str, ...]:
    """The sentences of `text`, normalised: cut where `tokenise` begins a new one, and at a stop behind a mark."""
    found: list[str] = []
    for plain in map(normalise, MARKED_STOP.split(text)):
        ends = _raw_tokens(plain)[1]
        found += [plain[start:end].strip() for start, end in itertools.pairwise([0, *ends, len(plain)])]
    return tuple(part for part in found if part)


def words_in(text: str) -> int:
    """How many whitespace-separated words `text` has: citation marks do not count, struck words do."""
    return len(MARK.sub("", plain_letters(text)).split())


def _raw_tokens(text: str) -> tuple[list[Token], list[int]]:
    """The tokens, numbers not yet merged, and where the sentences end."""
    found: list[Token] = []
    ends: list[int] = []
    asked: set[int] = set()
    sentence = clause = 0
    led = False
    for match in TOKEN.finditer(text):
        kind, raw = match.lastgroup, match.group()
        if match.group("number") is not None:
            kind = "number"
        if kind == "stop":
            clause, led = clause + 1, raw == ":"
            continue
        if kind == "end":
            if found and found[-1].sentence == sentence and _ends_sentence(text, match, found):
                asked |= {sentence} if raw.startswith("?") else set()
                sentence, clause = sentence + 1, clause + 1
                ends.append(match.end())
            continue
        word = _plain(raw, kind)
        if word in CONJUNCTIONS:
            clause += 1
        after = text[match.end() : match.end() + 2]
        joined = len(after) == 2 and after[0] == "-" and after[1].isalnum()
        value = _value(match) if kind == "number" else None
        sign = match.group("money")
        money = CURRENCIES.get(sign, OTHER_DOLLARS) if sign else None
        found.append(Token(word, raw, value, False, joined, after[:1] == "*", sentence, clause, money=money, led=led))
        led = False
    return [replace(token, asked=True) if token.sentence in asked else token for token in found], ends


def _ends_sentence(text: str, match: re.Match[str], found: Sequence[Token]) -> bool:
    """Whether this stop ends a sentence: not after an abbreviation, an initial, or before a lower-case word."""
    if match.group().startswith("\n") or not match.group().startswith("."):
        return True
    last = found[-1] if found else None
    touching = last is not None and text[: match.start()].endswith(last.raw)
    if last is not None and touching and (last.word in ABBREVIATIONS or (len(last.raw) == 1 and last.raw.isupper())):
        return False
    following = text[match.end() :].lstrip(" \t'\"([")[:1]
    return not following.islower()


def _plain(raw: str, kind: str | None) -> str:
    if kind == "percent":
        return "percent"
    word = raw.casefold()
    if kind == "initials":
        return word.replace(".", "")
    return re.sub(r"'s?$", "", word)


def _value(match: re.Match[str]) -> Decimal:
    value = Decimal(match.group("number").replace(",", "").replace("\u2212", "-"))
    short = match.group("short")
    return value * SHORT_SCALES[short.casefold()] if short else value


def _merge(tokens: Sequence[Token]) -> Iterator[Token]:
    """Join "1.5 million", "five thousand" and "twenty-eight" into one token each."""
    at = 0
    while at < len(tokens):
        length, value, spelled = _read_number(tokens, at)
        if length == 0 or value is None:
            yield tokens[at]
            at += 1
            continue
        run = tokens[at : at + length]
        raw = " ".join(token.raw for token in run)
        word = raw.casefold() if spelled else tokens[at].word
        first = run[0]
        whole = replace(run[-1], word=word, raw=raw, value=value, spelled=spelled)
        yield replace(whole, clause=first.clause, led=first.led, money=first.money)
        if run[0].money:
            yield replace(run[-1], word=run[0].money, raw=run[0].money, value=None)
        at += length


def _read_number(tokens: Sequence[Token], at: int) -> tuple[int, Decimal | None, bool]:
    """The number that starts at `at`: how many tokens it takes, its value, whether it is spelled out."""
    first = tokens[at]
    if first.word in ("minus", "negative") and at + 1 < len(tokens) and not first.joined:
        length, value, spelled = _read_number(tokens, at + 1)
        return (length + 1, -value, spelled) if value is not None else (0, None, False)
    if first.value is not None:
        scale = SCALES.get(tokens[at + 1].word) if at + 1 < len(tokens) and not first.joined else None
        return (2, first.value * scale, False) if scale else (1, first.value, False)
    if first.word == "a" and at + 1 < len(tokens) and tokens[at + 1].word in SCALES:
        return 2, SCALES[tokens[at + 1].word], True
    total = current = Decimal(0)
    length = 0
    last_small: Decimal | None = None
    for token in tokens[at:]:
        if token.word in SCALES and length:
            scale = SCALES[token.word]
            current = current * scale
            if scale > 100:
                total, current = total + current, Decimal(0)
            last_small = None
        else:
            small = UNITS.get(token.word, TENS.get(token.word))
            if small is None or not _may_follow(last_small, small):
                break
            current, last_small = current + small, small
        length += 1
    return (length, total + current, True) if length else (0, None, False)


def _may_follow(last: Decimal | None, small: Decimal) -> bool:
    """ "twenty" may be followed by "eight"; "two" may not be followed by "three"."""
    return last is None or (last >= 20 and 0 < small < 10)
