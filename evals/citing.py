"""How well an answer's citations carry its words: recall and precision as in ALCE, grounding of quotes and numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from evals.entail import carries, missing_numbers, missing_quotes, numbers_in, quotes_in, untold
from evals.matchers import Match
from evals.stats import Rate, share
from evals.words import sentences
from rag import Answer, Citation, Claim

NUMBERING = re.compile(r"^\s*\d+[.)]\s+", re.MULTILINE)  # of the lines of a list

# what the product itself says of the quotes that it shows, and the quotes in which sources differ: they are no claims
QUOTES = r"(?: *“[^”\n]*”(?: *\[\d+\])*;?)*"
DIFFER = rf"(?:Sources differ|The later article has new figures)(?: on [^:\n]*)?:{QUOTES}"
FRAMING = re.compile(rf"^(?:The articles say otherwise:|{DIFFER})", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Support:
    """Counts of one answer; a refusal has nothing to judge.

    `citation_recall`: claims that their valid citations carry, of all claims; a sentence of the text that no claim
    covers is one that nothing carries. `citation_precision`: citations that help to carry a carried claim, of all that
    were emitted, invalid ones included. `quotes`, `numbers`: quotations and figures of the answer that stand in the
    words it cites, a quotation whole in those of one citation.
    """

    citation_recall: Rate
    citation_precision: Rate
    quotes: Rate
    numbers: Rate


def support(answer: Answer, *, valid: Sequence[Citation], emitted: int, matches: Sequence[Match] = ()) -> Support:
    """The counts. `valid` are the citations that hold, `emitted` how many there were in all."""
    if answer.status == "refused":
        return Support(*[Rate(0, 0)] * 4)
    quotes = {citation.number: _premise(citation) for citation in valid}
    recalled = [_carried(claim, quotes, matches) for claim in answer.claims]
    helping: set[int] = set()
    for claim, is_carried in zip(answer.claims, recalled, strict=True):
        helping |= {n for n in claim.citations if is_carried and n in quotes and _helps(n, claim, quotes, matches)}
    words, given = NUMBERING.sub("", answer.text), list(quotes.values())
    figures, quoted = numbers_in(words), quotes_in(words)
    return Support(
        citation_recall=share([*recalled, *(False for _ in _unclaimed(answer))]),
        citation_precision=Rate(len(helping), emitted),
        quotes=Rate(len(quoted) - len(missing_quotes(words, given)), len(quoted)),
        numbers=Rate(len(figures) - len(missing_numbers(words, given)), len(figures)),
    )


def _unclaimed(answer: Answer) -> list[str]:
    """The sentences of the text that no claim covers; framing and what leads in a list say nothing."""
    claims = [claim.text for claim in answer.claims]
    said = sentences(FRAMING.sub("", NUMBERING.sub("", answer.text)))
    return untold([sentence for sentence in said if not sentence.endswith(":")], claims)


def invented(answer: Answer, *, valid: Sequence[Citation], asked: Sequence[str]) -> tuple[str, ...]:
    """Figures and quotations of the answer, as written, that neither its `valid` citations nor the question hold.

    The days on which the cited articles were published, and those that their words ("on Tuesday") stand for, are held.
    """
    days = [citation.article.published for citation in valid]
    days += [day for citation in valid for mention in citation.dates for day in (mention.first, mention.last)]
    written = [f"{day.isoformat()} {day.day} {day.year}" for day in days if day]
    held, said = [*map(_premise, valid), *asked, *written], NUMBERING.sub("", answer.text)
    return (*missing_numbers(said, held), *(f'"{words}"' for words in missing_quotes(said, held)))


def _carried(claim: Claim, quotes: dict[int, str], matches: Sequence[Match]) -> bool:
    cited = [quotes[number] for number in claim.citations if number in quotes]
    return bool(cited) and carries("\n".join(cited), claim.text, matches=matches)


def _helps(number: int, claim: Claim, quotes: dict[int, str], matches: Sequence[Match]) -> bool:
    """A citation helps unless it carries nothing alone and the others carry the claim without it."""
    others = [quotes[n] for n in claim.citations if n != number and n in quotes]
    if carries(quotes[number], claim.text, matches=matches):
        return True
    return not (others and carries("\n".join(others), claim.text, matches=matches))


def _premise(citation: Citation) -> str:
    """The cited words, and who printed them: a claim may name its source."""
    article = citation.article
    return "\n".join(part for part in (citation.quote, article.source, article.agency) if part)
