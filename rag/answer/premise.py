"""What a question takes for granted and the articles contradict: "Why did X resign?" where "X ruled out resigning".

Three signs, each of them narrow: the articles deny of the same subject the very verb of the question, or say its
contrary of the same thing ("cut the fares" for "raise the fares"); they affirm what the question denies; or they count
the same thing of the same names with another figure, and none has the question's.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rag.answer.evidence import SPEAKS, Sentence
from rag.answer.polarity import swaps_contrary
from rag.answer.quantities import excludes, quantities
from rag.answer.voices import blank_quotes
from rag.words import STEM, STOP_WORDS, content_words, roots, singular

_TAKES = re.compile(
    r"\b(?:why|when|where|how|at what|on what|by how|in which|for what|who|which|what)\b.*?"
    r"\b(?P<aux>did|does|do|has|have|had|will|was|were|is|are) (?P<rest>.+?)[?.! ]*$",
    re.IGNORECASE,
)
_SUPPOSES = re.compile(r"(?i)^\W*(?:why|when|how|where)\b(?! (?:many|much)\b)")
YES_OR_NO = re.compile(
    r"(?i)^\W*(?:did|does|do|has|have|had|will|was|were|is|are|can|should)\b|\bwhether\b|\bif\b|\bor not\b"
)
_DENIES = (
    r"(?:not|never|n['’]t|ruled? out|refused? to|declined? to|denie[sd]|denied having|rejected|ruling out|without|"
    r"no plans? to|stopped short of|neither)"
)
_REFUSES = r"(?:refuse[sd]?(?: to)?|decline[sd]?(?: to)?|fail(?:ed|s)?(?: to)?|not|n['’]t|never) "
_UNSURE = re.compile(r"(?i)\b(?:if|whether|unless|would|could|might|(?-i:may)|until|yet)\b|\?")  # "May" is a month
_WOULD_NOT = re.compile(r"(?i)\b(?:would|could)(?= not\b)")  # "said she would not raise it" is sure enough
_NAME = re.compile(r"\b[A-Z][\w’'-]+")
_FURTHER = re.compile(r"\b(?:when|while|after|before|because|if|that|as)\b")
_FURTHER_ON = re.compile(
    r"[.,;:]|\b(?:of|in|on|at|as|by|to|from|for|with|about|over|until|since|against|when|while|after|before|because|if|that)\b"
)
_SUBJECT = re.compile(
    r"(?:the )?(?:[a-z-]+ ){0,2}?[A-Z][\w-]+(?: [A-Z][\w-]+)*|(?:the|its|their) (?:[a-z-]+ ){0,2}?[a-z-]+(?= [a-z]+)"
)


@dataclass(frozen=True, slots=True)
class Correction:
    """What the question takes for granted, in words, and the sentence that says otherwise."""

    asked: str
    sentence: Sentence


def false_premise(question: str, evidence: Sequence[Sentence]) -> Correction | None:
    """The correction of a false premise by the best sentence that contradicts it; None if nothing plainly does."""
    near = [sentence for sentence in evidence if sentence.score >= SPEAKS]
    found = [*_other_polarity(question, near), *_other_figure(question, near)]
    return found[0] if found else None


def denied_premise(question: str, evidence: Sequence[Sentence]) -> Correction | None:
    """The correction of a question that nothing answers: "Why did X do Y?" where a sentence denies that X did Y.

    None if another sentence says that X did: the denial is of another time or thing then.
    """
    taken = _TAKES.search(question) if _SUPPOSES.search(question) else None
    named = next(_subject_and_verbs(taken["rest"]), None) if taken else None
    if taken is None or named is None:
        return None
    name, verb = named
    about = roots(f"{name[0].split()[-1]} {taken['rest'][verb.end() :]}")
    same = [s for s in evidence if s.score >= SPEAKS and about <= roots(s.text)]
    found = next(_other_polarity(question, same), None)
    return None if found and _told(taken["rest"], found.sentence, evidence) else found


def _told(rest: str, denial: Sentence, evidence: Sequence[Sentence]) -> bool:
    """Whether a sentence says of the subject what the denial denies of it."""
    against = blank_quotes(denial.text)
    for name, verb in _subject_and_verbs(rest):
        doer = rest[: verb.start()].split()[-1]  # "line" in "the ferry line raise", of which the subject is "the ferry"
        if _opposes(against, name, verb, rest) and any(
            _affirmed(blank_quotes(sentence.text), doer, verb[0]) for sentence in evidence
        ):
            return True
    return False


def _other_polarity(question: str, evidence: Sequence[Sentence]) -> Iterator[Correction]:
    taken = None if YES_OR_NO.search(question) else _TAKES.search(question)
    if not taken:
        return
    rest = re.sub(r"['’]s\b", "", taken["rest"])
    refused = re.search(_REFUSES, rest + " ")
    for sentence in evidence:
        text = blank_quotes(sentence.text)
        for name, verb in _subject_and_verbs(rest):
            if refused and verb.start() < refused.end():
                continue
            affirmed = _affirmed(text, name[0].split()[-1], verb[0])
            if affirmed if refused else _opposes(text, name, verb, rest):
                yield Correction(f"{name[0]} {taken['aux']}{rest[name.end() :]}", sentence)
                return


def _subject_and_verbs(rest: str) -> Iterator[tuple[re.Match[str], re.Match[str]]]:
    """The question's subject, with each of the words behind it that may be the verb: at most two."""
    name = _SUBJECT.match(rest)
    if not name:
        return
    clause = _FURTHER.split(rest)[0]  # "what did he say when asked" takes for granted that he said, not that he asked
    verbs = [m for m in re.finditer(r"[a-z][\w-]+", clause) if m.start() >= name.end() and m[0] not in STOP_WORDS]
    for verb in verbs[:2]:
        yield name, verb


