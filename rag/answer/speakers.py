"""Who says what a sentence says, and how it came to us: the voices of a text as speakers and media.

Pronouns and "the agency" are followed to what they stand for, where nothing comes between.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from rag.answer.opinion import is_opinion
from rag.answer.outlets import expand, is_medium, is_state_media
from rag.answer.voices import NAME, NAMES, PRONOUN, RUN, WEEKDAY, blank_quotes, clauses, voice_of
from rag.types import Attribution, Flag
from rag.words import STOP_WORDS, content_words, unowned
from store.records import Article, Span

_REACH = 4  # sentences over which a quotation or a pronoun is followed
_OPENER = re.compile(
    r"(?i)although|meanwhile|because|since|however|though|despite|unlike|like|yesterday|today|tomorrow|earlier|later|"
    r"still|even|yet|asked|perhaps|maybe|instead|also|recently|\w+ly|\w+day"
)
_ANONYMOUS = re.compile(
    r"(?i)\banonym(?:ity|ous(?:ly)?)\b|\bunnamed\b|\bunidentified\b|\bto remain nameless\b"
    r"|\bto be (?:named|identified)\b"
    r"|\bwithout (?:giving|being) (?:\w+ )?(?:names?|named|identified)\b|\bgive (?:his|her|their) names?\b"
)
NAMELESS = re.compile(
    r"(?i)\b(?:officials?|sources?|persons?|people|diplomats?|insiders?|officers?|inspectors?|employees?|workers?|aides?|"
    r"advis[eo]rs?|executives?|lawmakers?|members?|staff|experts?|scientists?|doctors?|soldiers?)\b"
)
_SAME_MEDIUM = re.compile(r"(?i)(?:the|this) (?:\S+ )?(?:agency|paper|newspaper|daily|broadcaster|outlet|channel)")
ONE = re.compile(
    r"(?i)\b(?:man|woman|official|spokes\w+|guard|minister|president|director|chair\w*|officer|analyst|expert|source|mayor|"
    r"lawyer|prosecutor|judge|inspector|engineer|secretary|leader|chief|head|resident|witness|diplomat|doctor|professor|"
    r"owner|founder|editor|author|coach|manager|commissioner|captain|player|actor|actress|writer|scientist|researcher|"
    r"economist|wife|husband|mother|father|brother|sister|son|daughter|colleague|friend|executive|ceo)$"
)
BODY = re.compile(
    r"(?i)\b(?:ministry|council|party|union|office|company|institute|commission|group|government|army|police|court|agency|"
    r"bank|board|department|staff|alliance|association|center|centre|university|committee|service|intelligence|military)\b"
)


@dataclass(frozen=True, slots=True)
class Statement:
    """What one voice says in `article.text[start:end]`: a speaker, the media it came by, or both."""

    start: int
    end: int
    speaker: str | None
    via: tuple[str, ...] = ()
    anonymous: bool = False


def attribute(claim: str, article: Article, spans: Sequence[Span], start: int, end: int) -> Attribution:
    """The attribution of a claim that rests on `article.text[start:end]`; `spans` are the article's sentences.

    Where several voices speak in those words, it is the one whose part holds the claim; if that is not plain, none.
    """
    inside = [n for n, span in enumerate(spans) if span.start < end and start < span.end]
    said = [statement for n in inside for statement in statements(article, spans, n)]
    if len(set(map(_voice_of, said))) > 1:
        said = _holding(claim, article, said)
    return as_attribution(said[0] if said else Statement(start, end, None), article)


def as_attribution(said: Statement, article: Article) -> Attribution:
    """The statement's speaker and chain, lengthened by the agency and the outlet of the article."""
    links = (*said.via, article.agency)
    via = tuple(dict.fromkeys(link for link in links if link and link != article.source))
    flags: list[Flag] = []
    if any(is_state_media(link, article) for link in (*via, article.source or "")):
        flags.append("state media")
    if said.anonymous:
        flags.append("anonymous")
    words, lead = article.text[said.start : said.end], article.text[: said.start]
    if article.kind == "opinion" or is_opinion(words, lead=lead, speaker=said.speaker):
        flags.append("opinion")
    return Attribution(said.speaker, via, article.source, tuple(flags))


def _holding(claim: str, article: Article, said: Sequence[Statement]) -> list[Statement]:
    """The statement that has the claim's words; none if the claim takes from several."""
    asked = set(content_words(claim))
    parts = [set(content_words(article.text[s.start : s.end])) for s in said]
    shared = [len(asked & part) for part in parts]
    best = shared.index(max(shared))
    others = [n for n in range(len(said)) if n != best and _voice_of(said[n]) != _voice_of(said[best])]
    taken = any(shared[n] >= len(parts[n]) / 2 or shared[n] > shared[best] / 2 for n in others)
    return [said[best]] if shared[best] >= len(asked) / 2 and not taken else []


