"""Full answers of stored runs as one Markdown page: what a reader would have seen, and how it was scored."""

from __future__ import annotations

from collections.abc import Sequence

from evals.folder import spread
from evals.results import Row, Run
from evals.scoring import QuestionScore
from rag import Answer, Citation, Claim

HEAD = """# Examples

Full answers to gold questions, asked on {asked_on}, good ones and failures alike. Which questions are shown is not
chosen: they lie at even distances in the gold files. Written by `python -m evals examples`, never by hand; numbers in
square brackets are citations, and what a citation quotes are the article's own characters.

"""


def write_examples(runs: Sequence[Run], *, page: str | None, limit: int) -> str:
    """Questions that all runs answered, spread evenly over the gold file, with the answer of each run.

    `page` names the page that they were asked on, if it was not the samples.
    """
    rows = [{row.question.id: row for row in run.rows} for run in runs]
    shared = [i for i in rows[0] if all(i in of_run for of_run in rows)]
    chosen = spread(shared, limit)
    passed = ", ".join(
        f"{sum(of_run[i].score.passed for i in chosen)} of {len(chosen)} in {_named(run)} mode"
        for run, of_run in zip(runs, rows, strict=True)
    )
    asked_on = f"the page {page}" if page else "the sample pages, whose stories are retold in our own words"
    lines = [f"Passed: {passed}.", ""]
    for item in chosen:
        question = rows[0][item].question
        asks = " / ".join([*question.earlier, question.asked])
        lines += [f"## {asks}", "", f"`{item}`, {question.category}, expected: {question.expect.replace('_', ' ')}", ""]
        for run, of_run in zip(runs, rows, strict=True):
            lines += _answer(_named(run), of_run[item])
    return HEAD.format(asked_on=asked_on) + "\n".join(lines)


def _named(run: Run) -> str:
    return "LLM" if run.mode == "llm" else run.mode


def _answer(mode: str, row: Row) -> list[str]:
    answer, seconds = row.answer, row.effort.seconds
    took = "time not measured: replayed" if seconds is None else f"{seconds:.1f} s"
    lines = [f"**{mode} mode** ({answer.status}, {took}{_tokens(answer)}): {_verdict(row.score)}", ""]
    lines += [f"> {line}" if line else ">" for line in answer.text.splitlines()]
    lines.append("")
    lines += [_claim(claim) for claim in answer.claims if claim.support != "supported" or answer.mode == "llm"]
    lines += [_citation(citation) for citation in answer.citations]
    return [*lines, ""]


def _tokens(answer: Answer) -> str:
    usage = answer.usage
    return f", {usage.prompt_tokens} + {usage.completion_tokens} tokens" if usage.prompt_tokens else ""


def _verdict(score: QuestionScore) -> str:
    return "passed" if score.passed else f"**not passed**: {'; '.join(score.reasons)}"


def _claim(claim: Claim) -> str:
    marks = "".join(f"[{n}]" for n in claim.citations) or "no citation"
    return f"- claim, {claim.support}, {marks}: {claim.text}"


def _citation(citation: Citation) -> str:
    article = citation.article
    origin = ", ".join(str(part) for part in (article.source, article.agency, article.published) if part)
    return f"- [{citation.number}] {origin}, characters {citation.start} to {citation.end}: “{citation.quote}”"