def _opposes(text: str, name: re.Match[str], verb: re.Match[str], rest: str) -> bool:
    """Whether a sentence denies the verb of the subject, or says its contrary."""
    subject, behind = name[0].split()[-1], rest[verb.end() :]
    return _denied(text, subject, verb[0], behind) or _contrary(text, subject, verb[0], behind)


def _denied(text: str, subject: str, verb: str, behind: str) -> bool:
    """Whether the sentence denies the verb of the subject, and of the thing behind the verb."""
    stem = re.escape(_stem(verb))
    no = re.search(rf"(?i)\b(?:{_DENIES}|\w+n['’]t)(?: \w+)? {stem}\w*", text)
    if no is None or _UNSURE.search(_WOULD_NOT.sub(" ", text[: no.end()])):
        return False
    if not _same_object(behind, text[no.end() :]):
        return False
    return _leads(text, subject) or subject in re.findall(r"\w[\w-]*", text[: no.start()])[-2:]


def _same_object(asked: str, denied: str) -> bool:
    """Whether what stands behind the verb, up to a preposition, shares a word, or one of them names nothing."""
    one, other = (roots(_FURTHER_ON.split(behind)[0]) for behind in (asked, denied))
    return not one or not other or bool(one & other)


def _contrary(text: str, subject: str, verb: str, behind: str) -> bool:
    """Whether the sentence says the contrary of the verb of the subject, and of what stands behind the verb."""
    thing = content_words(behind)[:1]
    same = not thing or singular(thing[0])[:STEM] in roots(text)
    return same and _leads(text, subject) and not _UNSURE.search(text) and swaps_contrary(verb, text, around=text)


def _affirmed(text: str, subject: str, verb: str) -> bool:
    stem = re.escape(_stem(verb))
    yes = re.search(rf"\b{re.escape(subject)}(?: (?:has|had|have|also|\w+ly))? {stem}(?:e?d|es|s|t)?\b", text)
    return bool(yes) and not _UNSURE.search(text)


def _leads(text: str, subject: str) -> bool:
    """Whether the sentence is about the subject: it stands among its first words."""
    return subject in re.findall(r"\w[\w-]*", text)[:5]


def _stem(verb: str) -> str:
    """What the forms of a verb share: "resign" of "resigned" and "resigning"."""
    return re.sub(r"(?:e|ed|es|ing|s)$", "", verb) if len(verb) > 4 else verb


def _other_figure(question: str, evidence: Sequence[Sentence]) -> Iterator[Correction]:
    names = {name.lower() for name in _NAME.findall(question)[1:]}
    for asked in quantities(question):
        if asked.unit is None or asked.added:
            continue
        same = [(s, q) for s in evidence for q in quantities(s.text) if q.unit == asked.unit]
        if not same or any(not excludes(asked, q) for _, q in same) or len({q.value for _, q in same}) > 1:
            continue
        for sentence, _ in same:
            shared = roots(question) & roots(sentence.text)
            known = {
                word.lower() for word in re.findall(r"\w[\w’'-]*", f"{sentence.article.title} {sentence.article.text}")
            }
            if len(shared) >= 3 and names <= known:
                words = question[asked.start : asked.end] + " " + asked.unit
                yield Correction(_phrase(question, asked.start) or words, sentence)
                return


def _phrase(question: str, start: int) -> str:
    """The figure with the words that it counts."""
    found = re.match(r"\S+(?: (?:hundred|thousand|million|billion))?(?: [\w-]+?)*? \w+s\b|\S+ \w+", question[start:])
    return found[0] if found else ""
