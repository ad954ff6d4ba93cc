"""crossed_correlation: invariances, a brute-force null, size under shared units, degenerate input."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import crossed_correlation
from leakstats.stats.crossed import ROWS_INDEPENDENT


def _data(rng, units=12, groups=3, item=1.0):
    effect_x, effect_y = rng.normal(size=units), item * rng.normal(size=units)
    u, g = np.repeat(np.arange(units), groups), np.tile(np.arange(groups), units)
    x = effect_x[u] + 0.3 * rng.normal(size=u.size)
    y = effect_y[u] + rng.normal(size=u.size)
    return x, y, u, g


def test_value_and_row_p_are_the_plain_ones():
    x, y, u, g = _data(np.random.default_rng(3))
    for kind, peer in (("spearman", scipy_stats.spearmanr), ("pearson", scipy_stats.pearsonr)):
        e = crossed_correlation(x, y, units=u, groups=g, rng=np.random.default_rng(0), kind=kind, n_resamples=199)
        assert e.value == pytest.approx(peer(x, y)[0], abs=1e-12)
        assert e.p_by(ROWS_INDEPENDENT).value == pytest.approx(peer(x, y)[1], rel=1e-8)
        assert (e.n, e.n_rows) == (12, 36)


def test_permutation_p_equals_enumeration_of_the_units():
    rng = np.random.default_rng(8)
    x, y, u, g = _data(rng, units=5, groups=2)
    e = crossed_correlation(x, y, units=u, groups=g, rng=rng, kind="pearson", n_resamples=20_000)
    table = y.reshape(5, 2)
    null = [scipy_stats.pearsonr(x, table[list(p)].ravel())[0] for p in itertools.permutations(range(5))]
    exact = np.mean(np.abs(null) >= abs(e.value) - 1e-9)
    assert e.p_value.value == pytest.approx(exact, abs=4 * e.p_value.mc_error)


def test_units_that_never_share_a_pattern_are_fixed_and_said_so():
    x, y, u, g = _data(np.random.default_rng(1), units=8, groups=3)
    keep = ~((u == 0) & (g == 0)) & ~((u == 1) & (g == 1))
    e = crossed_correlation(
        x[keep], y[keep], units=u[keep], groups=g[keep], rng=np.random.default_rng(0), n_resamples=99
    )
    assert e.details["fixed_units"] == 2
    assert "alone in their pattern" in e.notes[0]


def test_nested_units_stay_in_their_group():
    rng = np.random.default_rng(2)
    u, g = np.arange(30), np.repeat(["a", "b", "c"], 10)
    level = {"a": 0.0, "b": 5.0, "c": 10.0}
    x = rng.normal(size=30) + np.array([level[i] for i in g])
    y = rng.normal(size=30) + np.array([level[i] for i in g])
    e = crossed_correlation(x, y, units=u, groups=g, rng=rng, n_resamples=999)
    # the level of the groups makes the pooled coefficient high; permuting within groups does not call that evidence
    assert e.value > 0.7
    assert e.p_value.value > 0.01
    assert e.details["permutation_mean"] > 0.7


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"x": np.ones(36)}, UndefinedEstimate, "x is constant"),
        ({"units": np.zeros(36, dtype=int)}, InputError, "stands twice"),
        ({"y": np.r_[np.nan, np.ones(35)]}, InputError, "must be finite"),
        ({"groups": np.zeros(35)}, InputError, "one label a row"),
        ({"n_resamples": 5}, InputError, "at least 99"),
    ],
)
def test_bad_input_is_named(change, error, message):
    x, y, u, g = _data(np.random.default_rng(0))
    arguments = {"x": x, "y": y, "units": u, "groups": g, "n_resamples": 99} | change
    with pytest.raises(error, match=message):
        crossed_correlation(arguments.pop("x"), arguments.pop("y"), rng=np.random.default_rng(0), **arguments)


@pytest.mark.slow
def test_size_where_rows_share_units():
    """No relation, item effects of 1 residual SD: the joint permutation keeps 5%, the t over rows does not."""
    runs, rng = 10_000, np.random.default_rng(5)
    joint = rows = 0
    for _ in range(runs):
        x, y, u, g = _data(rng, units=20, groups=4)
        e = crossed_correlation(x, y, units=u, groups=g, rng=rng, n_resamples=199)
        joint += e.p_value.value <= 0.05
        rows += e.p_by(ROWS_INDEPENDENT).value <= 0.05
    assert joint / runs == pytest.approx(0.05, abs=0.015)
    assert rows / runs > 0.15
