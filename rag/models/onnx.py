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
# One operator in place of an addition and the norm behind it takes longer than the two (ONNX Runtime 1.32).
_SLOWER = ["SkipLayerNormFusion"]

# What rounds the numbers: on one kind of processor, outputs of the same model differ only if this does.
RUNTIME = f"onnxruntime {onnxruntime.__version__} without {', '.join(_SLOWER)}"

T = TypeVar("T")
Output = NDArray[np.float32]


class OnnxEncoder:
    """A model and its tokenizer, on all cores this process may use. Safe to share between threads."""

    def __init__(self, folder: Path, *, max_tokens: int, inner: str | None = None) -> None:
        """`inner` names a tensor inside the model that is read beside its first output."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.enable_mem_pattern = False  # a plan of memory for each length of text costs more than it saves
        options.add_session_config_entry(_EXACT, "0" if _has_vnni() else "1")
        options.log_severity_level = 3
        model = folder / "model.onnx"
        self._session = onnxruntime.InferenceSession(
            with_output(model.read_bytes(), inner) if inner else str(model),
            options,
            providers=["CPUExecutionProvider"],
            disabled_optimizers=_SLOWER,
        )
        self._read = [self._session.get_outputs()[0].name, *([inner] if inner else [])]
        self._wanted = [i.name for i in self._session.get_inputs()]
        self._tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.enable_truncation(max_tokens)
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
        self._threads = ThreadPoolExecutor(cores, thread_name_prefix="onnx")

    def outputs(
        self, texts: Sequence[str] | Sequence[tuple[str, str]], read: Callable[[Sequence[Output], Encoding], T]
    ) -> list[T]:
        """What `read` makes of the model's outputs for each text or pair of texts, cut to the model's length.

        The first output, and the inner tensor if one is read.
        """
        encodings: list[Encoding] = self._tokenizer.encode_batch(list(texts))
        if len(encodings) == 1:
            return [read(self._run(encodings[0]), encodings[0])]
        return list(self._threads.map(lambda encoding: read(self._run(encoding), encoding), encodings))

    def _run(self, encoding: Encoding) -> list[Output]:
        known = {
            "input_ids": encoding.ids,
            "token_type_ids": encoding.type_ids,
            "attention_mask": encoding.attention_mask,
        }
        feed = {name: np.array([known[name]], dtype=np.int64) for name in self._wanted}
        return [output[0] for output in self._session.run(self._read, feed)]


def with_output(model: bytes, name: str) -> bytes:
    """A serialised ONNX model with one more output: the tensor `name` that its graph computes.

    Field numbers as in onnx.proto: ModelProto.graph is 7, GraphProto.output 12, ValueInfoProto.name 1.
    """
    at = 0
    while at < len(model):
        tag, body = _read_varint(model, at)
        if tag & 7 == 0:
            _, at = _read_varint(model, body)
            continue
        size, start = _read_varint(model, body)
        if tag >> 3 == 7:
            info = b"\x0a" + _varint(len(name.encode())) + name.encode()
            graph = model[start : start + size] + b"\x62" + _varint(len(info)) + info
            return model[:body] + _varint(len(graph)) + graph + model[start + size :]
        at = start + size
    raise ValueError("no graph: not an ONNX model")


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of base 128, the lowest digits first, and where it ends."""
    value = shift = 0
    while True:
        value |= (data[at] & 127) << shift
        shift += 7
        at += 1
        if data[at - 1] < 128:
            return value, at


def _varint(value: int) -> bytes:
    digits = bytearray()
    while value > 127:
        digits.append(value & 127 | 128)
        value >>= 7
    return bytes([*digits, value])


@cache
def _has_vnni() -> bool:
    """Whether the processor adds int8 products up without overflow; False where the system does not tell."""
    try:
        return _VNNI.search(Path("/proc/cpuinfo").read_text(encoding="utf-8")) is not None
    except OSError:
        return False
