"""Whether a text holds what a matcher looks for. Pure functions of a matcher and a text."""

from __future__ import annotations

import itertools
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from functools import lru_cache

from evals.choices import is_choice, strangers
from evals.dates import WrittenDate, written_dates
from evals.matchers import DateMatch, EntityMatch, ListMatch, Match, NumberMatch, Polarity, PolarityMatch, TextMatch
from evals.negation import is_cue, negated, weighed
from evals.patterns import Hit, find, find_any
from evals.words import Token, tokenise

MEASURES = frozenset(
    "percent km kilometre kilometres kilometer kilometers mile miles metre metres meter meters tonne tonnes ton tons "
    "dollar dollars euro euros pound pounds yen won year years month months week weeks day days hour hours minute "
    "minutes".split()
)

APART = 5
# words that make another number of the one beside them: "half of 1,000", "less than 1,000", "1,000 fewer"
BENT_BEFORE = tuple(
    tuple(words.split())
    for words in (
        *("fewer than", "less than", "half", "half of", "half the", "twice", "twice the", "double", "triple", "times"),
        *("tens of", "dozens of", "hundreds of", "thousands of", "millions of"),
    )
)
PARTS = frozenset("half third quarter fifth sixth seventh eighth ninth tenth hundredth percent thirds quarters".split())
BENT_AFTER = ("fewer", "less")
BOUNDS = ("before", "after", "by")
BESIDE = 3  # tokens between a date and its year
CHOICE = 3  # tokens between the numbers of a choice: "1,000 sappers or perhaps 2,000"


def accepts(match: Match, text: str) -> bool:
    """Whether `text` states what `match` looks for."""
    if match.quote is not None:
        tokens = weighed(tokenise(text))
        return _any_right(find(match.quote.phrase, tokens), tokens, match.quote.polarity)
    tokens = _asserted(text)
    if match.text is not None:
        return _text(match.text, tokens)
    if match.number is not None:
        return _number(match.number, tokens)
    if match.date is not None:
        return _date(match.date, tokens)
    if match.entity is not None:
        return _entity(match.entity, tokens)
    if match.list is not None:
        return _list(match.list, tokens)
    return match.polarity is not None and _polarity(match.polarity, tokens)


@lru_cache(maxsize=4096)
def _asserted(text: str) -> tuple[Token, ...]:
    """The tokens of the sentences that state something: no question, and none that the next one takes back."""
    return weighed([token for token in tokenise(text) if not token.asked])


