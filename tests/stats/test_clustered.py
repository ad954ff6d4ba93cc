"""Clustered rates: R survey's values, refusals, ends, two-way clustering, differences, and the em_collapse facts."""

from __future__ import annotations

import csv
import json
import math
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as hs
from hypothesis.extra import numpy as hnp

from leakstats.errors import DesignError, InputError, LeakstatsError, UndefinedEstimate
from leakstats.estimate import Estimate, Interval
from leakstats.stats.clustered import METHODS, clustered_difference, clustered_proportion, clustered_proportions
from leakstats.stats.proportion import proportion_interval
from leakstats.stats.resampling import Bootstrap

# R 4.2.2, survey 4.1-1 (svymean, svyciprop), sandwich 3.0-2; oracle cluster_beta_a.
K = [2, 21, 2, 0, 4, 12, 6, 4, 5, 0, 11, 1, 10, 13, 17, 12, 1, 8, 4, 3]
N = [13, 32, 8, 25, 20, 27, 37, 26, 19, 29, 32, 24, 20, 22, 32, 29, 16, 37, 19, 5]
R = {
    "se_linearised": 0.04945665203341289,
    "se_cr0": 0.048204381635245354,
    "se_binomial": 0.02084616135150578,
    "design_effect": 5.628559184601584,
    "se_jackknife": 0.04997803501814588,
    "icc": 0.17445710176755158,
}
R_INTERVALS = {
    "cluster-t": (0.1846216308639042, 0.3916495555767738),
    "logit-t": (0.19637240571047967, 0.40136292463005513),
    "arcsine-t": (0.19103039805732056, 0.3962604998747547),
    "korn-graubard": (0.18867178020937755, 0.40521673844253825),
}


def ends(estimate: Estimate) -> tuple[float, float]:
    assert estimate.interval is not None
    return estimate.interval.low, estimate.interval.high


def test_agrees_with_r_survey() -> None:
    estimate = clustered_proportion(K, N, range(20))
    assert estimate.value == pytest.approx(136 / 472, rel=1e-15)
    assert (estimate.n, estimate.n_rows, dict(estimate.clusters)) == (20, 472, {"cluster": 20})
    for name, value in R.items():
        assert estimate.details[name] == pytest.approx(value, rel=1e-11), name


@pytest.mark.parametrize("method", R_INTERVALS)
def test_intervals_agree_with_r_survey(method: str) -> None:
    assert ends(clustered_proportion(K, N, range(20), method=method)) == pytest.approx(R_INTERVALS[method], rel=1e-9)


@pytest.mark.shared
def test_every_cluster_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("cluster*.json"))
    assert files
    for file in files:
        data = json.loads(file.read_text())
        k, n, expected = data["k"], data["n"], data["R"]
        clusters = list(range(len(k)))
        details = clustered_proportion(k, n, clusters).details
        p = expected["p"]
        where = file.name
        if p in (0, 1):
            # R's intervals are 0 wide or NaN here; ours is a bound
            assert "design_effect" not in details
            continue
        for name, value in (
            ("se_linearised", expected["ratio"]["se_linearized"]),
            ("se_linearised", expected["svymean"]["se"]),
            ("se_linearised", expected["lm_vcovCL"]["HC1"]),
            ("se_cr0", expected["ratio"]["se_cr0"]),
            ("se_cr0", expected["lm_vcovCL"]["HC0_nocadjust"]),
            ("se_binomial", expected["ratio"]["se_srs"]),
            ("design_effect", expected["ratio"]["deff"]),
            ("se_jackknife", expected["jackknife_se"]),
            ("icc", expected["anova_icc"]["icc"]),
        ):
            assert details[name] == pytest.approx(value, rel=1e-9, abs=1e-14), (where, name)
        for method, key in (
            ("cluster-t", "svyciprop_mean"),
            ("logit-t", "svyciprop_logit"),
            ("arcsine-t", "svyciprop_asin"),
            ("korn-graubard", "svyciprop_beta"),
        ):
            low, high = (min(max(end, 0.0), 1.0) for end in expected[key]["ci95"])
            found = ends(clustered_proportion(k, n, clusters, method=method))
            if method == "arcsine-t" and found[0] == 0.0:
                low = 0.0  # R squares a negative angle there, which reflects the end above 0
            # svyciprop's logit comes from an iterated fit
            assert found == pytest.approx((low, high), rel=1e-8, abs=1e-12), (where, method)


