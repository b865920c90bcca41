"""What is made at first use is made once, whoever asks for it first."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from rag.once import once


class Owner:
    def __init__(self) -> None:
        self.made = 0

    @once
    def part(self) -> object:
        """The part."""
        self.made += 1
        time.sleep(0.05)
        return object()


def test_eight_threads_get_one_part() -> None:
    owner = Owner()
    with ThreadPoolExecutor(8) as threads:
        parts = set(threads.map(lambda _: owner.part, range(8)))
    assert (owner.made, len(parts)) == (1, 1)
    assert "part" in owner.__dict__
    assert Owner.part.__doc__ == "The part."
