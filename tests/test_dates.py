"""Words about time in articles, against a gold list of sentences, and the properties that hold for any text."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from rag.ingest.times.mentions import find_dates
from store.records import DateMention
from tests.conftest import ROOT

GOLD = ROOT / "tests" / "data" / "dates.yaml"


def cases() -> list[tuple[date | None, str, list[Any]]]:
    found, published = [], None
    for row in yaml.safe_load(GOLD.read_text("utf-8")):
        if "published" in row:
            published = row["published"]
        else:
            found.append((published, row["text"], row["want"]))
    return found


def wanted(entry: list[Any]) -> tuple[Any, ...]:
    words, *days, precision = entry
    return (words, days[0], days[-1], precision)


def shown(mention: DateMention) -> tuple[Any, ...]:
    return (mention.words, mention.first, mention.last, mention.precision)


def test_the_gold_list_is_met() -> None:
    """At least 95% of the expressions right, counting a mention that should not be there as wrong."""
    right, wrong = 0, []
    for published, text, want in cases():
        got = [shown(m) for m in find_dates(text, published=published)]
        expected = [wanted(entry) for entry in want]
        right += sum(e in got for e in expected) + (not expected and not got)
        if got != expected:
            wrong.append(f"{published} {text}\n   want {expected}\n   got  {got}")
    total = sum(max(1, len(want)) for _, _, want in cases())
    print(f"\n{right} of {total} expressions right", *wrong, sep="\n")  # noqa: T201 -- shown with -s
    assert total >= 80
    assert len(wrong) <= 0.05 * total, "\n".join(wrong)


TIMES = (
    "on Tuesday; last year; Sept. 19; June 31; 12025; 3 days ago; from Monday to; the next year; 999 decades ago; May 5"
)


@given(
    st.lists(st.sampled_from([*TIMES.split("; "), "he said", ". ", "will", "\n\n", "é😀"]) | st.text(max_size=8)).map(
        " ".join
    ),
    st.dates(min_value=date(1600, 1, 1), max_value=date(2400, 1, 1)) | st.none(),
    st.sampled_from(["day", "week", "month", "year", None]),
)
def test_spans_are_exact_and_in_order_whatever_the_text(text: str, published: date | None, precision: Any) -> None:
    end = 0
    for mention in find_dates(text, published=published, precision=precision):
        assert text[mention.start : mention.end] == mention.words
        assert end <= mention.start < mention.end
        end = mention.end
        assert (mention.first is None) == (mention.last is None)
        assert mention.first is None or mention.first <= mention.last  # type: ignore[operator]


@pytest.mark.parametrize(("precision", "resolved"), [("day", True), ("week", False), ("month", False)])
def test_a_vague_date_of_publication_resolves_only_what_is_vaguer(precision: Any, resolved: bool) -> None:
    day, year = find_dates("He came on Tuesday, as he did last year.", published=date(2025, 6, 18), precision=precision)
    assert (day.first is not None) == resolved
    assert year.first == date(2024, 1, 1)
