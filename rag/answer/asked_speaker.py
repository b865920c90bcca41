"""Which person's words a question asks for, and whether a sentence may be theirs.

"What did Peskov say of it?" is not answered by what Putin says of it, however near it comes. For a body many may speak
(`rag.answer.bodies`). Countries are left out: they go by many names ("Seoul", "the South", "the British").
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.bodies import is_anothers
from rag.answer.evidence import Sentence, Sentences
from rag.answer.outlets import is_medium
from rag.answer.persons import ANOTHERS, Person, person
from rag.answer.speakers import BODY, NAMELESS, ONE, is_unresolved, persons_in, statements, unnamed
from rag.answer.voices import NAME, PARTICLE
from rag.places import is_place
from rag.verbs import ASKING, REPORTING, TELLING
from rag.words import STOP_WORDS, unowned
from store.records import Article, Span

_REACH = 4  # sentences behind one that is of a person, in which "he said" may be theirs
_SUBJECT = 6  # words of a sentence among which the name stands that it is of
_NOUN = re.compile(r" (?!(?:yesterday|today|always|perhaps|sometimes|himself|herself)\b)(?P<noun>[a-z]+)")
_WHO = rf"(?P<who>(?:the )?{NAME}(?: (?:{PARTICLE} )*{NAME})*)"
_WORDS = (
    r"view|views|opinion|reaction|response|reply|answer|comment|comments|comeback|explanation|verdict|assessment|"
    r"account|statement|claim|position|stance|words|estimate|prediction|argument"
)
_ASKS = (
    re.compile(
        rf"(?i:\b(?:did|does|do|has|have|had|will|would)) {_WHO} "
        rf"(?i:(?:\w+ly |have to |have |also )?(?:{ASKING})\b(?! or do))"
    ),
    re.compile(rf"(?i:\baccording to|\b(?:said|told|written|announced) by) {_WHO}"),
    re.compile(rf"(?i:\b(?:is|was|were|are)) {_WHO}['’]s? (?i:(?:\w+ )?(?:{_WORDS})\b)"),
    re.compile(rf"(?i:\bin) {_WHO}['’]s? (?i:(?:view|opinion|words|account|reading)\b)"),
)
_QUOTED = re.compile(r"[\"“]|\bsaying\b")
# in anybody's sentence: "he said Putin had told him", "Kim has decided to send"
_TOLD = re.compile(
    rf"{_WHO}(?<!['’]s)(?<!['’])"
    r"(?:,? (?!(?:and|or|in|at|with|he|she|they|it|was|were|is|are|been)\b)[a-z]\w*){0,6}?,? "
    rf"(?:{TELLING}|not (?:{ASKING}))\b"
)

_SAYS = rf"(?:he|she|they) (?:\w+ )?(?:{REPORTING})"
_THEY_SAY = re.compile(rf"(?i)\b{_SAYS}\b")
_WHICH_THEY = re.compile(rf"\bwhich {_SAYS}\b")
_SAYS_LAST = re.compile(rf"(?i),[\"'”’]* {_SAYS}\W*$")
_SAYS_FIRST = re.compile(rf"(?i)^\W*{_SAYS}\b")


def speaker_asked(question: str) -> str | None:
    """The name of the person or body whose words are asked for; None if none are, or if no name says who it is.

    A single name of a place is a government's; "the" before a name ("the White House") makes it a body's.
    """
    for pattern in _ASKS:
        if found := pattern.search(question):
            name = unowned(found["who"])
            noun = _NOUN.match(question, found.end("who")) if found.end() == found.end("who") else None
            return None if _is_government(name.removeprefix("the ")) or (noun and _is_group(noun["noun"])) else name
    return None


def _is_government(name: str) -> bool:
    return is_place(name) and name != "United Nations"


def _is_group(noun: str) -> bool:
    """Whether a noun behind a name makes it another's: "Kremlin officials", "Trump allies"."""
    known = BODY.fullmatch(noun) or NAMELESS.fullmatch(noun) or ONE.fullmatch(noun)
    return bool(known) or (noun not in STOP_WORDS and noun.endswith("s") and not noun.endswith("ss"))


