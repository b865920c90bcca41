"""Embedding models: text to unit vectors, so that a dot product is the cosine similarity."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray

from rag.models.manifest import find_model

if TYPE_CHECKING:
    from rag.endpoint import Endpoint
    from rag.settings import Settings

Matrix = NDArray[np.float32]


class Embedder(Protocol):
    """What the chain needs of an embedding model; `identity` goes into the index and guards it."""

    @property
    def identity(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        """Unit vectors, shape (len(texts), dimension)."""
        ...

    def embed_query(self, question: str) -> Matrix:
        """A unit vector, shape (dimension,)."""
        ...


class LocalEmbedder:
    """An ONNX model of the manifest, in `folder`; pooling, prefix and length as the manifest says."""

    def __init__(self, *, name: str | None = None, folder: Path | None = None) -> None:
        """Load and check the model. Raises ModelError."""
        from rag.models.onnx import OnnxEncoder

        self._model, self.folder = find_model("embedding", name=name, folder=folder)
        self._encoder = OnnxEncoder(self.folder, max_tokens=self._model.max_tokens)
        self.identity = self._model.identity
        self.dimension = self._model.dimension or self._embed(["dimension"]).shape[1]

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        return self._embed(texts)

    def embed_query(self, question: str) -> Matrix:
        vector: Matrix = self._embed([self._model.query_prefix + question])[0]
        return vector

    def _embed(self, texts: Sequence[str]) -> Matrix:
        of_first = self._model.pooling == "cls"
        pooled = self._encoder.outputs(texts, lambda found, _: found[0][0] if of_first else found[0].mean(axis=0))
        return unit(np.stack(pooled)) if texts else np.empty((0, self.dimension), np.float32)


class EndpointEmbedder:
    """The embeddings of an OpenAI-compatible endpoint."""

    def __init__(self, endpoint: Endpoint, *, model: str) -> None:
        """Ask for one embedding to learn the dimension. Raises EndpointError."""
        self._endpoint = endpoint
        self._model = model
        self.identity = f"openai:{model}"
        self.dimension = self.embed_query("dimension").shape[0]

    def embed_documents(self, texts: Sequence[str]) -> Matrix:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return unit(np.array(self._endpoint.embed(texts, model=self._model), dtype=np.float32))

    def embed_query(self, question: str) -> Matrix:
        vector: Matrix = unit(np.array(self._endpoint.embed([question], model=self._model), dtype=np.float32))[0]
        return vector


def open_embedder(settings: Settings, *, endpoint: Callable[[], Endpoint] | None = None) -> Embedder:
    """The embedding model that the settings name. Raises ModelError or EndpointError."""
    kind, _, name = settings.embedding.partition(":")
    if kind == "openai" and name:
        from rag.endpoint import Endpoint

        return EndpointEmbedder(endpoint() if endpoint else Endpoint(settings), model=name)
    return LocalEmbedder(name=settings.embedding, folder=settings.models)


def unit(vectors: Matrix) -> Matrix:
    """Rows scaled to length 1; a row of zeros stays."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    scaled: Matrix = (vectors / np.maximum(norms, 1e-12)).astype(np.float32)
    return scaled