def test_rows_may_be_questions_or_completions() -> None:
    rng = np.random.default_rng(1)
    k = rng.binomial(10, 0.3, 12)
    by_question = clustered_proportion(k, 10, range(12))
    completions = np.concatenate([np.r_[np.ones(x), np.zeros(10 - x)] for x in k])
    by_row = clustered_proportion(completions, 1, np.repeat(np.arange(12), 10))
    assert by_row.to_json() == by_question.to_json()


def test_wilson_t_is_wilson_at_the_effective_n() -> None:
    # Where the design effect is 1 (floored) and df is large, what is left is Wilson's interval.
    k = np.tile([3, 4], 5000)
    estimate = clustered_proportion(k, 10, range(10_000))
    naive = estimate.interval_by("wilson")
    assert ends(estimate) == pytest.approx((naive.low, naive.high), abs=1e-6)
    assert estimate.details["effective_n"] == pytest.approx(100_000)
    assert float(estimate.details["design_effect"]) < 1.0


def test_all_or_none_clusters_are_worth_one_trial_each() -> None:
    estimate = clustered_proportion([10, 0, 10, 0, 0, 10, 0, 0], 10, range(8))
    assert estimate.details["icc"] == pytest.approx(1.0)
    assert estimate.details["effective_n"] == pytest.approx(7.0)  # 8 clusters, with G / (G - 1)
    low, high = ends(estimate)
    assert low < 0.15
    assert high > 0.6


def test_clusters_of_equal_rates_keep_a_width() -> None:
    estimate = clustered_proportion([3] * 6, 10, range(6))
    low, high = ends(estimate)
    naive = estimate.interval_by("wilson")
    assert low < naive.low < 0.3 < naive.high < high
    for method in set(METHODS) - {"wilson-t"}:
        with pytest.raises(UndefinedEstimate, match="all clusters have the same rate"):
            clustered_proportion([3] * 6, 10, range(6), method=method)


def test_no_success_gives_a_bound_that_counts_clusters() -> None:
    estimate = clustered_proportion([0] * 20, 10, range(20))
    assert estimate.value == 0.0
    assert estimate.interval == Interval(0.0, 1 - 0.05 ** (1 / 20), 0.95, "distribution-free")
    assert estimate.interval_by("one-sided").high == pytest.approx(1 - 0.05 ** (1 / 200))
    assert "design_effect" not in estimate.details
    assert "rates are unrelated to cluster sizes" in estimate.assumptions
    full = clustered_proportion([10] * 20, 10, range(20))
    assert ends(full) == pytest.approx((0.05 ** (1 / 20), 1.0))


def test_an_assumed_icc_lies_between_the_two_bounds() -> None:
    def high(icc: float | None) -> float:
        return ends(clustered_proportion([0] * 20, 10, range(20), assumed_icc=icc))[1]

    assert high(0.2) == pytest.approx(1 - 0.05 ** ((1 + 9 * 0.2) / 200))
    assert high(0.0) == high(None) == pytest.approx(1 - 0.05 ** (1 / 20))
    assert high(1.0) == pytest.approx(high(None))
    assert high(0.01) < high(0.2) < high(0.9) <= high(None)
    estimate = clustered_proportion([0] * 20, 10, range(20), assumed_icc=0.2)
    assert estimate.interval is not None
    assert estimate.interval.method == "assumed-icc"
    assert {i.method for i in estimate.other_intervals} == {"distribution-free", "one-sided"}


def test_an_assumed_icc_is_a_floor_for_the_design_effect() -> None:
    plain = clustered_proportion([3, 2, 4, 3, 3, 2], 10, range(6))
    floored = clustered_proportion([3, 2, 4, 3, 3, 2], 10, range(6), assumed_icc=0.3)
    assert plain.details["effective_n"] == 60
    assert floored.details["effective_n"] == pytest.approx(60 / (1 + 9 * 0.3))
    assert ends(floored)[1] > ends(plain)[1]
    assert any("at least 3.7" in note for note in floored.notes)


def test_less_is_known_where_fewer_clusters_show_a_success() -> None:
    # At 0, 1 and 4 successes in 20 clusters of 10: without a success clustering is unknown, with one hardly known.
    highs = [ends(clustered_proportion([1] * c + [0] * (20 - c), 10, range(20)))[1] for c in (0, 1, 4)]
    assert highs[0] > highs[1] > highs[2]


