"""In LLM mode the model is asked whether the likeliest sentence answers, before it may write, and what it wrote, after.

What a small model writes is never a refusal, but how it leans to "Yes" as the first word of its reply tells answers
from near misses better than the rankers do (Kadavath et al., "Language models (mostly) know what they know", 2022).
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from prompts import load_prompt
from rag.answer.evidence import Sentence, Sentences
from rag.answer.odds import logit
from rag.answer.planted import is_planted
from rag.errors import ContextOverflow, EndpointError, EndpointLost
from rag.types import Answer, Usage

if TYPE_CHECKING:
    from rag.endpoint import Endpoint

# Log odds from which a written answer says what is asked, with a quarter of those of the evidence answering: chosen on
# the 79 dev questions of gold that were answered, midway between those that have an answer and three that have none.
SAYS, EVIDENCE = 0.4, 0.25
_MARKS = re.compile(r"\s*\[\d+\]")


class Confirmer:
    """Asks the model, for one question of a user; what that took goes onto the answer."""

    def __init__(self, endpoint: Endpoint, *, sentences: Sentences) -> None:
        """`sentences` gives the spans of an article's sentences by its id."""
        self._endpoint = endpoint
        self._sentences = sentences
        self._asked: list[str] = []  # the digests of the prompts that were used
        self._used = Usage()
        self.lost: EndpointLost | None = None

    def leaning(self, question: str, sentence: Sentence) -> float | None:
        """The model's log odds that the sentence answers, between its neighbours; None if it does not say.

        An endpoint that is lost is so for the writing too: `lost` keeps why. Raises EndpointError.
        """
        title = " ".join((sentence.article.title or "untitled").split())
        return self._odds("confirm", title=title, text=self._around(sentence), question=question)

    def says(self, question: str, answer: Answer, *, likelihood: float) -> bool:
        """Whether a written answer says what is asked, as far as the model tells; one that corrects or weighs does.

        `likelihood`, 0 to 1, is that of the evidence answering. An endpoint that fails now takes nothing back.
        """
        if answer.premise or answer.conflicts or not answer.text:
            return True
        text = " ".join(_MARKS.sub("", answer.text).split())
        try:
            odds = self._odds("confirm_answer", question=question, answer=text)
        except EndpointError:
            return True
        return odds is None or odds + EVIDENCE * logit(likelihood) >= SAYS

    def _odds(self, name: str, **values: str) -> float | None:
        if self.lost:
            return None
        prompt = load_prompt(name)
        try:
            leaning, used = self._endpoint.leaning([{"role": "user", "content": prompt.render(**values)}])
        except ContextOverflow:
            return None
        except EndpointLost as error:
            self.lost = error
            return None
        if leaning is not None:
            self._used = self._used.plus(used)
            self._asked.append(prompt.digest)
        return leaning

    def counted(self, answer: Answer) -> Answer:
        """The answer with the tokens and the prompt of what was asked here."""
        if not self._asked:
            return answer
        prompts = [answer.fingerprint.prompt, *dict.fromkeys(self._asked)]
        made = replace(answer.fingerprint, model=self._endpoint.model, prompt="-".join(filter(None, prompts)))
        return replace(answer, usage=self._used.plus(answer.usage), fingerprint=made)

    def _around(self, sentence: Sentence) -> str:
        """The sentence between its neighbours, on one line; what tells a program what to say is left out."""
        spans = self._sentences(sentence.article.id)
        at = sentence.place(spans)
        near = [sentence.article.text[span.start : span.end] for span in spans[max(0, at - 1) : at + 2]]
        return " ".join(" ".join(text.split()) for text in near if not is_planted(text))
