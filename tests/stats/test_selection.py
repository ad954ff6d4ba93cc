"""What was picked because it looked best: brute force, binomial sums, replays."""

from __future__ import annotations

import itertools
import json
import math
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import (
    Bootstrap,
    Permutation,
    held_out_selection,
    max_t,
    peak_rate,
    peak_under_constant_rate,
    selected_correlation,
    spearman,
)

LAYERS = json.loads((Path(__file__).parent / "data" / "layers.json").read_text("utf-8"))


def plan(seed: int = 0, n: int = 9999) -> Permutation:
    return Permutation(n_resamples=n, rng=np.random.default_rng(seed))


# --- the best of several predictors ---------------------------------------------------------------------------------


def test_best_layer_of_study_271() -> None:
    e = selected_correlation(LAYERS["hits"], LAYERS["cosine"], method=plan())
    family = max_t(LAYERS["hits"], LAYERS["cosine"], method=plan())
    assert e.details["selected"] == "L15"
    assert e.value == family["L15"].value
    assert e.p_value is not None
    assert e.p_value.value == family.global_p.value
    assert e.p_by("permutation-unadjusted").value == family["L15"].p_by("permutation").value
    alone = spearman(LAYERS["cosine"]["L15"], LAYERS["hits"]).interval
    assert e.interval is not None
    assert alone is not None
    assert e.interval.low < alone.low < alone.high < e.interval.high, "the choice costs width"
    assert e.details["null_mean_of_max"] == family.null_mean_of_max > 0.3


def test_pearson_interval_passes_zero_with_the_test() -> None:
    rng = np.random.default_rng(3)
    seen = set()
    for _ in range(40):
        y = rng.normal(size=8)
        X = rng.normal(size=(8, 3)) + 0.6 * y[:, None]
        e = selected_correlation(y, X, statistic="pearson")
        assert e.p_value is not None
        assert e.interval is not None
        significant = e.p_value.value <= 0.05
        assert significant == (e.interval.low > -1e-12 or e.interval.high < 1e-12)
        seen.add(significant)
    assert seen == {True, False}


def test_bootstrap_interval_and_optimism() -> None:
    rng = np.random.default_rng(4)
    y = rng.normal(size=60)
    X = rng.normal(size=(60, 6))
    e = selected_correlation(y, X, method=plan(n=999), bootstrap=Bootstrap(n_resamples=999, rng=rng))
    interval = e.interval_by("bootstrap-max-deviation")
    assert e.value in interval
    # nothing is related: the best of six resampled looks further from 0 than its predictor's correlation is
    assert float(e.details["optimism"]) * np.sign(e.value) > 0.0
    with pytest.raises(InputError, match="no clusters"):
        selected_correlation(y, X, bootstrap=Bootstrap(rng=rng, clusters=[0, 1] * 30))


def test_sides() -> None:
    y = np.arange(8.0)
    X = {"up": [0, 2, 1, 3, 5, 4, 6, 7], "down": [7, 6, 5, 4, 3, 2, 0, 1]}
    assert selected_correlation(y, X).details["selected"] == "down"
    assert selected_correlation(y, X, alternative="greater").details["selected"] == "up"
    assert selected_correlation(y, X, alternative="less").details["selected"] == "down"


def test_few_units_have_no_interval() -> None:
    e = selected_correlation([1, 2, 3, 4], [[1, 2], [3, 1], [2, 4], [4, 3]])
    assert e.interval is None
    assert any("4 units cannot reach 95%" in note for note in e.notes)
    with pytest.raises(UndefinedEstimate, match="at least 4"):
        selected_correlation([1, 2, 3], [[1], [2], [3]])


def test_held_out_half_had_no_part_in_the_choice() -> None:
    rng = np.random.default_rng(5)
    y = rng.normal(size=20)
    X = rng.normal(size=(20, 5))
    rows = list(range(0, 20, 2))
    e = held_out_selection(y, X, selection_rows=rows, labels=[f"L{i}" for i in range(5)])
    inside = np.array([abs(scipy_stats.spearmanr(X[rows, j], y[rows]).statistic) for j in range(5)])
    chosen = int(inside.argmax())
    other = np.setdiff1d(np.arange(20), rows)
    assert e.details["selected"] == f"L{chosen}"
    assert e.n == 10
    assert e.value == pytest.approx(scipy_stats.spearmanr(X[other, chosen], y[other]).statistic)
    assert abs(float(e.details["value_in_selection"])) == pytest.approx(inside.max())
    again = held_out_selection(y, X, rng=np.random.default_rng(1))
    assert again == held_out_selection(y, X, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("kw", "match"),
    [
        ({}, "either rng or selection_rows"),
        ({"rng": np.random.default_rng(0), "selection_rows": [0]}, "either rng or selection_rows"),
        ({"selection_rows": [0, 0, 1]}, "different rows"),
        ({"selection_rows": [0, 1, 12]}, "different rows"),
        ({"selection_rows": [0, 1]}, "at least 3"),
        ({"selection_rows": list(range(9))}, "leave at least 4"),
    ],
)
def test_held_out_refusals(kw: dict[str, Any], match: str) -> None:
    with pytest.raises(InputError, match=match):
        held_out_selection(LAYERS["hits"], LAYERS["cosine"], **kw)
    with pytest.raises(UndefinedEstimate, match="at least 8"):
        held_out_selection(range(7), [[i] for i in range(7)], rng=np.random.default_rng(0))