def mentions(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text. Prefix stars work, numbers go by value."""
    return bool(find(phrase, tokenise(text)))


def says(phrase: str, text: str) -> bool:
    """Whether the phrase stands in the text other than behind a "not", as 6,000 does in "1,000, not 6,000"."""
    tokens = tokenise(text)
    return any(
        hit.start == 0
        or tokens[hit.start - 1].word != "not"
        or tokens[hit.start - 1].clause != tokens[hit.start].clause
        for hit in find(phrase, tokens)
    )


def _any_right(hits: Sequence[Hit], tokens: Sequence[Token], polarity: Polarity) -> bool:
    return any(_right(hit, tokens, polarity, consumed=hits) for hit in hits)


def _right(hit: Hit, tokens: Sequence[Token], polarity: Polarity, *, consumed: Iterable[Hit] = ()) -> bool:
    denied = tokens[hit.start].denied
    if polarity == "any":
        return not denied
    within = negated(hit, tokens, consumed=consumed)
    return within != denied if polarity == "denied" else not (within or denied)


def _text(match: TextMatch, tokens: Sequence[Token]) -> bool:
    for part in _windows(tokens, match.sentences):
        groups = [find_any(group, part) for group in match.groups]
        if all(groups) and _polarity_holds(groups, part, match.polarity):
            return True
    return False


def _polarity_holds(groups: Sequence[Sequence[Hit]], tokens: Sequence[Token], polarity: Polarity) -> bool:
    """`affirmed`: each group has a place that is not negated; `denied`: some group has none.

    Where a denial leads them in, it is the other way round, and neither holds for `any`.
    """
    denied = _led_by_denial(groups, tokens)
    if polarity == "any":
        return not denied
    consumed = [hit for hits in groups for hit in hits]
    clear = all(any(not negated(hit, tokens, consumed=consumed) for hit in hits) for hits in groups)
    return clear and not denied if polarity == "affirmed" else clear == denied


def _led_by_denial(groups: Sequence[Sequence[Hit]], tokens: Sequence[Token]) -> bool:
    """Whether some group stands only in claims that a denial leads in."""
    return any(all(tokens[hit.start].denied for hit in hits) for hits in groups)


def _windows(tokens: Sequence[Token], sentences: int) -> list[Sequence[Token]]:
    """Each run of `sentences` consecutive sentences; a shorter text is one run."""
    if not tokens:
        return []
    last = tokens[-1].sentence
    first = [bisect_left(tokens, n, key=lambda token: token.sentence) for n in range(last + sentences + 1)]
    return [tokens[first[n] : first[n + sentences]] for n in range(max(last - sentences + 2, 1))]


def _number(match: NumberMatch, tokens: Sequence[Token]) -> bool:
    dated = {at for date in written_dates(tokens) for at in range(date.start, date.end)}
    context = find_any(match.context, tokens, plural=True)
    for at, token in enumerate(tokens):
        if token.value is None or at in dated or abs(token.value - match.value) > match.tolerance:
            continue
        if not _unit_fits(match, tokens, at) or _is_bent(tokens, at) or _is_choice(tokens, at, dated):
            continue
        near = [hit for hit in context if _bound(hit, at, tokens, dated, match.window)]
        if match.context and not near:
            continue
        end = max([at + 1, *(hit.end for hit in near)])
        if _right(Hit(at, end), tokens, match.polarity):
            return True
    return False


def _is_bent(tokens: Sequence[Token], at: int) -> bool:
    """Whether a word beside the number makes another number of it."""
    before = [token.word for token in tokens[max(at - 2, 0) : at] if token.sentence == tokens[at].sentence]
    after = [token.word for token in tokens[at + 1 : at + 3] if token.clause == tokens[at].clause]
    part = len(before) == 2 and before[1] == "of" and before[0] in PARTS
    return part or any(w in BENT_AFTER for w in after) or any(tuple(before[-len(w) :]) == w for w in BENT_BEFORE)


def _is_choice(tokens: Sequence[Token], at: int, dated: set[int]) -> bool:
    """Whether it is one end of a range or one of several: "500 to 1,000", "5% to 6%", "900 or 1,000", "10 × 1,000".

    "From 500 to 1,000" is a change and names both, "12 percent to 1.8 billion" measures two things.
    """
    numbers = [
        n
        for n, token in enumerate(tokens)
        if (token.value is not None and n not in dated and token.sentence == tokens[at].sentence) or n == at
    ]
    place = numbers.index(at)
    for first, last in itertools.pairwise(numbers[max(place - 1, 0) : place + 2]):
        between = [token.word for token in tokens[first + 1 : last]]
        if "or" in between and len(between) <= CHOICE:
            return True
        opened = tokens[first - 1].word if first else ""
        if opened == "between" and "and" in between and len(between) <= CHOICE:
            return True
        unit = tokens[last + 1].word if last + 1 < len(tokens) else ""
        ranged = between in (["to"], [unit, "to"]) and opened != "from"
        apart = tokens[first].clause != tokens[last].clause
        if ranged or (not between and (tokens[first].joined or not apart)):
            return True
    return False


def _unit_fits(match: NumberMatch, tokens: Sequence[Token], at: int) -> bool:
    """The word after the number is the wanted unit, or at least not another measure ("1,000-kilometre" is no count)."""
    following = tokens[at + 1] if at + 1 < len(tokens) else None
    if following is None or following.sentence != tokens[at].sentence:
        return not match.unit
    wanted = match.unit or match.context
    is_wanted = any(hit.start == 0 for hit in find_any(wanted, tokens[at + 1 : at + 4], plural=True))
    if match.unit:
        return is_wanted
    return is_wanted or not (tokens[at].joined or tokens[at].money or following.word in MEASURES)


def _bound(hit: Hit, at: int, tokens: Sequence[Token], dated: set[int], window: int) -> bool:
    """Whether the context word belongs to the number at `at`: near enough, and no other number nearer.

    Steps over "and", "or" or a clause count as `APART` more, so that in "5,000 construction workers and 1,000 sappers"
    the workers are 5,000. At the same distance the number before the word wins. Dates do not compete, nor do small
    spelled-out numbers such as "the two sides", unless the wanted number is one itself.
    """
    if tokens[hit.start].sentence != tokens[at].sentence or _steps(hit, at) > window:
        return False
    mine = (_distance(hit, at, tokens), at > hit.start)
    for other, token in enumerate(tokens):
        if other == at or other in dated or token.value is None or token.sentence != tokens[at].sentence:
            continue
        if token.spelled and token.value < 10 and not tokens[at].spelled:
            continue
        if (_distance(hit, other, tokens), other > hit.start) < mine:
            return False
    return True


def _steps(hit: Hit, at: int) -> int:
    return hit.start - at if at < hit.start else max(at - hit.end + 1, 0)


def _distance(hit: Hit, at: int, tokens: Sequence[Token]) -> int:
    """Steps between number and word, those over a joint of the sentence counted as `APART` more."""
    first, last = min(at, hit.start), max(at, hit.end - 1)
    between = tokens[first : last + 1]
    joints = sum(token.word in ("and", "or", "plus") for token in between) + between[-1].clause - between[0].clause
    return _steps(hit, at) + APART * joints


def _date(match: DateMatch, tokens: Sequence[Token]) -> bool:
    context = find_any(match.context, tokens, plural=True)
    dates = written_dates(tokens)
    members = [Hit(date.start, date.end) for date in dates]
    for date in dates:
        sentence = tokens[date.start].sentence
        placed = not match.context or any(tokens[hit.start].sentence == sentence for hit in context)
        if (
            placed
            and _same_date(match, date)
            and not _is_moved(match, date, tokens)
            and not is_choice(Hit(date.start, date.end), tokens, members)
            and _right(Hit(date.start, date.end), tokens, match.polarity)
        ):
            return True
    return False


def _is_moved(match: DateMatch, date: WrittenDate, tokens: Sequence[Token]) -> bool:
    """Whether words beside it make another date of it: "before June 19", "the day after June 19", "June 19 in 2023"."""
    before = tokens[date.start - 1].word if date.start else ""
    if before in BOUNDS and before not in match.bounds:
        return True
    if date.year is not None:
        return False
    near = range(date.start - BESIDE, date.end + BESIDE)
    sentence = tokens[date.start].sentence
    years = {
        other.year
        for other in written_dates(tokens)
        if other.month is None and other.start in near and tokens[other.start].sentence == sentence
    }
    return bool(years) and int(match.value[:4]) not in years


def _same_date(match: DateMatch, date: WrittenDate) -> bool:
    year, *finer = (int(part) for part in match.value.split("-"))
    if date.year is None:
        if match.year_written or match.granularity == "year":
            return False
    elif date.year != year:
        return False
    month = finer[0] if finer else None
    day = finer[1] if len(finer) > 1 else None
    return (month is None or date.month == month) and (day is None or date.day == day)


def _entity(match: EntityMatch, tokens: Sequence[Token]) -> bool:
    hits = find_any((match.name, *match.aliases), tokens)
    named = [hit for hit in hits if not is_choice(hit, tokens)]
    return any(_right(hit, tokens, match.polarity, consumed=hits) for hit in named)


def _list(match: ListMatch, tokens: Sequence[Token]) -> bool:
    """Enough of the items, none of them one of a choice, and at most half as many other names beside them."""
    hits = [find_any(item, tokens) for item in match.items]
    there = [[h for h in item if _right(h, tokens, "affirmed") and not is_choice(h, tokens)] for item in hits]
    count = sum(map(bool, there))
    others = strangers([hit for item in there for hit in item], tokens)
    return count >= (match.minimum or len(match.items)) and 2 * others <= count


def _polarity(match: PolarityMatch, tokens: Sequence[Token]) -> bool:
    """Denied: some group stands in a clause with a negation; the whole clause counts, not only the nearest words."""
    for part in _windows(tokens, 1):
        groups = [find_any(group, part) for group in match.about]
        if not all(groups):
            continue
        clauses = {part[hit.start].clause for hits in groups for hit in hits}
        cued = any(is_cue(part, at) and token.clause in clauses for at, token in enumerate(part))
        led = _led_by_denial(groups, part)
        within = cued or _polarity_holds(groups, part, "denied") != led
        if (within != led) == (match.value == "denied"):
            return True
    return False
