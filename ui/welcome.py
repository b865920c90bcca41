"""What a reader sees before the first question: what to ask, what the mode is, how to change it."""

from __future__ import annotations

from collections.abc import Sequence

from rag.types import Article
from ui.markup import counted, inert

# a question, and words of the article that answers it: it is offered when an article holds them
EXAMPLES = (
    ("How many sappers is Pyongyang sending?", "1,000 sappers"),
    ("Who quoted Shoigu on the deployment?", "quoted Shoigu"),
    ("What did Putin offer in the conflict between Israel and Iran?", "Israel and Iran"),
    ("What does the treaty with Russia oblige either party to do?", "treaty obliges"),
)

_WORD_FOR_WORD = (
    "Quote mode: answers are the articles’ own sentences, word for word, each with a mark that opens it in place."
)
_A_MODEL = (
    "To have a model write the answers, set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, and start "
    "Clipdesk again."
)
QUOTE = f"{_WORD_FOR_WORD} Nothing leaves this machine. {_A_MODEL}"
QUOTE_BY_ENDPOINT = f"{_WORD_FOR_WORD} Your questions go to the endpoint of the embedding model."
LLM = (
    "LLM mode: a model at {endpoint} gets your question and the sentences found for it, and writes the answer. "
    "Each of its sentences is checked against the words it cites. CLIPDESK_MODE=quote does without a model."
)
_EMPTY = (
    "There are no articles yet. Stop Clipdesk with Ctrl+C, run “clipdesk ingest PAGE” with the path of a saved page "
    "or a folder of them, and start it again."
)


def examples(articles: Sequence[Article]) -> list[str]:
    """The example questions that these articles can answer."""
    return [question for question, words in EXAMPLES if any(words in a.text for a in articles)]


def welcome(articles: Sequence[Article], *, mode: str) -> str:
    """The text of the empty chat, as HTML; `mode` is one of the texts above."""
    lead = "Ask your saved articles" if articles else "Nothing to ask yet"
    text = f"{counted(len(articles), 'article')} to ask, and to check each answer against." if articles else _EMPTY
    return f'<div class="welcome"><h2>{lead}</h2><p>{inert(text)}</p><p class="mode">{inert(mode)}</p></div>'