# --- the peak of several rates --------------------------------------------------------------------------------------


def test_constant_rate_of_study_109() -> None:
    # WEAKNESSES #19: constant 2.5%, n = 200, 11 checkpoints: expected maximum 4.4%, P(5.0% or more) = 0.28
    e = peak_under_constant_rate(0.025, [200] * 11, at_least=0.05)
    assert e.value == pytest.approx(0.044, abs=5e-4)
    assert e.details["probability_at_least"] == pytest.approx(0.28, abs=5e-3)
    exact = 1.0 - scipy_stats.binom.cdf(9, 200, 0.025) ** 11
    assert e.details["probability_at_least"] == pytest.approx(exact, rel=1e-12)
    k = np.arange(200)
    assert e.value == pytest.approx((1.0 - scipy_stats.binom.cdf(k, 200, 0.025) ** 11).sum() / 200, rel=1e-12)


def test_expected_peak_of_unequal_trials_by_list() -> None:
    trials, rate = [2, 3, 4], 0.3
    expected = reached = 0.0
    for outcome in itertools.product(*(range(n + 1) for n in trials)):
        weight = math.prod(scipy_stats.binom.pmf(k, n, rate) for k, n in zip(outcome, trials, strict=True))
        peak = max(k / n for k, n in zip(outcome, trials, strict=True))
        expected += weight * peak
        reached += weight * (peak >= 2 / 3 - 1e-12)
    e = peak_under_constant_rate(rate, trials, at_least=2 / 3)
    assert e.value == pytest.approx(expected, rel=1e-12)
    assert e.details["probability_at_least"] == pytest.approx(reached, rel=1e-12)


@pytest.mark.parametrize(("rate", "peak"), [(0.0, 0.0), (1.0, 1.0)])
def test_expected_peak_at_the_ends(rate: float, peak: float) -> None:
    e = peak_under_constant_rate(rate, [5, 7], at_least=1.0)
    assert (e.value, e.details["probability_at_least"]) == (peak, peak)


def test_peak_p_is_exact_given_the_total() -> None:
    trials, hits = [3, 4, 5], [1, 3, 2]
    total, observed = sum(hits), 3 / 4
    reached = everything = 0
    smallest = math.inf
    shares: dict[float, int] = {}
    for outcome in itertools.product(*(range(n + 1) for n in trials)):
        if sum(outcome) == total:
            ways = math.prod(math.comb(n, k) for k, n in zip(outcome, trials, strict=True))
            peak = max(k / n for k, n in zip(outcome, trials, strict=True))
            everything += ways
            reached += ways * (peak >= observed - 1e-12)
            shares[peak] = shares.get(peak, 0) + ways
    smallest = shares[max(shares)] / everything
    p = peak_rate(hits, trials).p_value
    assert p is not None
    assert p.value == pytest.approx(reached / everything, rel=1e-12)
    assert p.minimum == pytest.approx(smallest, rel=1e-12)


def test_librarian_of_study_109() -> None:
    hits = [6, 4, 0, 1, 8, 5, 5, 8, 3, 5, 10]  # of 200 at epochs 0..20 by 2, "3 -> 5%"
    e = peak_rate(hits, 200, labels=[str(2 * i) for i in range(11)])
    assert (e.value, e.details["peak"]) == (0.05, "20")
    assert e.p_value is not None
    assert e.p_value.value > 0.2
    assert e.interval is not None
    low, high = scipy_stats.binomtest(10, 200).proportion_ci(0.95 ** (1 / 11), method="exact")
    assert (e.interval.low, e.interval.high) == pytest.approx((low, high), rel=1e-6)
    assert e.interval_by("clopper-pearson-unadjusted").width < e.interval.width


