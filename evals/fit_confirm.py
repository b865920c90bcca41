"""Fits what `rag.answer.gate` makes of a model's leaning to "yes, it answers", and prints the constants.

    OPENAI_BASE_URL=... python -m evals.fit_confirm DATA/clapnq

After `evals.fit_gate`, on questions of its sets, each with what the gate said when it was not fitted on it, and the
sentence that it held for the likeliest then; replies are kept in the cache of LLM calls. Each set weighs the same, and
so do answers and silence within it. Figures are given by five folds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from evals.cache import CACHE, CachedEndpoint
from evals.fit_gate import HELD_OUT, questions, weigh_each
from evals.fitting import Case, thresholds
from evals.fitting import report as gate_report
from evals.folder import spread
from rag import load_settings
from rag.answer.confirm import Confirmer
from rag.answer.odds import sigmoid
from rag.ingest.sentences import split_sentences

MOST = 140  # questions of a set that the model is asked, evenly chosen: each takes it a second or more
SIGNALS, START = ("gate", "model"), (0.0, 1.0, 1.0)


def report(sets: dict[str, list[Case]]) -> Iterator[str]:
    """The constants, and what each threshold gives: by the gate alone, and with the model, on questions held out.

    A case has one sentence: the gate's log odds, held out, and the model's leaning.
    """
    for name, one in sets.items():
        alone = [sigmoid(gate) for ((gate, _),), _ in one]
        yield from thresholds(f"{name}, the gate alone", alone, [answers for _, answers in one])
    yield from gate_report({f"{name}, with the model": one for name, one in sets.items()}, signals=SIGNALS, start=START)


def main(data: Path) -> None:
    """Ask the model, fit on both sets and print."""
    if not HELD_OUT.exists():
        raise SystemExit(f"{HELD_OUT} is not there: run python -m evals.fit_gate {data} first")
    held: dict[str, tuple[float, str]] = json.loads(HELD_OUT.read_text(encoding="utf-8"))
    endpoint = CachedEndpoint(load_settings(mode="llm"), folder=CACHE, strict=False)
    found: dict[str, list[Case]] = {}
    with questions(data) as sets:
        for name, (rag, asked, as_of) in sets.items():
            found[name] = []
            known = [one for one in asked if one.question in held]
            for one, weighed in weigh_each(rag, spread(known, MOST), as_of=as_of):
                logit, best = held[one.question]
                sentence = next((w.sentence for w in weighed if " ".join(w.sentence.text.split()) == best), None)
                if sentence is None:
                    raise SystemExit(f"{HELD_OUT} is of another version of the search: run evals.fit_gate again")
                spans = {sentence.article.id: split_sentences(sentence.article.text)}
                confirmer = Confirmer(endpoint, sentences=spans.__getitem__)
                leaning = confirmer.leaning(one.question, sentence)
                if confirmer.lost:
                    raise confirmer.lost  # a fit on the questions before would pass for one on all
                if leaning is not None:
                    found[name].append(([(logit, leaning)], one.answerable))
    sys.stdout.writelines(f"{line}\n" for line in report(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
