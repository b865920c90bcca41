"""In which language a question is put, by its script or its small words, and whether the articles are in another."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.asked import LANGUAGES
from rag.types import Passage
from rag.words import STOP_WORDS, words

# A script, with what in it tells a second language from the first.
_Script = tuple[str, str, tuple[str, str] | None]
_SCRIPTS: tuple[_Script, ...] = (
    (r"[\uac00-\ud7a3]", "ko", None),
    (r"[\u0600-\u06ff]", "ar", None),
    (r"[\u3040-\u30ff\u4e00-\u9fff]", "zh", ("ja", r"[\u3040-\u30ff]")),
    (r"[\u0400-\u04ff]", "ru", ("uk", r"[іїєґ]")),
)
_PLAIN = 2  # small words of a language, at least: "er" alone may be of three
_SMALL_WORDS = {
    "en": STOP_WORDS,
    "de": frozenset(
        "wer wen wem was wann wo warum wieso weshalb wie wieviel wieviele viel viele welche welcher welches "
        "der die das den dem des ein eine einen einem einer und oder nicht ist sind war waren wird wurde "
        "wurden hat haben hatte über von vom für mit auf aus bei beim zu zum zur in im an am nach gegen es sie er "
        "ihr".split()
    ),
    "es": frozenset(
        "quién quiénes qué cuándo dónde cómo cuánto cuánta cuántos cuántas cuál cuáles por el la los las un "
        "una y o no es son fue fueron era ha han hay de del a al en con para sobre su sus se lo quien que "
        "cuando donde como cuanto".split()
    ),
    "fr": frozenset(
        "qui que quoi quand où comment pourquoi combien quel quelle quels quelles le la les un une des du de "
        "et ou est sont était été a ont dans sur avec pour par au aux en il elle ils elles ce se ne pas sa son "
        "ses".split()
    ),
    "it": frozenset(
        "chi che cosa quando dove come perché perche quanto quanta quanti quante quale quali il lo la gli le "
        "un una uno e è sono era ha hanno di del della dei delle i a al alla nel nella in con per su non si".split()
    ),
    "pt": frozenset(
        "quem que quando onde como porquê quanto quanta quantos quantas qual quais o a os as um uma e é são "
        "foi foram era tem têm de do da dos das em no na nos nas com para por sobre não se".split()
    ),
    "nl": frozenset(
        "wie wat wanneer waar waarom hoe hoeveel welke welk de het een en of niet is zijn was waren werd "
        "werden heeft hebben had van voor met in op uit bij naar over te door er".split()
    ),
    "sv": frozenset(
        "vem vad när var varför hur många mycket vilken vilka är och eller inte en ett den det de som på i "
        "för med av till från har hade om blev".split()
    ),
    "da": frozenset(
        "hvem hvad hvornår hvor hvorfor hvordan mange meget hvilken er og eller ikke en et den det de der som at "
        "på i for med af til fra har havde om var blev".split()
    ),
    "no": frozenset(
        "hvem hva når hvor hvorfor hvordan mange mye hvilken er og eller ikke en ei et den det de som at på i "
        "for med av til fra har hadde om var ble".split()
    ),
    "pl": frozenset(
        "kto co kiedy gdzie dlaczego ile jak który która które jest są był była było nie się w na z do o i".split()
    ),
}


def other_language(question: str, passages: Sequence[Passage]) -> str | None:
    """What to tell who asks in a language that none of the articles found is in; None if one is, or may be.

    One may be where the question and an article are in one script that is not Latin: letters tell no Bulgarian.
    """
    own, script = language(question), _script(question)
    found = {p.article.id: p.article.language or language(p.article.text[:2000]) for p in passages}
    theirs = sorted({known for known in found.values() if known})
    if own is None or own in theirs or not theirs or None in found.values():
        return None
    names = {code: name.title() for name, code in LANGUAGES.items()}
    shared = script and any(_script(p.article.text[:2000]) == script for p in passages)
    if shared or not names.keys() >= set(theirs):
        return None
    told = " or ".join(names[code] for code in theirs)
    return f"the question is in {names[own]} and the articles are in {told}: ask in {told}"


def language(text: str) -> str | None:
    """The language of a text as an ISO 639-1 code, if most of its letters or of its small words are plainly of one."""
    if script := _script(text):
        _, code, other = script
        return other[0] if other and re.search(other[1], text.lower()) else code
    said = words(text)
    held = {code: sum(word in small for word in said) for code, small in _SMALL_WORDS.items()}
    second, first = sorted(held, key=held.__getitem__)[-2:]
    english = sum(word in STOP_WORDS and word not in _SMALL_WORDS[first] for word in said)  # "Was de la Cruz in …?"
    return first if held[first] - english >= _PLAIN and held[first] > held[second] else None


def _script(text: str) -> _Script | None:
    """The script of most of its letters, if it is one of ours and not Latin."""
    lower, letters = text.lower(), sum(map(str.isalpha, text))
    return next((script for script in _SCRIPTS if len(re.findall(script[0], lower)) > letters / 2), None)
