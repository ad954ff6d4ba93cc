"""The difference of two pooled correlations against a plain loop over resamples, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import crossed_correlation, crossed_difference


def data(crossed: bool = True, n: int = 40) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(5)
    item = np.repeat(rng.normal(size=n), 3) if crossed else rng.normal(size=3 * n)
    units = np.repeat(np.arange(n), 3) if crossed else np.arange(3 * n)
    y = np.round(item + rng.normal(size=3 * n) + 0.5 * np.tile(np.arange(3), n), 1)
    return {
        "y": y,
        "first": item + 0.5 * rng.normal(size=3 * n),
        "second": item + 2.0 * rng.normal(size=3 * n),
        "units": units,
        "groups": np.tile(np.arange(3), n),
    }


@pytest.mark.parametrize("kind", ["spearman", "pearson"])
def test_values_are_those_of_the_single_correlations(kind):
    d = data()
    found = crossed_difference(**d, rng=np.random.default_rng(0), kind=kind, n_resamples=99)
    each = [
        crossed_correlation(
            d[x], d["y"], units=d["units"], groups=d["groups"], rng=np.random.default_rng(0), kind=kind, n_resamples=99
        ).value
        for x in ("first", "second")
    ]
    assert found.value == pytest.approx(each[0] - each[1], abs=1e-12)
    assert (found.n, found.n_rows, found.p_value) == (40, 120, None)


@pytest.mark.parametrize("crossed", [True, False])
def test_intervals_are_those_of_a_plain_loop(crossed):
    d = data(crossed)
    found = crossed_difference(**d, rng=np.random.default_rng(0), n_resamples=3999)
    rng, n = np.random.default_rng(1), d["units"].max() + 1
    replicates = []
    for _ in range(1500):
        rows = np.concatenate([np.flatnonzero(d["units"] == u) for u in rng.integers(n, size=n)])
        r = [scipy_stats.spearmanr(d[x][rows], d["y"][rows]).statistic for x in ("first", "second")]
        replicates.append(r[0] - r[1])
    low, high = np.quantile(replicates, [0.025, 0.975])
    interval = found.interval_by("unit bootstrap")
    assert (interval.low, interval.high) == (pytest.approx(low, abs=0.02), pytest.approx(high, abs=0.02))
    names = {i.method for i in (found.interval, *found.other_intervals)}
    assert names == ({"unit bootstrap", "two-way bootstrap"} if crossed else {"unit bootstrap"})
    assert all(found.interval.width >= i.width for i in found.other_intervals)


def test_a_predictor_against_itself_is_no_better():
    d = data()
    found = crossed_difference(**{**d, "second": d["first"]}, rng=np.random.default_rng(0), n_resamples=99)
    assert (found.value, found.interval.low, found.interval.high) == (0.0, 0.0, 0.0)


def test_what_is_refused():
    d, rng = data(), np.random.default_rng(0)
    with pytest.raises(InputError, match="stands twice"):
        crossed_difference(**{**d, "groups": np.zeros(120)}, rng=rng)
    with pytest.raises(UndefinedEstimate):
        crossed_difference(**{**d, "second": np.ones(120)}, rng=rng)
    with pytest.raises(InputError):
        crossed_difference(**{**d, "second": d["second"][:5]}, rng=rng)
    with pytest.raises(UndefinedEstimate, match="4 units"):
        crossed_difference(**{k: v[:9] for k, v in d.items()}, rng=rng)
