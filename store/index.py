"""The vector index: a Chroma collection that can be made again from the truth store. Only this file knows chromadb."""

from __future__ import annotations

import ctypes
import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from numpy.typing import NDArray

from store.errors import IndexLost, StoreError
from store.records import Hit, Server

if TYPE_CHECKING:
    from chromadb.api import ClientAPI
    from chromadb.api.models.Collection import Collection

COLLECTION = "clipdesk"
BATCH = 4096  # Chroma refuses more than 5,461 rows at once
# Recall@10 at 100,000 rows of mixed vectors is .940 with an ef_search of 100, .963 with 200, .983 with 400, .995 with
# 800, .998 with 1600 (1.3, 1.4, 1.7, 2.3 and 4.2 ms), a little less in another such index (.976 with 800). Chroma's
# defaults (16/100/100) had .878 at 50,000.
HNSW: dict[str, Any] = {"space": "cosine", "max_neighbors": 32, "ef_construction": 200, "ef_search": 1200}


@contextmanager
def clean_memory() -> Iterator[None]:
    """Give blocks of memory out zeroed meanwhile (glibc; elsewhere nothing happens).

    hnswlib writes its preallocated rows to disk as it got them from malloc: with whatever this process had freed
    there, the text and the vectors of what was just deleted among it. A large block is mapped anew, hence zero, only
    where no freed one is at hand; freed ones are given out with each byte the complement of M_PERTURB's (mallopt(3)).
    """
    mallopt = getattr(ctypes.CDLL(None), "mallopt", lambda name, value: 0)
    mmap_threshold, perturb = -3, -6
    mallopt(mmap_threshold, 64 * 1024)
    mallopt(perturb, 0xFF)
    try:
        yield
    finally:
        mallopt(perturb, 0)
        mallopt(mmap_threshold, 4 * 2**20)


def bare_collection(folder: Path, name: str = COLLECTION) -> Collection:
    """A Chroma collection as chromadb gives it, made if it is not there; `evals bench` measures it."""
    import chromadb
    from chromadb.config import Settings

    client = chromadb.PersistentClient(str(folder), Settings(anonymized_telemetry=False))
    return client.get_or_create_collection(name, embedding_function=None)


def _connected(server: Server, settings: Any) -> ClientAPI:
    import chromadb

    url = urlsplit(server.url)
    headers = {"Authorization": f"Bearer {server.token}", "X-Chroma-Token": server.token} if server.token else {}
    return chromadb.HttpClient(
        host=url.hostname or "",
        port=url.port or (443 if url.scheme == "https" else 80),
        ssl=url.scheme == "https",
        headers=headers,
        settings=settings,
        tenant=server.tenant,
        database=server.database,
    )


class VectorIndex:
    """Ids and vectors, searched by cosine similarity.

    On a server, each call raises IndexLost where it cannot be asked any more.
    """

    def __init__(self, where: Path | Server, *, name: str = COLLECTION) -> None:
        """Open or create the index in a folder or on a server. Raises StoreError if Chroma cannot read what is there.

        On a server `name` tells it apart from those of other data folders.
        """
        import chromadb
        from chromadb.config import Settings

        logging.getLogger("chromadb").setLevel(logging.ERROR)
        self._name = name
        self._server = where if isinstance(where, Server) else None
        quiet = Settings(anonymized_telemetry=False)
        try:
            if isinstance(where, Server):
                self._client: ClientAPI = _connected(where, quiet)
            else:
                self._client = chromadb.PersistentClient(str(where), quiet)
            self._collection: Collection = self._open()
        except Exception as error:  # chromadb raises bare Exception subclasses of its Rust core
            if isinstance(where, Server):
                raise StoreError(
                    f"the Chroma server at {where.url} does not serve ({error}): check CHROMA_URL, that it runs, and "
                    "its tenant, database and token"
                ) from error
            raise StoreError(
                f"the vector index in {where} cannot be opened ({error}): delete that folder and run "
                '"clipdesk rebuild", which makes it again from the stored articles'
            ) from error

    def _open(self) -> Collection:
        configuration: Any = {"hnsw": HNSW}
        made = self._client.get_or_create_collection(self._name, configuration=configuration, embedding_function=None)
        width = HNSW["ef_search"]
        hnsw = made.configuration_json.get("hnsw") or {}  # a cluster may keep another kind of index
        if hnsw.get("ef_search", width) != width:  # made by an earlier version
            made.modify(configuration={"hnsw": {"ef_search": width}})
        return made

    @contextmanager
    def _serving(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:  # chromadb's own kinds, and those of its HTTP client
            if self._server is None:
                raise
            raise IndexLost(
                f"the Chroma server at {self._server.url} cannot be asked any more ({error}): see that it runs, then "
                "run the same command once more"
            ) from error

    def sweep(self, prefix: str, *, but: str) -> None:
        """Delete all collections whose names begin so `but` one; for a server, where folders cannot be deleted."""
        with self._serving():
            for other in self._client.list_collections():
                if other.name.startswith(prefix) and other.name != but:
                    self._client.delete_collection(other.name)

    def upsert(self, ids: Sequence[str], vectors: NDArray[np.float32]) -> None:
        """Put rows in; `vectors` has shape (len(ids), dimension)."""
        with self._serving():
            for at in range(0, len(ids), BATCH):
                self._collection.upsert(list(ids[at : at + BATCH]), embeddings=vectors[at : at + BATCH])

    def delete(self, ids: Sequence[str]) -> None:
        """Take rows out; an id that is not there is no error."""
        with self._serving():
            for at in range(0, len(ids), BATCH):
                self._collection.delete(list(ids[at : at + BATCH]))

    def query(self, vector: NDArray[np.float32], *, k: int) -> list[Hit]:
        """The k nearest rows, best first; the score is the cosine similarity, in [-1, 1]."""
        with self._serving():
            found = self._collection.query(query_embeddings=vector, n_results=k, include=["distances"])
        distances = (found["distances"] or [[]])[0]
        return [Hit(chunk_id, 1.0 - float(d)) for chunk_id, d in zip(found["ids"][0], distances, strict=True)]

    def count(self) -> int:
        with self._serving():
            return self._collection.count()

    def ids(self) -> set[str]:
        """The ids of all rows."""
        found: set[str] = set()
        with self._serving():
            for at in range(0, self._collection.count(), BATCH):
                found.update(self._collection.get(limit=BATCH, offset=at, include=[])["ids"])
        return found

    def close(self) -> None:
        """Give the files back, so that the same process can open the folder anew."""
        close = getattr(self._client, "close", None)
        if close is not None:
            close()
