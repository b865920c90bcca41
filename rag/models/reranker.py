"""A cross-encoder: how well does this text answer this question?"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.models.manifest import find_model

BATCH = 8  # pairs in one run: sentences differ in length, and larger batches spend a fifth more on padding


class Reranker:
    """ms-marco-MiniLM: trained on (question, passage) pairs of MS MARCO; its logits order texts for one question."""

    def __init__(self, *, folder: Path | None = None) -> None:
        """Load and check the model. Raises ModelError."""
        from rag.models.onnx import OnnxEncoder

        model, where = find_model("reranker", name=None, folder=folder)
        self._encoder = OnnxEncoder(where, max_tokens=model.max_tokens)
        self.identity = model.identity

    def scores(self, question: str, texts: Sequence[str]) -> list[float]:
        """A logit for each text, in their order; above 0 the model leans to "relevant"."""
        return self.pairs([(question, text) for text in texts])

    def pairs(self, pairs: Sequence[tuple[str, str]]) -> list[float]:
        """A logit for each (question, text), in their order."""
        found = [0.0] * len(pairs)
        encodings = self._encoder.encode(pairs)
        for rows, logits, _ in self._encoder.run(encodings, batch=BATCH):
            for row, logit in zip(rows, logits[:, 0], strict=True):
                found[row] = float(logit)
        return found
