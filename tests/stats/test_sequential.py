"""Confidence sequences: the martingale's definition, coverage over all looks, updating, refusals."""

from __future__ import annotations

import itertools
import math
import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hs
from scipy.special import betaln, gammaln

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats.sequential import AnytimeRate, clustered_confidence_sequence, confidence_sequence


def log_martingale(p: float, k: np.ndarray, n: np.ndarray) -> np.ndarray:
    out: np.ndarray = betaln(0.5 + k, 0.5 + n - k) - betaln(0.5, 0.5) - k * math.log(p) - (n - k) * math.log1p(-p)
    return out


def test_ends_are_where_the_martingale_reaches_its_limit() -> None:
    for k, n in [(3, 20), (1, 1000), (19, 20), (500, 1000), (0, 30), (30, 30)]:
        table = confidence_sequence([k], [n])
        for end, closed in ((float(table["low"][0]), 0.0), (float(table["high"][0]), 1.0)):
            if end == closed:
                assert k == (0 if closed == 0.0 else n)
            else:
                reached = log_martingale(end, np.array([k]), np.array([n]))[0]
                assert reached == pytest.approx(math.log(20), abs=1e-6)


def test_is_wider_than_a_single_look_but_shrinks() -> None:
    n = np.array([10, 100, 1000, 10_000, 100_000])
    table = confidence_sequence(n * 3 // 10, n)
    width = table["high"] - table["low"]
    assert all(b < a for a, b in itertools.pairwise(width))
    wilson = 2 * 1.96 * np.sqrt(0.21 / n)
    assert (width[2:] > 1.2 * wilson[2:]).all()
    assert (width[2:] < 2.2 * wilson[2:]).all()


def test_updates_agree_with_the_table() -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(1, 20, 40)
    k = rng.binomial(n, 0.2)
    table = confidence_sequence(np.cumsum(k), np.cumsum(n))
    state = AnytimeRate()
    for i in range(40):
        state = state.update(int(k[i]), int(n[i]))
        assert (state.low, state.high) == pytest.approx((table["low"][i], table["high"][i]), rel=1e-12)
    assert (state.successes, state.trials, state.looks) == (k.sum(), n.sum(), 40)
    assert state.estimate().value == pytest.approx(k.sum() / n.sum())


def test_cluster_updates_agree_with_the_table() -> None:
    k = np.random.default_rng(4).binomial(10, 0.4, 25)
    table = clustered_confidence_sequence(k, 10)
    state = AnytimeRate(unit="cluster")
    for i in range(25):
        state = state.update(int(k[i]), 10)
        assert (state.low, state.high) == (table["low"][i], table["high"][i])
    estimate = state.estimate()
    assert (estimate.n, estimate.n_rows, dict(estimate.clusters)) == (25, 250, {"cluster": 25})
    assert table["rate"][-1] == pytest.approx(k.mean() / 10)


def test_the_capital_is_the_published_product() -> None:
    # Waudby-Smith & Ramdas (2024), theorem 3, written out step by step for one candidate mean.
    values, m, level = [0.4, 0.9, 0.1, 0.6], 0.25, 0.95
    up = down = 1.0
    for t in range(1, 5):
        before = values[: t - 1]
        means = [(0.5 + sum(values[: i + 1])) / (i + 2) for i in range(len(before))]
        variance = (0.25 + sum((x - mean) ** 2 for x, mean in zip(before, means, strict=True))) / t
        bet = math.sqrt(2 * math.log(2 / 0.05) / (variance * t * math.log(t + 1)))
        up *= 1 + min(bet, 0.5 / m) * (values[t - 1] - m)
        down *= 1 - min(bet, 0.5 / (1 - m)) * (values[t - 1] - m)
    state = AnytimeRate(unit="cluster", level=level)
    for value in values:
        state = state.update(int(10 * value), 10)
    place = 500  # 0.25 on the grid of 2,001 candidates
    assert state._bets.up[place] == pytest.approx(math.log(up))
    assert state._bets.down[place] == pytest.approx(math.log(down))


def test_a_wide_spread_over_clusters_widens_the_sequence() -> None:
    even = clustered_confidence_sequence([5] * 100, 10)
    uneven = clustered_confidence_sequence([0, 10] * 50, 10)
    assert uneven["high"][-1] - uneven["low"][-1] > 2 * (even["high"][-1] - even["low"][-1])


def test_stops_by_width() -> None:
    state = AnytimeRate()
    assert state.width == 1.0
    assert not state.is_within(0.5)
    while not state.is_within(0.1):
        state = state.update(1, 10)
    assert state.width <= 0.1
    assert 200 < state.trials < 1000
    with pytest.raises(InputError, match=r"width must lie in \(0, 1\]"):
        state.is_within(0.0)


def test_updating_leaves_the_old_state_alone() -> None:
    first = AnytimeRate().update(3, 10)
    low = first.low
    first.update(9, 10)
    assert (first.low, first.trials) == (low, 10)


def test_a_changing_rate_is_found_out() -> None:
    state = AnytimeRate().update(0, 500)
    with pytest.raises(UndefinedEstimate, match="the rate is not the same throughout"):
        state.update(900, 900)
    with pytest.raises(UndefinedEstimate, match="the rate is not the same throughout"):
        confidence_sequence([0, 900], [500, 1400])


def test_refusals() -> None:
    with pytest.raises(InputError, match="successes must be cumulative, but fall after look 0"):
        confidence_sequence([3, 2], [5, 10])
    with pytest.raises(InputError, match="failures must be cumulative"):
        confidence_sequence([1, 5], [5, 6])
    with pytest.raises(InputError, match="trials must be at least 1"):
        AnytimeRate().update(0, 0)
    with pytest.raises(InputError, match="prior must be two positive numbers"):
        AnytimeRate(prior=(0.0, 1.0))
    with pytest.raises(InputError, match="unit must be one of"):
        AnytimeRate(unit="question")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="must have one axis"):
        clustered_confidence_sequence([[1]], 5)
    with pytest.raises(UndefinedEstimate, match="no data yet"):
        AnytimeRate().estimate()


