"""The patterns of words about time, each beside its rule. Names of days and months count with a capital only."""

from __future__ import annotations

import re

from rag.ingest.times import counted, named
from rag.ingest.times.context import Rule

_DAY = r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_WD = rf"(?P<wd>{_DAY}|(?:Mon|Tues?|Wed|Thu(?:rs?)?|Fri|Sat|Sun)\.)"
_MONTH = (
    r"(?P<mon>January|February|March|April|May|June|July|August|September|October|November|December|"
    r"(?:Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b\.?)"
)
_YEAR = r"(?P<year>1[5-9]\d\d|20\d\d|21\d\d)(?![\d%])(?![,.]\d)"
_D = r"(?P<d>[0-3]?\d)(?:st|nd|rd|th)?(?![\d%]|[:.]\d)"
_D2 = r"(?:\s?(?:[–—-]|to|through|and)\s?(?P<d2>[0-3]?\d)(?:st|nd|rd|th)?(?![\d:,%]))?"
_N = r"(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of)"
_WHEN = r"(?P<when>(?:of |the )?(?:last|this|next) year|(?:of )?(?:that|the same) year)"
_OPEN = rf"(?:,? (?:of )?{_YEAR}|,? {_WHEN})?"
_WAY = r"(?:(?P<way>[Ll]ast|[Tt]his past|[Tt]his coming|[Tt]his|[Nn]ext) )?"
_WHICH_WEEK = r"(?P<week>last|this|next) week"
_PART = r"(?: (?:morning|afternoon|evening|night))?"
_NEAR_UNIT = r"(?P<way>last|this past|this coming|this|next|previous|following|coming|past)"

# Case counts in these ...
_NAMED: tuple[tuple[str, Rule], ...] = (
    (r"\d{4}-\d\d-\d\d", named.iso),
    (rf"(?:{_WD},? )?{_MONTH} {_D}{_D2}{_OPEN}", named.day_of_month),
    (rf"(?:{_WD},? )?(?:the )?{_D}{_D2} (?:of )?{_MONTH}{_OPEN}", named.day_of_month),
    (rf"(?:the )?week of {_MONTH} {_D}(?P<d2>){_OPEN}(?P<wd>)", named.week_of),
    (rf"(?:the )?week of (?:the )?{_D}(?P<d2>) (?:of )?{_MONTH}{_OPEN}(?P<wd>)", named.week_of),
    (rf"{_WAY}(?:(?:[Ee]arly|[Ll]ate|[Mm]id)[ -])?{_MONTH}{_OPEN}", named.month),
    (rf"{_WAY}{_WD}{_PART}(?:,? (?:of )?{_WHICH_WEEK})?{_PART}", named.weekday),
    (rf"(?P<week>[Ll]ast|[Tt]his|[Nn]ext) week,? (?:on )?{_WD}{_PART}", named.week_then_day),
    (rf"{_N} weeks? (?P<way>ago|from) (?:on )?{_WD}", counted.weekday_apart),
    (rf"[Tt]he (?P<way>next|following|previous) {_WD}", counted.next_day),
    (_YEAR, named.year_alone),
    (rf"{_YEAR}[–-](?P<to>\d\d(?:\d\d)?)(?!\d)", named.year_range),
    (r"(?:[Tt]he )?(?:(?:early|late|mid)[ -])?(?P<year>(?:1[5-9]|20)\d0)['’]?s", named.decade),
    (rf"(?:[Tt]he )?Q(?P<q>[1-4])(?: (?:of )?{_YEAR}|(?: of)? {_WHEN}| of the year)?", named.quarter),
)
# ... and not in these.
_PLAIN: tuple[tuple[str, Rule], ...] = (
    (
        (
            r"the day before yesterday|the day after tomorrow|(?:(?:earlier|later) )?today|tonight|last night|"
            r"(?:yesterday|tomorrow)(?: morning| afternoon| evening| night)?|this (?:morning|afternoon|evening)"
        ),
        counted.near_day,
    ),
    (
        rf"{_N}(?P<half> and a half)? (?P<unit>minute|hour|day|week|month|year|decade)s?(?P<h2> and a half)? ago",
        counted.ago,
    ),
    (rf"(?P<lead>in )(?:about |around |just )?{_N} (?P<unit>day|week|month|year)s?(?:['’] time)?", counted.hence),
    (rf"(?P<lead>){_N} (?P<unit>day|week|month|year)s? from (?:now|today)", counted.hence),
    (
        (
            rf"(?:{_N}|the) (?P<unit>day|week|month|year|decade)s? "
            r"(?:(?P<way>earlier|later|previously)(?! than)|(?P<way2>before|after)(?=\s*(?:$|[,.;:—–)]|when\b|and\b)))"
        ),
        counted.apart,
    ),
    (
        (
            rf"(?:the|these|over|for|within) (?P<way>past|last|next|coming|previous|following) {_N} "
            r"(?P<unit>hour|day|week|month|quarter|year|decade)s?"
        ),
        counted.span_of,
    ),
    (
        (
            rf"(?P<phase>(?:earlier|later|early|late|mid)[ -])?(?:in )?(?P<the>the )?{_NEAR_UNIT} "
            r"(?P<unit>week|month|year|quarter|decade|weekend)(?!-|['’]s? time)"
        ),
        counted.unit_near,
    ),
    (
        (
            rf"(?:(?P<way>last|this past|this coming|this|next) )?(?P<season>spring|summer|autumn|fall|winter)"
            rf"(?: (?:of )?{_YEAR}| {_WHEN})?"
        ),
        named.season,
    ),
    (
        rf"(?:the )?(?P<q>first|second|third|fourth)[ -]quarter(?: (?:of )?{_YEAR}|(?: of)? {_WHEN}| of the year)?",
        named.quarter,
    ),
    (r"the (?P<way>next|following|previous) (?:day|morning|afternoon|evening|night)(?P<wd>)", counted.next_day),
    (r"(?:that|the same|that same|that very) (?P<unit>day|week|month|year)", counted.same),
    (r"the (?:end|start|beginning|close|middle) of (?:the|this) (?P<unit>year|month|week|decade)", counted.whole_unit),
    (r"(?P<unit>year)(?:['’]s)?[- ]end|mid-?(?P<u2>year)", counted.whole_unit),
    (r"(?:at|over|during) the weekend", counted.bare_weekend),
    (
        r"on the (?P<d>[0-3]?\d)(?:st|nd|rd|th)(?=\s*(?:$|[,.;]|of (?:the|this|that) month|at\b|and\b))",
        named.ordinal_day,
    ),
    (r"this (?:time|day) last (?P<unit>year|month|week)", counted.same_day),
)
_WHOLE = r"(?<![\w-])(?:{})(?!\w)"
PATTERNS: tuple[tuple[re.Pattern[str], Rule], ...] = (
    *((re.compile(_WHOLE.format(pattern)), rule) for pattern, rule in _NAMED),
    *((re.compile(_WHOLE.format(pattern), re.IGNORECASE), rule) for pattern, rule in _PLAIN),
)
# What stands around (before \0) and between two ends of one range.
RANGE = re.compile(
    r"(?is).*\b(?:from(?: the)?|between)\s\0\s?(?:to|and|through|until|till|up to|[–—-])\s?|.*\0\s?(?:through|[–—-])\s?"
)
