"""What a model wrote, held against the question and against the sentences that would be quoted without it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.counted import asked_in, what_is_counted
from rag.answer.evidence import SPEAKS, Sentence
from rag.answer.kind import kind_asked
from rag.answer.premise import YES_OR_NO
from rag.answer.quantities import quantities
from rag.answer.quote import MOST_WORDS
from rag.answer.support import stems_in
from rag.models.reranker import Reranker
from rag.types import Answer, Citation
from rag.words import stems

_FEW_WORDS = re.compile(r"(?:\s+[\w’'-]+){1,3}")
_ASIDE = "What the model wrote does not speak of the question, so the evidence is quoted."


def back(
    answer: Answer, asked: str, picked: Sequence[Sentence], *, clauses: Sequence[str] = (), reranker: Reranker
) -> Answer:
    """A written answer with the `picked` sentences, best first, behind it, unless it cites the best of them.

    Small models often rest an answer on a sentence beside the one that answers: both stand there then. So they do where
    the text leaves out the kind of thing that is asked for: the number, the sum, the day. A text of which
    nothing speaks of what is `asked` gives way to them. If it does not speak of one of the `clauses`, they stand there
    too. The best stands there always, the others as long as the whole is no longer than quotes may be, or if there are
    clauses; none twice.
    """
    if answer.status == "refused":
        return answer
    if answer.claims and max(reranker.scores(asked, [claim.text for claim in answer.claims])) <= SPEAKS:
        answer = replace(answer, text="", citations=(), claims=(), notice=answer.notice or _ASIDE)
    cited = any((c.article.id, c.start) == (picked[0].article.id, picked[0].start) for c in answer.citations)
    said = " ".join(claim.text for claim in answer.claims)
    if cited and not _leaves_out(said, asked, picked[0].text) and not unspoken(clauses, answer, reranker=reranker):
        return answer
    for n, sentence in enumerate(picked):
        short = len(f"{answer.text} {sentence.text}".split()) <= MOST_WORDS
        if sentence.text not in answer.text and (n == 0 or clauses or short):
            answer = answer.quoting(_citation(answer, sentence))
    return answer


def _leaves_out(said: str, asked: str, best: str) -> bool:
    """Whether the best sentence has the kind of thing that is asked for, or a number of it, and the text has not."""
    kind = kind_asked(asked)
    lacks = kind is not None and kind.in_(best) and not kind.in_(said)
    return lacks or (_counts(asked, best) and not _counts(asked, said))


def _counts(asked: str, text: str) -> bool:
    """Whether the text has a number of what is counted: of "Russians" also "200 Russian workers"."""
    counted = stems(" ".join(what_is_counted(asked)))
    behind = (_FEW_WORDS.match(text, quantity.end) for quantity in quantities(text))
    return bool(asked_in(asked, text)) or any(found and not counted.isdisjoint(stems(found[0])) for found in behind)


def repeats(claim: str, question: str) -> bool:
    """Whether a claim has no word that the question lacks; only a question for yes or no can be answered so.

    Asked why the bank cut its rate, a model that says no more than that it did takes the question's word for it. One
    word may be another form of the question's: "took" of "take".
    """
    said, asked = set(stems_in(claim)), set(stems_in(question))
    if YES_OR_NO.search(question) or len(said - asked) > 1:
        return False
    return all(any(word[0] == other[0] for other in asked - said) for word in said - asked)


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
