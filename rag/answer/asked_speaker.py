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
from rag.words import is_place, words

_STEM = 4  # letters of a name that have to be the same, for names from other scripts are spelt in several ways
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


def speaker_asked(question: str) -> str | None:
    """The name of the person whose words are asked for; None if none are, or if no name says who it is.

    A single name of a place is a government's.
    """
    for pattern in _ASKS:
        if found := pattern.search(question):
            name = re.sub(r"['’]s?$", "", found["who"])
            return None if is_place(name) else name
    return None


def of_speaker(speaker: str, evidence: Sequence[Sentence], *, sentences: Sentences) -> list[Sentence]:
    """The sentences that may hold the speaker's words: of articles that name them, and not plainly another's words."""
    articles = {s.article.id: s.article for s in evidence}
    media = {key for key, article in articles.items() if is_medium(speaker, article)}
    naming = {key for key, article in articles.items() if _names(speaker, article.named)}
    last = speaker.split()[-1]
    persons = {
        key for key in naming if full_name(last, articles[key]) != last
    }  # for a country or a body many may speak
    return [
        s
        for s in evidence
        if s.article.id in media
        or (s.article.id in naming and (s.article.id not in persons or _may_be_said(speaker, s, sentences)))
    ]


def _may_be_said(speaker: str, sentence: Sentence, sentences: Sentences) -> bool:
    """A sentence that names the speaker, or whose voices are not all known to be others."""
    if _names(speaker, sentence.text):
        return True
    article, spans = sentence.article, sentences(sentence.article.id)
    at = next(n for n, span in enumerate(spans) if span.start <= sentence.start < span.end)
    voices = [said.speaker for said in statements(article, spans, at)]
    return not voices or any(voice is None or _names(speaker, voice) for voice in voices)


def _names(speaker: str, text: str) -> bool:
    """The text has the name, by its last word."""
    last = words(speaker)[-1][:_STEM]
    return any(word.startswith(last) for word in words(text))
