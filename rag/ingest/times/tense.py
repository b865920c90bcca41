"""Does a sentence look back or ahead at a given word? News says "on Friday" for the last and for the next one."""

from __future__ import annotations

import re

_AHEAD = (
    r"(?:will|shall|would|could|may|might|should|must|can)(?: \w+)?(?: not)? be(?: \w+ly)? \w+|"
    r"(?:expected|scheduled|due|slated|set|likely|planned|going|is|are)(?: \w+)? to be \w+|"
    r"will|won['’]t|['’]ll|shall|would|could|may|might|should|must|can|going to|(?:is|are) (?:also )?(?:due )?to|due|"
    r"slated|scheduled|(?:is|are|was|were) set|set (?:to|for)|plan(?:s|ned|ning)?|expects?|expected|upcoming|"
    r"forthcoming|awaits?|faces?|hopes?|intends?|aims?|begins?|starts?|opens|kicks off|expires?|takes effect|ends|"
    r"deadline|runs? through|tickets|forecasts|go(?:es)? to the polls|meets|plays|"
    r"(?:is|are|was|were|the|weather) forecast|forecast(?= (?:for|to)\b)|"
    r"(?:agreed|vowed|promised|wants?|pledged|ordered|asked|told|urged|invited|decided|threaten\w*|prepar\w*|ready|"
    r"likely|called for)\b(?: \w+){0,3}? (?:to|in) \w+"
)
_BACK = (
    r"said|says|was|were|had|did|went|came|met|made|took|gave|found|held|won|lost|left|began|broke|brought|built|"
    r"bought|caught|chose|cut|drew|fell|felt|flew|forecast|fought|got|grew|heard|hit|kept|knew|laid|led|let|paid|put|ran|rose|"
    r"saw|sent|sold|shot|showed|spent|spoke|stood|struck|swore|taught|thought|threw|wrote|became|shut|sank|met|told|"
    r"since|(?!need|speed|feed|breed|indeed|hundred|seed|shed|red|led\b)\w{2,}ed"
)
_MARK = re.compile(rf"(?i)(?P<ahead>\b(?:{_AHEAD})\b|['’]ll\b)|(?P<back>\b(?:{_BACK})\b)")
# in front of a verb that is the same in the past: "will cut", "to put"
_BARE = re.compile(
    r"(?i)(?:\b(?:will|shall|would|could|may|might|should|must|can|to)|won['’]t|['’]ll)(?: not| also| \w+ly)? $"
)
# "on Tuesday decided to close it" names the day of deciding
_DECIDED = re.compile(r"(?i)(?!expected|scheduled|slated)\w{2,}ed\b|told\b")


def looks_ahead(sentence: str, start: int, end: int) -> bool | None:
    """True where the words at [start, end) lie ahead, False where they lie back, None where nothing tells.

    The nearest verb before them decides, else the first after them; "by Friday" and "until Friday" lie ahead unless
    the sentence tells of something that had not happened before.
    """
    before, after = sentence[:start], sentence[end:]
    if re.search(r"(?i)\b(?:by|until|till|ahead of)(?: the)?\s*$", before):
        return not re.search(r"(?i)\bhad\b|\bnot\b|n['’]t\b|\bnever\b", sentence)
    if re.search(r"(?i)\b(?:since|back in|as recently as|as early as)\s*$", before):
        return False
    if re.match(r"(?i)['’]s (?:planned|scheduled|upcoming|expected|deadline|vote on)\b", after):
        return True
    clause = re.split(r"[;:]|, (?:and|but|while|after which)\b", before)[-1]
    for part, pick in ((clause, -1), (after, 0), (before, -1)):
        marks = [m for m in _MARK.finditer(part) if not (m["back"] and _BARE.search(part[: m.start()]))]
        if marks:
            decided = part is after and _DECIDED.match(marks[pick][0])
            return marks[pick]["ahead"] is not None and not decided
    return None
