"""Relations within subjects and between groups."""

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

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.stats import pearson, repeated_measures_correlation, spearman, within_between

CASES = json.loads((Path(__file__).parent / "data" / "r_rmcorr.json").read_text("utf-8"))["cases"]


def check_rmcorr(case: dict[str, Any]) -> None:
    theirs = case["R"]
    e = repeated_measures_correlation(case["x"], case["y"], case["subject"])
    assert e.value == pytest.approx(theirs["r"], rel=1e-12)
    assert e.details["df"] == theirs["dof"]
    assert e.details["slope"] == pytest.approx(theirs["slope"], rel=1e-10)
    assert e.n_rows == theirs["n"]
    assert e.clusters["subjects"] == theirs["n_subjects"]
    if abs(theirs["r"]) == 1.0:  # R prints p and F from rounding noise
        assert e.p_value is None
        assert e.interval is None
        assert any("perfect" in note for note in e.notes)
        return
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx(theirs["p"], rel=1e-9)
    for method, key in (("fisher-z", "ci95_z_se_dof_minus_1"), ("fisher-z-conservative", "ci95_z_se_dof_minus_3")):
        interval = e.interval_by(method)
        assert [interval.low, interval.high] == pytest.approx(theirs[key], rel=1e-9), case["id"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["id"]))
def test_rmcorr(case: dict[str, Any]) -> None:
    check_rmcorr(case)


@pytest.mark.shared
def test_every_shared_rmcorr_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("rmcorr_*.json"))
    assert files
    for file in files:
        check_rmcorr(json.loads(file.read_text("utf-8")))


def test_one_subject_is_pearson() -> None:
    x, y = [1.0, 2.0, 4.0, 7.0, 3.0], [2.0, 1.0, 5.0, 6.0, 4.0]
    ours, theirs = repeated_measures_correlation(x, y, ["a"] * 5), pearson(x, y, method="t", interval="fisher-z")
    assert ours.value == pytest.approx(theirs.value, rel=1e-14)
    assert ours.p_value is not None
    assert theirs.p_value is not None
    assert ours.p_value.value == pytest.approx(theirs.p_value.value, rel=1e-12)
    assert ours.interval is not None
    assert theirs.interval is not None
    assert ours.interval.low == pytest.approx(theirs.interval.low, rel=1e-12)


def test_subject_offsets_units_and_row_order_do_not_matter() -> None:
    rng = np.random.default_rng(1)
    subject = np.repeat(np.arange(6), [2, 3, 4, 5, 1, 4])
    x = rng.normal(size=subject.size)
    y = 0.5 * x + rng.normal(size=subject.size)
    plain = repeated_measures_correlation(x, y, subject)
    moved = repeated_measures_correlation(x + 1e8 * subject, y - 1e6 * subject, subject)
    assert moved.value == pytest.approx(plain.value, abs=1e-6)
    tiny = repeated_measures_correlation(1e-100 * x, 1e100 * y, subject)
    assert tiny.value == pytest.approx(plain.value, rel=1e-12)
    assert tiny.details["slope"] == pytest.approx(1e200 * float(plain.details["slope"]), rel=1e-12)
    order = rng.permutation(subject.size)
    assert repeated_measures_correlation(x[order], y[order], subject[order]).value == pytest.approx(plain.value)
    assert plain.n == 5, "a subject with one row adds nothing"
    assert plain.details["n_single_row"] == 1


@pytest.mark.parametrize(
    ("x", "y", "subject", "match"),
    [
        ([], [], [], "got 0"),
        ([1, 2], [1, 2], ["a", "b"], "degrees of freedom"),
        ([1, 2, 3], [3, 2, 1], ["a", "a", "b"], "0 degrees of freedom"),
        ([1, 1, 2, 2], [1, 2, 3, 5], ["a", "a", "b", "b"], "x does not vary within any subject"),
        ([1, 2, 3, 5], [0.1 + 0.2, 0.3, 1.0, 1.0], ["a", "a", "b", "b"], "y does not vary within any subject"),
    ],
)
def test_undefined(x: Any, y: Any, subject: Any, match: str) -> None:
    with pytest.raises(UndefinedEstimate, match=match):
        repeated_measures_correlation(x, y, subject)


def test_one_degree_of_freedom_has_no_interval() -> None:
    e = repeated_measures_correlation([1, 2, 5, 3], [2, 1, 1, 4], ["a", "a", "b", "b"])
    assert e.interval is None
    assert e.p_value is not None
    assert any("no interval" in note for note in e.notes)


def test_a_perfect_fit_under_offsets_is_seen() -> None:
    rng = np.random.default_rng(8)
    subject = np.repeat(np.arange(5), 4)
    x = rng.normal(size=20)
    e = repeated_measures_correlation(x + 1e3 * subject, -0.1 * x + 1e4 * subject, subject)
    assert (e.value, e.p_value, e.interval) == (-1.0, None, None)
    near = repeated_measures_correlation(x + 1e3 * subject, -0.1 * x + 1e-6 * rng.normal(size=20), subject)
    assert near.p_value is not None


