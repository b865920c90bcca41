"""Running a BERT-like ONNX model on all cores: each text alone, on one of them.

An int8 model scales its numbers by the largest of the whole batch: alone, a text gets the same output whatever its
neighbours are. On two cores this is also the fastest way: nothing is padded, and no operator waits for another thread.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import TypeVar

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

# Processors without VNNI add int8 products up in 16 bits, which overflow. With this they take unsigned weights, which
# do not, so that a text gets all but the same output everywhere (onnxruntime_session_options_config_keys.h). With VNNI
# the output is the same to the bit without it, in two thirds of the time.
_EXACT = "session.x64quantprecision"
_VNNI = re.compile(r"^flags\b.*\b(?:avx_vnni|avx512_vnni)\b", re.MULTILINE)

T = TypeVar("T")
Output = NDArray[np.float32]


class OnnxEncoder:
    """A model and its tokenizer, on all cores this process may use. Safe to share between threads."""

    def __init__(self, folder: Path, *, max_tokens: int) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a plan of memory for each length of text costs more than it saves
        options.add_session_config_entry(_EXACT, "0" if _has_vnni() else "1")
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )
        self._wanted = [i.name for i in self._session.get_inputs()]
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self._threads = ThreadPoolExecutor(cores, thread_name_prefix="onnx")

    def outputs(self, texts: Sequence[str] | Sequence[tuple[str, str]], read: Callable[[Output], T]) -> list[T]:
        """What `read` makes of the model's first output for each text or pair of texts, cut to the model's length."""
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        if len(encodings) == 1:
            return [read(self._run(encodings[0]))]
        return list(self._threads.map(lambda encoding: read(self._run(encoding)), encodings))

    def _run(self, encoding: Encoding) -> Output:
        known = {
            "input_ids": encoding.ids,
            "token_type_ids": encoding.type_ids,
            "attention_mask": encoding.attention_mask,
        }
        feed = {name: np.array([known[name]], dtype=np.int64) for name in self._wanted}
        output: Output = self._session.run(None, feed)[0][0]
        return output


@cache
def _has_vnni() -> bool:
    """Whether the processor adds int8 products up without overflow; False where the system does not tell."""
    try:
        return _VNNI.search(Path("/proc/cpuinfo").read_text(encoding="utf-8")) is not None
    except OSError:
        return False
