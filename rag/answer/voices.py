"""The grammar of reported speech: whose phrase is the subject of a clause's reporting verb, and through which media.

Quotation marks are blanked first, so that a verb inside somebody's words counts for nothing. The subject has to be a
whole noun phrase with nothing unexplained left over, else there is no voice: none at all is better than a wrong one.
"""

from __future__ import annotations

import re
from itertools import pairwise

from rag.answer.outlets import expand, is_medium
from rag.places import is_place
from rag.verbs import BEFORE_CLAUSES, BEFORE_NUMBERS, CALLING, INVERTED, REPORTING, SURE
from rag.words import STOP_WORDS, unowned
from store.records import Article

_SAYS = (
    rf"(?:{SURE}"
    rf"|(?:{BEFORE_NUMBERS})(?= \d| (?:all|no|none|one|two|three|about|almost|around|over|more|fewer|at least)\b)"
    rf"|(?:{BEFORE_NUMBERS}|{BEFORE_CLAUSES})(?= (?:that|how|why|whether|he|she|they|there|it)\b|\s*[,.:·]|\s*$)"
    r"|puts?(?= (?:the|its|their|it)\b.{0,99}\b(?:at|down to)\b))"
)
_VERB = re.compile(rf"(?<![\w-]){_SAYS}(?![\w-])")
_CLAUSE = re.compile(r";\s+|,\s+(?=(?:while|whereas|but|although|though)\b)")
_BREAK = re.compile(r"[,:;()·—–]|\s-\s")
WEEKDAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
CALENDAR = (  # names that are no names of anybody
    rf"(?:{WEEKDAY}|January|February|March|April|May|June|July|August|September|October|"
    r"November|December)"
)
_DAY = rf"(?:on |last |this |late |early |in )*(?:{CALENDAR}|week|month|year)(?: \d{{1,2}})?(?:,? \d{{4}})?"
_TAIL = re.compile(
    rf"(?:\s+(?:also|then|later|earlier|again|now|once|still|even|just|only|already|repeatedly|\w+ly|has|have|had|did|"
    rf"went on to|would|{_DAY}))+$",
    re.IGNORECASE,
)
_LEAD = re.compile(
    rf"^(?:(?:and|but|yet|so|however|meanwhile|later|earlier|back|also|still|then|now|while|whereas|although|though|that|"
    rf"{_DAY})\b,?\s*)+",
    re.IGNORECASE,
)
_CAPITAL = "A-Z" + "".join(chr(n) for n in range(0xC0, 0x250) if chr(n).isupper())
_TITLE = r"(?:Mr|Mrs|Ms|Dr|Prof|Gen|Lt|Col|Capt|Sgt|Sen|Rep|Gov|Rev|St|Jr|Sr)"
NAME = rf"[{_CAPITAL}][\w’'.&-]*"
# One that another may follow: a full stop ends it, but for initials and titles ("George W. Bush", "Gen. Holm").
_LEADING = rf"(?:[{_CAPITAL}]\.|{_TITLE}\.|[{_CAPITAL}][\w’'&-]*(?:\.[\w’'&-]+)*\.?(?<!\w\w\.))"
RUN = rf"(?:{_LEADING} )*{NAME}"
PARTICLE = r"(?:de|van|von|al|bin|bint|ibn|der|den|ter|la|el|di|da|du|dos)"
NAMES = re.compile(rf"{NAME}(?: (?:(?:{PARTICLE}|of|the|for|and) )*{NAME})*")
# Words that no subject holds: they show that a phrase is more than one, or none.
_BROKEN = re.compile(
    r"(?i)\b(?:is|was|are|were|be|been|has|had|have|will|would|could|can|cannot|may|might|must|should|did|does|do|not|who|whom|whose|"
    r"which|what|that|when|if|because|since|after|before|while|where|as|to|than|it|this|these|those|there|i|we|you|he|"
    r"she|they|him|them|said|told|asked|about|into|by|or|never|how|why|whether|so|but|yet|nobody|everyone|anyone|helps?|helped)\b"
    r"|^(?:in|on|at|from|for|of|with|and|no|none|under|over|during|by)\b|\b(?:in|on|at|from|for|of|with|and|the|an?)$"
)
_SUBJECT = re.compile(
    rf"^(?:(?i:the|an?|another|one|two|three|four|five|several|some|many|most|its|his|her|their|both|all) |{NAME}"
    rf"|[a-z]+s\b|(?:[a-z-]+ ){{1,3}}{NAME} {NAME}$)"
)
PRONOUN = re.compile(r"(?i)(?:he|she|they|it)")
_PAPER = (
    r"(?:reports?|statements?|estimates?|surveys?|accounts?|figures|records?|polls?|stud(?:y|ies)|letters?|counts?|"
    r"reckoning)"
)
_OF_PAPER = re.compile(
    rf"(?i)^(?:(?:the|an?|its|their|another) )?(?:[\w-]+ ){{0,3}}?{_PAPER}\b.*? (?:of|by|from) (?P<owner>.+)$"
)
_OWNED = re.compile(rf"^(?P<owner>.+?)['’]s? (?:[\w-]+ ){{0,2}}?{_PAPER}$")


