"""Permutation and Bootstrap plans: R's boot, replay, schemes, distributions, refusals."""

from __future__ import annotations

import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import Bootstrap, Permutation, bootstrap, pearson, spearman
from leakstats.stats._ranks import coarse_midranks, midranks
from leakstats.stats.resampling import all_permutations, bootstrap_counts, count_extreme, order_quantile

ORACLE = json.loads((Path(__file__).parent / "data" / "correlation_oracles.json").read_text())["boot"]["small"]


def _slope(x: np.ndarray, y: np.ndarray) -> Any:
    c = x - x.mean(axis=-1, keepdims=True)
    return (c * y).sum(axis=-1) / (c * c).sum(axis=-1)


VECTORISED = {
    "mean_x": lambda x, y: x.mean(axis=-1),
    "median_x": lambda x, y: np.median(x, axis=-1),
    "slope": _slope,
}
R_NAMES = {
    "normal": {"method": "normal"},
    "basic": {"method": "basic", "interpolation": "normal"},
    "percentile": {"method": "percentile", "interpolation": "normal"},
    "percentile_type7": {"method": "percentile"},
    "bca_default": {"interpolation": "normal", "ties": "strict", "acceleration": "regression"},
    "bca_jack": {"interpolation": "normal", "ties": "strict", "acceleration": "jackknife-at-estimate"},
    "bca_jack_type7_w": {"ties": "strict", "acceleration": "jackknife-at-estimate"},
    "bca_jack_type7_w_midrank": {"acceleration": "jackknife-at-estimate"},
}


def check_boot(data: dict[str, list[float]], index: list[list[int]], statistics: dict[str, Any]) -> None:
    x, y = (np.array(data[name], dtype=float) for name in ("x", "y"))
    for name, theirs in statistics.items():
        for key in [k for k in theirs if k.startswith("conf")]:
            for r_name, options in R_NAMES.items():
                expected = theirs[key].get(r_name)
                if isinstance(expected, dict):
                    expected = expected.get("ci")
                plan = Bootstrap(stored=index, **options)
                level = float(key.removeprefix("conf"))
                if name in VECTORISED:
                    found = bootstrap(VECTORISED[name], x, y, config=plan, level=level, vectorized=True)
                else:
                    function = {"pearson": pearson, "spearman": spearman}[name]
                    found = function(x, y, interval=plan, level=level, method="t")
                assert found.value == pytest.approx(theirs["t0"], rel=1e-12)
                if expected is None:  # R: estimated adjustment 'a' is NA
                    assert found.interval is None
                    assert any(note.startswith("no BCa interval") for note in found.notes)
                    continue
                assert found.interval.low == pytest.approx(expected[0], rel=1e-9, abs=1e-12)
                assert found.interval.high == pytest.approx(expected[1], rel=1e-9, abs=1e-12)
                assert found.details["standard_error"] == pytest.approx(theirs["se_boot"], rel=1e-10)
                if r_name == "bca_jack":
                    assert found.details["z0"] == pytest.approx(theirs["w"], rel=1e-9)
                    assert found.details["acceleration"] == pytest.approx(theirs["a_jack"], rel=1e-9)


def test_boot_values() -> None:
    check_boot(ORACLE["data"], ORACLE["index0"], ORACLE["stats"])


@pytest.mark.shared
def test_all_boot_oracles(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("boot_*.json"))
    assert files
    for file in files:
        item = json.loads(file.read_text())
        check_boot(item["data"], item["R"]["index0"], item["R"]["stats"])


def test_default_bca_is_scipys() -> None:
    rng = np.random.default_rng(0)
    x = rng.exponential(size=30)
    for level in (0.8, 0.95):
        ours = bootstrap(np.mean, x, config=Bootstrap(n_resamples=2000, rng=np.random.default_rng(5)), level=level)
        theirs = scipy_stats.bootstrap(
            (x,), np.mean, n_resamples=2000, confidence_level=level, rng=np.random.default_rng(5)
        ).confidence_interval
        assert ours.interval.low == pytest.approx(theirs.low, rel=1e-12)
        assert ours.interval.high == pytest.approx(theirs.high, rel=1e-12)


