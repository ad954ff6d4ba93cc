"""permutation_difference and sign_flip: R's exact p-values, brute force, refusals."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import Permutation, permutation_difference, sign_flip

# R 4.2.2 with coin and exactRankTests: tied counts, seven against six
A, B = [2, 0, 3, 3, 3, 3, 3], [2, 4, 2, 3, 2, 3]
R_MEAN = {"two-sided": 0.82051282051282048, "greater": 0.73076923076923073, "less": 0.46095571095571097}
R_RANKS = {"two-sided": 1.0, "greater": 0.49417249417249415, "less": 0.55477855477855476}
WELCH = {"p": 0.66969400480902119, "low": -1.4366523332554622, "high": 0.96046185706498588}
# paired differences with zeros: all flips, and the signed rank test
D = [-2, 3, 3, 4, 4, 4, -1, 2, 2, 4]
R_FLIPS = {"two-sided": 0.01953125, "greater": 0.009765625, "less": 0.9951171875}


def test_r_values() -> None:
    for side in R_MEAN:
        assert permutation_difference(A, B, alternative=side).p_value.value == pytest.approx(R_MEAN[side], rel=1e-14)
        ranks = permutation_difference(A, B, alternative=side, statistic="rank-sum")
        assert ranks.p_value.value == pytest.approx(R_RANKS[side], rel=1e-14)
        assert sign_flip(D, alternative=side).p_value.value == pytest.approx(R_FLIPS[side], rel=1e-14)
    found = permutation_difference(A, B)
    assert found.value == pytest.approx(-0.23809523809523814, rel=1e-14)
    assert found.p_by("welch-t").value == pytest.approx(WELCH["p"], rel=1e-12)
    assert (found.interval.low, found.interval.high) == pytest.approx((WELCH["low"], WELCH["high"]), rel=1e-12)
    assert permutation_difference(A, B, statistic="rank-sum").details["u"] == 21.5
    ranked = sign_flip(D, statistic="signed-rank")
    assert (ranked.value, ranked.p_value.value) == (51.0, 0.015625)


@pytest.mark.shared
def test_all_two_sample_and_paired_oracles(shared_dir: Path) -> None:
    for file in sorted((shared_dir / "oracles").glob("perm_*.json")):
        item = json.loads(file.read_text())
        for side, key in (("two-sided", "p_two_abs"), ("greater", "p_greater"), ("less", "p_less")):
            for statistic, name in (("mean", "mean_diff"), ("rank-sum", "ranksum")):
                p = permutation_difference(item["a"], item["b"], statistic=statistic, alternative=side).p_value
                assert p.value == pytest.approx(item["R"][name][key], rel=1e-12)
        found, welch = permutation_difference(item["a"], item["b"]), item["R"]["welch"]
        assert found.p_by("welch-t").value == pytest.approx(welch["p"], rel=1e-10)
        assert (found.interval.low, found.interval.high) == pytest.approx(tuple(welch["ci95"]), rel=1e-10)
    for file in sorted((shared_dir / "oracles").glob("permpaired_*.json")):
        item = json.loads(file.read_text())
        theirs = item["R"]
        for side, key in (("two-sided", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
            assert sign_flip(item["d"], alternative=side).p_value.value == pytest.approx(theirs[key], rel=1e-12)
            if theirs["wilcoxon_signed"].get(key) is not None:
                ranked = sign_flip(item["d"], statistic="signed-rank", alternative=side)
                assert ranked.p_value.value == pytest.approx(theirs["wilcoxon_signed"][key], rel=1e-12)
                assert ranked.value == theirs["wilcoxon_signed"]["V"]


@settings(max_examples=60, deadline=None)
@given(
    a=st.lists(st.integers(-3, 3), min_size=1, max_size=4),
    b=st.lists(st.integers(-3, 3), min_size=2, max_size=4),
    scale=st.sampled_from([0.1, 1e-100, 1e100]),
    side=st.sampled_from(["two-sided", "greater", "less"]),
    statistic=st.sampled_from(["mean", "rank-sum"]),
)
@pytest.mark.filterwarnings("error")
def test_all_regroupings_counted(a: list[int], b: list[int], scale: float, side: str, statistic: str) -> None:
    pooled = np.array(a + b, dtype=float)
    if np.ptp(pooled) == 0:
        with pytest.raises(UndefinedEstimate, match=r"all \d values are"):
            permutation_difference(pooled[: len(a)] * scale, pooled[len(a) :] * scale)
        return
    scores = scipy_stats.rankdata(pooled) if statistic == "rank-sum" else pooled
    scores = scores - scores.mean()
    sums = np.array([scores[list(c)].sum() for c in itertools.combinations(range(pooled.size), len(a))])
    observed = scores[: len(a)].sum()
    share = {
        "two-sided": np.abs(sums) >= abs(observed) - 1e-9,
        "greater": sums >= observed - 1e-9,
        "less": sums <= observed + 1e-9,
    }[side].mean()
    found = permutation_difference(
        pooled[: len(a)] * scale, pooled[len(a) :] * scale, statistic=statistic, alternative=side
    )
    assert found.p_value.value == pytest.approx(share, rel=1e-12)
    extreme = {"two-sided": np.abs(sums).max(), "greater": sums.max(), "less": -sums.min()}[side]
    reach = {"two-sided": np.abs(sums), "greater": sums, "less": -sums}[side]
    assert found.p_value.minimum == pytest.approx(np.mean(reach >= extreme - 1e-9), rel=1e-12)


def test_large_samples_are_counted_by_halves_and_sampled_beyond() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=20), rng.normal(size=20) + 0.5
    exact = permutation_difference(a, b)
    sampled = permutation_difference(a, b, method=Permutation(n_resamples=20_000, rng=np.random.default_rng(1)))
    assert exact.p_value.method == "exact"
    assert exact.p_value.minimum == pytest.approx(2 / math.comb(40, 20), rel=1e-9)
    assert abs(exact.p_value.value - sampled.p_value.value) < 5 * sampled.p_value.mc_error
    ranks = permutation_difference(a, b, statistic="rank-sum")
    theirs = scipy_stats.mannwhitneyu(a, b, method="exact")
    assert ranks.details["u"] == theirs.statistic
    assert ranks.p_value.value == pytest.approx(theirs.pvalue, rel=1e-9)
    more = permutation_difference(a, np.append(b, 0.0))
    assert more.p_value.method == "permutation"
    assert more == permutation_difference(a, np.append(b, 0.0)), "the default is deterministic"
    with pytest.raises(InputError, match="counts up to 40 values, got 41"):
        permutation_difference(a, np.append(b, 0.0), method="exact")


def test_sign_flips() -> None:
    rng = np.random.default_rng(3)
    d = rng.normal(size=12) + 0.4
    signs = np.array(list(itertools.product([1, -1], repeat=12)))
    sums = signs @ d
    exact = sign_flip(d)
    assert exact.p_value.value == np.mean(np.abs(sums) >= abs(d.sum()) - 1e-9)
    sampled = sign_flip(d, method=Permutation(n_resamples=20_000, rng=np.random.default_rng(1)))
    assert abs(exact.p_value.value - sampled.p_value.value) < 5 * sampled.p_value.mc_error
    theirs = scipy_stats.ttest_1samp(d, 0)
    assert exact.p_by("t").value == pytest.approx(theirs.pvalue, rel=1e-10)
    assert tuple(theirs.confidence_interval()) == pytest.approx((exact.interval.low, exact.interval.high), rel=1e-10)
    assert sign_flip([1.0, 2.0, 0.0]).p_value.minimum == 0.5
    assert sign_flip(np.ones(45) + rng.normal(size=45)).p_value.method == "permutation"
    with pytest.raises(InputError, match="they do not flip"):
        sign_flip([1.0, 2.0], method=Permutation(stored=[[0, 1]]))


def test_refusals_and_scales() -> None:
    with pytest.raises(UndefinedEstimate, match="all 3 differences are zero"):
        sign_flip([0, 0, 0])
    with pytest.raises(UndefinedEstimate, match="at least 2 values, got 1"):
        sign_flip([1.0])
    with pytest.raises(UndefinedEstimate, match="at least 1 values, got 0"):
        permutation_difference([], [1, 2])
    with pytest.raises(UndefinedEstimate, match="at least three values in all"):
        permutation_difference([1], [2])
    with pytest.raises(InputError, match="b must be finite"):
        permutation_difference([1, 2], [1, np.nan])
    with pytest.raises(InputError, match="statistic must be one of"):
        sign_flip([1, 2], statistic="median")
    base = permutation_difference([1.0, 2.0, 4.0], [3.0, 5.0, 9.0])
    for scale, offset in ((1e-100, 0.0), (1.0, 1e8)):
        moved = permutation_difference(
            np.array([1.0, 2.0, 4.0]) * scale + offset, np.array([3.0, 5.0, 9.0]) * scale + offset
        )
        assert moved.value == pytest.approx(base.value * scale, rel=1e-12)
        assert moved.p_value == base.p_value
        assert moved.p_by("welch-t").value == pytest.approx(base.p_by("welch-t").value, rel=1e-9)
    assert permutation_difference([1.0, 1.0], [2.0, 2.0]).interval is None
    assert permutation_difference([1.0], [2.0, 3.0]).interval is None
    assert sign_flip([2.0, 2.0]).interval is None
