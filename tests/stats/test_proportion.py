"""Rates of independent trials: R's values, exactness at the ends, degenerate input, and the published examples."""

from __future__ import annotations

import json
import math
import warnings
from pathlib import Path

import numpy as np
import pytest
import scipy.stats as st
from hypothesis import given
from hypothesis import strategies as hs

from leakstats.errors import InputError, LeakstatsError, UndefinedEstimate
from leakstats.stats.proportion import (
    METHODS,
    difference_interval,
    one_sided_bound,
    proportion_interval,
    proportion_intervals,
)
from leakstats.tails import clopper_pearson_interval, wilson_interval

# R 4.2.2: binom.test, prop.test, qbeta; mid-p coded in base R. Oracle family "binomial", level 0.95.
R_95 = {
    (3, 67): {
        "wilson": (0.01534397512203866, 0.12357833089093759),
        "wilson-cc": (0.01163545119968764, 0.13374038128476862),
        "clopper-pearson": (0.009330843412756917, 0.12532703599394157),
        "jeffreys": (0.012770132618304092, 0.11468058696864925),
        "agresti-coull": (0.010258306113717044, 0.1286639998992592),
        "wald": (0.0, 0.09429678819353109),
        "mid-p": (0.01151417596629631, 0.11700893578299222),
    },
    (1, 10): {
        "wilson": (0.017876213095072896, 0.40415002679523837),
        "clopper-pearson": (0.0025285785444617865, 0.44501611702819543),
        "mid-p": (0.00500147528243996, 0.40347615573769435),
    },
    (0, 5): {
        "wilson": (0.0, 0.43448246478317465),
        "clopper-pearson": (0.0, 0.5218237501049814),
        "jeffreys": (9.342060003954498e-05, 0.3793771422990392),
        "jeffreys-bcd": (0.0, 0.3793771422990392),
        "mid-p": (0.0, 0.450719728346941),
    },
}


@pytest.mark.parametrize(("counts", "method"), [(c, m) for c, row in R_95.items() for m in row])
def test_agrees_with_r(counts: tuple[int, int], method: str) -> None:
    interval = proportion_interval(*counts, method=method).interval
    assert interval is not None
    low, high = R_95[counts][method]
    rel = 1e-9 if method == "mid-p" else 1e-12  # R's mid-p comes from a root finder
    assert interval.low == pytest.approx(low, rel=rel)
    assert interval.high == pytest.approx(high, rel=rel)


ORACLE = {
    "wilson": "wilson",
    "wilson_cc_prop.test": "wilson-cc",
    "clopper_pearson": "clopper-pearson",
    "jeffreys_raw": "jeffreys",
    "jeffreys_bcd": "jeffreys-bcd",
    "agresti_coull_unclipped": "agresti-coull",
    "wald_unclipped": "wald",
    "mid_p": "mid-p",
}


@pytest.mark.shared
def test_every_binomial_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("binomial*.json"))
    assert files
    for file in files:
        for case in json.loads(file.read_text())["R"]:
            for key, method in ORACLE.items():
                if method == "wilson-cc" and 2 * case["x"] == case["n"]:
                    continue  # prop.test applies no correction there, Newcombe's formula does
                low, high = (min(max(end, 0.0), 1.0) for end in case[key])
                interval = proportion_interval(case["x"], case["n"], level=case["conf"], method=method).interval
                assert interval is not None
                rel = 1e-9 if method == "mid-p" else 1e-10
                where = (file.name, case["x"], case["n"], case["conf"], method)
                assert interval.low == pytest.approx(low, rel=rel, abs=1e-300), where
                assert interval.high == pytest.approx(high, rel=rel, abs=1e-300), where


@pytest.mark.shared
def test_every_twoprop_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("twoprop*.json"))
    assert files
    for file in files:
        data = json.loads(file.read_text())
        for row, expected in zip(data["rows"], data["R"], strict=True):
            estimate = difference_interval(*row)
            assert estimate.interval is not None
            assert estimate.p_value is not None
            assert estimate.value == pytest.approx(expected["diff"], abs=1e-15)
            assert estimate.interval.low == pytest.approx(expected["newcombe95"][0], rel=1e-10, abs=1e-14)
            assert estimate.interval.high == pytest.approx(expected["newcombe95"][1], rel=1e-10, abs=1e-14)
            assert estimate.p_value.value == pytest.approx(expected["fisher_p"], rel=1e-8)
            wald = difference_interval(*row, method="wald").interval
            assert wald is not None
            assert (wald.low, wald.high) == pytest.approx(tuple(expected["wald95"]), rel=1e-10, abs=1e-14)
            if expected["chisq_p_uncorrected"] is None:
                assert not estimate.other_p_values
            else:
                assert estimate.p_by("chi-square").value == pytest.approx(expected["chisq_p_uncorrected"], rel=1e-9)


