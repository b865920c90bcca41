"""LLM mode: a model writes from numbered sentences, and its marks become exact citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING

from prompts import load_prompt
from rag.answer.evidence import Sentence
from rag.answer.given import MOST, choose, long_date, numbered
from rag.answer.marks import Marks
from rag.answer.thoughts import Thoughts
from rag.errors import ContextOverflow, EndpointLost
from rag.ingest.sentences import split_sentences
from rag.types import Turn, Usage

if TYPE_CHECKING:
    from rag.endpoint import Endpoint

_NOTHING = (
    "the model wrote nothing{}: choose another with CLIPDESK_MODEL; one that thinks aloud needs a higher "
    "CLIPDESK_MAX_TOKENS"
)
_SILENT = re.compile(
    r"(?i)^\W*(?:(?:none of )?(?:the|these) )?"
    r"(?:(?:given|provided|cited|saved|above|available|numbered|news|retrieved) )?"
    r"(?:articles?|sentences?|passages?|text|context|information)\b"
    r".{0,40}?\b(?:do|does)(?:n['’]t| not) (?:\w+ )?"
    r"(?:say|answer|state|mention|specify|provide|contain|give|indicate|name|tell)"
    r"|^\W*there is no (?:information|mention|answer)"
    r"|^(?:i|we) (?:cannot|can['’]t|do not know|don['’]t know|am unable|are unable)\b"
    r"|\bnot (?:mentioned|stated|specified|provided|given) (?:in|by) the (?:\w+ )?(?:articles?|sentences?|text)"
)


@dataclass(slots=True)
class Draft:
    """What the model wrote so far. `text` has its marks renumbered; `marks.order` lists the cited sentences."""

    given: tuple[Sentence, ...]
    marks: Marks
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    digest: str = ""
    lost: str | None = None  # why the stream broke off

    @property
    def says_something(self) -> bool:
        """There are words besides the marks."""
        return bool(re.search(r"[^\W\d]", self.text))

    @property
    def notice(self) -> str | None:
        """That the text has no end, and why. Its last sentence is left out then, unless it is whole."""
        if self.lost:
            return f"The answer broke off: {self.lost}"
        if self.usage.finish_reason == "length":
            return "The answer was cut off at the most tokens it may have: raise CLIPDESK_MAX_TOKENS to have it whole."
        return None

    def keep_whole_sentences(self) -> None:
        """Drop the last sentence of a text that was cut off in the middle of it."""
        if self.notice and not re.search(r"[.!?…][\"'”’)]*\s*(?:\[\d+\]\s*)*$|\[\d+\]\s*$", self.text):
            start = _last_sentence(self.text)
            marks = re.match(r"(?:\s*\[\d+\])*", self.text[start:])  # those of the sentence before, behind its stop
            self.text = self.text[: start + (marks.end() if marks and start else 0)]

    @property
    def is_refusal(self) -> bool:
        """The model says first of all that the sentences hold no answer, or nothing at all."""
        first = self.text[slice(*_first_sentence(self.text))]
        return not first or bool(_SILENT.search(first))


def write(
    endpoint: Endpoint, question: str, evidence: Sequence[Sentence], *, history: Sequence[Turn], today: date
) -> Iterator[str | Draft]:
    """Stream the text that can be shown, with its citation numbers, then the Draft.

    Raises EndpointError; EndpointLost only if there is no text to keep.
    """
    system, user = load_prompt("answer_system"), load_prompt("answer_user")
    for most in (MOST, MOST // 2):
        given = choose(evidence, most=most)
        messages = [
            {"role": "system", "content": system.render()},
            *_turns(history if most == MOST else ()),
            {
                "role": "user",
                "content": user.render(sentences=numbered(given), today=long_date(today), question=question),
            },
        ]
        draft = Draft(given, Marks(len(given)), digest=f"{system.digest}-{user.digest}")
        try:
            yield from _stream(endpoint.chat(messages), draft)
        except ContextOverflow:
            if most < MOST:
                raise
            continue  # nothing has been shown yet: once more with half of it, and without the history
        if not draft.says_something:
            reason = f" ({draft.usage.finish_reason})" if draft.usage.finish_reason else ""
            raise EndpointLost(_NOTHING.format(reason), usage=draft.usage)
        yield draft
        return


def _stream(pieces: Iterator[str | Usage], draft: Draft) -> Iterator[str]:
    """The text that can be shown, which goes into the draft too."""
    thoughts = Thoughts()
    try:
        for piece in pieces:
            if isinstance(piece, Usage):
                draft.usage = piece
                continue
            answer = thoughts.feed(piece)
            if thoughts.were_shown:
                draft.text, draft.marks, thoughts.were_shown = "", Marks(len(draft.given)), False
            shown = draft.marks.feed(answer)
            draft.text += shown
            yield shown
            if _goes_round(draft.text):
                break
    except EndpointLost as error:
        if not draft.text.strip():
            raise
        draft.lost, draft.usage = str(error), error.usage
    rest = draft.marks.feed(thoughts.flush()) + draft.marks.flush()
    draft.text += rest
    yield rest


def _turns(history: Sequence[Turn]) -> Iterator[dict[str, str]]:
    for turn in history[-2:]:
        yield {"role": "user", "content": f"Question: {turn.question}"}
        yield {"role": "assistant", "content": re.sub(r"\s*\[\d+\]", "", turn.answer)}


def _goes_round(text: str) -> bool:
    """A sentence has come for the third time: small models lose their way, and would until the last token."""
    sentences = [" ".join(text[s.start : s.end].split()) for s in split_sentences(text)[:-1]]
    return bool(sentences) and sentences.count(sentences[-1]) > 2 and len(sentences[-1]) > 20


def _last_sentence(text: str) -> int:
    """Where the last sentence begins."""
    spans = split_sentences(text)
    return spans[-1].start if spans else 0


def _first_sentence(text: str) -> tuple[int, int]:
    spans = split_sentences(text)
    return (spans[0].start, spans[0].end) if spans else (0, 0)
