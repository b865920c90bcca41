"""What a reader sees before the first question: what to ask, what the mode is, how to change it."""

from __future__ import annotations

from rag import Article, Rag
from ui.markup import counted, inert

# a question, what it shows, and words of the article that answers it: it is offered when an article holds them
EXAMPLES = (
    ("How many sappers is Pyongyang sending?", "1,000 sappers"),  # a number, from several articles
    ("How many people were in the warehouse when the fire broke out?", "64 people were in the building"),  # dispute
    ("Who quoted Shoigu on the deployment?", "quoted Shoigu"),  # who says so
    ("What did analysts expect of Norvane’s net profit?", "Analysts had forecast 198 million"),
    ("Who won the chess tournament in Reykjavik?", "1,000 sappers"),  # silence: a refusal
)

_WORD_FOR_WORD = (
    "Quote mode: answers are the articles’ own sentences, word for word, each with a mark that opens it in place."
)
_A_MODEL = (
    "To have a model write the answers, set OPENAI_API_KEY, or OPENAI_BASE_URL for a server of your own, and start "
    "Clipdesk again. Or keep all of it on this machine: run “clipdesk model pull” once, and set CLIPDESK_MODE=local."
)
QUOTE = f"{_WORD_FOR_WORD} Nothing leaves this machine. {_A_MODEL}"
QUOTE_BY_ENDPOINT = f"{_WORD_FOR_WORD} Your questions go to the endpoint of the embedding model."
LLM = (
    "LLM mode: the quotes come first, then a model at {endpoint} gets your question and the sentences found for it, "
    "and writes the answer. Each of its sentences is checked against the words it cites. CLIPDESK_MODE=quote does "
    "without a model."
)
LOCAL = (
    "LLM mode: the quotes come first, then a model inside Clipdesk writes the answer; nothing leaves this machine. It "
    "is small: check its sentences. Each is checked against the words it cites. CLIPDESK_MODE=quote does without it."
)
_EMPTY = (
    "There are no articles yet. Drop saved pages into the Library tab: text, HTML, mail, PDF and more, as they come. "
    "Or run “clipdesk ingest PAGE” with the path of a page or a folder of them."
)


def examples(rag: Rag) -> list[str]:
    """The example questions that the stored articles show something with."""
    held: dict[str, bool] = {}
    for _, words in EXAMPLES:
        if words not in held:
            held[words] = any(words in article.text for article in _holding(rag, words))
    return [question for question, words in EXAMPLES if held[words]]


def welcome(articles: int, *, mode: str) -> str:
    """The text of the empty chat, as HTML; `mode` is one of the texts above."""
    lead = "Ask your saved articles" if articles else "Nothing to ask yet"
    text = f"{counted(articles, 'article')} to ask, and to check each answer against." if articles else _EMPTY
    return f'<div class="welcome"><h2>{lead}</h2><p>{inert(text)}</p><p class="mode">{inert(mode)}</p></div>'


def _holding(rag: Rag, words: str) -> list[Article]:
    rows = rag.list_articles(words=words, limit=5).rows
    return [article for row in rows if (article := rag.article(row.id))]
