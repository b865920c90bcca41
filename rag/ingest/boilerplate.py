"""What saved pages carry besides articles. Whole lines only: words inside a paragraph are never judged here."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Nothing of the story that stands above such a line follows below it.
_END = (
    r"(\d+ )?comments?( ?\(\d+\))?|no comments( yet)?|(leave|post|add) a comment|join the (conversation|discussion)",
    r"(download|get|install) (the|our) (\w+ )?app|get started now.*",
    r"(about|contact) us|terms (of (use|service)|and conditions)|privacy (policy|notice)",
    r"(copyright|©|\(c\)).*|.*\ball rights reserved",
)

# Other stories, or links to them, follow below such a line.
_RELATED = (
    r"(related|more|similar|other|latest|top) (articles?|stor(y|ies)|news|posts?|reads?|reading|coverage|topics?)",
    r"(popular|trending|recommended|featured|latest|top) (articles?|stories|news|posts?|reads?|headlines|topics?)",
    r"(popular|trending|recommended|featured|latest|top|more) videos?",
    r"most (read|popular|viewed|shared)|recommended( for you)?|you (may|might) (also )?(like|be interested in)",
    r"(read|see) (this )?(also|next)|what to read next|editors?['’]?s? (picks?|choice)|up next",
    r"more (from|in|on) .{1,40}|also in .{1,40}",
)

# Links to other stories follow below such a line, in the middle of a story; labels that link are noise themselves.
_BOX = (
    r"(read|see) (this )?(also|next|more)|(also|must) read|related( story| article| read| reading| links?)?",
    r"recommended( for you)?|more on this( story)?|in case you missed it|don['’]?t miss",
)

# What readers said follows below such a line, unless it says that they said nothing.
_COMMENTS = (
    r"(\d+ )?(readers?['’]? )?comments?( section)?( ?\(\d+\))?|(view|show) comments",
    r"(leave|post|add|write) a (comment|reply)|join the (conversation|discussion)|(newest|oldest|top) comments?",
)
_NO_COMMENTS = (r"no comments?( yet)?|0 comments?|comments?( \(0\)| are closed)|be the first to comment",)

# Lines that may stand anywhere and belong to no story.
_NOISE = (
    r"(\w+ )?logo|advertisement|sponsored( content)?|skip (ad|to .*)|loading|menu|home|search|[\w ]{0,20}background",
    r"share( (this|on|via)\b.*)?|save( (article|for later))?|print|listen( to this article)?|copy link|(log|sign) in",
    r"facebook|twitter|whatsapp|telegram|linkedin|email|x|\d+ ?(min(ute)?s? read|views?|shares?|likes?)",
    r"(read (more|also|next)|also read|see also|related( stor(y|ies)| articles?)?|watch( now)?|listen)\W*[:|>»→].*",
    r"read more\b.*",
    r"(click|tap) here\b.*|continue reading\b.*|follow (us|me|our)\b.*|tags?:.*|topics?:.*",
    r"(sign up|subscribe|register)\b.{0,120}|(we use|this site uses) cookies\b.*|accept( all)?( cookies)?",
    r"((file )?photo|image|picture|video|credit|source) ?(credit|by)?:.{0,160}",
    r"app-?\s?store\W*(play-?\s?store)?|google play|try our\b.*|explore what\b.*\bcan do\b.*",
)

# Sentences that sell something or state terms. Only short paragraphs are judged by these.
_PITCH = (
    r"^\W*(ready to|sign up|subscribe|register|try|explore|join)\b.{0,200}\b(app|newsletters?|inbox|alerts?)\b",
    r"^\W*(download|get|install)\b.{0,200}\b(app|newsletters?|inbox|alerts?)\b",
    r"\bdownload (the |our )?[\w’']*\s?app\b|\b(become|support) .{0,20}\bsubscriber\b",
    r"\b(sign up|subscribe) (to|for) (our|the) .{0,40}(newsletter|alerts?|updates)\b",
    r"^\W*(we use|this site uses|by continuing)\b.{0,80}\bcookies\b|\bour (privacy policy|terms of (use|service))\b",
    r"^\W*story continues below\b",
)
_PITCH_WORDS = 45
_RIGHTS = r"©|\ball rights reserved"


def ends_story(line: str) -> bool:
    """The story above is over, and what follows is not another one unless it has a headline of its own."""
    return bool(re.search(f"(?i){_RIGHTS}", line)) or (not is_sentence(line) and _is_whole(line, _END))


def starts_related(line: str) -> bool:
    """The story above is over, and other stories follow."""
    return not is_sentence(line) and _is_whole(line, _RELATED)


def opens_box(line: str) -> bool:
    """Links to other stories may follow in the middle of this one."""
    return not is_sentence(line) and _is_whole(line, _BOX)


def opens_comments(line: str) -> bool:
    """What readers wrote follows."""
    return not is_sentence(line) and _is_whole(line, _COMMENTS) and not ends_comments(line)


def ends_comments(line: str) -> bool:
    """Readers wrote nothing."""
    return _is_whole(line, _NO_COMMENTS)


def is_noise(line: str) -> bool:
    """The line belongs to no story, and says nothing about where one ends."""
    if not is_sentence(line) and _is_whole(line, _NOISE):
        return True
    return len(line.split()) <= _PITCH_WORDS and any(re.search(f"(?i){pattern}", line) for pattern in _PITCH)


def is_sentence(line: str) -> bool:
    """The line reads as a sentence of an article: several words and a full stop, which no label on a page has."""
    words = line.split()
    return (
        len(words) >= 4
        and bool(re.search(r"""(?<!\.)[.!?]['"”’)\]]*$""", line))
        and words[-1].lower() not in {"a.m.", "p.m."}
    )


def _is_whole(line: str, patterns: Sequence[str]) -> bool:
    return bool(re.match(rf"(?i)\W*(?:{'|'.join(patterns)})\W*$", line))