def test_few_successful_clusters_mean_few_degrees_of_freedom() -> None:
    # (sum k)**2 / sum k**2 is the number of clusters where k is 0 or 1
    assert clustered_proportion([1] * 4 + [0] * 16, 10, range(20)).details["df"] == pytest.approx(4)
    assert clustered_proportion([9] * 4 + [10] * 16, 10, range(20)).details["df"] == pytest.approx(4)
    assert clustered_proportion([1] + [0] * 19, 10, range(20)).details["df"] == pytest.approx(2)
    assert clustered_proportion([6] * 10 + [4] * 10, 10, range(20)).details["df"] == pytest.approx(19, rel=0.05)


def test_scarce_successes_are_noted_with_a_safe_bound() -> None:
    estimate = clustered_proportion([1] + [0] * 19, 10, range(20))
    assert any("only 1 of 20 clusters holds a success" in note for note in estimate.notes)
    safe = estimate.interval_by("distribution-free")
    exact = proportion_interval(1, 20, method="clopper-pearson").interval
    assert exact is not None
    assert safe.low == 0.0
    assert safe.high == pytest.approx(exact.high, rel=1e-9)
    failures = clustered_proportion([9] + [10] * 19, 10, range(20))
    assert any("only 1 of 20 clusters holds a failure" in note for note in failures.notes)


def test_success_and_failure_are_symmetric() -> None:
    k, n = np.array([1, 4, 0, 7, 3]), np.array([9, 8, 5, 12, 10])
    for method in METHODS:
        low, high = ends(clustered_proportion(k, n, range(5), method=method))
        other = ends(clustered_proportion(n - k, n, range(5), method=method))
        assert other == pytest.approx((1 - high, 1 - low), rel=1e-9), method


def test_cluster_sizes_reduce_the_degrees_of_freedom() -> None:
    even = clustered_proportion([5, 5, 4, 6, 5, 5], 10, range(6)).details
    uneven = clustered_proportion([5, 50, 4, 6, 5, 5], [10, 100, 10, 10, 10, 10], range(6)).details
    assert even["df"] == pytest.approx(5)
    assert uneven["df"] == pytest.approx(150**2 / (100**2 + 5 * 10**2) - 1, abs=0.01)
    assert clustered_proportion([3, 50], [10, 100], "ab").details["df"] == 1.0


def test_the_order_of_rows_does_not_matter() -> None:
    order = np.random.default_rng(3).permutation(20)
    one = clustered_proportion(K, N, range(20))
    two = clustered_proportion(np.array(K)[order], np.array(N)[order], order)
    assert ends(one) == pytest.approx(ends(two), rel=1e-12)


# --- two factors ----------------------------------------------------------------------------------------------------


def crossed(seed: int, a: int = 9, b: int = 5) -> tuple[Any, Any, dict[str, Any]]:
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 1, a)[:, None] + rng.normal(0, 1, b)[None, :]
    k = rng.binomial(10, 1 / (1 + np.exp(-effects))).ravel()
    return k, 10, {"question": np.repeat(np.arange(a), b), "persona": np.tile(np.arange(b), a)}


def test_two_way_variance_is_the_sum_less_the_crossing() -> None:
    k, n, clusters = crossed(2)
    estimate = clustered_proportion(k, n, clusters)
    e = (k - estimate.value * n) / (n * k.size)
    table = e.reshape(9, 5)
    va = 9 / 8 * np.sum(table.sum(axis=1) ** 2)
    vb = 5 / 4 * np.sum(table.sum(axis=0) ** 2)
    vab = 45 / 44 * np.sum(table**2)
    assert estimate.details["se_question"] == pytest.approx(math.sqrt(va))
    assert estimate.details["se_persona"] == pytest.approx(math.sqrt(vb))
    assert estimate.details["se_two_way"] == pytest.approx(math.sqrt(va + vb - vab))
    assert float(estimate.details["standard_error"]) >= math.sqrt(max(va, vb, va + vb - vab)) * (1 - 1e-12)
    assert estimate.n == 5
    assert dict(estimate.clusters) == {"question": 9, "persona": 5}


