"""The verbs of saying, each of them once, and how any verb is spelt.

The rules that ask who says something build their patterns on these.

A verb stands with its past, where that is not regular, and with marks:
"+" as it stands it tells too ("they say"): of others that is a noun, or follows another verb, as in "helps explain";
"-" not in the present ("answers", "the two states" are nouns);
"^" before its subject too ("“…”, added Holm"), as all of the first list do: "In May, reported cuts …" tells nothing;
"!" in a question it asks for no words: "How many did Holm find?", "Why did Ford recall them?".
"""

from __future__ import annotations

import re

# They tell whatever follows; before a number or a clause only; before a clause only ("found that", not "found a key").
_SURE = (
    "say:said+ tell:told announce+ state- warn+ insist+ argue+ explain deny+ stress emphasi[sz]e acknowledge+ "
    "admit:admitted allege+ assert declare predict+ testify write:wrote reply answer- vow complain+ reckon+ counter! "
    "demand-"
)
_NUMBERS = "claim+ note^ confirm+ suggest+^ estimate+ assess judge-! report! disclose reveal count+!"
_CLAUSES = (
    "add^! promise^ conclude^ recall^! maintain+! find:found! respond^ describe expect+ hold:held! joke^- "
    "quip:quipped^- comment^- reiterate^ lament^ hint- signal:signall?ed- pledge propose threaten concede^!"
)
# Who does one of these has told something, though not what follows; of words a question asks by the first only.
_BY_WORDS = "call blame critici[sz]e praise justify post- react urge accuse condemn"
_DEEDS = (
    "ask offer- repeat decide agree reject want accept refuse decline- express dismiss share- welcome back- question- "
    "order- refer:referred plead oppose favou?r hope fear regret:regretted- defy press- challenge- speak:spoke defend "
    "mock thank- hail rebuke slam:slammed apologi[sz]e"
)


def _telling(verbs: str, *, mark: str = "", asked: bool = False) -> str:
    """The forms that tell, of all or of those with the mark, as a pattern; or those that stand in a question."""
    found: list[str] = []
    for row in verbs.split():
        forms = row.rstrip("+-^!")
        marks = row.removeprefix(forms)
        base, *past = forms.split(":")
        stem = re.sub(r"(?<![aeo])y$", "i", base.removesuffix("e"))
        if mark in marks and not (asked and "!" in marks):
            found += past or [f"{stem}ed"]
            found += [base] if asked or "+" in marks else []
            found += [] if asked or "-" in marks else [f"{stem}es" if stem != base or stem[-1] == "s" else f"{base}s"]
    return "|".join(found)


SURE = _telling(_SURE) + r"|speaks of|spoke (?:\w+ \w+ )?of|has spoken of"
BEFORE_NUMBERS = _telling(_NUMBERS) + "|believes?|thinks|knew of"  # not what was believed
BEFORE_CLAUSES = _telling(_CLAUSES) + "|pointed out|points out"
REPORTING = f"{SURE}|{BEFORE_NUMBERS}|{BEFORE_CLAUSES}"
INVERTED = f"{SURE}|{_telling(f'{_NUMBERS} {_CLAUSES}', mark='^')}"
CALLING = _telling(_BY_WORDS)
TELLING = f"{REPORTING}|{CALLING}|{_telling(_DEEDS)}|ruled out"
# Behind "did" or "has" and somebody's name they ask for that one's words.
ASKING = (
    _telling(f"{_SURE} {_NUMBERS} {_CLAUSES} {_BY_WORDS}", asked=True) + "|written|believed?|think|thought|point out"
)

_IRREGULAR = dict(
    pair.split(":")
    for pair in (
        "become:became begin:began break:broke bring:brought build:built buy:bought choose:chose come:came cut:cut "
        "do:did draw:drew drive:drove fall:fell fight:fought find:found fly:flew get:got give:gave go:went grow:grew "
        "have:had hit:hit hold:held keep:kept know:knew lead:led leave:left let:let lose:lost make:made meet:met "
        "pay:paid put:put quit:quit read:read rise:rose run:ran see:saw sell:sold send:sent set:set shoot:shot "
        "shut:shut speak:spoke spend:spent stand:stood steal:stole strike:struck take:took teach:taught tell:told "
        "think:thought throw:threw win:won write:wrote"
    ).split()
)


def pasts(verb: str) -> set[str]:
    """How a verb's past may be spelt; "opened" of "will be opened" is one itself."""
    own = {verb} if verb.endswith("ed") or verb in _IRREGULAR.values() else set()
    regular = {f"{verb}ed", f"{verb}d", f"{verb}{verb[-1]}ed", f"{verb[:-1]}ied"}
    return own | regular | ({_IRREGULAR[verb]} if verb in _IRREGULAR else set())


def spellings(verb: str) -> set[str]:
    """How a verb may be spelt otherwise, whatever form of it is given: "signed", "signs", "signing" of "sign"."""
    bases = {verb}
    for ending in ("ing", "ed"):
        if verb.endswith(ending) and len(stem := verb.removesuffix(ending)) > 2:
            bases |= {stem, f"{stem}e", stem[:-1] if stem[-1] == stem[-2] else stem}
    bases |= {base for base, past in _IRREGULAR.items() if past == verb}
    further = {form for base in bases for form in (f"{base}s", f"{base}es", f"{base}ing", f"{base[:-1]}ing")}
    return bases | further | {form for base in bases for form in pasts(base)}
