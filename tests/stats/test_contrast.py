"""Contrasts of conditions: exact p-values, intervals by definition, equivalence, several conditions."""

from __future__ import annotations

import itertools
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
from leakstats.stats import (
    Permutation,
    blocked_conditions_test,
    correlation_equivalence,
    equivalence,
    equivalence_test,
    paired_contrast,
    unpaired_contrast,
)

DATA = Path(__file__).parent / "data"


def load(name: str) -> Any:
    return json.loads((DATA / name).read_text("utf-8"))["cases"]


def check_paired(case: dict[str, Any]) -> None:
    d, theirs = np.array(case["d"], dtype=float), case["R"]
    zeros = np.zeros_like(d)
    for side, key in (("two-sided", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
        e = paired_contrast(d, zeros, alternative=side)  # type: ignore[arg-type]
        assert e.value == pytest.approx(theirs["sum"] / d.size)
        assert e.p_value is not None
        assert e.p_value.value == pytest.approx(theirs[key], rel=1e-12), case["id"]


def check_unpaired(case: dict[str, Any]) -> None:
    theirs = case["R"]["mean_diff"]
    for side, key in (("two-sided", "p_two_abs"), ("greater", "p_greater"), ("less", "p_less")):
        e = unpaired_contrast(case["a"], case["b"], alternative=side)  # type: ignore[arg-type]
        assert e.value == pytest.approx(theirs["diff"], abs=1e-14)
        assert e.p_value is not None
        assert e.p_value.value == pytest.approx(theirs[key], rel=1e-12), case["id"]
    welch = case["R"]["welch"]
    e = unpaired_contrast(case["a"], case["b"])
    assert e.interval is not None
    assert [e.interval.low, e.interval.high] == pytest.approx(welch["ci95"], rel=1e-9)
    assert e.p_by("welch-t").value == pytest.approx(welch["p"], rel=1e-9)


@pytest.mark.parametrize("case", load("r_permpaired.json"), ids=lambda c: str(c["id"]))
def test_paired_exact(case: dict[str, Any]) -> None:
    check_paired(case)


@pytest.mark.parametrize("case", load("r_perm.json"), ids=lambda c: str(c["id"]))
def test_unpaired_exact(case: dict[str, Any]) -> None:
    check_unpaired(case)


@pytest.mark.shared
def test_every_shared_permutation_oracle(shared_dir: Path) -> None:
    paired = sorted((shared_dir / "oracles").glob("permpaired_*.json"))
    unpaired = sorted((shared_dir / "oracles").glob("perm_*.json"))
    assert paired
    assert unpaired
    for file in paired:
        check_paired(json.loads(file.read_text("utf-8")))
    for file in unpaired:
        check_unpaired(json.loads(file.read_text("utf-8")))


# --- paired ---------------------------------------------------------------------------------------------------------


def test_paired_t_is_scipys() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 15))
    e = paired_contrast(a, b)
    theirs = scipy_stats.ttest_rel(a, b)
    low, high = theirs.confidence_interval()
    assert e.interval is not None
    assert (e.interval.low, e.interval.high) == pytest.approx((low, high))
    assert e.p_by("t").value == pytest.approx(theirs.pvalue)
    assert e.details["df"] == 14
    assert e.details["standard_error"] == pytest.approx(scipy_stats.sem(a - b))
    assert e.value == pytest.approx(float(e.details["mean_a"]) - float(e.details["mean_b"]))


def test_five_units_cannot_reach_five_percent() -> None:
    e = paired_contrast([5, 6, 7, 8, 9], [0, 1, 1, 0, 2])
    assert e.p_value is not None
    assert (e.p_value.value, e.p_value.minimum) == (0.0625, 0.0625)
    few = paired_contrast([5, 6, 7, 8, 9], [0, 1, 1, 0, 2], interval="sign-flip")
    assert few.interval is None
    assert any("5 units cannot reach 95%, 6 can" in note for note in few.notes)


