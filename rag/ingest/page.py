"""From the text of a saved page to its articles.

A page is read as runs of lines: *prose* (paragraphs) and *short* lines between them. A short run that dates a story
("Korea Herald3 days ago") or prints a headline twice opens a new one; any other is a subheading, or boilerplate.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from rag.errors import PageError
from rag.ingest.boilerplate import ends_comments, ends_story, is_noise, opens_box, opens_comments, starts_related
from rag.ingest.dates import Stamp, read_stamp
from rag.ingest.story import Story, find_agency, find_kind

_NAMED = r"[A-Z][\w.'’-]*"
_BYLINE = re.compile(
    rf"(?i:^(?:reported |written |story )?by)\s+(?P<author>{_NAMED}(?:[ ,]+(?:and |& )?{_NAMED}){{0,9}})"
)
_CREDIT = re.compile(rf"(?:Von|Par|Por|Di|Da|Door) {_NAMED}(?: (?:und |et |y |e |en )?{_NAMED}){{1,5}}")
_BULLET = re.compile(r"^[•·*▪‣–-]\s+")
_SENTENCE_END = re.compile(r"""[.!?…]['"”’»)\]]*(?:\s*[(\[][^()\[\]]{1,40}[)\]]\.?)?$""")
_URL = re.compile(r"^(?:URL:\s*)?(https?://\S+)$", re.IGNORECASE)
_ADDRESS = re.compile(r"\s*[<(\[]?\S+@\S+[>)\]]?$")

_HEADLINE_WORDS = 40  # a longer line is no headline
_WRAPPED = 50  # characters of a line that was broken because it was full
_QUESTION_WORDS = 25
_NEAR = 8  # lines within which a headline is printed again


@dataclass(slots=True)
class _Draft:
    title: str
    source: str | None = None
    author: str | None = None
    when: str | None = None
    url: str | None = None
    paragraphs: list[str] = field(default_factory=list)


def split_page(text: str, *, name: str) -> tuple[Story, ...]:
    """The articles of a page, in page order.

    Raises PageError, naming `name`, if there is none. Paragraphs of a body are parted by an empty line.
    """
    found = split_lines(_unwrapped(text).split("\n"))
    if not found:
        raise PageError(
            f"{name} holds no article: a saved page needs a headline and at least one paragraph of sentences"
        )
    return found


def split_lines(
    lines: Sequence[str], *, headlines: Collection[str] = (), links: Collection[str] = ()
) -> tuple[Story, ...]:
    """The articles of a page that was cut into paragraphs and short lines; none if it has none.

    `headlines` are lines that are known to be headlines, each of which opens a story; `links` are those that are
    nothing but a link, which no subheading is.
    """
    kept = [line for line in (line.strip() for line in lines) if line]
    stories = [_finished(draft) for draft in _drafts(kept, headlines, links)]
    return tuple(story for story in stories if story is not None)


def _drafts(lines: Sequence[str], headlines: Collection[str], links: Collection[str]) -> Iterator[_Draft]:
    """Walk prose and short runs; yield each story once it is complete."""
    prose = _prose_lines(lines, headlines)
    current: _Draft | None = None
    is_open, in_comments = True, False
    short: list[str] = []
    for at, line in enumerate(lines):
        if not prose[at]:
            short.append(line)
            continue
        in_comments = _in_comments(short, in_comments)
        opened = _open_story(short, headlines, first=current is None, in_comments=in_comments)
        box = next((n for n, s in enumerate(short) if opens_box(s) or starts_related(s)), None)
        if opened is None and box is not None and _goes_on(prose, at) and not any(ends_story(s) for s in short):
            short = short[:box]  # links in the middle of a story
        if opened is not None:
            if current is not None:
                yield current
            current, is_open, in_comments = opened, True, False
        elif any(ends_story(s) or starts_related(s) for s in short):
            is_open = False
        elif current is not None and is_open:
            current.paragraphs.extend(s for s in short if s not in links and not is_noise(s))
        short = []
        if is_open and current is None:
            current = _Draft(title=_first_words(line))
        if is_open and current is not None and not is_noise(line):
            current.paragraphs.append(line)
    if current is not None:
        yield current


def _in_comments(short: Sequence[str], before: bool) -> bool:
    """Whether the paragraph after these lines is what a reader wrote, unless they announce a story."""
    for line in short:
        if opens_comments(line):
            before = True
        elif ends_comments(line) or starts_related(line):
            before = False
    return before


def _goes_on(prose: Sequence[bool], at: int) -> bool:
    """The paragraph is followed by another, as in a story: what stands below a link is one sentence."""
    return all(prose[at : at + 2]) and at + 1 < len(prose)


def _prose_lines(lines: Sequence[str], headlines: Collection[str]) -> list[bool]:
    """Which lines are paragraphs: they end as sentences do, or are long; a line printed twice nearby is a headline."""
    prose = [_is_prose(line) and line not in headlines for line in lines]
    for at, line in enumerate(lines):
        if len(line.split()) <= _HEADLINE_WORDS:
            near = lines[at + 1 : at + 1 + _NEAR]
            if line in near:
                prose[at] = prose[at + 1 + near.index(line)] = False
            if ends_story(line) or starts_related(line) or read_stamp(line):
                prose[at] = False
    asked = [at for at in range(len(lines)) if prose[at] and _asks_above(lines, prose, at)]
    return [is_prose and at not in asked for at, is_prose in enumerate(prose)]


def _asks_above(lines: Sequence[str], prose: Sequence[bool], at: int) -> bool:
    """A headline that is a question: at the top of the page, or right above the date or byline of a paragraph."""
    if not re.search(r"[?!][\"'”’)]*$", lines[at]) or len(lines[at].split()) > _QUESTION_WORDS:
        return False
    details = [n for n in range(at + 1, min(at + 4, len(lines))) if _BYLINE.match(lines[n]) or read_stamp(lines[n])]
    if not any(prose[:at]):
        return at + 1 < len(lines) and not re.search(r"[.!?]\s", lines[at])
    if not details or any(prose[at + 1 : details[-1]]):
        return False
    below = details[-1] + 1 < len(lines) and prose[details[-1] + 1]
    return below and (details[0] == at + 1 or not prose[at - 1])


def _is_prose(line: str) -> bool:
    words = line.split()
    if len(words) < 4 or sum(word[0].isalpha() or word[-1].isalpha() for word in words) < 0.6 * len(words):
        return False
    return bool(_SENTENCE_END.search(line)) or (len(words) > _HEADLINE_WORDS and ". " in line)


def _open_story(short: Sequence[str], headlines: Collection[str], *, first: bool, in_comments: bool) -> _Draft | None:
    """A new story, if the short lines before a paragraph announce one: a reader's comment has a date, but no title."""
    lines = [line for line in short if not is_noise(line) or read_stamp(line)]
    if in_comments and not any(line in headlines or a == line for a, line in zip(["", *lines], lines, strict=False)):
        return None
    stamps = [(at, stamp) for at, line in enumerate(lines) if (stamp := read_stamp(line))]
    related = [at for at, line in enumerate(lines) if starts_related(line)]
    if stamps:
        return _from_stamp(lines, stamps, headlines)
    fresh = lines[related[-1] + 1 :] if related else lines
    repeated = [line for line in fresh if line in headlines] or [a for a, b in pairwise(fresh) if a == b]
    if repeated:
        return _with_details(_Draft(title=repeated[-1]), fresh)
    in_box = not first and (len(fresh) > 1 or any(opens_box(lines[n]) for n in related))
    if (first or related) and not in_box and fresh and not any(ends_story(line) for line in fresh):
        headlines = [line for line in fresh if not (_BYLINE.match(line) or _URL.match(line))]
        if headlines:
            title = next((line for line in headlines if len(line.split()) >= 4), headlines[0])
            return _with_details(_Draft(title=title), fresh)
    return None


def _from_stamp(lines: Sequence[str], stamps: Sequence[tuple[int, Stamp]], headlines: Collection[str]) -> _Draft:
    """The last story that a run of short lines announces: those before it are links without a body."""
    outlets = tuple(_BULLET.sub("", line).strip() for line in lines)
    stamps = [(n, read_stamp(lines[n], outlets=outlets) or stamp) for n, stamp in stamps]
    at, stamp = stamps[-1]
    source = stamp.source or _bulleted(lines[at + 1 : at + 3])
    marks = [n for n, _ in stamps]
    before = [n for n in range(at) if n not in marks and not _is_detail(lines[n], source)]
    own = [n for n in before if n > max(marks[:-1], default=-1)]
    before = own or before  # "Published … / Updated …" have nothing between them
    counts = Counter(lines[before[0] :] if before else lines)
    after = [n for n in range(at + 1, len(lines)) if not _is_detail(lines[n], source)]
    if source is None and len(before) >= 2 and counts[lines[before[-1]]] == 1 and len(lines[before[-1]].split()) <= 5:
        source = lines[before.pop()]
    repeated = [n for n in before if lines[n] in headlines] or [n for n in before if counts[lines[n]] > 1]
    if repeated or before:
        title_at = repeated[-1] if repeated else before[-1]
        title = lines[title_at]
    elif after:
        title_at, title = at, lines[next((n for n in after if lines[n] in headlines), after[0])]
    else:
        title_at, title = at, source or "Untitled"
    # "Published … / Updated …": the first stamp after the headline dates the story
    dating = [s for n, s in stamps if n > title_at and not s.updated] or [stamp]
    draft = _Draft(title=title, source=source or dating[0].source, when=dating[0].when)
    return _with_details(draft, lines[title_at:])


def _is_detail(line: str, source: str | None) -> bool:
    return (
        bool(_BULLET.match(line) or _BYLINE.match(line) or _URL.match(line))
        or line == source
        or ends_story(line)
        or starts_related(line)
    )


def dates_or_credits(line: str) -> bool:
    """A line above a story that only dates it or names who wrote it."""
    return read_stamp(line) is not None or bool(_CREDIT.fullmatch(line) or _BYLINE.fullmatch(line))


def _bulleted(lines: Sequence[str]) -> str | None:
    return next((_BULLET.sub("", line).strip() for line in lines if _BULLET.match(line)), None)


def _with_details(draft: _Draft, lines: Sequence[str]) -> _Draft:
    for line in lines:
        if (byline := _BYLINE.match(line)) and draft.author is None:
            draft.author = _ADDRESS.sub("", byline["author"]).strip(" ,")
        elif url := _URL.match(line):
            draft.url = url[1]
    return draft


def _finished(draft: _Draft) -> Story | None:
    paragraphs = list(draft.paragraphs)
    while paragraphs and not _SENTENCE_END.search(paragraphs[-1]) and len(paragraphs[-1].split()) <= _HEADLINE_WORDS:
        paragraphs.pop()
    if sum(len(p.split()) for p in paragraphs) < 8:
        return None
    text, title = "\n\n".join(paragraphs), _BULLET.sub("", draft.title)
    return Story(
        title=title,
        source=draft.source,
        agency=find_agency(text, author=draft.author),
        author=draft.author,
        when=draft.when,
        url=draft.url,
        text=text,
        kind=find_kind(title),
    )


def _first_words(line: str) -> str:
    words = line.split()
    return " ".join(words[:12]) + (" …" if len(words) > 12 else "")


def _unwrapped(text: str) -> str:
    """Join the lines of hard-wrapped paragraphs, where most lines of the page break in mid-sentence."""
    lines = text.split("\n")
    inner = [a for a, b in pairwise(lines) if a.strip() and b.strip()]
    wrapped = [a for a in inner if _WRAPPED <= len(a.strip()) <= 110 and not _SENTENCE_END.search(a.strip())]
    if len(inner) < 4 or len(wrapped) < 0.6 * len(inner):
        return text
    return "\n\n".join(_rewrapped(block) for block in re.split(r"\n\s*\n", text))


def _rewrapped(block: str) -> str:
    """A paragraph on one line; of a shorter block (a headline above its details) only full lines take in the next."""
    if len(block) > 110 and not any(read_stamp(line) for line in block.split("\n")):
        return " ".join(block.split("\n"))
    joined: list[str] = []
    full = False
    for line in block.split("\n"):
        if full and not read_stamp(line):
            joined[-1] = f"{joined[-1].rstrip()} {line.strip()}"
        else:
            joined.append(line)
        full = len(line.strip()) >= _WRAPPED
    return "\n".join(joined)
