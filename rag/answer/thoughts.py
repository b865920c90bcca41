"""Models that think aloud: what stands between `<think>` and `</think>` is no part of the answer."""

from __future__ import annotations

import re

_OPEN = re.compile(r"<(think|thinking|thought|reasoning)>", re.IGNORECASE)
_CLOSE = re.compile(r"</(?:think|thinking|thought|reasoning)>", re.IGNORECASE)
_LONGEST = len("</reasoning>") - 1  # characters that may be the beginning of a tag


class Thoughts:
    """Takes the thinking out of a text as it streams."""

    def __init__(self) -> None:
        self._held = ""
        self._inside = False
        self.were_shown = False

    def feed(self, text: str) -> str:
        """More text of the model; returns what is answer.

        A closing tag that nothing opened means that all before it was thought (some chat templates open the tag
        themselves): `were_shown` is set then, and what `feed` returned before does not count.
        """
        self._held += text
        answer = ""
        while found := (_CLOSE if self._inside else _ANY).search(self._held):
            before, self._held = self._held[: found.start()], self._held[found.end() :]
            if self._inside:
                self._inside = False
            elif _OPEN.match(found[0]):
                answer += before
                self._inside = True
            else:
                answer, self.were_shown = "", True
            if not self._inside:
                self._held = self._held.lstrip()
        at = self._held.rfind("<", max(0, len(self._held) - _LONGEST))
        settled, self._held = (self._held, "") if at < 0 else (self._held[:at], self._held[at:])
        return answer + ("" if self._inside else settled)

    def flush(self) -> str:
        """What was held back when the text ended."""
        held, self._held = self._held, ""
        return "" if self._inside else held


_ANY = re.compile(f"{_OPEN.pattern}|{_CLOSE.pattern}", re.IGNORECASE)
