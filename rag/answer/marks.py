"""The marks of an LLM's answer: `[3]` names a sentence it was given. Marks are resolved, never trusted."""

from __future__ import annotations

import re

_OF = r"(?:(?:sentences?|sources?|articles?)\s+|[#^])?"
_AND = r"\s*(?:[,;]\s*(?:and\s+)?|&|and|-|–)\s*"
_MARK = re.compile(
    rf"(?P<space>[ \t]*)[\[【［]\s*{_OF}(?P<numbers>\d+(?:{_AND}{_OF}\d+)*)\s*[\]】］]",
    re.IGNORECASE,
)
_LONGEST = 40  # characters held back for a mark that has not ended yet


class Marks:
    """Turns sentence numbers of the prompt into citation numbers of the answer, in order of first use.

    `feed` takes the text as it streams and returns what can be shown; a mark that names no sentence is taken out and
    counted in `removed`, with the space before it.
    """

    def __init__(self, given: int) -> None:
        """`given` sentences were in the prompt, numbered from 1."""
        self._given = given
        self._held = ""
        self.order: list[int] = []
        self.removed = 0

    def feed(self, text: str) -> str:
        """More text of the model; returns the text that is settled, with its marks renumbered."""
        held = self._held + text
        at = max(held.rfind(bracket) for bracket in "[【［")
        is_open = at >= 0 and not re.search(r"[\]】］\n]", held[at:]) and len(held) - at < _LONGEST
        settled = (held[:at] if is_open else held).rstrip(" \t")  # the space before a mark goes with it
        self._held = held[len(settled) :]
        return _MARK.sub(self._renumber, settled)

    def flush(self) -> str:
        """What was held back when the text ended."""
        held, self._held = self._held, ""
        return _MARK.sub(self._renumber, held)

    def number_of(self, sentence: int) -> int:
        """The citation number of a sentence of the prompt, given now if it has none."""
        if sentence not in self.order:
            self.order.append(sentence)
        return self.order.index(sentence) + 1

    def _renumber(self, found: re.Match[str]) -> str:
        shown: list[int] = []
        for first, last in re.findall(r"(\d+)(?:\s*[-–]\s*(\d+))?", found["numbers"]):
            for sentence in range(int(first), min(int(last or first), int(first) + 20) + 1):
                if 1 <= sentence <= self._given:
                    shown.append(self.number_of(sentence))
                else:
                    self.removed += 1
        return found["space"] + "".join(f"[{n}]" for n in dict.fromkeys(shown)) if shown else ""
