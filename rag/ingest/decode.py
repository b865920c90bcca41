"""From bytes to clean text."""

from __future__ import annotations

import codecs
import re

from rag.errors import PageError

MAX_BYTES = 20 * 2**20  # of a saved page

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b\u200e\u200f\u2060\ufeff]")
_SPACE = re.compile(r"[^\S\n]+")
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def decode(data: bytes, *, name: str) -> str:
    """Text of the bytes: UTF-8, or UTF-16 with its mark; lines end in "\\n", control characters are gone.

    Raises PageError, with the remedy, for an empty or binary file and for another encoding.
    """
    if not data.strip():
        raise PageError(f"{name} is empty: save the page again as HTML or text")
    encoding = next((codec for mark, codec in _BOMS if data.startswith(mark)), "utf-8")
    if encoding == "utf-8" and b"\x00" in data[:65536]:
        raise PageError(f"{name} is a binary file: save the page as HTML, text (.txt) or PDF")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise PageError(
            f"{name} is not UTF-8 text (byte {error.start}): convert it first, for example with "
            "iconv -f WINDOWS-1252 -t UTF-8"
        ) from error
    text = re.sub(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]", "\n", text)
    return _SPACE.sub(" ", _CONTROL.sub("", text))