def test_order_quantile_is_type_7_and_boots_rule() -> None:
    ordered = np.sort(np.random.default_rng(1).normal(size=41))
    alpha = np.array([0.0, 0.01, 0.025, 0.5, 0.733, 1.0])
    assert np.allclose(order_quantile(ordered, alpha), np.quantile(ordered, alpha), rtol=0, atol=1e-15)
    # (B + 1) alpha whole: that order statistic; beyond the ends: the extremes
    exact = order_quantile(ordered, np.array([0.5, 1 / 42, 0.001, 0.999]), interpolation="normal")
    assert exact.tolist() == [ordered[20], ordered[0], ordered[0], ordered[-1]]
    between = float(order_quantile(ordered, np.array([5.5 / 42]), interpolation="normal")[0])
    z = scipy_stats.norm.ppf([5 / 42, 5.5 / 42, 6 / 42])
    share = (z[1] - z[0]) / (z[2] - z[0])
    assert between == pytest.approx(ordered[4] + share * (ordered[5] - ordered[4]), rel=1e-12)


def test_all_permutations() -> None:
    for n in range(6):
        assert [tuple(row) for row in all_permutations(n)] == list(itertools.permutations(range(n)))
    assert all_permutations(9).shape == (362_880, 9)
    with pytest.raises(InputError, match="up to 9"):
        all_permutations(10)


def test_sampled_permutations_are_uniform() -> None:
    plan = Permutation(n_resamples=24_000, rng=np.random.default_rng(2))
    drawn = np.concatenate(list(plan.blocks(4)))
    assert (np.sort(drawn, axis=1) == np.arange(4)).all()
    counts = np.unique(drawn @ [64, 16, 4, 1], return_counts=True)[1]
    assert counts.size == 24
    # chi-square with 23 degrees of freedom; 60 has probability 4e-5
    assert ((counts - 1000) ** 2 / 1000).sum() < 60
    large = np.concatenate(list(Permutation(n_resamples=500, rng=np.random.default_rng(3)).blocks(1000)))
    assert large.shape == (500, 1000)
    assert abs(large[:, 0].mean() - 499.5) < 4.5 * 288.7 / math.sqrt(500)


def test_extreme_counts_take_ties_within_the_tolerance() -> None:
    null = np.array([-0.9, -0.8999999999999998, 0.0, 0.9])
    assert count_extreme(null, 0.9, alternative="two-sided", tolerance=1e-9) == 3
    assert count_extreme(null, 0.9, alternative="two-sided", tolerance=0.0) == 2
    assert count_extreme(null, -0.9, alternative="less", tolerance=1e-9) == 2
    assert count_extreme(null, -0.9, alternative="greater", tolerance=1e-9) == 4


def test_cluster_and_two_way_counts() -> None:
    group, other = [7, 7, "b", "b", "b", 2], ["u", "v", "u", "v", "w", "w"]
    first = np.hstack(list(Bootstrap(n_resamples=400, rng=np.random.default_rng(0), clusters=group).counts(6)))
    assert first.shape == (6, 400)
    assert (first[0] == first[1]).all()
    assert (first[[0, 2, 5]].sum(axis=0) == 3).all(), "three clusters drawn each time"
    plan = Bootstrap(
        n_resamples=4000, method="percentile", rng=np.random.default_rng(1), clusters=group, crossed_with=other
    )
    both = np.hstack(list(plan.counts(6)))
    # a row's count is the product of two independent counts of mean 1, each with variance 1 - 1/3
    assert both.mean() == pytest.approx(1.0, abs=0.05)
    assert both[0].var() == pytest.approx((1 + 2 / 3) ** 2 - 1, rel=0.15)
    assert plan.unit_counts() == {"clusters": 3, "crossed_with": 3}
    assert plan.scheme == "two-way"
    rows = list(plan.rows(6))
    assert all(r.shape[0] == 1 for r in rows)