def test_ends_are_exact() -> None:
    for method in METHODS:
        none = proportion_interval(0, 7, method=method).interval
        full = proportion_interval(7, 7, method=method).interval
        assert none is not None
        assert full is not None
        if method != "jeffreys":  # the raw posterior interval leaves the ends by definition
            assert none.low == 0.0
            assert full.high == 1.0
        assert full.low == pytest.approx(1.0 - none.high, rel=1e-12)


def test_one_sided_bound_stands_beside_the_interval_at_the_ends() -> None:
    none = proportion_interval(0, 200)
    assert none.interval_by("one-sided").high == pytest.approx(1 - 0.05 ** (1 / 200), rel=1e-12)
    assert none.details["rule_of_three"] == pytest.approx(0.015)
    full = proportion_interval(200, 200)
    assert full.interval_by("one-sided").low == pytest.approx(0.05 ** (1 / 200), rel=1e-12)
    assert not proportion_interval(1, 200).other_intervals


def test_one_sided_bound_solves_its_tail_equation() -> None:
    upper = one_sided_bound(3, 40, level=0.9).interval
    lower = one_sided_bound(3, 40, level=0.9, side="lower").interval
    assert upper is not None
    assert lower is not None
    assert st.binom.cdf(3, 40, upper.high) == pytest.approx(0.1, rel=1e-10)
    assert st.binom.sf(2, 40, lower.low) == pytest.approx(0.1, rel=1e-10)


def test_mid_p_solves_its_equation() -> None:
    interval = proportion_interval(4, 30, method="mid-p").interval
    assert interval is not None
    for p, tail in (
        (interval.low, st.binom.sf(4, 30, interval.low)),
        (interval.high, st.binom.cdf(3, 30, interval.high)),
    ):
        assert tail + 0.5 * st.binom.pmf(4, 30, p) == pytest.approx(0.025, rel=1e-10)


def test_agrees_with_the_pure_python_tails() -> None:
    for k, n in [(0, 7), (1, 9), (42, 100), (11_100, 22_200), (123_456, 1_000_000)]:
        for method, pure in (("wilson", wilson_interval), ("clopper-pearson", clopper_pearson_interval)):
            ours, theirs = proportion_interval(k, n, level=0.9, method=method).interval, pure(k, n, level=0.9)
            assert ours is not None
            assert ours.low == pytest.approx(theirs.low, rel=1e-11)
            assert ours.high == pytest.approx(theirs.high, rel=1e-11)


def test_large_unequal_beta_parameters_are_polished() -> None:
    # scipy.special.betaincinv(1000, 1e6, .975) is off by 3e-9; 40-digit arithmetic confirms ours.
    interval = proportion_interval(999, 1_000_998, method="clopper-pearson").interval
    pure = clopper_pearson_interval(999, 1_000_998)
    assert interval is not None
    assert interval.high == pytest.approx(pure.high, rel=1e-11)


@pytest.mark.parametrize("method", METHODS)
def test_arrays_agree_with_scalars(method: str) -> None:
    rng = np.random.default_rng(3)
    n = rng.integers(1, 40, 300)
    k = rng.binomial(n, 0.3)
    table = proportion_intervals(k, n, method=method)
    for i in range(0, 300, 7):
        interval = proportion_interval(int(k[i]), int(n[i]), method=method).interval
        assert interval is not None
        assert table["low"][i] == pytest.approx(interval.low, rel=1e-12)
        assert table["high"][i] == pytest.approx(interval.high, rel=1e-12)
        assert table["rate"][i] == k[i] / n[i]


def test_arrays_name_the_empty_cells() -> None:
    table = proportion_intervals([0, 3], [0, 5], labels=["empty", "full"])
    assert table.row("empty") == {"rate": None, "low": None, "high": None}
    assert table.undefined["rate"] == "0 of 0 trials in 1 cell"
    assert table.to_json()["columns"]["low"][0] is None


def test_default_labels_are_row_numbers() -> None:
    table = proportion_intervals([0, 3, 4], 5)
    assert list(table.labels) == ["0", "1", "2"]
    assert table.labels[1:] == ["1", "2"]
    assert table.row("2")["rate"] == 0.8


def test_difference_published_examples() -> None:
    # Newcombe 1998b, table II: 56/70 against 48/80 and 9/10 against 3/10, methods 10 and 5.
    newcombe = difference_interval(56, 70, 48, 80).interval
    score = difference_interval(56, 70, 48, 80, method="miettinen-nurminen").interval
    assert newcombe is not None
    assert score is not None
    assert (round(newcombe.low, 4), round(newcombe.high, 4)) == (0.0524, 0.3339)
    assert (round(score.low, 4), round(score.high, 4)) == (0.0528, 0.3382)
    newcombe = difference_interval(9, 10, 3, 10).interval
    score = difference_interval(9, 10, 3, 10, method="miettinen-nurminen").interval
    assert newcombe is not None
    assert score is not None
    assert (round(newcombe.low, 4), round(newcombe.high, 4)) == (0.1705, 0.8090)
    assert (round(score.low, 4), round(score.high, 4)) == (0.1700, 0.8406)