def test_the_larger_standard_error_is_used_where_two_way_is_smaller() -> None:
    # Rates that differ by question only, and repulsion over personas: V(persona) is 0, V(both) below V(question).
    base = np.array([2, 4, 6, 8, 5])
    noise = np.array([[1, -1], [-1, 1], [1, -1], [-1, 1], [0, 0]])
    k = (base[:, None] + noise).ravel()
    clusters = {"question": np.repeat(np.arange(5), 2), "persona": np.tile([0, 1], 5)}
    estimate = clustered_proportion(k, 10, clusters)
    assert estimate.details["se_used"] == "question"
    two_way = estimate.details.get("se_two_way", 0.0)
    assert float(estimate.details["se_question"]) > float(two_way)
    assert estimate.details["standard_error"] == pytest.approx(estimate.details["se_question"])


def test_two_way_ends_use_the_smaller_factor() -> None:
    clusters = {"question": np.repeat(np.arange(9), 5), "persona": np.tile(np.arange(5), 9)}
    estimate = clustered_proportion([0] * 45, 10, clusters)
    assert ends(estimate) == pytest.approx((0.0, 1 - 0.05 ** (1 / 5)))
    # Three questions and three personas, but all rows but one belong to the first persona: two unrelated cells.
    sparse = {"question": [0, 1, 2, 2, 2], "persona": [0, 0, 0, 1, 2]}
    assert ends(clustered_proportion([0] * 5, 10, sparse))[1] == pytest.approx(1 - 0.05 ** (1 / 2))


