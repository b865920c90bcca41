"""A newsletter as mail: its subject, sender and date, and the stories of its body."""

from __future__ import annotations

import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

from rag.errors import PageError
from rag.ingest.blocks import clean, lines_of, parse
from rag.ingest.markup import iso_date
from rag.ingest.page import split_page
from rag.ingest.readers.forwarded import Original, find_original, unquoted
from rag.ingest.readers.html import read_markup
from rag.ingest.story import Known, Reading, Story

_DEPTH = 5  # mails within mails
_FORWARDED = re.compile(r"(?i)^(?:(?:re|fwd?|fw|aw|wg):\s*)+")


def read(data: bytes, *, name: str) -> Reading:
    """The stories of a mail. Raises PageError if it has no text or no article in it."""
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    return Reading(_read(mail, name=name))


def _read(mail: EmailMessage, *, name: str, depth: int = 0) -> tuple[Story, ...]:
    """The stories of the mails that are attached to a mail, since it only forwards them; else its own."""
    attached = [p for part in mail.iter_attachments() if (p := _attached(part))] if depth < _DEPTH else []
    stories: list[Story] = []
    for inner in attached:
        with suppress(PageError):
            stories += _read(inner, name=name, depth=depth + 1)
    return tuple(stories) or _own(mail, name=name)


def _attached(part: Message) -> EmailMessage | None:
    if part.get_content_type() != "message/rfc822" or not part.is_multipart():
        return None
    inner = part.get_payload(0)
    return inner if isinstance(inner, EmailMessage) else None


def _own(mail: EmailMessage, *, name: str) -> tuple[Story, ...]:
    stories, original = _stories(mail, name=name)
    sent = (original.sent if original else None) or iso_date(str(mail.get("date") or ""))
    sender = original.sender if original else clean(parseaddr(str(mail.get("from") or ""))[0]) or None
    subject = (original.subject if original else None) or clean(str(mail.get("subject") or ""))
    subject = _FORWARDED.sub("", subject)
    if len(stories) == 1 and subject:
        stories = (replace(stories[0], title=subject),)
    return tuple(_in_mail(story, sent=sent, sender=sender) for story in stories)


def _stories(mail: EmailMessage, *, name: str) -> tuple[tuple[Story, ...], Original | None]:
    """The stories of a mail's text, and the mail that this text was forwarded from."""
    rich, plain = (mail.get_body((kind,)) for kind in ("html", "plain"))
    if rich is not None and (stories := read_markup(markup := text_of(rich))):
        lines = lines_of(parse(markup)).lines
        original = find_original(lines)
        above = set(lines[: original.end]) if original else set()
        return tuple(s for story in stories if (s := _without(story, above)).text), original
    if plain is None:
        raise PageError(f"{name} is a mail without text: save the article itself")
    text = unquoted(text_of(plain))
    original = find_original(text.split("\n"))
    return split_page("\n".join(text.split("\n")[original.end if original else 0 :]), name=name), original


def _without(story: Story, lines: Collection[str]) -> Story:
    return replace(story, text="\n\n".join(p for p in story.text.split("\n\n") if p not in lines))


def text_of(part: Message) -> str:
    """The text of a part, in the character set that it names or, where that is wrong, as far as it goes."""
    raw = part.get_payload(decode=True)
    data = raw if isinstance(raw, bytes) else b""
    try:
        text = data.decode(part.get_content_charset("utf-8"), "replace")
    except LookupError:
        text = data.decode("utf-8", "replace")
    return text.replace("\r\n", "\n").replace("\x00", "")


def _in_mail(story: Story, *, sent: Known | None, sender: str | None) -> Story:
    """The mail was sent, and its ages were true, on one day."""
    return replace(
        story,
        source=story.source or sender,
        published=story.published or (None if story.when else sent),
        captured=sent.day if sent else None,
    )