def clauses(text: str) -> list[tuple[int, int]]:
    """The parts of a sentence in which one voice each can speak: cut at semicolons, "while" and "but"."""
    cuts = [0, *(m.end() for m in _CLAUSE.finditer(text)), len(text)]
    return list(pairwise(cuts))


def blank_quotes(text: str) -> str:
    """The text with quoted words blanked by as many dots, also where a quotation goes on beyond it."""
    text = re.sub(r"[\"“][^\"“”]*[\"”]|(?<!\w)['‘](?=\S)[^'\"‘’“”]{3,}['’\"](?!\w)", lambda m: "·" * len(m[0]), text)
    text = re.sub(r"^[^\"”“]*”", lambda m: "·" * len(m[0]), text)
    text = re.sub(r"^([^\"]*)\"(?=\s+\w)(?=[^\"]*$)", lambda m: "·" * len(m[0]), text) if text.count('"') == 1 else text
    return re.sub(r"[\"“][^\"”]*$", lambda m: "·" * len(m[0]), text)


_QUOTED_AS = re.compile(r"\b(?:quoted|cited|quotes|cites) (?P<who>.+?) as (?:saying|telling|stating|writing)\b")
_WAS_QUOTED = re.compile(
    r"\b(?:was|were|is|are) (?:quoted|cited)(?: by (?P<via>[^,]+?))? as (?:saying|telling|stating)\b"
    rf"(?: (?:{_DAY} )?by (?P<after>[^,.;:·]+))?"
)
_ACCORDING = re.compile(
    r"(?i)\b(?:according to|in the (?:view|words|opinion|eyes|reading|account) of) (?P<who>[^,;:·()—–]+)"
)
_BY_ACCOUNT = re.compile(
    r"(?i)\b(?:in|by) (?P<who>[^,;:·]{2,60}?['’]s?) (?:own )?(?:view|account|words|opinion|reading|reckoning|count)\b"
)
_INVERTED = re.compile(rf"[,·?!]\s*(?:{INVERTED}) (?P<who>[^,;:·()—–]+)")
_BY = re.compile(
    r"\b(?:was|were|been|being) (?:told|informed|warned|reminded|assured|accused) by "
    r"(?P<who>(?:(?!(?:over|about|on|against|for|in|at)\b)[^\s,;:·()—–]+ ?){1,6}?)(?= ?(?:that|of|not to|to)\b)"
)
# "Holm: “It will stay”", "Holm was blunt: “It will stay”"
_COLON = re.compile(
    rf"^\W*(?P<who>{RUN})(?:,[^,:·]+,)?(?: (?:was|is|went|sounded|put it|summed up)\b[^,;:·]{{0,40}})?: ?·"
)
# "Orlov, quoted by TASS, called the plan ·", "In a statement carried by KCNA, Kim called the drill a folly"
_QUOTED_BY = re.compile(rf", (?:quoted|cited|interviewed) by [^,;:·]{{1,60}}, (?:{REPORTING}|{CALLING})\b")
_IN_PAPER = re.compile(
    r"^\W*(?i:in) (?:an?|his|her|its|their|the) [^,;:·]{0,40}\b"
    r"(?:statement|speech|interview|letter|message|address|remarks|commentary|video|post)\b"
    rf"[^,;:·]{{0,60}}, (?P<who>[^,;:·]{{1,80}}?) (?:{REPORTING}|{CALLING})\b"
)
# What a medium puts before or behind another's words: "According to TASS, …", "…, TASS reported on Monday"
_BRINGS = r"(?:reports?|reported|says?|said|writes|wrote)"
_LED_BY = re.compile(r"^\W*According to (?P<medium>[^,;:·]+),")
_CLOSED_BY = re.compile(
    rf"[,·]\s*(?:(?P<medium>[^,;:·]{{1,60}}) {_BRINGS}|(?:according to|as reported by) (?P<by>[^,;:·]{{1,60}}?))"
    rf"(?: {_DAY})?\W*$"
)
_BRINGS_THAT = re.compile(
    rf"^\W*(?P<medium>[^,;:·]{{1,60}}?) {_BRINGS}(?: {_DAY})? that (?P<who>[^,;:·]{{1,80}}?) {_SAYS}(?![\w-])"
)
_VIA = re.compile(
    r"\b(?:told|interview (?:with|by)|quoted by|reported by|cited by|carried by|remarks to|comments to|speaking to)"
    rf" (?P<via>(?:(?i:the|an?) )?(?:[\w-]+ )?(?:news )?(?:agency )?{NAME}(?: (?:of )?{NAME})*)"
)


