"""Matchers: what each kind takes and, above all, what it must not take."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from evals.dates import written_dates
from evals.matchers import Match
from evals.matching import accepts, mentions
from evals.words import tokenise

SAPPERS = {"number": {"value": 1000, "context": ["sapper", "deminer"]}}
WORKERS = {"number": {"value": 5000, "context": ["worker"]}}
MIXED = "Kim will send 1,000 sappers and 5,000 military construction workers to Kursk."


def took(match: dict[str, Any], text: str) -> bool:
    return accepts(Match.model_validate(match), text)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("5,000", [5000]),
        ("5000 men", [5000]),
        ("five thousand", [5000]),
        ("1.5 million", [1500000]),
        ("15 million", [15000000]),
        ("two hundred and some", [200]),
        ("twenty-eight", [28]),
        ("fourteen thousand three hundred twenty-one", [14321]),
        ("1.5m", [1500000]),
        ("a nine-story block", [9]),
        ("in 2024 or so", [2024]),
        ("the S-300 system", []),
        ("the 8th congress", []),
    ],
)
def test_numbers_are_read_by_value(text: str, values: list[int]) -> None:
    assert [token.value for token in tokenise(text) if token.value is not None] == values


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("One thing. Another thing.", 2),
        ("He met N. Korea's envoy in St. Petersburg on Sept. 19 at noon.", 1),
        ("The U.S. side left. It was late!", 2),
        ("'It is so.' He went.", 2),
        ("It grew by 1.5 percent in 2000. Then it fell [1].\nEnd", 3),
    ],
)
def test_sentences(text: str, sentences: int) -> None:
    assert tokenise(text)[-1].sentence + 1 == sentences


@pytest.mark.parametrize(
    "text",
    [
        "Pyongyang sends 1,000 sappers.",
        "one thousand deminers will come",
        "1000 North Korean sappers [2]",
        MIXED,
        "5,000 military construction workers and 1,000 sappers would be sent",
        "Kim's decision covers not only 1,000 sappers but builders as well",
    ],
)
def test_number_takes(text: str) -> None:
    assert took(SAPPERS, text)


@pytest.mark.parametrize(
    "text",
    [
        "Pyongyang sends 10,000 sappers.",
        "Pyongyang sends 100 sappers.",
        "1.000001 thousand sappers",
        "Along a 1,000-kilometre front the sappers work.",
        "1,000 kilometres away from the sappers",
        "1,000 horses. The sappers stayed.",
        "5,000 sappers and 1,000 construction workers",
        "Kim did not decide to send 1,000 sappers.",
        "1,000 sappers will not be sent.",
        "It is not true that Kim, after all, sends 1,000 sappers.",
        "Moscow denied that Kim was going to let it have as many as 1,000 sappers",
        "",
    ],
)
def test_number_leaves(text: str) -> None:
    assert not took(SAPPERS, text)


def test_each_number_goes_with_its_own_word() -> None:
    assert took(WORKERS, MIXED)
    assert not took({"number": {"value": 1000, "context": ["worker"]}}, MIXED)
    assert not took({"number": {"value": 5000, "context": ["sapper"]}}, MIXED)
    turned = "Kim will send 5,000 military construction workers and 1,000 sappers."
    assert took(WORKERS, turned)
    assert took(SAPPERS, turned)
    assert not took({"number": {"value": 1000, "context": ["worker"]}}, turned)
    losses = {"number": {"value": 6000, "context": ["casualt*"]}}
    assert took(losses, "It lost 300 tanks, and casualties likely exceeded 6,000.")
    assert not took({"number": {"value": 300, "context": ["casualt*"]}}, "It lost 300 tanks and casualties were 6,000.")


def test_number_never_takes_fifteen_million_for_one_and_a_half() -> None:
    match = {"number": {"value": 1500000, "context": ["people"]}}
    assert took(match, "1.5 million people")
    assert took(match, "1,500,000 people")
    assert not took(match, "15 million people")
    assert not took(match, "1.5 billion people")


def test_number_unit_and_tolerance() -> None:
    front = {"number": {"value": 1000, "unit": ["kilometre", "kilometer", "km"]}}
    assert took(front, "the more than 1,000-kilometer front line")
    assert took(front, "more than 1,000 kilometres")
    assert not took(front, "1,000 sappers work kilometres away from here on their own")
    assert took({"number": {"value": 11000, "tolerance": 500, "context": ["troop"]}}, "some 11,200 troops")
    assert not took({"number": {"value": 11000, "tolerance": 500, "context": ["troop"]}}, "some 12,000 troops")


def test_day_of_a_date_is_no_count() -> None:
    assert not took({"number": {"value": 19, "context": ["sapper"]}}, "On June 19 sappers came.")


DAY = {"date": {"value": "2024-06-19", "granularity": "day"}}


@pytest.mark.parametrize(
    "text", ["on June 19, 2024, in", "19 June 2024", "the 19th of June 2024", "2024-06-19", "on June 19 last year"]
)
def test_date_takes(text: str) -> None:
    assert took(DAY, text)


@pytest.mark.parametrize(
    "text",
    ["June 19, 2023", "19 June 2025", "June 2024", "2024", "June 9, 2024", "July 19, 2024", "not on June 19, 2024"],
)
def test_date_leaves(text: str) -> None:
    assert not took(DAY, text)


def test_date_granularity_and_written_year() -> None:
    month = {"value": "2023-11", "granularity": "month"}
    assert took({"date": month}, "a success in November 2023")
    assert took({"date": month}, "a success in November")
    assert not took({"date": {**month, "year_written": True}}, "a success in November")
    assert not took({"date": month}, "a success in November 2022")
    assert took({"date": {"value": "2000", "granularity": "year", "context": ["first"]}}, "his first since 2000")
    assert not took({"date": {"value": "2000", "granularity": "year", "context": ["first"]}}, "his first. It was 2000")
    assert not took({"date": {"value": "2000", "granularity": "year"}}, "2,000 men")


def test_modal_may_is_no_month() -> None:
    assert written_dates(tokenise("May he rest. He may go in May 2024.")) == written_dates(
        tokenise("Yes he rest. He can go in May 2024.")
    )


def test_text_wants_every_group_in_one_sentence() -> None:
    match = {"text": [["Hong"], ["upper hand"], ["ceasefire", "negotiat*"]]}
    assert took(match, "Hong said Russia wants the upper hand in future ceasefire talks.")
    assert took(match, "The upper hand in negotiations is what Hong sees.")
    assert not took(match, "Doo said Russia wants the upper hand in future ceasefire talks.")  # swapped holder
    assert not took(match, "Hong spoke. Doo said Russia wants the upper hand in ceasefire talks.")
    assert took(
        {"text": {**_groups(match), "sentences": 2}}, "Hong spoke. Russia wants the upper hand in ceasefire talks."
    )


def _groups(match: dict[str, Any]) -> dict[str, Any]:
    return {"groups": match["text"]}


def test_text_is_whole_word() -> None:
    assert not took({"text": [["art"]]}, "the party started")
    assert took({"text": [["part*"]]}, "the party started")
    assert not took({"text": [["6,000 engineers"]]}, "16,000 engineers")
    assert took({"text": [["6,000 engineers"]]}, "six thousand engineers")


def test_text_sees_negation_but_not_its_own_words() -> None:
    assert not took({"text": [["restor*"], ["pact"]]}, "The pact should not be restored.")
    assert took({"text": [["no mention", "not report"]]}, "Its media made no mention of it.")
    assert took({"text": {"groups": [["Taurus"]], "polarity": "any"}}, "warned not to send Taurus missiles")
    assert took({"text": {"groups": [["convicted"]], "polarity": "denied"}}, "He was never convicted.")
    assert not took({"text": {"groups": [["convicted"]], "polarity": "denied"}}, "He was convicted.")


def test_negation_stays_in_its_clause() -> None:
    assert took({"text": [["little interest"]]}, "It did not insist, but Iran showed little interest.")


def test_quote_ignores_marks_and_case_only() -> None:
    assert took({"quote": "absolute solidity"}, "the “Absolute  solidity” of it")
    assert not took({"quote": "absolute solidity"}, "solidity that is absolute")


def test_entity() -> None:
    match = {"entity": {"name": "Kim Il-sung", "aliases": ["Kim Il Sung"]}}
    assert took(match, "after Kim Il-sung's fashion")
    assert not took(match, "after Kim Jong-il's fashion")
    assert not took(match, "not Kim Il-sung but his son")
    assert took({"entity": {"name": "TASS"}}, "state-run TASS")
    assert not took({"entity": {"name": "TASS"}}, "a tassel")


def test_list_counts_items() -> None:
    items = {"items": ["Brazil", ["US", "United States"], "China"], "minimum": 2}
    assert took({"list": items}, "Brazil spoke. The U.S. did too.")
    assert not took({"list": items}, "Brazil spoke.")
    assert not took({"list": {**items, "minimum": None}}, "Brazil and China spoke.")


def test_polarity() -> None:
    match = {"polarity": {"about": [["ask*"], ["assistance", "help"]], "value": "denied"}}
    assert took(match, "Tehran hasn't asked Moscow for military assistance.")
    assert not took(match, "Tehran has asked Moscow for military assistance.")
    assert took({"polarity": {**match["polarity"], "value": "affirmed"}}, "Tehran asked for help.")


def test_reject_values_are_phrases() -> None:
    assert mentions("6,000 sappers", "It sends six thousand sappers.")
    assert not mentions("6,000 sappers", "It sends 16,000 sappers or 6,000 engineers.")


@pytest.mark.parametrize(
    "match",
    [
        {},
        {"quote": "a", "entity": {"name": "a"}},
        {"fuzzy": "a"},
        {"text": []},
        {"text": [[]]},
        {"date": {"value": "2024-06", "granularity": "day"}},
        {"number": {"value": 1, "context": ["a"], "colour": "red"}},
    ],
)
def test_a_matcher_has_one_known_kind(match: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Match.model_validate(match)


@pytest.mark.parametrize(
    "said",
    [
        "-1,000 sappers",
        "minus 1,000 sappers",
        "fewer than 1,000 sappers",
        "1,000 fewer sappers",
        "half of 1,000 sappers",
        "tens of 1,000 sappers",
        "hardly 1,000 sappers",
        "It refused to send 1,000 sappers.",
        "It failed to send 1,000 sappers.",
        "It ruled out sending 1,000 sappers.",
        "It is unlikely that 1,000 sappers go.",
        "It is wrong that 1,000 sappers go.",
        "They go without 1,000 sappers.",
        "1,000 sappers?",
        "Are 1,000 sappers going? The articles do not say.",
    ],
)
def test_a_number_that_is_bent_or_not_asserted_is_another(said: str) -> None:
    match = Match.model_validate({"number": {"value": 1000, "context": ["sapper"]}})
    assert not accepts(match, said)
    for asserted in (
        "1,000 sappers",
        "It sent 1,000 sappers without helmets.",
        "Seoul refused to say that; 1,000 sappers go.",
    ):
        assert accepts(match, asserted)


def test_a_number_keeps_its_sign() -> None:
    match = Match.model_validate({"number": {"value": "-4.3", "unit": ["percent"]}})
    for said in ("-4.3 percent", "−4.3%", "minus 4.3 percent"):
        assert accepts(match, said)
    assert not accepts(match, "4.3 percent")
    defeat = tokenise("a 10-20 defeat")
    assert [token.value for token in defeat if token.value is not None] == [10, 20]


@pytest.mark.parametrize(
    "said", ["June 19 in 2023", "In 2023, on June 19", "the day after June 19, 2024", "two years before June 19, 2024"]
)
def test_a_date_that_is_moved_is_another(said: str) -> None:
    match = Match.model_validate({"date": {"value": "2024-06-19", "granularity": "day"}})
    assert not accepts(match, said)
    assert accepts(match, "on June 19 in 2024")
    assert accepts(match, "It was signed on June 19.")


@pytest.mark.parametrize(
    "said", ["Shoigu or Lavrov", "either Lavrov or Shoigu", "Lavrov rather than Shoigu", "Shoigu?"]
)
def test_a_guess_names_nobody(said: str) -> None:
    assert not accepts(Match.model_validate({"entity": {"name": "Shoigu"}}), said)
    assert accepts(Match.model_validate({"entity": {"name": "Shoigu"}}), "It was Shoigu.")


PEOPLE = {"list": {"items": ["Rehn", "Lisle"]}}
TOWNS = {"list": {"items": ["Kursk", "Belgorod", ["Bryansk", "Briansk"]]}}


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"entity": {"name": "Shoigu"}}, "It was Shoigu, Kim, Putin or Lavrov."),
        ({"entity": {"name": "Shoigu"}}, "Kim, Shoigu, Putin, or perhaps Lavrov did it."),
        ({"date": {"value": "2025-01", "granularity": "month"}}, "It was January, February, March, April or May."),
        ({"date": {"value": "2025-01", "granularity": "month"}}, "In January or in February"),
        (DAY, "On June 18 or June 19, 2024"),
        (DAY, "late on June 19, 2024 or early on June 20"),
        (TOWNS, "Kursk, Belgorod or Bryansk"),
        (TOWNS, "Kursk, Belgorod, Bryansk, Moscow, Tver, Omsk and Tomsk"),
        (TOWNS, "Moscow, Kursk, Tver, Belgorod, Omsk, Bryansk and Tomsk"),
        (PEOPLE, "Rehn, Lisle, Holm and Berg"),
    ],
)
def test_a_list_of_guesses_states_nothing(match: dict[str, Any], said: str) -> None:
    assert not took(match, said)


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ({"entity": {"name": "Shoigu"}}, "Shoigu, Kim and Putin came."),
        ({"entity": {"name": "Shoigu"}}, "Shoigu came, and Putin or Lavrov left."),
        ({"entity": {"name": "Shoigu"}}, "Kim met Shoigu, who will see Hong or Doo."),
        ({"date": {"value": "2025-01", "granularity": "month"}}, "In January, not in February or March"),
        (DAY, "On June 19, 2024, Kim or Putin signed it."),
        (TOWNS, "Kursk, Belgorod and Briansk were hit, and so was Moscow."),
        (PEOPLE, "On Tuesday, Rehn and Lisle, Hartog said, wanted a cut."),
    ],
)
def test_an_enumeration_is_no_guess(match: dict[str, Any], said: str) -> None:
    assert took(match, said)


@pytest.mark.parametrize("bound", ["before", "after", "by"])
def test_a_bound_is_no_date(bound: str) -> None:
    assert not took(DAY, f"It was signed {bound} June 19, 2024.")
    assert took({"date": {**DAY["date"], "bounds": [bound]}}, f"It was signed {bound} June 19, 2024.")
    assert took({"date": {**DAY["date"], "bounds": [bound]}}, "It was signed on June 19, 2024.")


FIVE = {"number": {"value": 5, "unit": ["percent"]}}
PRICE = {"number": {"value": 1500000, "unit": ["dollar"]}}
YEAR = {"date": {"value": "2024", "granularity": "year"}}


@pytest.mark.parametrize(
    ("match", "taken", "left"),
    [
        (FIVE, "5 per cent", ".5 percent"),
        (FIVE, "5 pct", "5% to 6%"),
        (FIVE, "from 4% to 5%", "4% to 5%"),
        (FIVE, "It rose by 5 percent to 6 billion", "5 percent to 6 percent"),
        (PRICE, "It cost US$1.5 million", "It cost A$1.5 million"),
        (PRICE, "a $1.5 million plan", "a C$1.5 million plan"),
        (PRICE, "$1.5 million and $2 million", "$1.5 million to $2 million"),
        (SAPPERS, "500 cooks and 1,000 sappers", "between 500 and 1,000 sappers"),
        ({"number": {"value": 5, "context": ["share"]}}, "5 crowns a share", ".5 crowns a share"),
        ({"number": {"value": 2000, "context": ["worker"]}}, "2000 workers came.", "In 2000 workers came."),
        ({"number": {"value": 1500000, "context": ["plan"]}}, "a plan for 1.5 million", "a A$1.5 million plan"),
        (YEAR, "In 2024 soldiers came.", "2024 soldiers came."),
        (YEAR, "the 2024 elections", "about 2024 elections"),
        ({"date": {"value": "2024-06", "granularity": "month"}}, "It was in 2024-06.", "It was in 2024-07."),
    ],
)
def test_numbers_with_what_is_around_them(match: dict[str, Any], taken: str, left: str) -> None:
    assert took(match, taken)
    assert not took(match, left)