def test_peak_by_question() -> None:
    rng = np.random.default_rng(6)
    question = rng.normal(size=(20, 1))
    flat = rng.binomial(10, 1 / (1 + np.exp(1 - 2 * question)), size=(20, 6))
    e = peak_rate(flat, 10, method=plan(1, 999))
    assert e.p_value is not None
    assert e.p_value.value > 0.05
    assert (e.n, e.n_rows, dict(e.clusters)) == (20, 1200, {"checkpoints": 6, "questions": 20})
    assert e.value == pytest.approx(flat.sum(axis=0).max() / 200)
    assert e.interval is not None
    assert e.interval_by("wilson-t-unadjusted").width < e.interval.width
    # the mean of the permuted maxima is what a constant rate gives
    assert float(e.details["expected_peak"]) > float(e.details["pooled_rate"])
    rising = flat.copy()
    rising[:, 4] = np.minimum(10, rising[:, 4] + 4)
    p = peak_rate(rising, 10, method=plan(1, 999)).p_value
    assert p is not None
    assert p.value == 0.001


def test_many_completions_take_no_minutes() -> None:
    start = time.perf_counter()
    e = peak_rate([3000, 3100, 2900] * 20, 10_000)
    assert time.perf_counter() - start < 20.0, "minutes before sums were kept short"
    assert e.p_value is not None
    assert 0.3 < e.p_value.value < 0.9
    sure = peak_rate([0] * 10 + [9000], 10_000).p_value
    assert sure is not None
    assert (sure.value, sure.relation) == (1e-40, "<")


@pytest.mark.parametrize(
    ("k", "n", "kw", "error", "match"),
    [
        ([], [], {}, UndefinedEstimate, "at least 2 checkpoints, got 0"),
        ([1], [2], {}, UndefinedEstimate, "at least 2 checkpoints, got 1"),
        ([[1, 2]], 3, {}, UndefinedEstimate, "at least 2 questions, got 1"),
        ([1, 4], 3, {}, InputError, "4 of 3"),
        ([1, 1], [3, 0], {}, InputError, "at least 1"),
        ([1, 1.5], 3, {}, InputError, "whole"),
        ([1, 1], 3, {"labels": ["a", "a"]}, InputError, "2 different names"),
        ([1, 1], 3, {"method": Permutation(rng=np.random.default_rng(0))}, InputError, "tested exactly"),
        ([[1, 1], [0, 1]], 3, {"method": Permutation(stored=[[0, 1]])}, InputError, "needs rng"),
    ],
)
def test_peak_refusals(k: Any, n: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        peak_rate(k, n, **kw)


def test_constant_rate_refusals() -> None:
    with pytest.raises(InputError, match="rate must lie"):
        peak_under_constant_rate(1.5, [3])
    with pytest.raises(UndefinedEstimate, match="at least one checkpoint"):
        peak_under_constant_rate(0.5, [])
    with pytest.raises(InputError, match="trials"):
        peak_under_constant_rate(0.5, [0])


COUNT = st.integers(0, 6)


@settings(max_examples=150, deadline=None)
@given(cells=st.lists(st.tuples(COUNT, COUNT), max_size=6), questions=st.sampled_from([0, 2, 3]))
def test_any_counts_give_an_estimate_or_a_reason(cells: Any, questions: int) -> None:
    k, n = np.array([min(c) for c in cells], dtype=int), np.array([max(c) for c in cells], dtype=int)
    if questions:
        size = len(cells) // questions * questions
        k, n = k[:size].reshape(questions, -1), n[:size].reshape(questions, -1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            e = peak_rate(k, n, method=plan(n=20) if questions else "auto")
        except (InputError, UndefinedEstimate):
            return
    assert 0.0 <= e.value <= 1.0
    assert e.interval is None or 0.0 <= e.interval.low <= e.value <= e.interval.high <= 1.0


CELL = st.sampled_from([0.0, 1.0, 2.0, 0.3, 0.1 + 0.2, -1.0, 1e-100, 1e8, 1e8 + 1, 1e300, math.nan, math.inf])


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=9), statistic=st.sampled_from(["spearman", "pearson"]))
def test_any_predictors_give_an_estimate_or_a_reason(rows: Any, statistic: Any) -> None:
    y, X = [r[0] for r in rows], np.array([r[1:] for r in rows]).reshape(len(rows), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compute in (
            lambda: selected_correlation(
                y,
                X,
                statistic=statistic,
                method=plan(n=20),
                bootstrap=Bootstrap(n_resamples=20, rng=np.random.default_rng(0)),
            ),
            lambda: held_out_selection(y, X, statistic=statistic, rng=np.random.default_rng(0)),
        ):
            try:
                e = compute()
            except (InputError, UndefinedEstimate):
                continue
            assert -1.0 <= e.value <= 1.0
