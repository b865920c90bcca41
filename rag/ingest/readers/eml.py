"""A newsletter as mail: its subject, sender and date, and the stories of its body."""

from __future__ import annotations

import re
from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from email.utils import parseaddr

from rag.errors import PageError
from rag.ingest.blocks import clean
from rag.ingest.markup import iso_date
from rag.ingest.page import split_page
from rag.ingest.readers.html import read_markup
from rag.ingest.story import Known, Reading, Story

_FORWARDED = re.compile(r"(?i)^(?:(?:re|fwd?|fw|aw|wg):\s*)+")


def read(data: bytes, *, name: str) -> Reading:
    """The stories of a mail. Raises PageError if it has no text or no article in it."""
    mail = message_from_bytes(data, policy=policy.default)
    assert isinstance(mail, EmailMessage)
    stories = _stories(mail, name=name)
    sent = iso_date(str(mail.get("date") or ""))
    sender = clean(parseaddr(str(mail.get("from") or ""))[0]) or None
    subject = _FORWARDED.sub("", clean(str(mail.get("subject") or "")))
    if len(stories) == 1 and subject:
        stories = (replace(stories[0], title=subject),)
    return Reading(tuple(_in_mail(story, sent=sent, sender=sender) for story in stories))


def _stories(mail: EmailMessage, *, name: str) -> tuple[Story, ...]:
    rich, plain = (mail.get_body((kind,)) for kind in ("html", "plain"))
    if rich is not None and (stories := read_markup(text_of(rich))):
        return stories
    if plain is None:
        raise PageError(f"{name} is a mail without text: save the article itself")
    return split_page(text_of(plain), name=name)


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
