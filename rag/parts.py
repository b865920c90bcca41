"""What a `Rag` works with: models, endpoint, splitter and retriever, ours or somebody's own, each made at first use."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rag.errors import ClipdeskError
from rag.once import once
from rag.settings import Settings

if TYPE_CHECKING:
    from llama_index.core.base.base_retriever import BaseRetriever
    from llama_index.core.base.embeddings.base import BaseEmbedding
    from llama_index.core.node_parser import NodeParser

    from rag.endpoint import Endpoint
    from rag.ingest.spread import Spread
    from rag.ingest.sync import Chain
    from rag.models.embedding import Embedder
    from rag.models.reranker import Reranker


class Parts:
    """The parts of one Rag. What is given takes the place of ours; `retriever` is None unless one was given."""

    def __init__(
        self,
        settings: Settings,
        *,
        node_parser: NodeParser | None = None,
        embed_model: BaseEmbedding | None = None,
        retriever: BaseRetriever | None = None,
        endpoint: Endpoint | None = None,
        reranker: Reranker | None = None,
    ) -> None:
        self.retriever = retriever
        self._settings = settings
        self._node_parser = node_parser
        self._embed_model = embed_model
        self._given_endpoint = endpoint
        self._given_reranker = reranker

    @once
    def embedder(self) -> Embedder:
        if self._embed_model is not None:
            from rag.chain import LlamaEmbedder

            return LlamaEmbedder(self._embed_model)
        from rag.models.embedding import open_embedder

        return open_embedder(self._settings, endpoint=lambda: self.endpoint)

    @once
    def reranker(self) -> Reranker:
        from rag.models.reranker import Reranker

        return self._given_reranker or Reranker(folder=self._settings.models)

    @once
    def endpoint(self) -> Endpoint:
        from rag.endpoint import Endpoint

        return self._given_endpoint or Endpoint(self._settings)

    def chain(self) -> Chain:
        """What an ingest cuts and embeds with."""
        from rag.chain import ClipdeskEmbedding, SentenceChunker
        from rag.ingest.sync import Chain

        return Chain(
            self._node_parser or SentenceChunker(),
            self._embed_model or ClipdeskEmbedding(self.embedder),
            (self.embedder.identity, self.embedder.dimension),
        )

    def spread(self, scheduler: str) -> AbstractContextManager[Spread]:
        """Workers of a Dask scheduler. Raises ClipdeskError where they would have to cut or embed with given parts."""
        if self._node_parser or self._embed_model:
            raise ClipdeskError("Dask workers use our own splitter and embedding: ingest without dask to use yours")
        from rag.ingest.spread import spread

        return spread(scheduler, self._settings, model=self.embedder.identity)

    def close(self) -> None:
        """Stop the local model, if it was started here."""
        if "endpoint" in self.__dict__ and self._given_endpoint is None:
            self.endpoint.close()
