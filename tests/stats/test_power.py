"""Power and precision: against simulation, in limits where the answer is known, and in refusals."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
import scipy.stats as st

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats.clustered import clustered_difference, clustered_proportion
from leakstats.stats.correlation import pearson, spearman
from leakstats.stats.partial import partial_correlation
from leakstats.stats.power import (
    combined_correlation_precision,
    correlation_power,
    correlation_precision,
    difference_precision,
    minimum_detectable_correlation,
    precision_table,
    questions_needed,
    rate_precision,
)

Floats = npt.NDArray[np.float64]


def correlated(rng: np.random.Generator, runs: int, n: int, rho: float) -> tuple[Floats, Floats]:
    x = rng.standard_normal((runs, n))
    return x, rho * x + math.sqrt(1 - rho * rho) * rng.standard_normal((runs, n))


def correlations(x: Floats, y: Floats) -> Floats:
    x = x - x.mean(axis=1, keepdims=True)
    y = y - y.mean(axis=1, keepdims=True)
    out: Floats = (x * y).sum(axis=1) / np.sqrt((x * x).sum(axis=1) * (y * y).sum(axis=1))
    return out


@pytest.mark.parametrize(("rho", "n"), [(0.9, 5), (0.5, 12), (0.7, 10), (0.3, 50), (0.2, 110), (0.0, 20)])
def test_correlation_power_agrees_with_simulation(rho: float, n: int) -> None:
    r = correlations(*correlated(np.random.default_rng(n), 20_000, n, rho))
    rejected = 2 * st.t.sf(np.abs(r) * np.sqrt((n - 2) / (1 - r * r)), n - 2) < 0.05
    assert correlation_power(rho, n).value == pytest.approx(rejected.mean(), abs=0.012)


def test_spearman_power_agrees_with_simulation() -> None:
    n, pearson = 30, 0.5
    x, y = correlated(np.random.default_rng(2), 20_000, n, pearson)
    ranks = (a.argsort(axis=1).argsort(axis=1).astype(float) for a in (x, y))
    r = correlations(*ranks)
    rejected = 2 * st.t.sf(np.abs(r) * np.sqrt((n - 2) / (1 - r * r)), n - 2) < 0.05
    rho = 6 / math.pi * math.asin(pearson / 2)  # the population Spearman correlation of a normal pair
    assert correlation_power(rho, n, method="spearman").value == pytest.approx(rejected.mean(), abs=0.03)


def test_minimum_detectable_correlation_has_its_power() -> None:
    for n in (10, 12, 110, 550):
        for k in (0, 2):
            smallest = minimum_detectable_correlation(n, power=0.9, covariates=k)
            assert correlation_power(smallest.value, n, covariates=k).value == pytest.approx(0.9, abs=1e-9)
    assert minimum_detectable_correlation(12).details["smallest_significant"] == pytest.approx(0.576, abs=5e-4)


def test_correlation_precision_is_the_interval() -> None:
    # WEAKNESSES.md, point 22: rho -0.34 with N = 7 has an interval of about [-0.88, 0.57].
    expected = correlation_precision(-0.34, 7, method="spearman").interval
    assert expected is not None
    assert (expected.low, expected.high) == pytest.approx((-0.88, 0.58), abs=0.01)


def test_correlation_precision_is_that_of_data_with_that_correlation() -> None:
    x, y, z = np.random.default_rng(6).normal(size=(3, 15)).round(2)
    for estimator, method in ((pearson, "pearson"), (spearman, "spearman")):
        seen = estimator(x, y)
        assert seen.interval is not None
        expected = correlation_precision(seen.value, 15, method=method).interval
        assert expected is not None
        assert (expected.low, expected.high) == pytest.approx((seen.interval.low, seen.interval.high), rel=1e-10)
    given = partial_correlation(x, y, z)
    planned = correlation_precision(given.value, 15, covariates=1).interval
    assert given.interval is not None
    assert planned is not None
    assert (planned.low, planned.high) == pytest.approx((given.interval.low, given.interval.high), rel=1e-10)


def test_combined_precision_agrees_with_simulation() -> None:
    rng = np.random.default_rng(8)
    k, n, rho, tau = 5, 40, 0.6, 0.25
    z = math.atanh(rho) + tau * rng.standard_normal((20_000, k)) + rng.standard_normal((20_000, k)) / math.sqrt(n - 3)
    expected = combined_correlation_precision(rho, k, n, tau=tau)
    assert z.mean(axis=1).std() == pytest.approx(float(expected.details["standard_error_z"]), rel=0.02)
    # at the smallest detectable mean, the t test over sources rejects with about the stated power
    shifted = z - math.atanh(rho) + math.atanh(float(expected.details["minimum_detectable"]))
    t = shifted.mean(axis=1) / (shifted.std(axis=1, ddof=1) / math.sqrt(k))
    assert np.mean(np.abs(t) > st.t.ppf(0.975, k - 1)) == pytest.approx(0.8, abs=0.05)


# --- rates ----------------------------------------------------------------------------------------------------------


def beta_rates(rng: np.random.Generator, shape: tuple[int, ...], rate: float, icc: float) -> Floats:
    total = 1 / icc - 1
    return rng.beta(rate * total, (1 - rate) * total, shape)


def test_expected_standard_error_agrees_with_simulation() -> None:
    rng = np.random.default_rng(4)
    k = rng.binomial(10, beta_rates(rng, (20_000, 20), 0.3, 0.15))
    expected = rate_precision(20, 10, rate=0.3, icc=0.15)
    assert (k.sum(axis=1) / 200).std() == pytest.approx(float(expected.details["standard_error"]), rel=0.02)
    widths = []
    for row in k[:300]:
        interval = clustered_proportion(row, 10, range(20)).interval
        assert interval is not None
        widths.append(interval.width)
    assert np.mean(widths) / 2 == pytest.approx(float(expected.details["half_width"]), rel=0.05)


def test_expected_standard_error_over_seeds_agrees_with_simulation() -> None:
    # Linear effects of question and seed, small enough to stay inside (0, 1).
    rng = np.random.default_rng(5)
    q, m, s, rate, icc, seed_icc = 12, 5, 3, 0.5, 0.04, 0.03
    unit = rate * (1 - rate)
    p = (
        rate
        + math.sqrt(icc * unit) * rng.uniform(-1, 1, (6000, q, 1)) * math.sqrt(3)
        + math.sqrt(seed_icc * unit) * rng.uniform(-1, 1, (6000, 1, s)) * math.sqrt(3)
    )
    k = rng.binomial(m, p)
    expected = rate_precision(q, m, rate=rate, icc=icc, training_seeds=s, seed_icc=seed_icc)
    assert (k.sum(axis=(1, 2)) / (q * m * s)).std() == pytest.approx(
        float(expected.details["standard_error"]), rel=0.03
    )
    assert 2 < float(expected.details["df"]) < 11 + 2


def test_design_effect_is_that_of_kish() -> None:
    details = rate_precision(28, 10, rate=0.5, icc=0.039).details
    assert details["design_effect"] == pytest.approx(1 + 9 * 0.039)
    assert details["effective_n"] == pytest.approx(280 / (1 + 9 * 0.039))


def test_more_of_anything_helps_but_only_questions_remove_the_question_spread() -> None:
    def error(q: int, m: int) -> float:
        return float(rate_precision(q, m, rate=0.3, icc=0.2).details["standard_error"])

    assert error(20, 20) < error(20, 10)
    assert error(40, 10) < error(20, 20)
    assert error(20, 10**7) == pytest.approx(math.sqrt(0.21 * 0.2 / 20), rel=1e-4)


def test_one_training_seed_is_conditional() -> None:
    one = rate_precision(20, 10, rate=0.3, icc=0.1, seed_icc=0.05)
    assert any("conditional on this trained model" in note for note in one.notes)
    assert float(one.details["standard_error"]) > float(one.details["standard_error_conditional"])
    three = rate_precision(20, 10, rate=0.3, icc=0.1, seed_icc=0.05, training_seeds=3)
    assert not three.notes


@pytest.mark.parametrize(("questions", "correlation"), [(8, 0.0), (8, 0.8), (25, 0.5)])
def test_smallest_difference_is_found_with_its_power(questions: int, correlation: float) -> None:
    rng = np.random.default_rng(questions)
    rate, icc, runs = 0.3, 0.1, 400
    smallest = difference_precision(questions, 10, rate=rate, icc=icc, correlation=correlation)
    other = rate + smallest.value
    rejected = 0
    for _ in range(runs):
        # a Gaussian copula gives beta rates whose correlation over questions is about the wanted one
        a = rng.standard_normal(questions)
        b = correlation * a + math.sqrt(1 - correlation**2) * rng.standard_normal(questions)
        total = 1 / icc - 1
        p1 = st.beta.ppf(st.norm.cdf(a), rate * total, (1 - rate) * total)
        p2 = st.beta.ppf(st.norm.cdf(b), other * total, (1 - other) * total)
        estimate = clustered_difference(
            rng.binomial(10, p1), 10, range(questions), rng.binomial(10, p2), 10, range(questions)
        )
        rejected += estimate.p_value is not None and estimate.p_value.value < 0.05
    assert rejected / runs == pytest.approx(0.8, abs=0.07)


def test_decrease_mirrors_increase() -> None:
    up = difference_precision(20, 10, rate=0.3, icc=0.1, correlation=0.5)
    down = difference_precision(20, 10, rate=0.7, icc=0.1, correlation=0.5, direction="decrease")
    assert up.value == pytest.approx(down.value)


def test_seeds_set_a_floor_for_differences() -> None:
    def smallest(questions: int, seeds: int) -> float:
        return difference_precision(
            questions, 10, rate=0.3, icc=0.05, correlation=0.5, training_seeds=seeds, seed_icc=0.02
        ).value

    assert smallest(2000, 3) > smallest(100, 8)


def test_questions_needed_is_the_smallest_that_suffices() -> None:
    needed = questions_needed(0.05, 10, rate=0.3, icc=0.1)
    n = int(needed.value)
    assert float(rate_precision(n, 10, rate=0.3, icc=0.1).details["half_width"]) <= 0.05
    assert float(rate_precision(n - 1, 10, rate=0.3, icc=0.1).details["half_width"]) > 0.05
    assert needed.n_rows == 10 * n


def test_table_holds_what_the_functions_say() -> None:
    table = precision_table([10, 40], [5], [1, 3], rate=0.2, icc=0.1, seed_icc=0.02, correlation=0.3)
    assert list(table.labels)[1] == "10 questions x 5 completions x 3 seeds"
    row = table.row("40 questions x 5 completions x 3 seeds")
    one = rate_precision(40, 5, rate=0.2, icc=0.1, training_seeds=3, seed_icc=0.02)
    other = difference_precision(40, 5, rate=0.2, icc=0.1, correlation=0.3, training_seeds=3, seed_icc=0.02)
    assert row["total"] == 600
    assert row["half_width"] == pytest.approx(one.details["half_width"])
    assert row["minimum_detectable_difference"] == pytest.approx(other.value)
    assert table.notes


def test_table_marks_what_cannot_be_found() -> None:
    table = precision_table([2, 50], [1], rate=0.5, icc=0.3)
    assert table.row("2 questions x 1 completions x 1 seed")["minimum_detectable_difference"] is None
    assert "no increase from 0.5" in table.undefined["minimum_detectable_difference"]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation_power(0.5, 3), "needs n >= 4"),
        (lambda: minimum_detectable_correlation(5, covariates=2), "needs n >= 6"),
        (lambda: minimum_detectable_correlation(4, power=0.999, alpha=0.001), "no correlation is found"),
        (lambda: rate_precision(1, 10, rate=0.3, icc=0.1), "one question says nothing"),
        (lambda: combined_correlation_precision(0.5, 1, 30), "one source says nothing"),
        (lambda: difference_precision(2, 1, rate=0.5, icc=0.3, correlation=0.0), "no increase from 0.5"),
        (
            lambda: questions_needed(0.01, 10, rate=0.3, icc=0.1, training_seeds=2, seed_icc=0.1),
            "no number of questions reaches",
        ),
    ],
)
def test_what_does_not_exist_is_undefined(call: object, message: str) -> None:
    with pytest.raises(UndefinedEstimate, match=message):
        call()  # type: ignore[operator]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: correlation_power(1.0, 10), r"rho must lie in \(-1, 1\), got 1"),
        (lambda: correlation_power(0.5, 10, method="kendall"), "method must be one of 'pearson'"),
        (lambda: minimum_detectable_correlation(10, power=0.01), r"power must lie in \(0.05, 1\)"),
        (lambda: rate_precision(10, 10, rate=0.0, icc=0.1), r"rate must lie in \(0, 1\), got 0"),
        (lambda: rate_precision(10, 10, rate=0.3, icc=1.1), r"icc must lie in \[0, 1\]"),
        (lambda: rate_precision(10, 10, rate=0.3, icc=0.7, seed_icc=0.7), "must not exceed 1 together"),
        (lambda: rate_precision(10, 0, rate=0.3, icc=0.1), "completions must be a whole number of at least 1"),
        (lambda: combined_correlation_precision(0.5, 5, 30, tau=-1), "tau must be a finite number >= 0"),
        (lambda: difference_precision(9, 9, rate=0.3, icc=0.1, correlation=2), r"correlation must lie in \[-1, 1\]"),
        (lambda: questions_needed(0.6, 10, rate=0.3, icc=0.1), r"half_width must lie in \(0, 0.5\)"),
        (lambda: precision_table([], [5], rate=0.3, icc=0.1), "must each hold a number"),
    ],
)
def test_unusable_arguments_are_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]
