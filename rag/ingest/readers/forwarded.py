"""What stands at the top of a forwarded mail's text: whom the original was from, when, and about what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import parseaddr

from rag.ingest.markup import iso_date
from rag.ingest.story import Known

# As Gmail, Outlook, Apple Mail and Thunderbird write it, in the languages that dates are read in.
_NAMES = {
    "from": "from|von|de|da|van",
    "sent": "date|sent|datum|gesendet|envoyé|fecha|enviado|data|inviato|verzonden",
    "subject": "subject|betreff|objet|asunto|assunto|oggetto|onderwerp",
    "other": "to|cc|reply-to|an|à|para|a|aan",
}
_FIELD = re.compile(
    rf"(?i)\W{{0,3}}(?:{'|'.join(f'(?P<{kind}>{names})' for kind, names in _NAMES.items())})\*?\s?:\*?\s*(?P<value>.*)"
)
_QUOTED = re.compile(r"(?m)^(?:>[ ]?)+")


@dataclass(frozen=True, slots=True)
class Original:
    """The mail that was forwarded; its text begins after `end` lines."""

    sender: str | None
    sent: Known | None
    subject: str | None
    end: int


def find_original(lines: Sequence[str]) -> Original | None:
    """The innermost header that is written out in the text of a mail: sender, and date or subject, line by line."""
    found: Original | None = None
    at = 0
    while at < len(lines):
        fields: dict[str, str] = {}
        end = at
        while end < len(lines) and (field := _FIELD.fullmatch(lines[end].strip())):
            fields.setdefault(_kind(field), field["value"])
            end += 1
        if "from" in fields and {"sent", "subject"} & fields.keys() and len(fields) >= 3:
            name, address = parseaddr(fields["from"]) if "@" in fields["from"] else (fields["from"], "")
            sender = (name or address).strip("*' ") or None
            found = Original(sender, iso_date(fields.get("sent")), fields.get("subject") or None, end)
        at = max(end, at + 1)
    return found


def _kind(field: re.Match[str]) -> str:
    return next(kind for kind in _NAMES if field[kind])


def unquoted(text: str) -> str:
    """The text without the marks of quoting, if most of it is quoted."""
    lines = [line for line in text.split("\n") if line.strip()]
    quoted = sum(line.startswith(">") for line in lines)
    return _QUOTED.sub("", text) if quoted > len(lines) / 2 else text