def test_stored_clusters_are_drawn_whole() -> None:
    plan = Bootstrap(stored=[[0, 0], [1, 0]], clusters=["a", "b", "a"], method="percentile")
    assert np.hstack(list(plan.counts(3))).T.tolist() == [[2, 0, 2], [1, 1, 1]]
    estimate = bootstrap(np.sum, [1.0, 10.0, 100.0], config=plan, quantity="sum")
    assert (estimate.interval.low, estimate.interval.high) == pytest.approx((111 + 0.025 * 91, 202 - 0.025 * 91))


def test_two_way_bootstrap_covers_a_crossed_mean() -> None:
    rng = np.random.default_rng(4)
    rows = np.indices((8, 10)).reshape(2, -1)
    y = rng.normal(size=8)[rows[0]] + rng.normal(size=10)[rows[1]] + 0.1 * rng.normal(size=80)
    seed = np.random.default_rng

    def error(**clusters: Any) -> float:
        plan = Bootstrap(n_resamples=2000, method="percentile", rng=seed(0), **clusters)
        return float(bootstrap(np.mean, y, config=plan).details["standard_error"])

    table = y.reshape(8, 10)
    expected = math.sqrt(table.mean(axis=1).var() / 8 + table.mean(axis=0).var() / 10)
    assert error(clusters=rows[0], crossed_with=rows[1]) == pytest.approx(expected, rel=0.1)
    assert error() < 0.5 * expected


def test_degenerate_replicates_are_dropped_and_counted() -> None:
    x = np.array([0.0, 0.0, 0.0, 1.0])

    def ratio(v: np.ndarray) -> float:
        if v.sum() == 0.0:
            raise UndefinedEstimate("ratio", "no successes")
        return float((v * v).sum() / v.sum())

    plan = Bootstrap(n_resamples=500, method="percentile", rng=np.random.default_rng(0))
    estimate = bootstrap(ratio, x, config=plan)
    assert estimate.details["n_degenerate"] == pytest.approx(500 * 0.75**4, abs=45)
    assert (estimate.interval.low, estimate.interval.high) == (1.0, 1.0)
    nowhere = bootstrap(ratio, x, config=Bootstrap(stored=[[0, 1, 2, 0]] * 3, method="percentile"))
    assert nowhere.interval is None
    assert any("fewer than two resamples" in note for note in nowhere.notes)
    with pytest.raises(UndefinedEstimate, match="no value for these data"):
        bootstrap(ratio, np.zeros(4), config=plan)


def test_bca_is_withheld_with_its_reason() -> None:
    values = np.array([1.0, 2.0, 3.0, 4.0])
    outside = bootstrap(
        lambda v: 100.0 if len(set(v)) == 4 else float(v.mean()),
        values,
        config=Bootstrap(stored=[[0, 0, 1, 1], [1, 1, 2, 2], [0, 0, 0, 3]]),
    )
    assert outside.interval is None
    assert any("outside its bootstrap distribution" in note for note in outside.notes)
    still = bootstrap(lambda v: 1.0, values, config=Bootstrap(n_resamples=20, rng=np.random.default_rng(0)))
    assert any("0/0" in note for note in still.notes)


def test_monte_carlo_error_of_the_ends() -> None:
    x = np.random.default_rng(0).normal(size=40)
    ends = [
        bootstrap(
            lambda v: v.mean(axis=-1),
            x,
            config=Bootstrap(n_resamples=1000, method="percentile", rng=np.random.default_rng(seed)),
            vectorized=True,
        )
        for seed in range(120)
    ]
    spread = np.std([e.interval.low for e in ends], ddof=1)
    stated = np.mean([e.details["mc_error_low"] for e in ends])
    assert stated == pytest.approx(spread, rel=0.25)


def test_bootstrap_counts_agrees_with_bootstrap_of_rows() -> None:
    x = np.array([1.0, 5.0, 2.0, 8.0, 3.0])
    index = np.random.default_rng(0).integers(0, 5, (99, 5))
    plain = bootstrap(np.mean, x, config=Bootstrap(stored=index))
    counted = bootstrap_counts(
        lambda c: x @ c / c.sum(axis=0), float(x.mean()), 5, config=Bootstrap(stored=index), level=0.95, quantity="m"
    )
    assert counted.interval.low == pytest.approx(plain.interval.low, rel=1e-12)
    assert counted.details["acceleration"] == pytest.approx(plain.details["acceleration"], rel=1e-9)