def of_speaker(speaker: str, evidence: Sequence[Sentence], *, sentences: Sentences) -> list[Sentence]:
    """The sentences that may hold the speaker's words: of articles in which they speak, and not plainly another's.

    In an article that only names a person nothing is theirs; for a body many may speak. `sentences` gives the spans of
    an article's sentences by its id.
    """
    articles = {s.article.id: s.article for s in evidence}
    asked = {key: person(speaker, article) for key, article in articles.items()}
    media = {key for key, article in articles.items() if is_medium(speaker, article)}
    naming = {key for key, article in articles.items() if asked[key].named_in(article.named)}
    persons = {key for key in naming if asked[key].is_introduced}
    silent = {key for key in persons if not _speaks(asked[key], articles[key], sentences(key))}
    return [
        s
        for s in evidence
        if s.article.id in media
        or (
            s.article.id in naming - silent
            and (_may_be_said if s.article.id in persons else _may_be_for)(
                asked[s.article.id], s, sentences(s.article.id)
            )
        )
    ]


def _speaks(who: Person, article: Article, spans: Sequence[Span]) -> bool:
    """Whether any sentence of the article may be theirs, or tells what they said."""
    named = -_REACH - 1
    for at, span in enumerate(spans):
        text = article.text[span.start : span.end]
        if tells(who, text):
            return True
        named = at if who.named_in(" ".join(text.split()[:_SUBJECT])) else named
        said = statements(article, spans, at)
        if any(s.speaker and who.speaks_as(s.speaker) for s in said):
            return True
        quoted = who.named_in(text) and _QUOTED.search(text)  # "Tarantino defended it, saying …"
        near = at - named <= _REACH and is_unresolved(article, span)
        if not said and (quoted or (near and _is_he(who, article, spans, at))):
            return True
    return False


def _may_be_said(who: Person, sentence: Sentence, spans: Sequence[Span]) -> bool:
    """A sentence whose voices are not all known to be others, or in which another tells what they said."""
    if tells(who, sentence.text):
        return True
    at = sentence.place(spans)
    voices = [said.speaker for said in statements(sentence.article, spans, at)]
    if voices:
        return any(voice is None or who.speaks_as(voice) for voice in voices)
    phrases = unnamed(sentence.article, spans[at])  # "the mayor of Istanbul": somebody, though not by name
    if phrases and not _THEY_SAY.search(sentence.text):
        return any(map(who.speaks_as, phrases))
    if _said_of(who, sentence.text):
        return False
    return not is_unresolved(sentence.article, spans[at]) or _is_he(who, sentence.article, spans, at)


def _may_be_for(body: Person, sentence: Sentence, spans: Sequence[Span]) -> bool:
    """A sentence that no voice is plainly another's in, or in which another tells what the body said."""
    article = sentence.article
    at = sentence.place(spans)
    voices = [said.speaker for said in statements(article, spans, at) if said.speaker] or unnamed(article, spans[at])
    return not voices or tells(body, sentence.text) or not all(is_anothers(body, voice, article) for voice in voices)


def _is_he(who: Person, article: Article, spans: Sequence[Span], at: int) -> bool:
    """Whether "he" of a sentence may be them: they are named there, or no other is named between, or with them."""
    if who.named_in(article.text[spans[at].start : spans[at].end]):
        return True
    for span in reversed(spans[max(0, at - _REACH) : at]):
        text = article.text[span.start : span.end]
        if who.named_in(text):
            return True
        if persons_in(text, article):
            return False
    return True


def _said_of(who: Person, text: str) -> bool:
    """Whether "he" or "she" says something of them there, and so is another: "Biden will win, she said"."""
    last, first = _SAYS_LAST.search(text), _SAYS_FIRST.search(text)
    said = text[: last.start()] if last else text[first.end() :] if first else ""
    return who.named_in(said)


def tells(who: Person, text: str) -> bool:
    """Whether a text has them tell something, whoever's sentence it is: "he said Putin had told him"."""
    answered = _WHICH_THEY.search(text)  # "some allege that Holm lied, which he denied"
    return bool(answered and who.named_in(text[: answered.start()])) or any(
        who.named_in(found["who"]) and not ANOTHERS.search(text[: found.start("who")]) for found in _TOLD.finditer(text)
    )