def voice_of(clause: str, article: Article) -> tuple[str, tuple[str, ...]] | None:
    """The phrase for whoever speaks in a clause whose quotations are blanked, and the media named with it."""
    words, medium = _without_medium(clause, article)
    voice = _voice(words, article)
    if medium is None:
        return voice
    if voice is None:
        return medium, _media(words, article)
    who, via = voice
    return (medium, (*via, expand(who, article))) if is_medium(who, article) else (who, (*via, medium))


def _without_medium(clause: str, article: Article) -> tuple[str, str | None]:
    """The clause without the medium that brings another's words before or behind them, and that medium."""
    if (led := _LED_BY.match(clause)) and (medium := _medium(led["medium"], article)):
        return clause[led.end() :], medium
    if (closed := _CLOSED_BY.search(clause)) and (medium := _medium(closed["medium"] or closed["by"], article)):
        return clause[: closed.start() + 1], medium
    if (that := _BRINGS_THAT.match(clause)) and _subject(that["who"]) and (medium := _medium(that["medium"], article)):
        return clause[that.start("who") :], medium
    return clause, None


def _medium(words: str, article: Article) -> str | None:
    """The medium's own name, if the words are one."""
    phrase = _phrase(words)
    return expand(phrase, article) if phrase and is_medium(phrase, article) else None


def _media(clause: str, article: Article) -> tuple[str, ...]:
    """The media that the clause names as those who were told, or who quote; the full stop of a sentence is no part."""
    found = (re.sub(r"(?<!\.\w)\.$", "", expand(m["via"], article)) for m in _VIA.finditer(clause))
    return tuple(name for name in found if is_medium(name, article))


def _voice(clause: str, article: Article) -> tuple[str, tuple[str, ...]] | None:
    via = _media(clause, article)
    if (quoted := _QUOTED_AS.search(clause)) and (medium := _subject(clause[: quoted.start()])):
        who = _phrase(quoted["who"])
        return (who, (*via, expand(medium, article))) if who else None
    if quoted := _WAS_QUOTED.search(clause):
        medium = _phrase(quoted["via"] or "") or _medium(quoted["after"] or "", article)
        who = _subject(clause[: quoted.start()])
        return (who, (*via, expand(medium, article)) if medium else via) if who else None
    for verb in _VERB.finditer(clause):
        if who := _subject(clause[: verb.start()]):
            return who, via
    for pattern in (_INVERTED, _BY, _ACCORDING, _BY_ACCOUNT):
        if named := pattern.search(clause):
            who = _phrase(unowned(named["who"]) if pattern is _BY_ACCOUNT else named["who"])
            return (who, via) if who else None
    calls = _QUOTED_BY.search(clause)
    paper = _IN_PAPER.match(clause)
    if who := _subject(clause[: calls.start()] if calls else paper["who"] if paper else ""):
        return who, via
    if (opening := _COLON.match(clause)) and _is_somebody(opening["who"], article):
        return opening["who"], via
    return None


def _is_somebody(name: str, article: Article) -> bool:
    """A name, and no heading: of several words, or written inside a sentence too."""
    return not is_place(name) and bool(
        " " in name or re.search(rf"[a-z,] {re.escape(name)}\b|\b{re.escape(name)} [a-z]", article.text)
    )


def _subject(before: str) -> str | None:
    """The subject that a verb has by the words before it; None if they do not show it plainly."""
    before = _TAIL.sub("", before.rstrip()).rstrip()
    if before.endswith(","):  # "Hong Min, a senior fellow, said"
        parts = [part.strip() for part in before[:-1].split(",")]
        parts = [part for n, part in enumerate(parts) if n or _LEAD.sub("", part + " ").strip()]
        names = [part for part in parts if re.fullmatch(rf"{NAME}(?: {NAME})+", part)]
        if len(parts) > 1 and len(names) == 1:
            return names[0]
        return _phrase(parts[0]) if len(parts) > 1 else None
    last = _BREAK.split(before)[-1].strip()
    if last.lower() in ("who", "which"):  # "by Colm Achterberg, who said"
        named = re.search(rf"({NAME}(?: {NAME})+)(?:, (?:the|an?) [^,]*)?,? {last}$", before)
        return named[1] if named else None
    restricted = re.match(r"(.+?) who (?!.*\b(?:said|told)\b)", last)
    return _phrase(restricted[1] if restricted else last)


def _phrase(words: str) -> str | None:
    """The words if they are one whole noun phrase or pronoun, without what leads up to it."""
    words = _TAIL.sub("", " " + _LEAD.sub("", words.strip(" .!?·") + " ").strip()).strip()
    if PRONOUN.fullmatch(words):
        return words
    paper = _OF_PAPER.search(words) or _OWNED.search(words)
    if paper:
        return _phrase(paper["owner"])
    if words.lower() in STOP_WORDS or re.search(r"['’]s$", words) or not 0 < len(words.split()) <= 9:
        return None
    if _BROKEN.search(words) or not _SUBJECT.search(words):
        return None
    return words