def test_sign_flip_interval_inverts_the_test() -> None:
    rng = np.random.default_rng(4)
    for n in (6, 9, 12):
        d = rng.normal(size=n) + 0.4
        interval = paired_contrast(d, np.zeros(n), interval="sign-flip").interval
        assert interval is not None
        assert interval.method == "sign-flip"
        step = 1e-6
        for end, inside in ((interval.low, step), (interval.high, -step)):
            within = paired_contrast(d - (end + inside), np.zeros(n)).p_value
            beyond = paired_contrast(d - (end - inside), np.zeros(n)).p_value
            assert within is not None
            assert beyond is not None
            assert within.value > 0.05 >= beyond.value
    with pytest.raises(InputError, match="n <= 20, got 21"):
        paired_contrast(np.arange(21.0) ** 2, np.zeros(21), interval="sign-flip")


def test_equal_differences_have_no_interval() -> None:
    zero = paired_contrast([0.1 + 0.2, 0.5, 1.0], [0.3, 0.5, 1.0])
    assert (zero.value, zero.interval) == (0.0, None)
    assert zero.p_value is not None
    assert zero.p_value.value == 1.0
    same = paired_contrast([1.0, 2.0, 3.0], [0.0, 1.0, 2.0])
    assert (same.value, same.interval) == (1.0, None)
    assert same.p_value is not None
    assert same.p_value.value == 0.25


def test_offsets_and_units_do_not_matter() -> None:
    rng = np.random.default_rng(6)
    a, b = rng.normal(size=(2, 8))
    plain = paired_contrast(a, b)
    for scale, offset in ((1e-100, 0.0), (1e100, 0.0), (1.0, 1e6)):
        e = paired_contrast(scale * a + offset, scale * b + offset)
        assert e.value == pytest.approx(scale * plain.value, rel=1e-8)
        assert e.p_value == plain.p_value
        assert e.interval is not None
        assert plain.interval is not None
        assert e.interval.width == pytest.approx(scale * plain.interval.width, rel=1e-8)


def test_two_crossed_factors_use_the_largest_variance() -> None:
    rng = np.random.default_rng(7)
    rows, columns = rng.normal(size=(28, 1)), 0.5 * rng.normal(size=(1, 9))
    a = 0.3 + rows + columns + rng.normal(size=(28, 9))
    e = paired_contrast(a, np.zeros((28, 9)))
    deviation = a - a.mean()
    v_rows = (deviation.mean(axis=1) ** 2).sum() / (28 * 27)
    v_columns = (deviation.mean(axis=0) ** 2).sum() / (9 * 8)
    v_cells = (deviation**2).sum() / (252 * 251)
    both = v_rows + v_columns - v_cells
    assert e.details["standard_error"] == pytest.approx(math.sqrt(max(v_rows, v_columns, both)))
    assert e.details["standard_error_units"] == pytest.approx(math.sqrt(v_rows))
    assert (e.n, e.n_rows, dict(e.clusters)) == (28, 252, {"units": 28, "second": 9})
    assert {p.method for p in e.other_p_values} == {"sign-flip-over-units", "sign-flip-over-second-factor"}
    one = paired_contrast(a.mean(axis=1), np.zeros(28))
    assert e.p_by("sign-flip-over-units").value == pytest.approx(one.p_value.value)  # type: ignore[union-attr]
    nothing = paired_contrast(a, a)
    assert nothing.p_value is not None
    assert (nothing.value, nothing.interval, nothing.p_value.value) == (0.0, None, 1.0)
    shifted = paired_contrast(a + 1.0, a)
    assert shifted.interval is None
    with pytest.raises(UndefinedEstimate, match="got 1 x 4"):
        paired_contrast(np.ones((1, 4)), np.zeros((1, 4)))