def _voice_of(said: Statement) -> tuple[str | None, tuple[str, ...]]:
    return said.speaker, said.via


def statements(article: Article, spans: Sequence[Span], at: int, *, reach: int = _REACH) -> list[Statement]:
    """The statements that sentence `at` of the article makes, in order; pronouns are followed `reach` back."""
    span = spans[at]
    text = blank_quotes(article.text[span.start : span.end])
    found: list[Statement] = []
    for start, end, voice in _voices(text, article):
        made = _statement(*voice, article=article, spans=spans, at=at, before=found, reach=reach) if voice else None
        if made:
            unnamed = made.anonymous or bool(_ANONYMOUS.search(text) and NAMELESS.search(voice[0] if voice else ""))
            found.append(replace(made, start=span.start + start, end=span.start + end, anonymous=unnamed))
    return found or (_of_open_quote(article, spans, at, reach) if reach else [])


def is_unresolved(article: Article, span: Span) -> bool:
    """Whether "he", "she" or "they" speak in a sentence: without a statement it may be anybody named before."""
    return any(map(PRONOUN.fullmatch, _phrases(article, span)))


def unnamed(article: Article, span: Span) -> list[str]:
    """The phrases that speak in a sentence, as written, but for pronouns: also those that name nobody ("the head")."""
    return [phrase for phrase in _phrases(article, span) if not PRONOUN.fullmatch(phrase)]


def _phrases(article: Article, span: Span) -> list[str]:
    voices = _voices(blank_quotes(article.text[span.start : span.end]), article)
    return [voice[0] for _, _, voice in voices if voice]


def _voices(text: str, article: Article) -> Iterator[tuple[int, int, tuple[str, tuple[str, ...]] | None]]:
    """Where each clause of a text begins and ends whose quotations are blanked, and its voice, if it has one."""
    for start, end in clauses(text):
        yield start, end, voice_of(text[start:end], article)


def _of_open_quote(article: Article, spans: Sequence[Span], at: int, reach: int) -> list[Statement]:
    """The voice of a sentence that opens a longer quotation: `"One. Two," she said.`"""
    span = spans[at]
    text = article.text[span.start : span.end]
    if not (re.match(r"[\"“]", text) and _unclosed(text)):
        return []
    for n in range(at + 1, min(at + _REACH, len(spans))):
        later = article.text[spans[n].start : spans[n].end]
        if re.search(r"[\"“”]", later):
            voices = (
                statements(article, spans, n, reach=reach - 1)
                if _unclosed(later) and not re.match(r"[\"“]", later)
                else []
            )
            return [replace(voices[0], start=span.start, end=span.end)] if voices else []
    return []


def _unclosed(text: str) -> bool:
    return text.count('"') % 2 == 1 or text.count("“") != text.count("”")


def _statement(
    phrase: str,
    via: tuple[str, ...],
    *,
    article: Article,
    spans: Sequence[Span],
    at: int,
    before: Sequence[Statement],
    reach: int,
) -> Statement | None:
    """The phrase as a speaker or a medium; pronouns and "the agency" are resolved, or there is none."""
    if PRONOUN.fullmatch(phrase):
        last = _antecedent(phrase, article, spans, at, before, reach)
        return replace(last, via=tuple(dict.fromkeys((*last.via, *via)))) if last else None
    if _SAME_MEDIUM.fullmatch(phrase):
        for n in range(at - 1, max(-1, at - _REACH), -1):
            media = [s for s in statements(article, spans, n, reach=0) if s.via and s.speaker is None]
            if media:
                return media[-1]
        return None
    if is_medium(phrase, article):
        return Statement(0, 0, None, (*via, expand(phrase, article)))
    same = re.fullmatch(r"(?i)the (?:same )?(\w+)", phrase)
    known = _earlier(article, spans, at, same[1]) if same else None
    name = _name_in(phrase, article)
    if name is None:
        return None
    if known and known.speaker:
        name = known.speaker
    return Statement(0, 0, name, via, anonymous=bool(known and known.anonymous))


