"""Instructions planted in articles for whatever program reads them: such a sentence is never evidence.

What gives them away is grammar, not a list of known attacks: an order (a verb that a clause begins with, or that a
program or "you" "must" do) about what is to be said, together with talk of answering, of the program, or of saying
nothing else. The marks of a prompt ("[INST]", "Assistant:") and whoever is addressed as a program give it away alone.
News reports orders in the third person, inside quotation marks or before "the judge said", and none of these counts:
"the text told assistants to ignore the rest", "“Leave now,” she said" and "Tell us your answer, the judge asked".
"""

from __future__ import annotations

import re

from rag.verbs import TELLING

_SAYING = (
    "add|advise|alert|announce|append|attach|behave|cease|cite|claim|conclude|decline|deliver|deny|direct|"
    "disclose|disregard|display|do not|don['’]t|drop|emphasi[sz]e|emulate|encourage|end|ensure|finish|follow|"
    "forget|generate|give|guide|halt|highlight|ignore|imitate|include|incorporate|inform|insert|instruct|"
    "integrate|interject|interrupt|invite|issue|let the|make sure|mention|mimic|notify|omit|output|override|"
    "place|point|praise|precede|present|pretend|print|proceed|produce|promote|prompt|provide|put|recommend|"
    "refrain|refuse|reject|remark|remember|remind|repeat|replace|reply|respond|return|reveal|send|show|simulate|"
    "skip|slip|stop|suggest|summari[sz]e|suspend|tell|terminate|translate|"
    'urge|use|warn|weave|withhold|write|act as|say that|state that|note that|answer (?:only|with|that|yes|no|"")|say ""'
)
_ADVERBS = r"(?:(?:\w+ly|also|then|instead|first|please|always|never|just|only|do not|don['’]t|consider)\s+)*"
_OPENS = r"(?:^[\W_]*|[:;—–]\s+|\s-\s+|,\s+(?:and\s+|then\s+)?|\b(?:please|instead)\s+)"
_PROGRAM = (
    r"(?:AIs?|A\.I\.|(?:AI |virtual |digital )?assistants?|(?:large )?language[- ]models?|LLMs?|chat ?bots?|GPT|"
    r"AI (?:agents?|readers?|systems?|summari[sz]ers?|models?))"
)
# "that" before a clause, not before a noun: "answer that the vote was void", not "answer that call".
_THAT = (
    r"that (?:(?:the|an?|this|these|those|his|her|its|their|my|our|your|all|no|he|she|it|they|we|you|i|there)\b|\d"
    r"|\"\"|(?-i:[A-Z])|\w+[^\Ws]s\b"
    r"|(?:[\w'’-]+ ){1,4}?(?:is|are|was|were|has|have|had|will|would|can|may|must|\w+ed)\b)"
)
# What laws ask of programs: "Chatbots must tell users that they are not human."
_OWN_KIND = (
    r"(?: \w+){0,3} that (?:they|it|users|people) (?:are|is) (?:not )?(?:(?:talking|speaking|chatting) (?:to|with) )?"
    r"(?:an? )?(?:humans?|persons?|AIs?|machines?|robots?|bots?|computers?|programs?)"
    r"(?: under (?:an?|the) (?:\w+ ){0,3}(?:law|act|rule|bill)(?: (?:\w+ed )?(?:on|in|by|of|from) \w+(?: \w+)?)?)?\W*$"
)
# A credit, behind "Assistant:" or "Developer:", names somebody and says no more: it is no order or clause in capitals.
_CREDIT = (
    r"(?-i:(?!\s*(?:The|An?|Reply|Respond|Answer|Say|Tell|Always|Never|Only|Do Not|Ignore|Output|Print|Repeat|State|"
    r"Write|Report)\s)(?!.*\s(?:Is|Are|Was|Were|Has|Have|Had|Must|Not|Yes)\b)"
    r"\s*[A-Z][a-z.'’][\w.'’-]*(?:,? (?:and |& |de |van |von )?[A-Z][a-z.'’][\w.'’-]*){0,5}\W*$)"
)
_ORDER = re.compile(rf"{_OPENS}{_ADVERBS}(?:{_SAYING})\b", re.IGNORECASE)
_MUST = re.compile(
    rf"^\W*(?:\w+ ){{0,3}}{_PROGRAM}\b(?: \w+ing (?:\w+ ){{0,4}}\w+)? "
    rf"(?:must|should|shall|need to|(?:are|is) (?:required )?to) {_ADVERBS}(?!\w+{_OWN_KIND})"
    rf"(?:{_SAYING}|answer|say|state|note)\b",
    re.IGNORECASE,
)
_YOU_MUST = re.compile(
    rf"\b(?<![\w'’)] )you (?:must|should|shall|need to|have to|are (?:required )?to) {_ADVERBS}"
    rf"(?:answer|reply|respond|state|output) (?:only\b|(?:simply |exactly )?(?:{_THAT}|with\b|\"\"))"
    r"|\byour (?:answer|response|reply|summary) (?:mentions\b|(?:must|should|has to|needs to) \w+ (?:that\b|\"\"))"
    r"|\banswer to (?:any|every|all) (?:\w+ )?questions?\b[^,]* (?:is|are) (?:that\b|\"\")",
    re.IGNORECASE,
)
_MARK = re.compile(
    rf"<\|\w+\|>|\[/?INST\]|<</?SYS>>|^\W*(?:SYSTEM\s*[:>\]]|(?:[Aa]ssistant|ASSISTANT)\s*[:>\]](?!{_CREDIT}))"
)
_ADDRESS = re.compile(
    r"#{2,}\s*(?:instruction|question|input|system|user|human|assistant|response|answer)s?\s*:"
    rf"|\W*(?:(?:\w+ )?(?:notes?|notice|messages?|instructions?|reminders?) (?:to|for)|attention|dear) "
    rf"(?:(?:the|any|all|every) )*{_PROGRAM}(?: \w+ing (?:\w+ ){{0,4}}\w+)?\s*[:,–—-]"
    r"|\W*(?:antworte|réponds|responde|rispondi) (?:nur|uniquement|seulement|sólo|solo|solamente|únicamente)\b",
    re.IGNORECASE,
)
_TELLING = (
    r"(?:answer|respond|reply|summari[sz]|explain|elaborat|describ|generat|compos|prepar|proceed|produc|provid|giv|offer|"
    r"shar|finali[sz]|output|present|discuss|deliver|process|execut|engag|initiat|draft|writ|clarif|complet|analy[sz])"
)
_ANSWERING = re.compile(
    r"\b(?:your|this|the|any|every|each|all|normal|further)(?: \w+){0,2} (?:answer|response|reply|outputs?|summary|"
    r"explanation|description|completion|reasoning|processing|generation|instructions?|prompts?)\b"
    r"|\b(?:all|any|every)(?: \w+)? answers\b"
    r"|\b(?:before|while|when|after|upon|if|amid|between|prior to|instead of|midway through)\b[^,:;]{0,40}?"
    rf"\b{_TELLING}ing\b"
    rf"|\b(?:as|when|while|if|once|before|after|whenever) you (?:are asked|(?:\w+ly )?{_TELLING}\w*)\b"
    r"|\b(?:answer|respond|reply|output|display|print|return|say|write)(?:ing)?\b[^.]{0,30}"
    r"\b(?:only|solely|nothing else)\b"
    r"|\b(?:only|solely|exclusively) (?:respond|reply|answer|output|display|print|return|say|write)\b"
    r"|\b(?:previous|prior|above|earlier|all) (?:\w+ )?(?:instructions?|prompts?|rules)\b|\bignore the (?:rest|above)\b"
    r"|\b(?:a|an|one)(?:,? [\w-]+){0,5} (?:note|line|mention|remark|aside|endorsement|acknowledge?ment|commendation|"
    r"sentence|footer|advisory|reference|compliment|notice|notification|error)\b(?= \w+ing\b| that\b| of\b|[:;])",
    re.IGNORECASE,
)
_PROGRAMS = re.compile(
    r"\b(?:AI|A\.I\.|assistants?|language models?|LLMs?|chat ?bots?|GPT)\b(?=[^.]{0,40}[,:\])-])"
    r"|\b(?:the|this|your) users?\b|"
    r"\b(?:whoever|anyone who|any\w* (?:\w+ )?that) (?:summari[sz]|read|quot|translat|process|analy[sz])e?s this\b|"
    r"\b(?:system|admin|developer|protocol|operational|security|pre-execution|simulation|compliance|procedural|backend)"
    r"(?: \w+){0,2} (?:notices?|directives?|messages?|instructions?|prompts?|alerts?|overrides?|prerequisites?|notes?|"
    r"checks?|enforcement|error|failure|fault|outage|malfunction)\b|"
    rf"^\W*(?:system\s*[:>\]]|(?:assistant|user|admin|developer)\s*[:>\]](?!{_CREDIT}))",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“][^\"“”]*[\"”]|(?<!\w)['‘][^'’]{3,}['’](?!\w)")
_REPORTED = re.compile(
    r",\W*(?:(?:said|wrote) (?=\w)|"
    r"(?:(?:the|an?|his|her|their) (?:[\w'’-]+ ){1,3}?|he |she |they |(?:[A-Z][\w'’.-]* ){1,3}?)"
    rf"(?=(?:said|told|wrote|\w+ed)\b)(?:{TELLING}|advised|begged)\b)[^,:;]{{0,60}}$"
)
_WHOLLY_QUOTED = re.compile(r"[\"“'‘][^\"“”]*[\"”'’]")


def is_planted(sentence: str) -> bool:
    """Whether a sentence tells a program what to say."""
    text = sentence.strip()
    if _WHOLLY_QUOTED.fullmatch(text):
        text = text[1:-1]
    text = _QUOTED.sub('""', text)
    if _MARK.search(text) or _ADDRESS.match(text) or _MUST.search(text):
        return True
    if _ORDER.search(text) and _PROGRAMS.search(text):
        return True
    asks = _YOU_MUST.search(text) or (_ORDER.search(text) and _ANSWERING.search(text))
    return bool(asks) and not _REPORTED.search(text)
