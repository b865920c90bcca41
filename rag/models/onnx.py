"""Running a BERT-like ONNX model: tokenize, batch by length, feed what the model asks for."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer


class OnnxEncoder:
    """A model and its tokenizer, on all cores this process may use. Safe to share between threads."""

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a plan of memory for each length of text costs more than it saves
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._wanted = [i.name for i in self._session.get_inputs()]
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)

    def encode(self, texts: Sequence[str] | Sequence[tuple[str, str]]) -> list[Encoding]:
        """Tokens of texts or of text pairs, cut to the model's length."""
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        return encodings

    def run(
        self, encodings: Sequence[Encoding], *, batch: int
    ) -> Iterator[tuple[list[int], NDArray[np.float32], NDArray[np.int64]]]:
        """Yield (positions in `encodings`, first output, attention mask (n, tokens)) by `batch` texts, longest first.

        Texts of like length share a batch, so that little is spent on padding.
        """
        order = sorted(range(len(encodings)), key=lambda n: -len(encodings[n].ids))
        for at in range(0, len(order), batch):
            rows = order[at : at + batch]
            width = len(encodings[rows[0]].ids)
            feed = {name: np.zeros((len(rows), width), dtype=np.int64) for name in self._wanted}
            mask = np.zeros((len(rows), width), dtype=np.int64)
            for row, n in enumerate(rows):
                length = len(encodings[n].ids)
                mask[row, :length] = 1
                feed["input_ids"][row, :length] = encodings[n].ids
                if "token_type_ids" in feed:
                    feed["token_type_ids"][row, :length] = encodings[n].type_ids
            feed["attention_mask"] = mask
            yield rows, self._session.run(None, feed)[0], mask
