"""compare_dependent_correlations: published values, definitions, bootstrap, refusals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import Bootstrap, compare_dependent_correlations, pearson, spearman


def sample(r1: float, r2: float, between: float, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Columns whose Pearson correlations are exactly those given."""
    raw = np.random.default_rng(0).normal(size=(n, 3))
    raw -= raw.mean(axis=0)
    q = np.linalg.qr(raw)[0]
    root = np.linalg.cholesky(np.array([[1, r1, r2], [r1, 1, between], [r2, between, 1]]))
    y, a, b = (q @ root.T).T
    return y, a, b


def test_published_examples() -> None:
    # Steiger (1980) with n = 103, r = .4, .5, .1: Williams' t = -0.89, p = 0.37 (psych::r.test prints these)
    found = compare_dependent_correlations(*sample(0.4, 0.5, 0.1, 103))
    assert round(found.p_by("williams").value, 2) == 0.37
    assert found.value == pytest.approx(-0.1)
    # Zou (2007), table 2 case of overlapping correlations: r = .396, .179, .088, n = 66 gives (-0.093, 0.517)
    found = compare_dependent_correlations(*sample(0.396, 0.179, 0.088, 66))
    assert (found.interval.low, found.interval.high) == pytest.approx((-0.093, 0.517), abs=6e-4)


def test_the_zou_p_is_where_the_interval_reaches_zero() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=25)
    y, other = x + rng.normal(size=25), 0.3 * x + rng.normal(size=25)
    for kind in ("pearson", "spearman"):
        p = compare_dependent_correlations(y, x, other, kind=kind).p_by("zou").value
        at = compare_dependent_correlations(y, x, other, kind=kind, level=1 - p).interval
        assert min(abs(at.low), abs(at.high)) == pytest.approx(0.0, abs=1e-9)


def test_order_and_sign() -> None:
    rng = np.random.default_rng(2)
    x = rng.normal(size=20)
    y, other = x + rng.normal(size=20), 0.5 * x + rng.normal(size=20)
    for kind, plain in (("pearson", pearson), ("spearman", spearman)):
        one = compare_dependent_correlations(y, x, other, kind=kind)
        two = compare_dependent_correlations(y, other, x, kind=kind)
        assert one.value == pytest.approx(plain(y, x).value - plain(y, other).value, abs=1e-14)
        assert one.interval.low == pytest.approx(-two.interval.high, abs=1e-12)
        assert one.p_value.value == pytest.approx(two.p_value.value, rel=1e-9)
        greater = compare_dependent_correlations(y, x, other, kind=kind, alternative="greater").p_value.value
        less = compare_dependent_correlations(y, x, other, kind=kind, alternative="less").p_value.value
        assert greater + less == pytest.approx(1.0, abs=1e-9)
        assert {one.p_value.method, *(p.method for p in one.other_p_values)} == {"williams", "meng", "zou"}


def test_bootstrap_of_rows_and_clusters() -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=40)
    y, other = x + rng.normal(size=40), 0.5 * x + rng.normal(size=40)
    index = np.random.default_rng(0).integers(0, 40, (199, 40))
    found = compare_dependent_correlations(
        y, x, other, kind="spearman", interval=Bootstrap(stored=index, method="percentile")
    )
    values = [spearman(y[i], x[i], method="t").value - spearman(y[i], other[i], method="t").value for i in index]
    assert (found.interval.low, found.interval.high) == pytest.approx(tuple(np.quantile(values, [0.025, 0.975])))
    assert found.interval_by("zou").low < found.value
    group = np.repeat(np.arange(10), 4)
    plan = Bootstrap(n_resamples=200, rng=np.random.default_rng(0), clusters=group)
    clustered = compare_dependent_correlations(y, x, other, interval=plan)
    assert (clustered.n, clustered.n_rows, clustered.p_value) == (10, 40, None)


def test_edges() -> None:
    y, x = np.arange(6.0), np.array([0.0, 2.0, 1.0, 3.0, 5.0, 4.0])
    same = compare_dependent_correlations(y, x, np.exp(x), kind="spearman")
    assert (same.value, same.p_value, same.interval) == (0.0, None, None)
    assert "0 by construction" in same.notes[0]
    perfect = compare_dependent_correlations(y, y**3, x, kind="spearman")
    assert perfect.details["r1"] == pytest.approx(1.0)
    assert -2.0 < perfect.interval.low < perfect.value <= perfect.interval.high
    assert math.isfinite(compare_dependent_correlations(y, 2 * y, x).p_by("meng").value)
    equal = compare_dependent_correlations([0.0, 1, 2, 3], [1.0, 0, 3, 2], [2.0, 3, 0, 1][::-1], kind="spearman")
    assert equal.p_value is None or equal.p_value.value <= 1.0
    with pytest.raises(UndefinedEstimate, match="at least 4 rows, got 3"):
        compare_dependent_correlations([1, 2, 3], [1, 3, 2], [2, 1, 3])
    with pytest.raises(UndefinedEstimate, match="x2 is constant"):
        compare_dependent_correlations(y, x, np.ones(6))
    with pytest.raises(InputError, match=r"one length, got \[6, 6, 5\]"):
        compare_dependent_correlations(y, x, x[:5])
    with pytest.raises(InputError, match="method must be one of"):
        compare_dependent_correlations(y, x, y, method="hotelling")


@settings(max_examples=80, deadline=None)
@given(
    rows=st.lists(st.tuples(*[st.integers(-3, 3)] * 3), min_size=0, max_size=9),
    kind=st.sampled_from(["pearson", "spearman"]),
    scale=st.sampled_from([1.0, 1e-100, 1e100]),
    offset=st.sampled_from([0.0, 1e8]),
)
@pytest.mark.filterwarnings("error")
def test_a_complete_estimate_or_a_refusal(
    rows: list[tuple[int, int, int]], kind: str, scale: float, offset: float
) -> None:
    data = np.array(rows, dtype=float).reshape(-1, 3)
    try:
        found = compare_dependent_correlations(data[:, 0] * scale, data[:, 1] + offset, data[:, 2], kind=kind)
    except UndefinedEstimate:
        assert len(rows) < 4 or (np.ptp(data, axis=0) == 0).any()
        return
    assert -2.0 <= found.value <= 2.0
    if found.interval is not None:
        assert -2.0 - 1e-9 <= found.interval.low <= found.value <= found.interval.high <= 2.0 + 1e-9
    assert found.p_value is None or 0.0 < found.p_value.value <= 1.0
