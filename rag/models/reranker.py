"""A cross-encoder: how well does this text answer this question?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from rag.models.manifest import find_model

Matrix = NDArray[np.float16]


class Reranker:
    """ms-marco-MiniLM: trained on (question, passage) pairs of MS MARCO; its logits order texts for one question."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """Load and check the model. Raises ModelError."""
        from rag.models.onnx import OnnxEncoder

        model, where = find_model("reranker", name=None, folder=folder)
        self.inner = model.inner
        self._encoder = OnnxEncoder(where, max_tokens=model.max_tokens, inner=model.inner)
        self.identity = model.identity

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit for each text, in their order; above 0 the model leans to "relevant"."""
        return self.pairs([(question, text) for text in texts])

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """A logit for each (question, text), in their order."""
        return self._encoder.outputs(pairs, lambda logits: float(logits[0]))

    def states(self, pairs: Sequence[tuple[str, str]]) -> Matrix | None:
        """What the model has made of each (question, text) at the layer that its manifest names, (n, d), 16 bits each.

        The hidden state of the first token, on which the logit is built some layers on. None if no layer is named.
        """
        if self.inner is None:
            return None
        return np.array(self._encoder.outputs(pairs, lambda hidden: hidden[0].astype(np.float16), of=self.inner))