def _name_in(phrase: str, article: Article) -> str | None:
    """The phrase as it can be shown; None if it is vague ("its website") or no title and name ("the story Quill")."""
    owned = re.match(r"(?i)(?:its|his|her|their) ", phrase)
    bare = phrase[owned.end() :] if owned else phrase
    if not re.search(r"[A-Z]", phrase[1:]) and not re.fullmatch(NAME, phrase):
        vague = owned and not (ONE.search(bare) or NAMELESS.search(bare) or BODY.search(bare) or bare == "lawyers")
        return None if vague or re.search(r"\w{2}ed$|\d", bare) else _lower_article(bare)
    titled = re.fullmatch(rf"(?:[Tt]he|[Aa]n?) ((?:[a-z-]+ )+){NAME}", phrase)
    if titled and not ONE.search(titled[1].strip()):
        return None
    name = re.sub(r"^(?i:the|an?) (?=\w+ )", "", bare)
    return full_name(name, article) if re.fullmatch(NAME, name) else _lower_article(name)


def _lower_article(name: str) -> str:
    return re.sub(r"^(?:The|An?|Another|Some|Several|Many|Most|One|Two|Three|Both)\b", lambda m: m[0].lower(), name)


def _earlier(article: Article, spans: Sequence[Span], at: int, noun: str) -> Statement | None:
    """The last statement before whose speaker is called by this noun: "the official" after "a ministry official"."""
    for n in range(at - 1, max(-1, at - _REACH), -1):
        for said in reversed(statements(article, spans, n, reach=0)):
            if said.speaker and re.fullmatch(rf"(?i)an? (?:[\w-]+ )*{re.escape(noun)}", said.speaker):
                return said
    return None


def _antecedent(
    pronoun: str, article: Article, spans: Sequence[Span], at: int, before: Sequence[Statement], reach: int
) -> Statement | None:
    """Who "he", "she", "it" or "they" are: the one voice before, if it can be so called and nobody comes between."""
    if not before:
        opening = article.text[spans[at].start : spans[at].end]
        if reach <= 0 or at == 0 or re.match(rf"{NAME} {NAME}", opening):
            return None
        before = statements(article, spans, at - 1, reach=reach - 1)
        if before and persons_in(
            article.text[spans[at - 1].start : spans[at - 1].end], article, but=before[-1].speaker or ""
        ):
            return None
    if len({s.speaker for s in before}) != 1 or before[-1].speaker is None:
        return None
    speaker = before[-1].speaker
    group = bool(BODY.search(speaker))
    person = not group and bool(ONE.search(speaker) or re.search(rf"(?:^|\s){NAME}$", speaker))
    wanted = pronoun.lower()
    fits = person if wanted in ("he", "she") else group if wanted == "it" else not person and speaker.endswith("s")
    return before[-1] if fits else None


def persons_in(sentence: str, article: Article, *, but: str = "") -> list[str]:
    """The persons whom a sentence names, `but` one: a pronoun after it may be any of them."""
    persons = {run[-1] for run in runs(article.text) if not BODY.search(" ".join(run))}
    found = []
    for match in NAMES.finditer(sentence):
        name = unowned(match[0])
        lead = sentence[: match.start()].rstrip().rsplit(" ", 1)[-1].lower()
        person = name.split()[-1] in persons and lead not in ("the", "in", "at", "near")
        if person and name.split()[-1] not in but.split() and not BODY.search(name) and not is_medium(name, article):
            found.append(name)
    return found


def full_name(name: str, article: Article) -> str:
    """The fuller name under which the article introduces a person, if there is just one."""
    found: set[str] = set()
    for run in runs(article.text):
        if run[-1] == name or (run[0] == name and len(run) == 2 and "-" in run[1]):
            found.add(" ".join(run))
    shortest = min(found, key=len, default=name)
    return shortest if all(shortest in run for run in found) else name


@lru_cache(maxsize=64)
def runs(text: str) -> tuple[tuple[str, ...], ...]:
    """Runs of two and more capitalised words; a first one that is also a common word of the text is cut off."""
    return tuple(_runs(text))


def _runs(text: str) -> Iterator[tuple[str, ...]]:
    known = set(re.findall(r"\w+", text))
    for match in re.finditer(RUN, text):
        run = tuple(re.sub(r"['’]s?$|\.$", "", word) for word in match[0].split())
        if any(re.search(r"['’]s?$", word) for word in match[0].split()[:-1]):
            continue
        first = run[0]
        common = first.lower() in known or first.lower() in STOP_WORDS
        of = len(run) > 2 and text.endswith("of ", 0, match.start())  # "head of Content Carolyn Quill"
        if common or of or _OPENER.fullmatch(first) or re.fullmatch(r"[A-Z]{3,}", first):
            run = run[1:]
        run = run[1:] if run and re.fullmatch(WEEKDAY, run[0]) else run  # "On Wednesday President Holm left"
        if len(run) > 1:
            yield run
