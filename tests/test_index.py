"""The vector index's settings, on the real Chroma."""

from __future__ import annotations

from pathlib import Path

import chromadb
import numpy as np

from store.index import COLLECTION, HNSW, VectorIndex


def test_an_index_of_an_earlier_version_is_searched_as_widely_as_a_new_one(tmp_path: Path) -> None:
    client = chromadb.PersistentClient(str(tmp_path), chromadb.config.Settings(anonymized_telemetry=False))
    made = client.create_collection(
        COLLECTION, configuration={"hnsw": {**HNSW, "ef_search": 10}}, embedding_function=None
    )  # type: ignore[arg-type]
    made.upsert(["a", "b"], embeddings=np.eye(2, 4, dtype=np.float32))
    index = VectorIndex(tmp_path)
    assert [hit.chunk_id for hit in index.query(np.eye(2, 4, dtype=np.float32)[1], k=1)] == ["b"]
    index.close()
    hnsw = client.get_collection(COLLECTION, embedding_function=None).configuration_json["hnsw"]
    assert hnsw is not None
    assert {name: hnsw[name] for name in HNSW} == HNSW  # type: ignore[literal-required]
