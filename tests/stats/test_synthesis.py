"""Combining sources: metafor's numbers, invariances, degenerate input."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.stats import combine_correlations, combine_estimates
from leakstats.stats._sign_flip import sign_flip_counts

CASES = json.loads((Path(__file__).parent / "data" / "r_meta.json").read_text("utf-8"))["cases"]
METHODS = {"FE": "fixed", "DL": "dl", "REML": "reml", "PM": "pm", "HE": "he", "ML": "ml", "SJ": "sj"}

# metafor 3.8 finds tau2 for PM with uniroot's default tolerance, .Machine$double.eps^0.25 = 1.2e-4, and stops REML
# and ML when a step is below 1e-5 (which, converging linearly, leaves far less)
PM_TOLERANCE = 1.3e-4


def check_metafor(case: dict[str, Any]) -> None:
    """Every answer of one oracle file."""
    r, n, answers = case["r"], case["n"], case["R"]
    yi, vi = np.arctanh(r), 1.0 / (np.array(n) - 3.0)
    identical = len(set(r)) == 1
    for key, theirs in answers.items():
        name, _, test = key.partition("_")
        if name not in METHODS:
            continue
        method = METHODS[name]
        ours = combine_correlations(r, n, method=method, hartung_knapp=test == "knha")
        d = ours.details
        where = f"{case['id']} {key}"
        if method == "pm" and theirs["tau2"] > 0:
            assert d["tau2"] == pytest.approx(theirs["tau2"], abs=PM_TOLERANCE), where
            w = 1.0 / (vi + d["tau2"])
            q = float((w * (yi - (w * yi).sum() / w.sum()) ** 2).sum())
            assert q == pytest.approx(len(r) - 1, rel=1e-10), f"{where}: the defining equation"
            assert abs(d["estimate_z"] - theirs["estimate"]) < 1e-4, where
            continue
        near = {"rel": 1e-6, "abs": 1e-7} if method in ("reml", "ml") else {"rel": 1e-9, "abs": 1e-12}
        assert d["estimate_z"] == pytest.approx(theirs["estimate"], **near), where
        assert d["tau2"] == pytest.approx(theirs["tau2"], **near), where
        assert d["Q"] == pytest.approx(theirs["Q"], rel=1e-9, abs=1e-12), where
        assert d["Q_p"] == pytest.approx(theirs["Q_p"], rel=1e-8), where
        assert d["I2"] == pytest.approx(theirs["I2"] / 100.0, **near), where
        assert d["H2"] == pytest.approx(theirs["H2"], **near), where
        if theirs["se_tau2"] is not None:
            assert d["tau2_standard_error"] == pytest.approx(theirs["se_tau2"], **near), where
        weights = [100.0 * d[f"weight[{i}]"] for i in range(len(r))]
        assert weights == pytest.approx(theirs["weights"], **near), where
        chosen = "hartung-knapp" if test == "knha" else "z"
        low, high = theirs["ci95"]
        interval = ours.interval_by(chosen)
        assert (interval.low, interval.high) == pytest.approx((math.tanh(low), math.tanh(high)), **near), where
        error = d["standard_error_hartung_knapp" if test == "knha" else "standard_error_z"]
        assert error == pytest.approx(theirs["se"], rel=1e-6, abs=1e-9), where
        if identical and test == "knha":
            assert ours.interval is not None
            assert ours.interval.method == "truncated-hartung-knapp", "a zero error is no headline"
            continue
        assert ours.p_value is not None
        assert ours.p_value.value == pytest.approx(theirs["p"], rel=1e-5), where
        if theirs["pi95"] is not None:
            low, high = theirs["pi95"]
            prediction = ours.interval_by("prediction")
            assert (prediction.low, prediction.high) == pytest.approx((math.tanh(low), math.tanh(high)), **near), where
    profile = answers["tau2_qprofile"]["tau2"]
    ours = combine_correlations(r, n)
    assert ours.details["tau2_low"] == pytest.approx(profile[1], abs=PM_TOLERANCE)
    if profile[2] < 100.0:  # metafor does not look beyond
        assert ours.details["tau2_high"] == pytest.approx(profile[2], rel=1e-3, abs=PM_TOLERANCE)
    hand = answers["hand_DL"]
    if hand["pi95_hts_k_minus_2"] is not None:
        hts = combine_correlations(r, n, method="dl", hartung_knapp=False).interval_by("prediction-hts")
        assert (hts.low, hts.high) == pytest.approx([math.tanh(v) for v in hand["pi95_hts_k_minus_2"]], rel=1e-9)


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["id"]))
def test_metafor(case: dict[str, Any]) -> None:
    check_metafor(case)


@pytest.mark.shared
def test_every_shared_metafor_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("meta_*.json"))
    assert files
    for file in files:
        check_metafor(json.loads(file.read_text("utf-8")))


def test_five_sources_by_t_over_sources() -> None:
    # the five per-source Spearman correlations of study #66 and its golden source-level interval
    rho = [0.7300435189629416, 0.6683087637273747, 0.7603874811136448, 0.8655752140619414, 0.7039587215377767]
    e = combine_correlations(rho, [110] * 5, method="t-over-sources", sign_flip=True)
    assert e.interval is not None
    assert e.value == pytest.approx(0.755, abs=5e-4)
    assert (e.interval.low, e.interval.high) == pytest.approx((0.6289677008893041, 0.8425368060849393), abs=1e-9)
    assert (e.n, e.n_rows) == (5, 550)
    flip = e.p_by("sign-flip-over-sources")
    assert (flip.value, flip.minimum) == (0.0625, 0.0625)


def test_tau2_is_never_negative_where_statsmodels_is() -> None:
    # peers_pitfalls: statsmodels' DL gives tau2 -0.0199, mean 0.346, SE 0.0096; metafor 0, 0.2366, 0.0830
    e = combine_estimates([0.10, 0.34, 0.12, 0.21, 0.35], [0.04, 0.05, 0.03, 0.06, 0.02], method="dl")
    assert e.details["tau2"] == 0.0
    assert e.value == pytest.approx(0.2366, abs=5e-5)
    assert e.details["standard_error_z"] == pytest.approx(0.0830, abs=5e-5)


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_likelihood_has_no_better_tau2(method: str) -> None:
    rng = np.random.default_rng(0)
    for _ in range(30):
        k = int(rng.integers(2, 15))
        v = rng.uniform(0.005, 0.3, k)
        y = rng.normal(0.0, np.sqrt(v + rng.uniform(0.0, 0.2)))

        def score(t: float, y: np.ndarray = y, v: np.ndarray = v) -> float:
            w = 1.0 / (v + t)
            rss = float((w * (y - (w * y).sum() / w.sum()) ** 2).sum())
            return float(np.log(w).sum()) - rss - (math.log(w.sum()) if method == "reml" else 0.0)

        t = float(combine_estimates(y, v, method=method).details["tau2"])  # type: ignore[arg-type]
        best = max(score(s) for s in np.concatenate([[0.0], np.logspace(-6, 1, 4000)]))
        assert score(t) >= best - 1e-10


@pytest.mark.parametrize("method", [*METHODS.values(), "t-over-sources"])
def test_scale_shift_and_order_do_not_matter(method: Any) -> None:
    y, v = np.array([0.1, 0.4, 0.25, 0.7, -0.2]), np.array([0.02, 0.05, 0.01, 0.03, 0.08])
    plain = combine_estimates(y, v, method=method)
    for scale in (1e-100, 1e100, -3.0):
        e = combine_estimates(scale * y, scale**2 * v, method=method)
        assert e.value == pytest.approx(scale * plain.value, rel=1e-10)
        if "I2" in plain.details:
            assert e.details["I2"] == pytest.approx(plain.details["I2"], rel=1e-9)
        assert e.p_value is not None
        assert plain.p_value is not None
        assert e.p_value.value == pytest.approx(plain.p_value.value, rel=1e-9)
    moved = combine_estimates(1e6 + y, v, method=method, null_value=1e6)
    assert moved.value - 1e6 == pytest.approx(plain.value, rel=1e-8)
    order = [3, 1, 0, 4, 2]
    assert combine_estimates(y[order], v[order], method=method).value == pytest.approx(plain.value, rel=1e-12)


def test_one_source_is_its_own_answer() -> None:
    e = combine_correlations([0.5], [103])
    assert e.value == pytest.approx(0.5)
    assert e.interval is not None
    half = 1.959963984540054 / 10.0
    assert e.interval.low == pytest.approx(math.tanh(math.atanh(0.5) - half))
    assert "tau2" not in e.details
    assert any("one source" in note for note in e.notes)
    with pytest.raises(UndefinedEstimate, match="one source has no spread"):
        combine_correlations([0.5], [103], method="t-over-sources")


def test_identical_sources_have_no_zero_width_headline() -> None:
    for knapp in (True, False, None):
        e = combine_correlations([0.35] * 5, [42, 83, 60, 81, 81], hartung_knapp=knapp)
        assert e.interval is not None
        assert e.interval.width > 0.1
        assert e.p_value is not None
    e = combine_correlations([0.35] * 5, [42, 83, 60, 81, 81], method="t-over-sources")
    assert e.interval is None
    assert e.p_value is None
    assert any("same estimate" in note for note in e.notes)


def test_truncated_error_is_never_below_the_models() -> None:
    e = combine_correlations([0.5, 0.51, 0.52], [50, 60, 70])
    assert e.details["standard_error"] == e.details["standard_error_z"] > e.details["standard_error_hartung_knapp"]


def test_sign_flip_over_many_sources_is_sampled() -> None:
    rng = np.random.default_rng(1)
    p = combine_correlations(rng.uniform(-0.2, 0.3, 50), [30] * 50, sign_flip=True).p_by("sign-flip-over-sources")
    assert p.mc_error is not None
    assert combine_correlations([0.0, 0.0], [30, 30], sign_flip=True).p_by("sign-flip-over-sources").value == 1.0
    assert combine_correlations([0.4], [30], sign_flip=True).p_by("sign-flip-over-sources").value == 1.0


def test_spearman_and_partial_variances() -> None:
    r, n = [0.6, 0.3], [40, 50]
    e = combine_correlations(r, n, method="fixed", coefficient="spearman", n_covariates=2)
    w = [(m - 5) / (1 + x * x / 2) for x, m in zip(r, n, strict=True)]
    assert e.details["weight[0]"] == pytest.approx(w[0] / sum(w))
    assert combine_correlations(r, n, coefficient="kendall", method="fixed").details["standard_error"] == pytest.approx(
        math.sqrt(1 / (36 / 0.437 + 46 / 0.437))
    )


@pytest.mark.parametrize(
    ("r", "n", "kw", "error", "match"),
    [
        ([], [], {}, UndefinedEstimate, "at least 1"),
        ([1.0, 0.2], [20, 20], {}, UndefinedEstimate, "exactly 1"),
        ([1.2], [20], {}, InputError, r"r must lie in \(-1, 1\), got 1.2"),
        ([0.2], [3], {}, UndefinedEstimate, "has 3 items, needs 4"),
        ([0.2], [5], {"n_covariates": 2}, UndefinedEstimate, "needs 6"),
        ([0.2], [20.5], {}, InputError, "whole"),
        ([math.nan], [20], {}, InputError, "finite"),
        ([0.2, 0.3], [20], {}, InputError, "paired"),
        ([0.2, 0.3], [20, 20], {"labels": ["a", "a"]}, InputError, "unique"),
        ([0.2, 0.3], [20, 20], {"level": 95}, InputError, "write 0.95"),
        ([0.2, 0.3], [20, 20], {"method": "mean"}, InputError, "'reml'"),
        ([0.2, 0.3], [20, 20], {"method": "t-over-sources", "hartung_knapp": True}, InputError, "hartung_knapp"),
    ],
)
def test_refusals(r: Any, n: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        combine_correlations(r, n, **kw)
    with pytest.raises(InputError, match="vi must be > 0"):
        combine_estimates([1.0], [0.0])


def test_sign_flips_are_those_of_the_whole_list() -> None:
    rng = np.random.default_rng(2)
    for n in range(1, 11):
        for values in (rng.normal(size=n), rng.integers(-2, 3, n).astype(float), 0.1 * rng.integers(-3, 4, n)):
            signs = np.array(np.meshgrid(*[[-1, 1]] * n)).reshape(n, -1)
            sums, observed = signs.T @ values, values.sum()
            counts = sign_flip_counts(values)
            assert counts.total == 2**n
            assert counts.two_sided == (np.abs(sums) >= abs(observed) - 1e-9).sum()
            assert counts.greater == (sums >= observed - 1e-9).sum()
            assert counts.less == (sums <= observed + 1e-9).sum()
            if values.any():
                assert counts.smallest == (np.abs(sums) >= np.abs(values).sum() - 1e-9).sum()


def test_sign_flips_of_forty_values() -> None:
    counts = sign_flip_counts(np.ones(40))
    assert counts.two_sided == 2
    values = np.ones(40)
    values[:15] = -1.0  # |sum| = 10: at most 15 or at least 25 of 40 up
    assert sign_flip_counts(values).two_sided == pytest.approx(
        2**40 * 2 * scipy_stats.binom.cdf(15, 40, 0.5), rel=1e-12
    )


POOL = st.sampled_from([0.0, 0.3, -0.3, 0.9999999999, 1.0, -1.0, 1e-100, math.nan, math.inf, 0.1 + 0.2])
SIZES = st.sampled_from([0, 1, 3, 4, 5, 50, 10**6, 10**15])


@settings(max_examples=120, deadline=None)
@given(
    data=st.lists(st.tuples(POOL, SIZES), max_size=6),
    method=st.sampled_from([*METHODS.values(), "t-over-sources"]),
    coefficient=st.sampled_from(["pearson", "spearman", "kendall"]),
)
def test_any_correlations_give_an_estimate_or_a_reason(data: Any, method: Any, coefficient: Any) -> None:
    r, n = [x for x, _ in data], [m for _, m in data]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            e = combine_correlations(r, n, method=method, coefficient=coefficient, sign_flip=True)
        except (InputError, UndefinedEstimate):
            return
    assert -1.0 <= e.value <= 1.0
    assert min(r) - 1e-9 <= e.value <= max(r) + 1e-9
    assert float(e.details.get("tau2", 0.0)) >= 0.0


EFFECTS = st.sampled_from([0.0, 1.0, -1.0, 1e-100, 1e100, 1e300, -1e300, 1e8, 1e8 + 1, math.nan, math.inf])
VARIANCES = st.sampled_from([1e-300, 1e-200, 1e-20, 1.0, 2.0, 1e10, 1e300, 0.0, -1.0, math.inf])


@settings(max_examples=150, deadline=None)
@given(
    data=st.lists(st.tuples(EFFECTS, VARIANCES), max_size=5),
    method=st.sampled_from([*METHODS.values(), "t-over-sources"]),
)
def test_any_effects_give_an_estimate_or_a_reason(data: Any, method: Any) -> None:
    y, v = [a for a, _ in data], [b for _, b in data]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            e = combine_estimates(y, v, method=method)
        except (InputError, UndefinedEstimate):
            return
    assert isinstance(e, Estimate)
    spread = 1e-6 * max(abs(x) for x in y)
    assert min(y) - spread <= e.value <= max(y) + spread


def test_huge_heterogeneity() -> None:
    e = combine_estimates([-1e6, 1e6, 3.0], [1.0, 1.0, 1.0])
    assert e.details["I2"] == pytest.approx(1.0, abs=1e-9)
    assert e.details["tau2"] == pytest.approx(np.var([-1e6, 1e6, 3.0], ddof=1) - 1.0, rel=1e-9)