@given(
    counts=hs.lists(hs.tuples(hs.integers(0, 30), hs.integers(1, 30)), min_size=1, max_size=6),
    level=hs.sampled_from([0.5, 0.9, 0.95, 0.999]),
    unit=hs.sampled_from(["trial", "cluster"]),
)
def test_any_batches_give_nested_intervals(counts: list[tuple[int, int]], level: float, unit: str) -> None:
    state = AnytimeRate(level=level, unit=unit)  # type: ignore[arg-type]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for k, n in counts:
            try:
                following = state.update(min(k, n), n)
            except UndefinedEstimate:
                return
            assert state.low <= following.low <= following.high <= state.high
            state = following
        assert state.estimate().interval is not None


@pytest.mark.slow
@pytest.mark.parametrize("rate", [0.005, 0.05, 0.3, 0.5])
def test_coverage_at_all_looks(rate: float) -> None:
    rng = np.random.default_rng(int(1000 * rate))
    runs, steps = 10_000, 2000
    n = np.arange(1, steps + 1)
    misses = 0
    table = gammaln(np.arange(0, steps + 2) + 0.5)
    whole = gammaln(n + 1.0)
    for _ in range(20):
        k = np.cumsum(rng.random((runs // 20, steps)) < rate, axis=1)
        # betaln by its log-gammas, looked up: faster than 20 million evaluations
        log_m = table[k] + table[n - k] - whole - betaln(0.5, 0.5) - k * math.log(rate) - (n - k) * math.log1p(-rate)
        misses += int((log_m >= math.log(20)).any(axis=1).sum())
    coverage = 1 - misses / runs
    print(f"\nrate {rate}: the sequence holds at all {steps} looks in {100 * coverage:.1f}% of {runs} runs")
    assert coverage >= 0.95 - 0.004


@pytest.mark.slow
@pytest.mark.parametrize(("a", "b"), [(0.2, 1.8), (1.0, 2.0), (5.0, 5.0)])
def test_cluster_coverage_at_all_looks(a: float, b: float) -> None:
    rng = np.random.default_rng(5)
    runs, steps = 400, 100
    rate, held = a / (a + b), 0
    widths = []
    for _ in range(runs):
        k = rng.binomial(10, rng.beta(a, b, steps))
        try:
            table = clustered_confidence_sequence(k, 10)
        except UndefinedEstimate:
            continue
        held += bool(((table["low"] <= rate) & (rate <= table["high"])).all())
        widths.append(table["high"][-1] - table["low"][-1])
    print(f"\nbeta({a}, {b}): holds at all {steps} looks in {100 * held / runs:.1f}%, last width {np.mean(widths):.3f}")
    assert held / runs >= 0.95 - 0.02
