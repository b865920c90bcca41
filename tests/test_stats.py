"""Statistics by hand-worked sums."""

from __future__ import annotations

import pytest

from evals.metrics import Effort, Prices, costs
from evals.stats import (
    F1,
    Mean,
    Rate,
    RiskPoint,
    area_under,
    auc,
    clustered_interval,
    kappa,
    mcnemar,
    mean,
    percentile,
    risk_coverage,
)


def test_wilson_interval() -> None:
    low, high = Rate(8, 10).interval or (0, 0)  # Wilson 95% for 8 of 10: 0.4902 to 0.9433
    assert (round(low, 4), round(high, 4)) == (0.4902, 0.9433)
    assert (Rate(0, 5).interval or (1, 0))[0] == 0.0
    assert (Rate(5, 5).interval or (1, 0))[1] == 1.0
    assert Rate(0, 0).interval is None


def test_states_are_not_zeros() -> None:
    assert (Rate(0, 0).value, Rate(0, 0).state) == (None, "not applicable")
    assert (Rate(0, 3).value, Rate(0, 3).state) == (0.0, "measured")
    assert mean([1.0, None, 3.0]) == Mean(2.0, 2, 1)
    assert (mean([None]).value, mean([None]).state) == (None, "unmeasured")
    assert mean([]).state == "not applicable"
    assert Rate(1, 2) + Rate(0, 3) == Rate(1, 5)


def test_percentile_by_nearest_rank() -> None:
    values = [15.0, 20.0, 35.0, 40.0, 50.0]
    assert [percentile(values, at).value for at in (0.05, 0.3, 0.4, 0.5, 1.0)] == [15, 20, 20, 35, 50]
    assert percentile([None, 2.0], 0.95) == Mean(2.0, 1, 1)


def test_auc_counts_wins_and_half_ties() -> None:
    assert auc([3, 2], [1, 2]).value == 0.875  # wins: 3>1 3>2 2>1, tie 2=2: 3.5 of 4
    assert auc([1], []).value is None


def test_risk_and_coverage() -> None:
    # surest first: right, wrong, then two at the same confidence, one of them wrong
    points = risk_coverage([0.9, 0.8, 0.5, 0.5], [False, True, False, True])
    assert points == (RiskPoint(0.25, 0.0), RiskPoint(0.5, 0.5), RiskPoint(1.0, 0.5))
    assert area_under(points) == 0.375  # 0 * .25 + .5 * .25 + .5 * .5
    assert area_under(()) is None


def test_mcnemar_is_exact() -> None:
    assert mcnemar(1, 7) == pytest.approx(2 * (1 + 8) / 2**8)  # two-sided binomial of 1 in 8
    assert mcnemar(0, 0) is None


def test_clustered_bootstrap() -> None:
    few = {f"q{n}": 1.0 for n in range(40)}
    assert clustered_interval(few, {q: int(q[1:]) % 19 for q in few}) is None  # 19 articles are too few
    same = clustered_interval(few, {q: int(q[1:]) % 20 for q in few})
    assert same == (1.0, 1.0)
    mixed = {f"q{n}": float(n % 2) for n in range(40)}
    low, high = clustered_interval(mixed, {q: int(q[1:]) for q in mixed}) or (0, 0)
    assert 0.2 < low < 0.5 < high < 0.8
    assert clustered_interval(mixed, {q: int(q[1:]) for q in mixed}) == (low, high)  # seeded


def test_kappa() -> None:
    # 20 yes/yes, 5 yes/no, 10 no/yes, 15 no/no: agreed .7, chance .5 * .6 + .5 * .4 = .5
    first = ["y"] * 25 + ["n"] * 25
    second = ["y"] * 20 + ["n"] * 5 + ["y"] * 10 + ["n"] * 15
    assert kappa(first, second) == pytest.approx(0.4)
    assert kappa(["y", "y"], ["y", "y"]) is None  # chance alone agrees
    assert kappa([], []) is None


def test_f1() -> None:
    f1 = F1(true=3, found=4, wanted=6)
    assert (f1.precision.value, f1.recall.value, f1.value.value) == (0.75, 0.5, 0.6)
    assert F1(0, 0, 0).value.value is None


def test_costs() -> None:
    efforts = [Effort(1.0, 1000, 100), Effort(None, 3000, 300)]  # the second was replayed
    found = costs(efforts, uses_tokens=True, prices=Prices(0.5, 2.0))
    assert found.latency_p50 == Mean(1.0, 1, 1)
    assert (found.prompt_tokens.value, found.completion_tokens.value) == (2000, 200)
    assert found.cost_per_1000.value == pytest.approx(1.4)  # (0.5 + 0.2) and (1.5 + 0.6) dollars for a thousand
    assert costs(efforts, uses_tokens=True, prices=None).cost_per_1000.state == "unmeasured"
    assert costs(efforts, uses_tokens=False, prices=None).prompt_tokens.state == "not applicable"
