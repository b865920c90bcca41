"""What a model wrote, held against the question and against the sentences that would be quoted without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.evidence import SPEAKS, Sentence
from rag.models.reranker import Reranker
from rag.types import Answer, Citation, Claim

_ASIDE = "What the model wrote does not speak of the question, so the evidence is quoted."


def back(answer: Answer, asked: str, picked: Sequence[Sentence], *, reranker: Reranker) -> Answer:
    """A written answer with the `picked` sentences, best first, behind it, unless it cites the best of them.

    Small models often rest an answer on a sentence beside the one that answers: both stand there then. A text of which
    nothing speaks of what is `asked` gives way to them.
    """
    if answer.status == "refused":
        return answer
    if max(reranker.scores(asked, [claim.text for claim in answer.claims])) <= SPEAKS:
        answer = replace(answer, text="", citations=(), claims=(), notice=answer.notice or _ASIDE)
    if any((c.article.id, c.start) == (picked[0].article.id, picked[0].start) for c in answer.citations):
        return answer
    for sentence in picked:
        answer = _quoting(answer, sentence)
    return answer


def _quoting(answer: Answer, sentence: Sentence) -> Answer:
    """The answer with the sentence word for word, also where it cites it for words of its own."""
    place = (sentence.article.id, sentence.start)
    known = next((c.number for c in answer.citations if (c.article.id, c.start) == place), None)
    number = known or len(answer.citations) + 1
    new = () if known else (Citation(number, sentence.article, sentence.start, sentence.end, sentence.text),)
    return replace(
        answer,
        text=f"{answer.text}\n\n{sentence.text} [{number}]".lstrip(),
        citations=(*answer.citations, *new),
        claims=(*answer.claims, Claim(sentence.text, (number,), "supported")),
    )
