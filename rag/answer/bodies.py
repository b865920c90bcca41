"""Who may speak for a body: its own name, whoever the article introduces with it, and who is named nowhere.

"What did NATO say?" is answered by "Mark Rutte", whom the article calls its secretary-general, and by "a spokeswoman",
but by neither "the Kremlin" nor "Kremlin spokesman Peskov".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.answer.persons import Person
from rag.answer.voices import CALENDAR, RUN
from rag.verbs import REPORTING
from store.records import Article

_RUN = re.compile(RUN)
_BEFORE = 60  # characters in which a role stands before a name: "the secretary general of NATO, Mark Rutte"
# where what stands before a name is no longer about it
_CUT = re.compile(
    rf"[.;:!?·”\"](?=\s)|\b(?:{REPORTING}|and|but|that|with|from|against|has|have|had|is|was|were|by|after|before|when|as|"
    r"in|on|to|[a-z]+ed)\b"
)
_APPOSED = re.compile(r",(?! (?:which|who|whose|where|and|but|after|as|when|while)\b)(?P<what>[^,.;:!?]{1,80})")


def is_anothers(body: Person, phrase: str, article: Article) -> bool:
    """Whether a phrase for who speaks plainly means nobody of the body: it has a name, and none that belongs to it."""
    names = [run[0] for run in _RUN.finditer(phrase) if not re.fullmatch(rf"{CALENDAR}|The|An?", run[0])]
    if not names or body.named_in(phrase):
        return False
    return not any(body.named_in(what) for what in _introductions(names[-1].split()[-1], article.text))


def _introductions(name: str, text: str) -> Iterator[str]:
    """What stands before and behind each mention of a name, as far as it says who that is."""
    for found in re.finditer(rf"(?:{RUN} )?\b{re.escape(name)}\b", text):
        before = text[max(0, found.start() - _BEFORE) : found.start()]
        cuts = [cut.end() for cut in _CUT.finditer(before)]
        yield before[cuts[-1] if cuts else 0 :]
        if apposed := _APPOSED.match(text, found.end()):
            yield apposed["what"]