@pytest.mark.shared
def test_em_collapse_facts(shared_dir: Path) -> None:
    # WEAKNESSES.md, point 4, and the two-way bootstrap quoted there.
    with (shared_dir / "data" / "em_collapse" / "per_question.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    cells: dict[tuple[str, str], list[dict[str, str]]] = {}
    for row in rows:
        cells.setdefault((row["condition"], row["persona"]), []).append(row)
    icc, effect = [], []
    for cell in cells.values():
        e = clustered_proportion([int(r["hits"]) for r in cell], 10, [r["question_id"] for r in cell])
        icc.append(float(e.details["icc"]))
        effect.append(float(e.details["design_effect_icc"]))
    assert np.median(icc) == pytest.approx(0.039, abs=5e-4)
    assert np.median(effect) == pytest.approx(1.35, abs=5e-3)
    assert np.max(effect) == pytest.approx(2.08, abs=5e-3)

    trained = "confab"
    question, two_way, used = {}, {}, {}
    for condition in sorted({c for c, _ in cells}):
        induced = condition.split("_", 1)[1]
        chosen = [r for r in rows if r["condition"] == condition and r["persona"] not in (trained, induced)]
        hits = [int(r["hits"]) for r in chosen]
        clusters = {"question": [r["question_id"] for r in chosen], "persona": [r["persona"] for r in chosen]}
        d = clustered_proportion(hits, 10, clusters).details
        binomial = float(d["se_binomial"]) ** 2
        question[condition] = float(d["se_question"]) ** 2 / binomial
        two_way[condition] = float(d["se_two_way"]) ** 2 / binomial
        used[condition[:2]] = d["se_used"]
    assert (round(min(question.values()), 1), round(max(question.values()), 1)) == (2.4, 5.7)
    assert (round(min(two_way.values()), 1), round(max(two_way.values()), 1)) == (3.9, 7.2)
    assert used == {"E0": "question", "E1": "two-way", "E2": "question", "E3": "two-way", "E4": "two-way"}

    chosen = [r for r in rows if r["condition"].startswith("E0") and r["persona"] not in (trained, "assistant")]
    plan = Bootstrap(n_resamples=20_000, method="percentile", rng=np.random.default_rng(1))
    estimate = clustered_proportion(
        [int(r["hits"]) for r in chosen],
        10,
        {"question": [r["question_id"] for r in chosen], "persona": [r["persona"] for r in chosen]},
        bootstrap=plan,
    )
    naive = estimate.interval_by("wilson")
    assert (round(naive.low, 3), round(naive.high, 3)) == (0.438, 0.475)
    booted = estimate.interval_by("cluster-bootstrap-percentile")
    assert booted.low == pytest.approx(0.411, abs=0.003)
    assert booted.high == pytest.approx(0.506, abs=0.003)


# --- bootstrap ------------------------------------------------------------------------------------------------------


def test_bootstrap_replays_stored_clusters() -> None:
    k, n = np.array([1, 4, 0, 7, 3]), np.array([9, 8, 5, 12, 10])
    index = np.random.default_rng(9).integers(0, 5, (499, 5))
    plan = Bootstrap(method="percentile", stored=index)
    estimate = clustered_proportion(k, n, range(5), method="bootstrap", bootstrap=plan)
    rates = np.sort(k[index].sum(axis=1) / n[index].sum(axis=1))
    expected = np.quantile(rates, [0.025, 0.975])
    assert ends(estimate) == pytest.approx(tuple(expected))
    assert estimate.details["bootstrap_n_resamples"] == 499


def test_bootstrap_stands_beside_the_default() -> None:
    plan = Bootstrap(n_resamples=500, method="bca", rng=np.random.default_rng(2))
    estimate = clustered_proportion(K, N, range(20), bootstrap=plan)
    assert estimate.interval is not None
    assert estimate.interval.method == "wilson-t"
    booted = estimate.interval_by("cluster-bootstrap-bca")
    assert 0.15 < booted.low < 0.25
    assert 0.33 < booted.high < 0.45


def test_bootstrap_without_spread_is_no_interval() -> None:
    plan = Bootstrap(n_resamples=100, method="percentile", rng=np.random.default_rng(2))
    with pytest.raises(UndefinedEstimate, match="every resample has the same rate"):
        clustered_proportion([3] * 6, 10, range(6), method="bootstrap", bootstrap=plan)
    at_end = clustered_proportion([0] * 6, 10, range(6), method="bootstrap", bootstrap=plan)
    assert at_end.interval is not None
    assert at_end.interval.method == "distribution-free"


# --- tables ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", METHODS)
def test_tables_agree_with_single_cells(method: str) -> None:
    rng = np.random.default_rng(5)
    n = rng.integers(2, 12, (60, 7))
    k = rng.binomial(n, rng.beta(0.7, 1.5, (60, 7)))
    table = clustered_proportions(k, n, method=method, labels=[f"cell {i}" for i in range(60)])
    for i in range(60):
        row = table.row(f"cell {i}")
        one = clustered_proportion(k[i], n[i], range(7), method=method)
        assert row["rate"] == pytest.approx(one.value)
        assert (row["low"], row["high"]) == pytest.approx(ends(one), rel=1e-10)
        assert row["standard_error"] == pytest.approx(one.details.get("se_linearised", 0.0), abs=1e-15)
        effect = one.details.get("design_effect")
        assert row["design_effect"] == (None if effect is None else pytest.approx(effect))


def test_tables_say_what_is_undefined() -> None:
    table = clustered_proportions([[0, 0, 0], [3, 3, 3], [1, 2, 5]], 10, method="cluster-t")
    assert table.row("0")["design_effect"] is None
    assert table.row("0")["high"] == pytest.approx(1 - 0.05 ** (1 / 3))
    assert table.row("1")["low"] is None
    assert "same rate" in table.undefined["low"]
    assert table.row("2")["low"] is not None


# --- differences ----------------------------------------------------------------------------------------------------

Q = ["q1", "q2", "q3", "q4", "q5", "q6"]
A, B = [7, 9, 3, 4, 8, 5], [5, 8, 1, 3, 5, 4]


def test_equal_sizes_reduce_to_the_paired_t_test() -> None:
    d = (np.array(A) - np.array(B)) / 10
    estimate = clustered_difference(A, 10, Q, B, 10, Q, method="cluster-t")
    se = d.std(ddof=1) / math.sqrt(6)
    assert estimate.details["standard_error"] == pytest.approx(se)
    # scipy.stats.ttest_rel(A, B): t = 5.0, p = 0.00410, df 5
    assert estimate.p_value is not None
    assert estimate.p_value.value == pytest.approx(0.004104, abs=2e-6)
    low, high = ends(estimate)
    assert (high - low) / 2 == pytest.approx(2.5705818366147395 * se)
    assert estimate.null == "both conditions have the same rate"


def test_labels_decide_what_is_shared() -> None:
    paired = clustered_difference(A, 10, Q, B, 10, Q)
    shuffled = clustered_difference(A, 10, Q, B[::-1], 10, Q[::-1])
    assert ends(shuffled) == pytest.approx(ends(paired), rel=1e-12)
    apart = clustered_difference(A, 10, Q, B, 10, [f"other {q}" for q in Q])
    assert apart.details["correlation"] == 0.0
    assert apart.details["shared_cluster"] == 0
    assert ends(apart)[1] - ends(apart)[0] > ends(paired)[1] - ends(paired)[0]
    # Welch's degrees of freedom, two samples of six rates
    va, vb = np.var(np.array(A) / 10, ddof=1) / 6, np.var(np.array(B) / 10, ddof=1) / 6
    assert apart.details["df"] == pytest.approx((va + vb) ** 2 / (va**2 / 5 + vb**2 / 5))
    some = clustered_difference(A, 10, Q, B, 10, ["q1", "q2", "q3", "x4", "x5", "x6"])
    assert some.details["shared_cluster"] == 3
    assert any("are in both conditions" in note for note in some.notes)


def test_difference_is_antisymmetric() -> None:
    one, two = clustered_difference(A, 10, Q, B, 9, Q), clustered_difference(B, 9, Q, A, 10, Q)
    assert ends(one) == pytest.approx((-ends(two)[1], -ends(two)[0]), rel=1e-12)


def test_difference_of_silent_conditions_has_a_width_and_no_p() -> None:
    estimate = clustered_difference([0] * 6, 10, Q, [0] * 6, 10, Q)
    bound = 1 - 0.05 ** (1 / 6)
    assert ends(estimate) == pytest.approx((-bound, bound))
    assert estimate.p_value is None
    assert any("no p-value" in note for note in estimate.notes)
    with pytest.raises(UndefinedEstimate, match="no spread over clusters"):
        clustered_difference([0] * 6, 10, Q, [0] * 6, 10, Q, method="cluster-t")


def test_two_way_difference_uses_both_factors() -> None:
    k1, n, clusters = crossed(4)
    k2, _, _ = crossed(5)
    estimate = clustered_difference(k1, n, clusters, k2, n, clusters)
    assert estimate.details["shared_question"] == 9
    assert estimate.details["shared_persona"] == 5
    d = (k1 - k2).reshape(9, 5) / 10 - estimate.value
    d /= 45
    va, vb = 9 / 8 * np.sum(d.sum(axis=1) ** 2), 5 / 4 * np.sum(d.sum(axis=0) ** 2)
    both = va + vb - 45 / 44 * np.sum(d**2)
    assert estimate.details["standard_error"] == pytest.approx(math.sqrt(max(va, vb, both)))


@pytest.mark.shared
def test_em_collapse_difference(shared_dir: Path) -> None:
    # WEAKNESSES.md: E3 - E0 naive [6.2, 11.7] points, two-way bootstrap [3.1, 14.6]; ours must be wide as well.
    with (shared_dir / "data" / "em_collapse" / "per_question.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    arms = []
    for prefix, induced in (("E3", "french_person"), ("E0", "assistant")):
        chosen = [r for r in rows if r["condition"].startswith(prefix) and r["persona"] not in ("confab", induced)]
        arms += [
            [int(r["hits"]) for r in chosen],
            10,
            {"question": [r["question_id"] for r in chosen], "persona": [r["persona"] for r in chosen]},
        ]
    estimate = clustered_difference(*arms)  # type: ignore[arg-type]
    assert estimate.value == pytest.approx(0.0803, abs=1e-3)
    low, high = ends(estimate)
    assert low == pytest.approx(0.031, abs=0.02)
    assert high == pytest.approx(0.146, abs=0.02)


# --- refusals -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clustered_proportion([1, 2], 10, ["a", "a"]), r"all rows lie in one cluster \('a'\)"),
        (lambda: clustered_proportion([], [], []), "no rows"),
        (lambda: clustered_proportions([[1], [2]], 10), "1 cluster: its spread"),
        (lambda: clustered_difference([1], 5, ["a"], [1, 2], 5, ["a", "b"]), "first condition: all rows lie in one"),
    ],
)
def test_what_does_not_exist_is_undefined(call: Any, message: str) -> None:
    with pytest.raises(UndefinedEstimate, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: clustered_proportion([1, 0], [5, 0], ["a", "b"]), "cluster 'b' has no trials; leave it out"),
        (lambda: clustered_proportion([1, 6], 5, ["a", "b"]), r"\[0, trials\], got 6 of 5"),
        (lambda: clustered_proportion([1, 0.5], 5, ["a", "b"]), "whole numbers, got 0.5"),
        (lambda: clustered_proportion([1, 2], 5, ["a"]), r"one label a row \(2\), got 1"),
        (lambda: clustered_proportion([1, 2], 5, ["a", None]), "missing label at row 1"),
        (lambda: clustered_proportion([1, 2], 5, {}), "one factor or two, got"),
        (lambda: clustered_proportion([[1, 2]], 5, ["a", "b"]), "must have one axis"),
        (lambda: clustered_proportion([1, 2], 5, "ab", method="wald"), "method must be one of"),
        (lambda: clustered_proportion([1, 2], 5, "ab", method="bootstrap"), "needs bootstrap=Bootstrap"),
        (lambda: clustered_proportion([1, 2], 5, "ab", assumed_icc=1.5), r"assumed_icc must lie in \[0, 1\]"),
        (lambda: clustered_proportion([1, 2], 5, "ab", level=95), "write 0.95, not 95"),
        (
            lambda: clustered_proportion([1, 2], 5, {"q": "ab", "p": "ab"}, assumed_icc=0.1),
            "speaks of one clustering factor",
        ),
        (
            lambda: clustered_proportion(
                [1, 2], 5, "ab", bootstrap=Bootstrap(clusters=["a", "b"], rng=np.random.default_rng(1))
            ),
            "leave clusters out of the plan",
        ),
        (lambda: clustered_proportions([1, 2], 5), r"shape \(cells, clusters\)"),
        (lambda: clustered_proportions([[1, 0]], [[5, 0]]), "trials must be at least 1"),
    ],
)
def test_unusable_input_is_refused(call: Any, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()


def test_conditions_need_the_same_factors() -> None:
    with pytest.raises(DesignError, match="clustered by different factors"):
        clustered_difference([1, 2], 5, {"question": "ab"}, [1, 2], 5, {"persona": "ab"})


def test_weak_methods_say_so() -> None:
    assert any("covers below 93%" in a for a in clustered_proportion(K, N, range(20), method="cluster-t").assumptions)
    assert not any("covers below" in a for a in clustered_proportion(K, N, range(20)).assumptions)


# --- properties -----------------------------------------------------------------------------------------------------


@given(
    data=hnp.arrays(np.int64, hs.tuples(hs.integers(1, 12), hs.just(3)), elements=hs.integers(0, 9)),
    method=hs.sampled_from(sorted(METHODS)),
    level=hs.sampled_from([0.5, 0.9, 0.95, 0.999]),
)
def test_any_counts_give_an_interval_about_the_rate_or_a_reason(data: Any, method: str, level: float) -> None:
    k, extra, cluster = data[:, 0], data[:, 1], data[:, 2] % 4
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            estimate = clustered_proportion(k, k + extra, cluster, method=method, level=level)
        except LeakstatsError:
            groups = np.unique(cluster).size
            silent = any((k + extra)[cluster == c].sum() == 0 for c in np.unique(cluster))
            assert groups < 2 or silent or method != "wilson-t"
            return
    low, high = ends(estimate)
    assert 0.0 <= low <= estimate.value <= high <= 1.0
    assert high > low
    for interval in estimate.other_intervals:
        assert 0.0 <= interval.low <= interval.high <= 1.0


@given(
    data=hnp.arrays(np.int64, hs.tuples(hs.integers(1, 10), hs.just(6)), elements=hs.integers(0, 5)),
    method=hs.sampled_from(["score-t", "cluster-t"]),
)
def test_any_difference_is_complete_or_has_a_reason(data: Any, method: str) -> None:
    k1, e1, c1, k2, e2, c2 = data.T
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            estimate = clustered_difference(k1, k1 + e1, c1, k2, k2 + e2, c2, method=method)
        except LeakstatsError:
            refused = any(
                np.unique(c).size < 2 or any(n[c == label].sum() == 0 for label in c)
                for c, n in ((c1, k1 + e1), (c2, k2 + e2))
            )
            assert refused or method == "cluster-t"
            return
    low, high = ends(estimate)
    assert -1.0 <= low <= estimate.value + 1e-12
    assert estimate.value - 1e-12 <= high <= 1.0
