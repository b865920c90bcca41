"""What a text takes back: negation at a place, claims led in by a denial, sentences that the next one calls false."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from evals.patterns import Hit, begins
from evals.words import Token

CUES = frozenset(
    "not no never neither nor none nobody nothing cannot denied denies deny false untrue".split(),
)
NOT_CUES = frozenset(
    {("not", word) for word in ("only", "just", "merely", "least", "solely")}
    | {("no", word) for word in ("doubt", "fewer", "less", "later", "sooner")}
    | {("never", "before")}
)
# these bear on the next 4 tokens alone: "without helmets" says nothing against the sappers before it
FORWARD = (
    *(("without",), ("hardly",), ("scarcely",), ("rarely",), ("seldom",), ("unlikely",), ("except",), ("unlike",)),
    *(
        ("rather", "than"),
        ("instead", "of"),
        ("refused", "to"),
        ("refuses", "to"),
        ("refusing", "to"),
        ("failed", "to"),
    ),
    *(("fails", "to"), ("ruled", "out"), ("rules", "out"), ("ruling", "out"), ("far", "from")),
)
UNSURE = (("asked", "if"), ("unclear", "if"), ("known", "if"), ("unsure", "if"), ("whether",))
TAKEN_BACK = (
    *(("not", "true"), ("not", "the", "case"), ("not", "so"), ("not", "correct"), ("a", "lie"), ("a", "myth")),
    *(("a", "hoax"), ("untrue",), ("false",), ("wrong",), ("incorrect",), ("inaccurate",), ("fake",), ("nonsense",)),
    *(("refuted",), ("denied",), ("lies",), ("made", "up")),
)
# words that deny by themselves, so that "no lie that" and "does not deny that" deny nothing
DENIALS = frozenset(
    "false falsely untrue incorrect incorrectly inaccurate wrong wrongly lie myth hoax fake fiction nonsense "
    "fabrication opposite deny denies denied denying refuted disproved debunked unlikely doubtful".split()
)
DENYING = frozenset("deny denies denied denying".split())  # what somebody is told to deny
# with these, and nothing else, a clause is a bare verdict: "Not true", "That is a lie", "None of this is correct"
TRUTH = frozenset("true so correct right case fact round around".split())
FILLING = frozenset(
    "this that it which these those all of the a an claim claims statement answer story is are was were isn't wasn't "
    "aren't other way just quite simply absolutely entirely completely yes and".split()
)
KNOWN = frozenset("know knew known mention mentioned surprise surprised surprising wonder forget forgot secret".split())
SAYING = frozenset("say says said show shows report reports claim claims state states mention mentions".split())
TIMES = frozenset("day night morning evening week month year summer winter time much many".split())
PREPOSITIONS = frozenset("of in on at to for from by with about than after before under over".split())
LINKS = frozenset("is are was were isn't wasn't has have been be being".split())
POINTERS = frozenset("this that it which these those both all".split())
BEFORE = 6
AFTER = 4


def negated(hit: Hit, tokens: Sequence[Token], *, consumed: Iterable[Hit] = ()) -> bool:
    """Whether a negation bears on the place.

    That is a cue ("not", "never", "hasn't", "denied"...) of the same clause, up to 6 tokens before or 4 after, one that
    bears only on the 4 tokens after it ("without", "refused to"), "denied that" earlier in the sentence, or "is wrong"
    or "which was denied" later in it. Cues that are part of a wanted phrase do not count.
    """
    taken = {at for other in (*consumed, hit) for at in range(other.start, other.end)}
    here = tokens[hit.start]
    for at in range(len(tokens)):
        if at in taken or tokens[at].sentence != here.sentence:
            continue
        if at < hit.start and tokens[at].word in DENYING and begins(tokens, at + 1, (("that",),)):
            return True
        pointed = tokens[at].clause == here.clause or tokens[at - 1].word in POINTERS
        if at >= hit.end and pointed and _takes_back(tokens, at):
            return True
        bears_on = tokens[at].clause == here.clause and hit.start - BEFORE <= at < hit.start
        if bears_on and hit.start - AFTER <= at and begins(tokens, at, FORWARD):
            return True
        if not is_cue(tokens, at):
            continue
        if bears_on or (tokens[at].clause == here.clause and hit.end <= at < hit.end + AFTER):
            return True
    return False


def weighed(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """The tokens without the sentences that the next one takes back, marked where a denial or doubt leads them in."""
    said = [list(run) for _, run in groupby(tokens, key=lambda token: token.sentence)]
    kept: list[Token] = []
    for at, sentence in enumerate(said):
        following = said[at + 1] if at + 1 < len(said) else []
        if not (following and _undoes(following)):
            start = _denied_from(sentence)
            kept += [*sentence[:start], *(replace(token, denied=True) for token in sentence[start:])]
    return tuple(kept)


def is_cue(tokens: Sequence[Token], at: int) -> bool:
    """Whether the token negates: "not only", "no fewer" and "not go alone" do not."""
    word, following = tokens[at].word, tokens[at + 1 : at + 1 + AFTER]
    if (word, following[0].word if following else "") in NOT_CUES:
        return False
    if any(token.word == "alone" and token.clause == tokens[at].clause for token in following):
        return False
    return word.endswith("n't") or word in CUES


def _takes_back(tokens: Sequence[Token], at: int) -> bool:
    """Whether "is not true", "was denied" and their like begin at this token."""
    if at >= len(tokens) or tokens[at].word not in LINKS:
        return False
    while at < len(tokens) and tokens[at].word in LINKS:
        at += 1
    return begins(tokens, at, TAKEN_BACK)


def _undoes(sentence: Sequence[Token]) -> bool:
    """Whether the sentence takes back the one before it: "That is false, he said", "Not true", "None of this is"."""
    first = [token for token in sentence if token.clause == sentence[0].clause]
    pointed = sentence[0].word in POINTERS and _takes_back(sentence, 1)
    return pointed or _is_verdict(first) or _is_verdict(sentence)


def _denied_from(sentence: Sequence[Token]) -> int:
    """Where in the sentence a denied claim begins; its length if nowhere."""
    clauses = [list(run) for _, run in groupby(sentence, key=lambda token: token.clause)]
    if len(clauses) > 1 and any(_is_verdict(clause) for clause in clauses):
        return 0
    for at, token in enumerate(sentence):
        if begins(sentence, at, UNSURE):
            return at
        lead = [other for other in sentence[:at] if other.clause == sentence[at - 1].clause]
        if lead and token.led and _leads_to_a_denied_claim(lead):
            return at
        if lead and _is_conjunction(sentence, at) and lead[-1].word not in DENYING and _denies(lead):
            return at
    return len(sentence)


def _leads_to_a_denied_claim(lead: Sequence[Token]) -> bool:
    """Whether what stands before a colon denies what stands behind: "The articles do not say:", "This is a lie:"."""
    speaks = not SAYING.isdisjoint([lead[-1].word])
    judges = not DENIALS.isdisjoint(token.word for token in lead[-3:])
    return (speaks or judges) and _denies(lead)


def _is_conjunction(sentence: Sequence[Token], at: int) -> bool:
    """Whether it is the "that" of a claim: neither "with that country", nor "that night", nor the end of a clause."""
    following = sentence[at + 1 : at + 2]
    return bool(
        sentence[at].word == "that"
        and sentence[at - 1].word not in PREPOSITIONS
        and following
        and following[0].word not in TIMES
        and following[0].clause == sentence[at].clause
    )


def _denies(lead: Sequence[Token]) -> bool:
    """Whether its last words deny: by a cue or a word such as "lie", not both. "Did not know that" denies nothing."""
    if lead[-1].word in KNOWN:
        return False
    last = range(max(len(lead) - BEFORE, 0), len(lead))
    cued = any(is_cue(lead, at) and lead[at].word not in DENIALS for at in last)
    return cued != any(lead[at].word in DENIALS for at in last)


def _is_verdict(clause: Sequence[Token]) -> bool:
    """Whether it says of something that it is not so, and nothing else."""
    words = {token.word for at, token in enumerate(clause) if not is_cue(clause, at)}
    judges = any(token.word in TRUTH or token.word in DENIALS for token in clause)
    turned = not words.isdisjoint(("round", "around"))
    return judges and words <= FILLING | TRUTH | DENIALS and (turned or _denies(clause))
