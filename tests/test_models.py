"""The local models: the right files, the right numbers, clear errors."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from rag import Rag, load_settings
from rag.errors import ModelError
from rag.models import onnx
from rag.models.embedding import LocalEmbedder, unit
from rag.models.manifest import find_model
from rag.models.onnx import OnnxEncoder
from rag.models.reranker import Reranker


def test_embeddings_are_unit_vectors_in_the_order_given() -> None:
    embedder = LocalEmbedder()
    texts = ["A ferry ran aground.", "short", "The council voted to close the bridge. " * 30, "A ship hit a sandbank."]
    vectors = embedder.embed_documents(texts)
    assert vectors.shape == (4, embedder.dimension) == (4, 384)
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    near, far = vectors[0] @ vectors[3], vectors[0] @ vectors[2]
    assert near > far
    # int8 activations are scaled over a batch: each text is run alone, so that no neighbour shifts its vector
    for text, vector in zip(texts, vectors, strict=True):
        assert np.array_equal(embedder.embed_documents([text])[0], vector)
    assert embedder.embed_documents([]).shape == (0, 384)


def test_the_reranker_puts_the_answer_first() -> None:
    texts = ["The mayor likes ferries.", "Repairs to the bridge will cost 4 million euros.", "It rained."]
    scores = Reranker().scores("How much will the repairs cost?", texts)
    assert scores[1] == max(scores) > 0 > scores[2]
    # each pair is run alone: its score does not depend on what stands beside it
    assert [Reranker().scores("How much will the repairs cost?", [text])[0] for text in texts] == scores
    assert Reranker().scores("Anything?", []) == []


def test_scores_are_near_those_of_another_processor() -> None:
    texts = [
        "The repairs will cost 2.4 million crowns, the council said.",
        "The bridge was closed for repairs in March after cracks were found.",
        "Nobody has said how much the repairs will cost.",
        "The old crane cost as much as a house.",
    ]
    scores = Reranker().scores("How much will the repairs to the bridge cost?", texts)
    assert scores == pytest.approx([4.80, -4.38, -1.75, -8.51], abs=0.25)  # as an AMD EPYC with AVX2 gave them


def test_no_sum_overflows_and_where_none_can_the_slower_weights_are_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    _, where = find_model("reranker", name=None, folder=None)
    outputs = []
    for has_vnni in (onnx._has_vnni(), False):
        monkeypatch.setattr(onnx, "_has_vnni", lambda known=has_vnni: known)
        encoder = OnnxEncoder(where, max_tokens=64)
        kept = encoder._session.get_session_options().get_session_config_entry("session.x64quantprecision")
        assert kept == ("0" if has_vnni else "1")
        asked = ("How high is it?", "The tower is 93 metres high.")
        outputs.append(encoder.outputs([asked], lambda found, _: found[0].tolist()))
    assert outputs[0] == outputs[1]  # to the bit


def test_unit_leaves_zero_rows() -> None:
    assert unit(np.array([[3.0, 4.0], [0.0, 0.0]], dtype=np.float32)).tolist() == [
        pytest.approx([0.6, 0.8]),
        [0.0, 0.0],
    ]


def test_an_unknown_model_names_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r'no embedding model is called "large" \(known: bge-small-en-v1.5\)'):
        LocalEmbedder(name="large")


def test_files_that_are_not_the_manifest_s_are_refused(tmp_path: Path) -> None:
    _, where = find_model("embedding", name=None, folder=None)
    shutil.copytree(where, tmp_path / "m")
    entry = '[[model]]\nname = "m"\nrole = "embedding"\nfolder = "m"\n[model.sha256]\n"tokenizer.json" = "00"\n'
    (tmp_path / "manifest.toml").write_text(entry)
    with pytest.raises(
        ModelError, match=r"tokenizer.json has sha256 d241a60d.*, its manifest says 00: install it again"
    ):
        LocalEmbedder(folder=tmp_path)
    (tmp_path / "m" / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer.json cannot be read"):
        LocalEmbedder(folder=tmp_path)


@pytest.mark.parametrize("text", ["[[model]\n", '[[model]]\nname = "m"\n', "[other]\n"])
def test_a_broken_manifest_is_a_clear_error(text: str, tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(text)
    with pytest.raises(ModelError, match="is not a model manifest"):
        find_model("embedding", name=None, folder=tmp_path)


def test_a_missing_manifest_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="CLIPDESK_MODELS must name its folder"):
        find_model("reranker", name=None, folder=tmp_path)


def test_a_manifest_without_a_cross_encoder_says_what_to_add(tmp_path: Path) -> None:
    (tmp_path / "manifest.toml").write_text(
        '[[model]]\nname = "m"\nrole = "embedding"\nfolder = "m"\nmax_tokens = 64\npooling = "cls"\n'
    )
    with pytest.raises(ModelError, match=r"manifest.toml names no reranker model: add one"):
        find_model("reranker", name=None, folder=tmp_path)


def test_warming_loads_the_models_that_the_first_question_needs(tmp_path: Path) -> None:
    with Rag.open(tmp_path) as rag:
        assert not {"embedder", "reranker"} & vars(rag._parts).keys()
        rag.warm()
        assert {"embedder", "reranker"} <= vars(rag._parts).keys()
    with (
        Rag.open(tmp_path, settings=load_settings(models=tmp_path / "none")) as rag,
        pytest.raises(ModelError, match="none"),
    ):
        rag.warm()