def test_refusals() -> None:
    rng = np.random.default_rng(0)
    for make in (Permutation, Bootstrap):
        with pytest.raises(InputError, match=r"needs rng=numpy.random.default_rng\(seed\)"):
            make(n_resamples=10)
        with pytest.raises(InputError, match=r"must be a numpy\.random\.Generator, got int"):
            make(rng=3)
        with pytest.raises(InputError, match="n_resamples must be a whole number"):
            make(n_resamples=0, rng=rng)
        with pytest.raises(InputError, match="count from 0, got -1"):
            make(stored=[[0, -1]])
        with pytest.raises(InputError, match=r"stored must have shape \(resamples, n\)"):
            make(stored=[0, 1])
    with pytest.raises(InputError, match="stored row 1 is no permutation"):
        Permutation(stored=[[0, 1], [0, 0]])
    with pytest.raises(InputError, match="tolerance must lie"):
        Permutation(rng=rng, tolerance=-1)
    with pytest.raises(InputError, match="stored permutes 2 values, the data have 4"):
        pearson([1, 2, 3, 4], [1, 2, 4, 3], method=Permutation(stored=[[0, 1]]))
    with pytest.raises(InputError, match="method must be one of"):
        Bootstrap(rng=rng, method="studentized")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="crossed_with needs clusters"):
        Bootstrap(rng=rng, crossed_with=[1, 2], method="basic")
    with pytest.raises(InputError, match="no BCa"):
        Bootstrap(rng=rng, clusters=[1, 2], crossed_with=[1, 2])
    with pytest.raises(InputError, match="cannot replay"):
        Bootstrap(stored=[[0, 1]] * 2, clusters=[1, 2], crossed_with=[1, 2], method="basic")
    with pytest.raises(InputError, match="for resampled rows, not clusters"):
        Bootstrap(rng=rng, clusters=[1, 2], acceleration="regression")
    with pytest.raises(InputError, match="missing label at row 1"):
        Bootstrap(rng=rng, clusters=[1, None])
    with pytest.raises(InputError, match="clusters has 2 labels, the data have 3 rows"):
        bootstrap(np.mean, [1, 2, 3], config=Bootstrap(rng=rng, clusters=[1, 2]))
    with pytest.raises(InputError, match="index 3 is out of range for 3 units"):
        bootstrap(np.mean, [1, 2, 3], config=Bootstrap(stored=[[0, 1, 3]] * 2))
    with pytest.raises(UndefinedEstimate, match="at least two units"):
        bootstrap(np.mean, [1.0], config=Bootstrap(rng=rng))
    with pytest.raises(InputError, match="differ in length"):
        bootstrap(np.mean, [1.0, 2.0], [1.0], config=Bootstrap(rng=rng))
    with pytest.raises(InputError, match="at least one data column"):
        bootstrap(np.mean, config=Bootstrap(rng=rng))
    with pytest.raises(InputError, match="a vectorized statistic"):
        bootstrap(np.mean, [1.0, 2.0], config=Bootstrap(rng=rng), vectorized=True)
    with pytest.raises(InputError, match="cannot resample 0 units"):
        list(Bootstrap(rng=rng).counts(0))


@settings(max_examples=80, deadline=None)
@given(st.lists(st.lists(st.integers(-3, 3), min_size=6, max_size=6), min_size=1, max_size=8), st.integers(1, 7))
def test_midranks(rows: list[list[int]], divisor: int) -> None:
    values = np.array(rows) / divisor
    expected = scipy_stats.rankdata(values, axis=1)
    assert (midranks(values) == expected).all()
    assert (midranks(values.T, axis=0) == expected.T).all()
    noisy = values * (1 + np.random.default_rng(0).choice([-1, 0, 1], values.shape) * 2.0**-52)
    assert (coarse_midranks(noisy) == expected).all()