def test_simpson() -> None:
    rng = np.random.default_rng(3)
    group = np.repeat(np.arange(6), 8)
    x = group + rng.normal(size=48)
    y = 2.0 * group - x + 0.3 * rng.normal(size=48)
    d = within_between(x, y, group)
    assert isinstance(d.within, Estimate)
    assert isinstance(d.between, Estimate)
    assert isinstance(d.pooled, Estimate)
    assert d.within.value < -0.8
    assert d.between.value > 0.8
    assert d.between.n == 6
    assert any("opposite signs" in note for note in d.notes)
    assert d.pooled.p_value is None


def test_pooled_is_the_stated_mixture() -> None:
    rng = np.random.default_rng(4)
    group = np.repeat([0, 1, 2, 3], [3, 5, 7, 9])
    x, y = rng.normal(size=24) + group, rng.normal(size=24) - 0.5 * group
    d = within_between(x, y, group)
    means = [np.array([v[group == g].mean() for g in range(4)])[group] for v in (x, y)]
    weighted = float(np.corrcoef(*means)[0, 1])
    assert isinstance(d.within, Estimate)
    assert isinstance(d.pooled, Estimate)
    mixture = math.sqrt((1 - d.eta2_x) * (1 - d.eta2_y)) * d.within.value
    mixture += math.sqrt(d.eta2_x * d.eta2_y) * weighted
    assert d.pooled.value == pytest.approx(mixture, rel=1e-10)


def test_parts_are_those_of_the_single_functions() -> None:
    rng = np.random.default_rng(5)
    group = np.repeat(np.arange(6), [2, 3, 4, 5, 3, 4])
    x, y = rng.normal(size=21) + group, rng.normal(size=21) - 0.5 * group
    d = within_between(x, y, group)
    within = repeated_measures_correlation(x, y, group)
    between = pearson(*([v[group == g].mean() for g in range(6)] for v in (x, y)))
    for ours, theirs in ((d.within, within), (d.between, between)):
        assert isinstance(ours, Estimate)
        assert ours.value == pytest.approx(theirs.value, rel=1e-12)
        assert ours.p_value == theirs.p_value
        assert ours.interval is not None
        assert theirs.interval is not None
        assert ours.interval.low == pytest.approx(theirs.interval.low, rel=1e-12)
        assert ours.interval.high == pytest.approx(theirs.interval.high, rel=1e-12)


def test_spearman_ranks_inside_groups() -> None:
    d = within_between([1, 2, 9, 10, 30, 20], [1, 3, 5, 0, 2, 1], ["a"] * 3 + ["b"] * 3, kind="spearman")
    assert isinstance(d.within, Estimate)
    # ranks inside: x 123 132, y 123 132 -> deviations agree
    assert d.within.value == 1.0


def test_rounding_does_not_break_a_tie_of_group_means() -> None:
    x = [0.1, 0.2, 0.3, 0.2, 0.2, 1.0, 1.0, 0.0, 0.1]
    assert np.mean(x[:3]) != np.mean(x[3:5]), "as doubles the two means differ"
    d = within_between(x, range(9), [*"aaabbccdd"], kind="spearman")
    assert isinstance(d.between, Estimate)
    assert d.between.value == pytest.approx(spearman([1, 1, 2, 0], [0, 1, 2, 3]).value)


def test_two_groups_have_no_between_relation() -> None:
    d = within_between([1, 2, 3, 4], [2, 1, 4, 5], ["a", "a", "b", "b"])
    assert isinstance(d.between, Undefined)
    assert "3 groups" in d.between.reason
    with pytest.raises(UndefinedEstimate, match="x is constant"):
        within_between([1, 1, 1], [1, 2, 3], ["a", "a", "b"])
    with pytest.raises(InputError, match="missing label"):
        within_between([1, 2, 3], [1, 2, 3], ["a", None, "b"])


VALUE = st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.3, 0.1 + 0.2, 1e-100, 1e8, 1e8 + 1, 1e300, -1e300, math.nan, math.inf])


@settings(max_examples=200, deadline=None)
@given(rows=st.lists(st.tuples(VALUE, VALUE, st.sampled_from("abc")), max_size=8))
def test_any_rows_give_an_estimate_or_a_reason(rows: Any) -> None:
    x, y, g = ([r[i] for r in rows] for i in range(3))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compute in (
            lambda: repeated_measures_correlation(x, y, g),
            lambda: within_between(x, y, g),
            lambda: within_between(x, y, g, kind="spearman"),
        ):
            try:
                compute()
            except (InputError, UndefinedEstimate):
                continue
