"""One reader per format, each `read(data, *, name) -> Reading`; which one is for a file shows in its content.

Readers load their libraries when they are called. A library that fails on damaged data is a PageError here.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO

from rag.errors import PageError
from rag.ingest.decode import MAX_BYTES
from rag.ingest.readers import eml, html, markdown, mhtml, pdf, records, text, warc
from rag.ingest.story import Reading

READERS: Mapping[str, Callable[..., Reading]] = {
    "eml": eml.read,
    "html": html.read,
    "json": records.read,
    "markdown": markdown.read,
    "mhtml": mhtml.read,
    "pdf": pdf.read,
    "text": text.read,
    "warc": warc.read,
}
# Endings that say what a file is where its content leaves it open.
ENDINGS = {
    ".txt": "text", ".text": "text", ".html": "html", ".htm": "html", ".xhtml": "html", ".mhtml": "mhtml",
    ".mht": "mhtml", ".eml": "eml", ".pdf": "pdf", ".md": "markdown", ".markdown": "markdown", ".json": "json",
    ".jsonl": "json", ".ndjson": "json", ".warc": "warc",
}  # fmt: skip

_HEAD = 8192  # bytes looked at
_HTML = re.compile(rb"(?is)<(?:!doctype\s+html|html|head|body|article|main)[\s>]")
_FRAGMENT = re.compile(rb"(?is)\A\s*<(?:div|p|h1|section|table|meta|title|!--)[\s>-]")
_HEADER = re.compile(
    rb"(?im)\A(?:From [^\n]*\n)?(?:[\w-]{2,40}:[^\n]*\n(?:[ \t]+[^\n]*\n)*){2,}",
)
_MAIL = re.compile(rb"(?im)^(?:mime-version|message-id|received|return-path|content-type|subject|from|date|to):")
_SNAPSHOT = re.compile(rb"(?im)^(?:snapshot-content-location:|content-type:\s*multipart/related)")


def read_stories(data: bytes, *, name: str) -> Reading:
    """The stories of a file. Raises PageError, with the remedy, if it is damaged or holds none."""
    data = unzipped(data, name=name)
    kind = detect(data, name=name)
    try:
        found = READERS[kind or "text"](data, name=name)
    except PageError:
        raise
    except Exception as error:  # parsers of foreign formats raise whatever they please on damaged data
        raise PageError(
            f"{name} cannot be read as {(kind or 'text').upper()} ({type(error).__name__}: {str(error)[:80]}): "
            "save the page again"
        ) from error
    if not found.stories:
        raise PageError(
            f"{name} holds no article: a saved page needs a headline and at least one paragraph of sentences"
        )
    return found


def detect(data: bytes, *, name: str) -> str | None:
    """The reader for a file, by its first bytes, else by its name; None if neither says anything."""
    head = data[:_HEAD].removeprefix(b"\xef\xbb\xbf")
    if b"%PDF-" in head[:1024]:
        return "pdf"
    if head.startswith(b"WARC/"):
        return "warc"
    if header := _HEADER.match(head.replace(b"\r\n", b"\n")):
        named = {line.lower() for line in _MAIL.findall(header[0])}
        if len(named) >= 3 or {b"mime-version:", b"message-id:"} & named:
            return "mhtml" if _SNAPSHOT.search(header[0]) else "eml"
    ending = ENDINGS.get(_ending(name))
    if head.lstrip()[:1] in (b"{", b"[") and (ending == "json" or records.is_records(data)):
        return "json"
    if head.startswith(b"---") and ending != "text":
        return ending or "markdown"
    if ending != "markdown" and (_HTML.search(head) or _FRAGMENT.search(head)):
        return "html"
    return ending


def _ending(name: str) -> str:
    plain = name.lower().removesuffix(".gz")
    return plain[plain.rfind(".") :] if "." in plain else ""


def unzipped(data: bytes, *, name: str) -> bytes:
    """Gzipped files are read as what they hold, one that breaks off as far as it goes."""
    if not data.startswith(b"\x1f\x8b"):
        return data
    plain, file = bytearray(), gzip.GzipFile(fileobj=BytesIO(data))
    try:
        while len(plain) < 10 * MAX_BYTES and (piece := file.read1(MAX_BYTES)):
            plain += piece
    except (zlib.error, EOFError, gzip.BadGzipFile) as error:
        if isinstance(error, zlib.error) or not plain:
            raise PageError(f"{name} is damaged gzip data ({error}): save it again") from error
    if len(plain) >= 10 * MAX_BYTES:
        raise PageError(f"{name} unpacks to more than {10 * MAX_BYTES // 2**20} MB: split the file")
    return bytes(plain)