@pytest.mark.parametrize(
    ("a", "b", "kw", "error", "match"),
    [
        ([], [], {}, UndefinedEstimate, "at least 2 units, got 0"),
        ([1.0], [2.0], {}, UndefinedEstimate, "at least 2 units, got 1"),
        ([1.0, 2.0], [2.0], {}, InputError, "same units"),
        ([1.0, math.nan], [2.0, 1.0], {}, InputError, "finite"),
        ([1.0, 2.0], [2.0, 1.0], {"interval": "z"}, InputError, "'t'"),
        ([1e308, 1.0], [-1e308, 0.0], {}, InputError, "overflows"),
    ],
)
def test_paired_refusals(a: Any, b: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        paired_contrast(a, b, **kw)


# --- equivalence ----------------------------------------------------------------------------------------------------


def test_equivalence_is_two_t_tests() -> None:
    rng = np.random.default_rng(8)
    a = rng.normal(size=20)
    b = a + 0.1 * rng.normal(size=20)
    e = equivalence(a, b, margin=0.1)
    d = a - b
    above = scipy_stats.ttest_1samp(d, -0.1, alternative="greater").pvalue
    below = scipy_stats.ttest_1samp(d, 0.1, alternative="less").pvalue
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx(max(above, below))
    assert e.interval is not None
    assert e.interval.level == pytest.approx(0.9)
    assert e.details["equivalent"] == (e.p_value.value < 0.05)
    edge = equivalence(a, b, margin=float(e.details["smallest_margin"]))
    assert edge.p_value is not None
    assert edge.p_value.value == pytest.approx(0.05)
    loose = equivalence(a, b, margin=(-0.05, 1.0))
    assert (loose.details["margin_low"], loose.details["margin_high"]) == (-0.05, 1.0)


def test_unpaired_equivalence_uses_welch() -> None:
    a, b = [0.4, 0.5, 0.45, 0.6], [0.5, 0.52, 0.43, 0.48, 0.55]
    e = equivalence(a, b, margin=0.2, paired=False)
    low, high = scipy_stats.ttest_ind(a, b, equal_var=False).confidence_interval(0.9)
    assert e.interval is not None
    assert (e.interval.low, e.interval.high) == pytest.approx((low, high))


def test_welch_s_degrees_of_freedom_of_a_tiny_spread_beside_none() -> None:
    # found by hypothesis: the square of a variance of 1e-200 is 0
    e = equivalence([0.0, 1e-100], [1.0, 1.0], margin=0.5, paired=False)
    assert e.details["equivalent"] is False
    assert e.value == -1.0


def test_seven_points_show_no_absence() -> None:
    # study #109: rho -0.34, N = 7 was printed as "no relationship"
    e = correlation_equivalence(-0.34, 7, margin=0.3)
    assert not e.details["equivalent"]
    assert e.p_value is not None
    assert e.p_value.value > 0.5
    many = correlation_equivalence(0.01, 2000, margin=0.1)
    assert many.details["equivalent"]
    wide = correlation_equivalence(0.5, 50, margin=0.3, coefficient="spearman")
    assert wide.details["standard_error_z"] == pytest.approx(math.sqrt(1.125 / 47))


def test_correlation_equivalence_is_two_normal_tests_on_fishers_z() -> None:
    for r, n, margin, coefficient, factor in ((0.1, 60, 0.3, "pearson", 1.0), (-0.2, 45, 0.4, "spearman", 1.02)):
        e = correlation_equivalence(r, n, margin=margin, coefficient=coefficient)  # type: ignore[arg-type]
        error = math.sqrt(factor / (n - 3))
        above = scipy_stats.norm.sf((math.atanh(r) + math.atanh(margin)) / error)
        below = scipy_stats.norm.sf((math.atanh(margin) - math.atanh(r)) / error)
        assert e.p_value is not None
        assert e.p_value.value == pytest.approx(max(above, below), rel=1e-9)
        reach = scipy_stats.norm.ppf(0.95) * error
        assert e.interval is not None
        assert e.interval.low == pytest.approx(math.tanh(math.atanh(r) - reach), rel=1e-9)
        assert e.interval.high == pytest.approx(math.tanh(math.atanh(r) + reach), rel=1e-9)


@pytest.mark.parametrize("margin", [0.0, -0.1, math.nan, math.inf, (0.1, 0.2), (-0.1, 0.0)])
def test_margins_surround_zero(margin: Any) -> None:
    with pytest.raises(InputError, match="margin"):
        equivalence_test(0.1, 0.1, margin=margin, n=5)
    with pytest.raises(InputError, match="margin"):
        equivalence([1.0, 2.0, 4.0], [1.0, 2.0, 3.0], margin=margin)


def test_equivalence_refusals() -> None:
    with pytest.raises(UndefinedEstimate, match="standard error is 0"):
        equivalence_test(0.1, 0.0, margin=1.0, n=5)
    with pytest.raises(UndefinedEstimate, match="do not vary"):
        equivalence([1.0, 2.0], [1.0, 2.0], margin=0.1)
    with pytest.raises(InputError, match="above 1/2"):
        equivalence_test(0.1, 0.1, margin=1.0, n=5, level=0.4)
    with pytest.raises(InputError, match="df must be > 0"):
        equivalence_test(0.1, 0.1, margin=1.0, n=5, df=0)
    with pytest.raises(UndefinedEstimate, match="exactly 1"):
        correlation_equivalence(1.0, 12, margin=0.1)
    with pytest.raises(UndefinedEstimate, match="at least 4"):
        correlation_equivalence(0.1, 3, margin=0.1)
    with pytest.raises(InputError, match=r"margin must lie in \(0, 1\)"):
        correlation_equivalence(0.1, 12, margin=1.5)


# --- several conditions ---------------------------------------------------------------------------------------------


def test_friedman_is_scipys_and_permutation_is_its_list() -> None:
    rng = np.random.default_rng(9)
    table = rng.integers(0, 4, size=(4, 3)).astype(float)
    e = blocked_conditions_test(table)
    theirs = scipy_stats.friedmanchisquare(*table.T)
    assert e.p_by("friedman-chi2").value == pytest.approx(theirs.pvalue)
    assert e.details["friedman_chi2"] == pytest.approx(theirs.statistic)
    ranges, chi2 = [], []
    for orders in itertools.product(itertools.permutations(range(3)), repeat=4):
        shuffled = np.array([row[list(order)] for row, order in zip(table, orders, strict=True)])
        ranges.append(np.ptp(shuffled.mean(axis=0)))
        chi2.append(scipy_stats.friedmanchisquare(*shuffled.T).statistic)
    observed = np.ptp(table.mean(axis=0))
    assert e.value == pytest.approx(observed)
    assert e.p_value is not None
    assert e.p_value.method == "exact"
    assert e.p_value.value == pytest.approx((np.array(ranges) >= observed - 1e-9).mean())
    assert e.p_by("friedman-permutation").value == pytest.approx((np.array(chi2) >= theirs.statistic - 1e-9).mean())


def test_two_conditions_are_a_sign_flip() -> None:
    rng = np.random.default_rng(10)
    a, b = rng.normal(size=(2, 8))
    blocked, paired = blocked_conditions_test(np.column_stack([a, b])), paired_contrast(a, b)
    assert blocked.p_value is not None
    assert paired.p_value is not None
    assert blocked.p_value.value == pytest.approx(paired.p_value.value)


def test_missing_and_uncounted_cells() -> None:
    table = np.array([[1.0, 2.0, 5.0], [2.0, np.nan, 6.0], [0.0, 3.0, 4.0]])
    e = blocked_conditions_test(table, labels=["base", "mid", "top"])
    assert e.n_rows == 8
    assert e.details["mean[mid]"] == 2.5
    assert "friedman_chi2" not in e.details
    assert e.details["n_permutations"] == 6 * 2 * 6
    counted = np.array([[True, True, True], [True, False, True], [True, True, True]])
    filled = np.where(np.isnan(table), 9.0, table)
    masked = blocked_conditions_test(filled, counted=counted)
    assert masked.value == pytest.approx(e.value), "a cell that is not counted is in no mean"
    assert masked.details["n_permutations"] == 6**3, "but its value is permuted with its block"
    free = blocked_conditions_test(table, within_blocks=False)
    assert free.details["n_permutations"] == math.factorial(8)
    assert "blocks ignored" in free.method


# em_collapse (study #222): hits of 280, 11 bystander personas under 5 induction conditions; the induction persona of
# a condition is no bystander there
@pytest.mark.shared
def test_em_collapse_h2(shared_dir: Path) -> None:
    import pandas as pd

    folder = shared_dir / "data" / "em_collapse"
    rates = pd.read_csv(folder / "per_persona.csv").pivot(index="persona", columns="condition", values="hits")
    rates = rates.drop(index="confab") / 280.0
    conditions = pd.read_csv(folder / "conditions.csv").set_index("condition")
    counted = np.ones(rates.shape, dtype=bool)
    for j, name in enumerate(rates.columns):
        if conditions.loc[name, "in_eval_grid"]:
            counted[list(rates.index).index(conditions.loc[name, "induction_persona"]), j] = False
    assert counted.sum() == 51
    plan = {"n_resamples": 100_000}
    blocked = blocked_conditions_test(
        rates.to_numpy(), counted=counted, method=Permutation(rng=np.random.default_rng(1), **plan)
    )
    assert blocked.value == pytest.approx(0.08035714285714285, rel=1e-12)
    assert blocked.p_value is not None
    assert blocked.p_value.value == pytest.approx(0.00165, abs=0.0006)
    free = blocked_conditions_test(
        rates.to_numpy(), counted=counted, within_blocks=False, method=Permutation(rng=np.random.default_rng(2), **plan)
    )
    assert free.p_value is not None
    assert free.p_value.value == pytest.approx(0.00325, abs=0.0012)
    complete = blocked_conditions_test(rates.to_numpy())
    assert complete.details["friedman_chi2"] == pytest.approx(23.486238532110068, rel=1e-9)
    assert complete.p_by("friedman-chi2").value == pytest.approx(0.00010122874443425762, rel=1e-9)


@pytest.mark.parametrize(
    ("values", "kw", "error", "match"),
    [
        (np.ones((1, 3)), {}, UndefinedEstimate, "got 1 x 3"),
        (np.ones((3, 1)), {}, UndefinedEstimate, "got 3 x 1"),
        ([[1, np.nan], [2, np.nan]], {}, UndefinedEstimate, "condition 1 has no counted cell"),
        ([[1, np.inf], [2, 3]], {}, InputError, "finite"),
        ([[1, 2], [2, 3]], {"counted": [[1, 1], [1, 0]]}, InputError, "bool"),
        ([[1, 2], [2, 3]], {"labels": ["a", "a"]}, InputError, "2 different names"),
        (np.arange(60.0).reshape(6, 10), {"method": "exact"}, InputError, "250,000"),
        ([[1, 2], [2, 3]], {"method": Permutation(stored=[[0, 1]])}, InputError, "needs rng"),
    ],
)
def test_blocked_refusals(values: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        blocked_conditions_test(values, **kw)


def test_constant_table() -> None:
    e = blocked_conditions_test(np.full((3, 3), 0.1))
    assert e.p_value is not None
    assert (e.value, e.p_value.value) == (0.0, 1.0)
    assert any("no Friedman" in note for note in e.notes)


CELL = st.sampled_from([0.0, 1.0, 2.0, 0.3, 0.1 + 0.2, -1.0, 1e-100, 1e8, 1e8 + 1, 1e300, -1e300, math.nan, math.inf])


@settings(max_examples=150, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=6), side=st.sampled_from(["two-sided", "greater", "less"]))
def test_any_conditions_give_an_estimate_or_a_reason(rows: Any, side: Any) -> None:
    table = np.array(rows, dtype=float).reshape(len(rows), 3)
    a, b, c = table.T
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compute in (
            lambda: paired_contrast(a, b, alternative=side),
            lambda: paired_contrast(a, b, interval="sign-flip"),
            lambda: paired_contrast(table[:, :2], table[:, 1:], alternative=side),
            lambda: unpaired_contrast(a, c, alternative=side),
            lambda: equivalence(a, b, margin=0.5),
            lambda: equivalence(a, b, margin=0.5, paired=False),
            lambda: blocked_conditions_test(table, method=Permutation(n_resamples=20, rng=np.random.default_rng(0))),
        ):
            try:
                e = compute()
            except (InputError, UndefinedEstimate):
                continue
            if e.interval is not None:
                slack = 1e-9 * max(abs(e.interval.low), abs(e.interval.high))
                assert e.interval.low - slack <= e.value <= e.interval.high + slack