def test_fisher_agrees_with_scipy() -> None:
    rng = np.random.default_rng(11)
    for _ in range(60):
        n1, n2 = (int(v) for v in rng.integers(1, 60, 2))
        x1, x2 = int(rng.integers(0, n1 + 1)), int(rng.integers(0, n2 + 1))
        p = difference_interval(x1, n1, x2, n2).p_value
        assert p is not None
        assert p.value == pytest.approx(st.fisher_exact(np.array([[x1, n1 - x1], [x2, n2 - x2]]))[1], rel=1e-9)


@pytest.mark.parametrize("method", ["newcombe", "miettinen-nurminen", "agresti-caffo", "wald"])
def test_difference_is_antisymmetric(method: str) -> None:
    one = difference_interval(7, 30, 14, 33, method=method)
    two = difference_interval(14, 33, 7, 30, method=method)
    assert one.interval is not None
    assert two.interval is not None
    assert one.interval.low == pytest.approx(-two.interval.high, abs=1e-12)
    assert one.interval.high == pytest.approx(-two.interval.low, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: proportion_interval(8, 7), r"successes must lie in \[0, trials\], got 8 of 7"),
        (lambda: proportion_interval(-1, 7), "got -1 of 7"),
        (lambda: proportion_interval(1, -7), "trials must be at least 0, got -7"),
        (lambda: proportion_interval(1.5, 7), "successes must be whole numbers, got 1.5"),  # type: ignore[arg-type]
        (lambda: proportion_interval(math.nan, 7), "successes must be finite"),  # type: ignore[arg-type]
        (lambda: proportion_interval(1, 7, level=95), "write 0.95, not 95"),
        (lambda: proportion_interval(1, 7, method="normal"), "method must be one of 'wilson'"),
        (lambda: proportion_interval([1, 2], 7), "see proportion_intervals"),  # type: ignore[arg-type]
        (lambda: proportion_intervals([[1]], 7), "must have one axis"),
        (lambda: proportion_intervals([1], 7, labels=["a", "b"]), r"one name a cell \(1\), got 2"),
        (lambda: difference_interval(1, 2, 4, 3), "got 4 of 3"),
        (lambda: one_sided_bound(1, 2, side="both"), "side must be one of"),
    ],
)
def test_unusable_input_is_refused(call: object, message: str) -> None:
    with pytest.raises(InputError, match=message):
        call()  # type: ignore[operator]


def test_no_trials_is_undefined() -> None:
    for call in (proportion_interval, one_sided_bound):
        with pytest.raises(UndefinedEstimate, match="0 of 0 trials"):
            call(0, 0)
    for counts in ((0, 0, 1, 2), (1, 2, 0, 0)):
        with pytest.raises(UndefinedEstimate, match="0 of 0 trials"):
            difference_interval(*counts)


def test_wald_says_that_it_undercovers() -> None:
    assert any("wald covers far below" in a for a in proportion_interval(1, 9, method="wald").assumptions)
    assert any("wald covers far below" in a for a in difference_interval(1, 9, 2, 9, method="wald").assumptions)
    assert not any("covers" in a for a in proportion_interval(1, 9).assumptions)


@given(
    k=hs.integers(-2, 10**9),
    n=hs.integers(-2, 10**9),
    level=hs.floats(0.001, 0.9999),
    method=hs.sampled_from(sorted(METHODS)),
)
def test_any_counts_give_an_interval_about_the_rate_or_a_reason(k: int, n: int, level: float, method: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            estimate = proportion_interval(k, n, level=level, method=method)
        except LeakstatsError:
            assert n <= 0 or k > n or k < 0
            return
    interval = estimate.interval
    assert interval is not None
    assert 0 <= interval.low <= interval.high <= 1
    # a posterior interval, or the mid-p one at a tiny level, need not hold the sample rate at the ends
    if method not in ("jeffreys", "mid-p", "jeffreys-bcd"):
        assert interval.low <= estimate.value * (1 + 1e-12)
        assert estimate.value <= interval.high * (1 + 1e-12)


@given(
    x=hs.tuples(hs.integers(0, 500), hs.integers(1, 500), hs.integers(0, 500), hs.integers(1, 500)),
    method=hs.sampled_from(["newcombe", "miettinen-nurminen", "agresti-caffo", "wald"]),
)
def test_any_difference_is_complete(x: tuple[int, int, int, int], method: str) -> None:
    x1, n1, x2, n2 = x
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        estimate = difference_interval(min(x1, n1), n1, min(x2, n2), n2, method=method)
    assert estimate.interval is not None
    assert -1 <= estimate.interval.low <= estimate.interval.high <= 1
    assert estimate.p_value is not None
    if method != "agresti-caffo":  # centred on a shrunken difference
        assert estimate.value in (pytest.approx(estimate.interval.low), pytest.approx(estimate.interval.high)) or (
            estimate.value in estimate.interval
        )


def test_an_empty_table_is_empty() -> None:
    table = proportion_intervals(np.array([], dtype=int), np.array([], dtype=int), method="clopper-pearson")
    assert len(table) == 0
    assert table["rate"].shape == (0,)
