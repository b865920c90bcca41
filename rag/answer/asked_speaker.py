"""Which person's words a question asks for, and whether a sentence may be theirs.

"What did Peskov say of it?" is not answered by what Putin says of it, however near it comes. Countries and bodies are
left out: they go by many names ("Seoul", "the Kremlin", "the British"), and many speak for them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.answer.evidence import Sentence, Sentences
from rag.answer.outlets import is_medium
from rag.answer.speakers import full_name, statements
from rag.answer.voices import NAME
from rag.words import STOP_WORDS, is_place, words
from store.records import Article, Span

_STEM = 4  # letters that have to be the same of a longer name, for names from other scripts are spelt in several ways
_ADJECTIVE = re.compile(r" (?!(?:yesterday|today|himself|herself)\b)(?P<noun>[a-z]{3,})")  # "British intelligence"
_WHO = rf"(?P<who>{NAME}(?: {NAME})*)"
_REPORTS = (
    r"say|tell|think|believe|claim|argue|warn|promise|vow|predict|explain|suggest|describe|call|comment|respond|react|"
    r"reply|answer|demand|deny|admit|insist|announce|estimate|reckon|blame|criticise|criticize|praise|justify"
)
_WORDS = (
    r"view|views|opinion|reaction|response|reply|answer|comment|comments|comeback|explanation|verdict|assessment|"
    r"account|statement|claim|position|stance|words|estimate|prediction|argument"
)
_ASKS = (
    re.compile(rf"(?i:\b(?:did|does|do|has|have|had|will|would)) {_WHO} (?i:(?:\w+ly |have |also )?(?:{_REPORTS})\b)"),
    re.compile(rf"(?i:\baccording to) {_WHO}"),
    re.compile(rf"(?i:\b(?:is|was|were|are)) {_WHO}['’]s? (?i:(?:\w+ )?(?:{_WORDS})\b)"),
    re.compile(rf"(?i:\bin) {_WHO}['’]s? (?i:(?:view|opinion|words|account|reading)\b)"),
)
_QUOTED = re.compile(r"[\"“]|\bsaying\b")
# in anybody's sentence: "he said Putin had told him", "Kim has decided to send"
_TOLD = re.compile(
    rf"{_WHO}(?:,? (?!(?:and|or|in|at|with)\b)[a-z]\w*){{0,6}}?,? (?:"
    r"said|says|told|tells|asked|offered|promised|pledged|vowed|decided|agreed|claimed|insisted|"
    r"insists|warned|warns|called|calls|rejected|rejects|denied|denies|proposed|wants|wanted|believes|"
    r"thinks|demanded|confirmed|accepted|refused|declined|replied|answered|wrote|announced|suggested|"
    r"described|expressed|dismissed|praised|criticised|criticized|blamed|emphasi[sz]ed|noted|added|"
    r"explained|argued|testified|acknowledged|conceded|predicted|spoke|shared|stressed|urged|repeated|"
    r"condemned|welcomed|threatened|ruled out|posted|declared|stated|maintained|backed|defended|vows|argues|announces"
    r")\b"
)


def speaker_asked(question: str) -> str | None:
    """The name of the person whose words are asked for; None if none are, or if no name says who it is.

    A single name of a place is a government's.
    """
    for pattern in _ASKS:
        if found := pattern.search(question):
            name = re.sub(r"['’]s?$", "", found["who"])
            noun = _ADJECTIVE.match(question, found.end("who")) if found.end() == found.end("who") else None
            return None if is_place(name) or (noun and noun["noun"] not in STOP_WORDS) else name
    return None


def of_speaker(speaker: str, evidence: Sequence[Sentence], *, sentences: Sentences) -> list[Sentence]:
    """The sentences that may hold the speaker's words: of articles in which they speak, and not plainly another's.

    In an article that only names a person nothing is theirs; for a country or a body many may speak.
    """
    articles = {s.article.id: s.article for s in evidence}
    media = {key for key, article in articles.items() if is_medium(speaker, article)}
    naming = {key for key, article in articles.items() if _names(speaker, article.named)}
    persons = {key for key in naming if _is_person(speaker, articles[key])}
    silent = {key for key in persons if not _speaks(speaker, articles[key], sentences(key))}
    return [
        s
        for s in evidence
        if s.article.id in media
        or (s.article.id in naming - silent and (s.article.id not in persons or _may_be_said(speaker, s, sentences)))
    ]


def _is_person(speaker: str, article: Article) -> bool:
    """Whether the article has a longer name that ends as the speaker's."""
    spelt = {name for name in re.findall(NAME, article.text) if _names(speaker, name)}  # "Jong-un" for "Jong Un"
    return any(full_name(name, article) != name for name in spelt)


def _speaks(speaker: str, article: Article, spans: Sequence[Span]) -> bool:
    """Whether any sentence of the article is the speaker's, or tells what they said."""
    for at, span in enumerate(spans):
        text = article.text[span.start : span.end]
        if _told(speaker, text):
            return True
        said = statements(article, spans, at)
        quoted = not said and _names(speaker, text) and _QUOTED.search(text)  # "Tarantino defended it, saying …"
        if quoted or any(s.speaker and _names(speaker, s.speaker) for s in said):
            return True
    return False


def _may_be_said(speaker: str, sentence: Sentence, sentences: Sentences) -> bool:
    """A sentence whose voices are not all known to be others, or in which another tells what the speaker said."""
    if _told(speaker, sentence.text):
        return True
    article, spans = sentence.article, sentences(sentence.article.id)
    at = next(n for n, span in enumerate(spans) if span.start <= sentence.start < span.end)
    voices = [said.speaker for said in statements(article, spans, at)]
    return not voices or any(voice is None or _names(speaker, voice) for voice in voices)


def _told(speaker: str, text: str) -> bool:
    return any(_names(speaker, found["who"]) for found in _TOLD.finditer(text))


def _names(speaker: str, text: str) -> bool:
    """The text has the name, by the last part of it: "Un" of "Kim Jong Un" and of "Kim Jong-un"."""
    last = _parts(speaker)[-1]
    return any(part == last or (len(last) > _STEM and part.startswith(last[:_STEM])) for part in _parts(text))


def _parts(text: str) -> list[str]:
    return words(text.replace("-", " "))
