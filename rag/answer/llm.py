"""LLM mode: a model writes from numbered sentences, and its marks become exact citations."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby
from typing import TYPE_CHECKING

from prompts import load_prompt
from rag.answer.evidence import Sentence
from rag.answer.marks import Marks
from rag.ingest.sentences import split_sentences
from rag.types import Turn, Usage

if TYPE_CHECKING:
    from rag.endpoint import Endpoint

MOST = 12  # sentences in the prompt: small models lose the thread in more
MOST_CHARS = 5000  # of them in all, so that a context of 4,096 tokens holds the rest too
_SILENT = re.compile(
    r"(?i)^\W*(?:(?:none of )?(?:the|these) )?(?:\w+ )?(?:articles?|sentences?|passages?|text|context|information)\b"
    r".{0,40}?\b(?:do|does)(?:n['’]t| not) (?:\w+ )?"
    r"(?:say|answer|state|mention|specify|provide|contain|give|indicate|name|tell)"
    r"|^\W*there is no (?:information|mention|answer)|^\W*(?:i|we) (?:cannot|can['’]t|do not|don['’]t)\b"
    r"|\bnot (?:mentioned|stated|specified|provided|given) (?:in|by) the (?:\w+ )?(?:articles?|sentences?|text)"
)


@dataclass(slots=True)
class Draft:
    """What the model wrote so far. `text` has its marks renumbered; `order` lists the cited sentences by number."""

    given: tuple[Sentence, ...]
    marks: Marks
    text: str = ""
    usage: Usage = field(default_factory=Usage)
    digest: str = ""

    @property
    def is_refusal(self) -> bool:
        """The model says first of all that the sentences hold no answer."""
        first = self.text[slice(*_first_sentence(self.text))]
        return not first or bool(_SILENT.search(first))


def write(
    endpoint: Endpoint, question: str, evidence: Sequence[Sentence], *, history: Sequence[Turn], today: date
) -> Iterator[str | Draft]:
    """Stream the text that can be shown, with its citation numbers, then the Draft. Raises EndpointError."""
    given = _in_reading_order(_affordable(evidence))
    system, user = load_prompt("answer_system"), load_prompt("answer_user")
    messages = [
        {"role": "system", "content": system.render()},
        *_turns(history),
        {
            "role": "user",
            "content": user.render(sentences=_numbered(given), today=today.isoformat(), question=question),
        },
    ]
    draft = Draft(given, Marks(len(given)), digest=f"{system.digest}-{user.digest}")
    for piece in endpoint.chat(messages):
        if isinstance(piece, Usage):
            draft.usage = piece
            continue
        shown = draft.marks.feed(piece)
        draft.text += shown
        yield shown
        if _goes_round(draft.text):
            break
    rest = draft.marks.flush()
    draft.text += rest
    yield rest
    yield draft


def _affordable(evidence: Sequence[Sentence]) -> list[Sentence]:
    taken: list[Sentence] = []
    for sentence in evidence:
        if len(taken) < MOST and sum(len(s.text) for s in taken) + len(sentence.text) <= MOST_CHARS:
            taken.append(sentence)
    return taken


def _in_reading_order(evidence: Sequence[Sentence]) -> tuple[Sentence, ...]:
    """Articles by their best sentence, the sentences of each as they stand in it."""
    order = {article_id: n for n, article_id in enumerate(dict.fromkeys(s.article.id for s in evidence))}
    return tuple(sorted(evidence, key=lambda s: (order[s.article.id], s.start)))


def _numbered(given: Sequence[Sentence]) -> str:
    lines = []
    numbered = list(enumerate(given, start=1))
    for _, group in groupby(numbered, key=lambda pair: pair[1].article.id):
        pairs = list(group)
        article = pairs[0][1].article
        outlet = ", ".join(part for part in (article.source, article.agency) if part) or "Unknown outlet"
        day = article.published.isoformat() if article.published else "undated"
        lines.append(f'{_inert(outlet)}, {day}, "{_inert(article.title)}":')
        lines.extend(f"[{number}] {_inert(s.text)}" for number, s in pairs)
    return "\n".join(lines)


def _inert(text: str) -> str:
    """Article text on one line and without square brackets: it can forge neither a number nor a new section."""
    return " ".join(text.replace("[", "(").replace("]", ")").split())


def _turns(history: Sequence[Turn]) -> Iterator[dict[str, str]]:
    for turn in history[-2:]:
        yield {"role": "user", "content": f"Question: {turn.question}"}
        yield {"role": "assistant", "content": re.sub(r"\s*\[\d+\]", "", turn.answer)}


def _goes_round(text: str) -> bool:
    """A sentence has come for the third time: small models lose their way, and would until the last token."""
    sentences = [" ".join(text[s.start : s.end].split()) for s in split_sentences(text)[:-1]]
    return bool(sentences) and sentences.count(sentences[-1]) > 2 and len(sentences[-1]) > 20


def _first_sentence(text: str) -> tuple[int, int]:
    spans = split_sentences(text)
    return (spans[0].start, spans[0].end) if spans else (0, 0)
