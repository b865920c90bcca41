"""The gate's linear probe of the cross-encoder, and the near misses that it was fitted on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnxruntime
import pytest

from evals.cache import RememberingReranker
from evals.fit_gate import Asked, Case, case_of, held_out, log_odds, train
from evals.suites import clapnq, near_misses
from evals.suites.data import DataError
from rag import Rag, Reranker, load_settings
from rag.answer.evidence import gather
from rag.answer.fitted import fitted
from rag.answer.signals import weigh
from rag.ingest.sentences import split_sentences
from rag.models.manifest import find_model
from rag.models.onnx import with_output

PAIRS = [("Who runs the ferry?", "Ada Holm runs the ferry."), ("Who runs the ferry?", "It left at noon.")]
TEXT = """
- title: Ferry stopped
  text: |
    The ferry Sill stopped on Monday with 40 people on board. Its owner said that a rope had caught in the screw.

    Nobody was hurt.
  asked:
    - ask: Why did the ferry Sill stop?
      answer: a rope had caught in the screw
    - ask: How many cars were on board the Sill?
      answer: null
      near: gives the people
"""
WRAPPED = """
- title: Ferry
  text: |
    The ferry was towed
    by a tug to Brightsea.

    Nobody was hurt.
  asked:
    - ask: Where was it towed?
      answer: towed by a tug to Brightsea
"""


def test_one_more_output_changes_none_of_the_others() -> None:
    model, folder = find_model("reranker", name=None, folder=None)
    assert model.inner
    whole = (folder / "model.onnx").read_bytes()
    more = onnxruntime.InferenceSession(with_output(whole, model.inner), providers=["CPUExecutionProvider"])
    assert [output.name for output in more.get_outputs()] == ["logits", model.inner]
    feed = {i.name: np.ones((1, 7), np.int64) for i in more.get_inputs()}
    alone = onnxruntime.InferenceSession(whole, providers=["CPUExecutionProvider"])
    assert (more.run(["logits"], feed)[0] == alone.run(["logits"], feed)[0]).all()
    with pytest.raises(ValueError, match="not an ONNX model"):
        with_output(b"", "x")


def test_states_are_the_same_alone_and_remembered(tmp_path: Path) -> None:
    read = Reranker().read(PAIRS)
    states = [one.state for one in read if one.state is not None]
    assert [state.shape for state in states] == [(768,), (768,)]
    assert not (states[0] == states[1]).all()
    assert [one.logit for one in read] == Reranker().pairs(PAIRS)
    for _ in range(2):  # the second one reads what the first one kept
        remembering = RememberingReranker(load_settings(mode="quote"), folder=tmp_path)
        for kept, one in zip(remembering.read(PAIRS), read, strict=True):
            assert kept.logit == one.logit
            assert kept.state is not None
            assert (kept.state == one.state).all()
    assert remembering.remembered == 1


def test_the_weights_are_of_the_reranker_in_use() -> None:
    assert fitted().identity == Reranker().identity
    assert (len(fitted().figures), fitted().state.shape) == (3, (1536,))


def test_the_files_are_read_and_every_answer_is_in_its_text() -> None:
    news, other = near_misses.FOLDER, near_misses.ENCYCLOPAEDIA
    for folder, split, least in ((news, "dev", 3240), (news, "test", 380), (other, "dev", 900), (other, "test", 180)):
        rows = [row for _, rows in near_misses.find(folder, split=split) for row in rows]
        answered = [row for row in rows if row["output"][0]["selected_sentences"]]
        assert len(rows) >= least
        assert len(answered) * 2 == len(rows)
        assert len({row["id"] for row in rows}) == len(rows)
        for row in answered:
            assert row["output"][0]["selected_sentences"][0] in row["passages"][0]["text"]


@pytest.mark.parametrize("folder", [near_misses.FOLDER, near_misses.ENCYCLOPAEDIA])
def test_nothing_of_the_test_part_stands_in_dev(folder: Path) -> None:
    dev, test = (
        {
            text.casefold()
            for _, rows in near_misses.find(folder, split=split)
            for row in rows
            for text in (row["input"], f"an article called {row['passages'][0]['title']}")
            if len(text.split()) > 3  # "How many nurses?" is asked of several articles
        }
        for split in ("dev", "test")
    )
    assert not dev & test


def test_a_user_s_own_file_is_asked_and_a_wrong_answer_is_named(tmp_path: Path) -> None:
    own, other = tmp_path / "mine" / "dev.yaml", tmp_path / "other" / "dev.yaml"
    for file in (own, other):
        file.parent.mkdir()
        file.write_text(TEXT, encoding="utf-8")
    assert near_misses.load([own], split="dev").ids == ("mine-dev-1-1", "mine-dev-1-2")
    assert len(near_misses.load([own.parent, other.parent], split="dev").ids) == 4
    own.write_text(TEXT.replace("answer: a rope", "answer: a net"), encoding="utf-8")
    with pytest.raises(DataError, match="the answer is not in the text"):
        near_misses.load([own], split="dev")
    own.write_text("- 5", encoding="utf-8")
    with pytest.raises(DataError, match="mend it"):
        near_misses.load([own], split="dev")
    with pytest.raises(DataError, match="no dev"):
        near_misses.load([tmp_path], split="dev")


def test_a_paragraph_that_is_wrapped_is_one_line(tmp_path: Path) -> None:
    own = tmp_path / "mine.yaml"
    own.write_text(WRAPPED, encoding="utf-8")
    (row,) = near_misses.read(own)
    (passage,) = row["passages"]
    assert passage["text"] == "The ferry was towed by a tug to Brightsea.\n\nNobody was hurt."


def test_what_is_trained_tells_the_right_sentence(tmp_path: Path) -> None:
    row = near_misses.find(near_misses.FOLDER, split="dev")[0][1][0]
    with Rag.open(tmp_path / "data", settings=load_settings(mode="quote")) as rag:
        rag.add(clapnq.articles([row]), name="one")
        passages = rag.search(row["input"], k=8)
        sentences = {p.article.id: split_sentences(p.article.text) for p in passages}.__getitem__
        reranker = Reranker()
        evidence = gather(row["input"], passages, sentences=sentences, reranker=reranker)
        weighed = weigh(row["input"], evidence, passages, kind=None, reranker=reranker)
    case = case_of(Asked(row["input"], True, tuple(row["output"][0]["selected_sentences"])), weighed)
    assert case.rows.shape == (len(weighed), 1539)
    assert any(case.right)


def test_training_prefers_what_is_known_to_answer() -> None:
    def case(first: float, second: float, right: tuple[bool, bool], answerable: bool) -> Case:
        rows = np.zeros((2, 6))
        rows[:, 0], rows[:, 5] = (0.9, 0.5), (first, second)
        return Case(rows, right, answerable)

    one = [case(-1, 1, (False, True), True) for _ in range(20)] + [case(-1, -1, (False, False), False)] * 20
    weights = train({"one": one})
    (yes, best), (no, _) = log_odds(one[0], weights), log_odds(one[-1], weights)
    assert (yes > 2, best, no < -2) == (True, 1, True)
    found = held_out({"one": one[::2] + one[1::2]}, "one")
    assert {best for (p, best), asked in zip(found, one[::2] + one[1::2], strict=True) if asked.answerable} == {1}
