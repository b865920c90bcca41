"""What a model wrote, held against the question and against the sentences that would be quoted without it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rag.answer.evidence import SPEAKS, Sentence
from rag.models.reranker import Reranker
from rag.types import Answer, Citation

_ASIDE = "What the model wrote does not speak of the question, so the evidence is quoted."


def back(
    answer: Answer, asked: str, picked: Sequence[Sentence], *, clauses: Sequence[str] = (), reranker: Reranker
) -> Answer:
    """A written answer with the `picked` sentences, best first, behind it, unless it cites the best of them.

    Small models often rest an answer on a sentence beside the one that answers: both stand there then. A text of which
    nothing speaks of what is `asked` gives way to them. If it does not speak of one of the `clauses`, they stand there
    too.
    """
    if answer.status == "refused":
        return answer
    if answer.claims and max(reranker.scores(asked, [claim.text for claim in answer.claims])) <= SPEAKS:
        answer = replace(answer, text="", citations=(), claims=(), notice=answer.notice or _ASIDE)
    cited = any((c.article.id, c.start) == (picked[0].article.id, picked[0].start) for c in answer.citations)
    if cited and not unspoken(clauses, answer, reranker=reranker):
        return answer
    for sentence in picked:
        answer = answer.quoting(_citation(answer, sentence))
    return answer


def unspoken(clauses: Sequence[str], answer: Answer, *, reranker: Reranker) -> tuple[str, ...]:
    """The clauses of the question of which no supported claim of the answer speaks."""
    said = [claim.text for claim in answer.claims if claim.support == "supported"]
    return tuple(c for c in clauses if max(reranker.scores(c, said), default=SPEAKS) <= SPEAKS)


def _citation(answer: Answer, sentence: Sentence) -> Citation:
    """The answer's citation of the sentence, else a new one."""
    place = (sentence.article.id, sentence.start)
    known = (c for c in answer.citations if (c.article.id, c.start) == place)
    number = len(answer.citations) + 1
    return next(known, Citation(number, sentence.article, sentence.start, sentence.end, sentence.text))
