"""Agencies, papers and broadcasters as links of the chain by which a statement came to us."""

from __future__ import annotations

import re

from store.records import Article

# State-run outlets: those that a government owns and whose editorial line it sets, by the State Media Monitor's class
# "state controlled". Public broadcasters with an editorial line of their own (BBC, NHK, KBS) are not among them.
_STATE = (
    "TASS|ITAR-TASS|RIA Novosti|RIA|Sputnik|RT|Rossiya 1|Rossiya 24|Channel One|Rossiyskaya Gazeta|"
    "KCNA|Korean Central News Agency|Korean Central Television|KCTV|Rodong Sinmun|Minju Choson|Uriminzokkiri|"
    "Xinhua|CCTV|CGTN|People's Daily|Global Times|China Daily|PLA Daily|China News Service|"
    "IRNA|Press TV|IRIB|Tasnim|Fars|Mehr|SANA|Belta|BelTA|Prensa Latina|Granma|Telesur|VNA|Vietnam News Agency|"
    "Anadolu|Anadolu Agency|TRT|SPA|Saudi Press Agency|WAM|MENA|Al-Ahram"
)
# Agencies that articles name without saying what they are.
_AGENCIES = (
    "Reuters|AP|Associated Press|AFP|Agence France-Presse|dpa|DPA|Bloomberg|Yonhap|Kyodo|Interfax|Ukrinform|EFE|ANSA|"
    "BBC|CNN|NHK|KBS|MBC|SBS|Fox News|NBC|CBS|ABC|CNBC|NPR|Sky News|Al Jazeera|Euronews|PTI|ANI"
)
_KIND = re.compile(
    r"\b(?:News(?:paper)?|Times|Post|Herald|Courier|Gazette|Ledger|Tribune|Chronicle|Journal|Telegraph|Guardian|Observer|"
    r"Standard|Daily|Sunday|Weekly|Radio|TV|Television|Broadcasting|Press|Wire|Magazine|Sinmun|Shimbun|Zeitung|Ilbo|"
    r"Zhit|Pravda|Media|News Agency)$"
    r"|^(?:The )?(?:Daily|Radio|Sunday|Weekly) [A-Z]"
    r"|(?i:\b(?:state|local|national|foreign|\w+n) (?:media|television|TV|radio)\b|\bnews agency\b|\bnewspaper\b|"
    r"\bbroadcaster\b|\bnews (?:site|outlet|portal|channel|service)\b)"
)
_CALLED = (
    r"(?:news agenc(?:y|ies)|newspapers?|dail(?:y|ies)|broadcasters?|news (?:site|outlet|portal|channel|service)s?)"
)
_STATE_RUN = (
    r"[Ss]tate(?:-run|-owned|-controlled|-funded|-backed| run| owned|(?= (?:news|television|TV|radio|media)\b))"
)
_SORT = r"(?:news|wire|agency|television|TV|radio|broadcaster|newspaper|daily|media|outlet|channel)"


def is_medium(name: str, article: Article) -> bool:
    """Whether a name is that of an agency, paper or broadcaster, by itself or by what the article calls it."""
    bare = _bare(expand(name, article))
    if not bare:
        return False
    own = {_bare(part or "") for part in (article.source, article.agency)}
    if bare in own or re.fullmatch(rf"{_STATE}|{_AGENCIES}", bare) or any(map(_KIND.search, (name, bare))):
        return True
    called = rf"\b{_CALLED},? {re.escape(bare)}\b|\b{re.escape(bare)},? (?:an? |the )?(?:[\w-]+ ){{0,2}}{_CALLED}\b"
    return bare[0].isupper() and bool(re.search(called, article.text))


def is_state_media(name: str, article: Article) -> bool:
    """Whether a state runs the medium: it is a known one, or the article calls it so."""
    bare = _bare(name)
    if re.fullmatch(_STATE, bare) or re.search(r"(?i)\bstate(?:-\w+)? (?:\w+ )?(?:media|television|tv|radio)\b", name):
        return True
    run = rf"\b{_STATE_RUN} (?:{_SORT} ){{0,3}}{re.escape(bare)}\b|\b{re.escape(bare)}, (?:the|a) {_STATE_RUN} {_SORT}"
    return bool(bare) and bool(re.search(run, article.text))


def expand(name: str, article: Article) -> str:
    """The medium's own name, without its article and what it is called: "the state-run TASS" is TASS."""
    return re.sub(
        rf"^(?:[\w’'.-]+['’]s )?(?:(?i:the|its|an?) )?(?:(?i:{_STATE_RUN})\S* |\w+n (?=state|news|daily|paper|broadc))*"
        rf"(?:(?:news )?agency |newspaper |daily |broadcaster )?(?=[A-Z])",
        "",
        name,
    ).strip()


def _bare(name: str) -> str:
    return re.sub(r"^(?i:the) ", "", name).strip()
