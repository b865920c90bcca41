"""A cross-encoder: how well does this text answer this question?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rag.models.manifest import find_model

if TYPE_CHECKING:
    from tokenizers import Encoding

State = NDArray[np.float16]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """What the model makes of a question and a text: a logit, and what it holds of them some layers before.

    The `state`, (2 d,), is the hidden state of the first token, on which the logit is built, and the mean of those of
    the question's tokens, at the layer that the model's manifest names; None if it names none.
    """

    logit: float
    state: State | None


class Reranker:
    """ms-marco-MiniLM: trained on (question, passage) pairs of MS MARCO; its logits order texts for one question."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """Load and check the model. Raises ModelError."""
        from rag.models.onnx import RUNTIME, OnnxEncoder

        model, where = find_model("reranker", name=None, folder=folder)
        self.inner, self.runtime = model.inner, RUNTIME
        self._encoder = OnnxEncoder(where, max_tokens=model.max_tokens, inner=model.inner)
        self.identity = model.identity

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit for each text, in their order; above 0 the model leans to "relevant"."""
        return self.pairs([(question, text) for text in texts])

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """A logit for each (question, text), in their order."""
        return [scored.logit for scored in self.read(pairs)]

    def read(self, pairs: Sequence[tuple[str, str]]) -> list[Scored]:
        """What it makes of each (question, text), in their order."""
        return self._encoder.outputs(pairs, _scored)


def _scored(outputs: Sequence[NDArray[np.float32]], encoding: Encoding) -> Scored:
    logits, *inner = outputs
    if not inner:
        return Scored(float(logits[0]), None)
    (hidden,) = inner
    asked = [n for n, part in enumerate(encoding.sequence_ids) if part == 0]
    of_question = hidden[asked].mean(axis=0) if asked else hidden[0]
    return Scored(float(logits[0]), np.concatenate([hidden[0], of_question]).astype(np.float16))
