"""Adjusted p-values: R's p.adjust, closed testing by brute force, max-T against its definition."""

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
from leakstats.estimate import PValue
from leakstats.stats import Permutation, adjust, max_t

CASES = json.loads((Path(__file__).parent / "data" / "r_padjust.json").read_text("utf-8"))["cases"]
METHODS = ("holm", "bonferroni", "hochberg", "hommel", "bh", "by")


def check_padjust(case: dict[str, Any]) -> None:
    for name, vector in case["vectors"].items():
        for key, answer in case["R"][name].items():
            theirs = answer["value"]
            ours = adjust(vector, method=key.lower())
            assert len(ours) == len(theirs), f"{name} {key}"
            for a, b in zip(ours, theirs, strict=True):
                assert a == b if b is None else a == pytest.approx(b, rel=1e-12, abs=0), f"{name} {key}"


@pytest.mark.parametrize("case", CASES, ids=lambda c: str(c["id"]))
def test_p_adjust(case: dict[str, Any]) -> None:
    check_padjust(case)


@pytest.mark.shared
def test_every_shared_p_adjust_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("padjust_*.json"))
    assert files
    for file in files:
        check_padjust(json.loads(file.read_text("utf-8")))


def test_hommel_is_closed_testing_with_simes() -> None:
    rng = np.random.default_rng(0)
    for _ in range(40):
        p = np.round(rng.uniform(size=6) ** 2, 2)
        expected = np.zeros(6)
        for size in range(1, 7):
            for subset in itertools.combinations(range(6), size):
                ordered = np.sort(p[list(subset)])
                simes = min(1.0, float((size * ordered / np.arange(1, size + 1)).min()))
                expected[list(subset)] = np.maximum(expected[list(subset)], simes)
        assert adjust(p.tolist(), method="hommel") == pytest.approx(expected.tolist(), abs=1e-14)


def test_nan_is_not_a_test() -> None:
    assert adjust([0.01, math.nan, None, 0.04]) == [0.02, None, None, 0.04]
    assert adjust([None, math.nan]) == [None, None]
    assert adjust([]) == []


def test_a_larger_family_counts_the_tests_not_listed() -> None:
    p = [0.001, 0.02, 0.3]
    for method in METHODS:
        padded = adjust([*p, *[1.0] * 7], method=method)[:3]  # type: ignore[arg-type]
        assert adjust(p, method=method, family_size=10) == pytest.approx(padded)  # type: ignore[arg-type]
    with pytest.raises(InputError, match="at least the 3 p-values"):
        adjust(p, family_size=2)


def test_bounds_stay_bounds_where_they_matter() -> None:
    floor = PValue(1e-4, "permutation", "<", "no resample reached it")
    known = PValue(0.03, "t")
    first, second = adjust([floor, known])
    assert first is not None
    assert second is not None
    assert (first.value, first.relation, first.reason) == (2e-4, "<", "no resample reached it")
    assert (second.value, second.relation) == (0.03, "=")
    # Holm's larger value would fall with the bound: 0.03 * 1 against 2 * 0.02
    first, second = adjust([PValue(0.02, "t", "<", "rounded"), known])
    assert first is not None
    assert second is not None
    assert (second.value, second.relation, second.method) == (0.04, "<", "holm(t)")


@pytest.mark.parametrize("bad", [-0.1, 1.5, math.inf, "0.05", True])
def test_what_is_no_p_value(bad: Any) -> None:
    with pytest.raises(InputError, match="p-value"):
        adjust([0.5, bad])


def test_refusals() -> None:
    with pytest.raises(InputError, match="'holm'"):
        adjust([0.1], method="sidak")  # type: ignore[arg-type]
    with pytest.raises(InputError, match="mixture"):
        adjust([0.1, PValue(0.2, "t")])  # type: ignore[list-item]


P = st.one_of(st.none(), st.just(math.nan), st.floats(0.0, 1.0), st.sampled_from([0.0, 1.0, 0.05, 1e-300]))


@settings(max_examples=200, deadline=None)
@given(p=st.lists(P, max_size=12), method=st.sampled_from(METHODS))
def test_adjusting_keeps_order_and_never_shrinks(p: Any, method: Any) -> None:
    out = adjust(p, method=method)
    there = [(a, b) for a, b in zip(p, out, strict=True) if b is not None]
    assert len(there) == sum(a is not None and a == a for a in p)
    for a, b in there:
        assert a <= b * (1 + 1e-12) <= 1.0 + 1e-9
    ordered = sorted(there)
    assert all(x[1] <= y[1] * (1 + 1e-12) for x, y in itertools.pairwise(ordered))


# --- max-T ----------------------------------------------------------------------------------------------------------


def _brute(y: np.ndarray, X: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Exact single-step, step-down and unadjusted p by listing permutations."""
    ranks, columns = scipy_stats.rankdata(y), scipy_stats.rankdata(X, axis=0)

    def statistic(v: np.ndarray) -> np.ndarray:
        return np.array([abs(np.corrcoef(v, c)[0, 1]) for c in columns.T])

    observed = statistic(ranks)
    null = np.array([statistic(ranks[list(p)]) for p in itertools.permutations(range(len(y)))])
    single = np.array([(null.max(axis=1) >= o - 1e-9).mean() for o in observed])
    alone = (null >= observed - 1e-9).mean(axis=0)
    order = np.argsort(-observed, kind="stable")
    down = np.empty(len(observed))
    largest = 0.0
    for i, j in enumerate(order):
        largest = max(largest, float((null[:, order[i:]].max(axis=1) >= observed[j] - 1e-9).mean()))
        down[j] = largest
    return single, down, alone


def test_max_t_is_its_definition() -> None:
    rng = np.random.default_rng(5)
    for _ in range(3):
        y = rng.integers(0, 5, 6).astype(float)
        X = rng.normal(size=(6, 3)).round(1) + 0.3 * y[:, None]
        single, down, alone = _brute(y, X)
        plain, stepped = max_t(y, X), max_t(y, X, step_down=True)
        assert [e.p_value.value for e in plain.estimates if e.p_value] == pytest.approx(single.tolist())
        assert [e.p_value.value for e in stepped.estimates if e.p_value] == pytest.approx(down.tolist())
        assert [e.p_by("permutation").value for e in plain.estimates] == pytest.approx(alone.tolist())
        assert plain.global_p.value == pytest.approx(single.min())


def test_layers_cost_less_than_bonferroni() -> None:
    data = json.loads((Path(__file__).parent / "data" / "layers.json").read_text("utf-8"))
    plan = Permutation(n_resamples=100_000, rng=np.random.default_rng(0))
    result = max_t(data["hits"], data["cosine"], method=plan)
    # WEAKNESSES #14: adjusted over the four layers of study #271, and single-layer permutation p
    golden = {"L10": (0.026, 0.012), "L15": (0.006, 0.0022), "L20": (0.018, 0.0081), "L25": (0.039, 0.019)}
    for name, (adjusted, single) in golden.items():
        e = result[name]
        assert e.p_value is not None
        alone = e.p_by("permutation").value
        assert e.p_value.value == pytest.approx(adjusted, abs=0.0015)
        assert alone == pytest.approx(single, abs=0.001)
        assert e.p_value.value < 4 * alone
        assert e.details["family_size"] == 4
        # the critical value decides as the p-values do
        assert result.critical_value is not None
        assert (abs(e.value) >= result.critical_value - 1e-9) == (e.p_value.value <= 0.05)
    assert result.global_p.value == min(e.p_value.value for e in result.estimates if e.p_value)


def test_stored_permutations_are_replayed() -> None:
    y, X = [3.0, 1.0, 2.0, 5.0], np.array([[1.0], [2.0], [3.0], [4.0]])
    stored = [[1, 0, 2, 3], [3, 2, 1, 0]]
    e = max_t(y, X, statistic="pearson", method=Permutation(stored=stored)).estimates[0]
    # r = 0.529; permuted: 0.756 and -0.529
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx(1.0)
    greater = max_t(y, X, statistic="pearson", method=Permutation(stored=stored), alternative="greater").estimates[0]
    assert greater.p_value is not None
    assert greater.p_value.value == pytest.approx(2 / 3)


def test_too_few_units_have_no_critical_value() -> None:
    assert max_t([1, 2, 3], [[1, 2], [2, 1], [3, 3]]).critical_value is None


@pytest.mark.parametrize(
    ("y", "X", "kw", "error", "match"),
    [
        ([1, 2], [[1], [2]], {}, UndefinedEstimate, "at least 3"),
        ([1, 1, 1], [[1], [2], [3]], {}, UndefinedEstimate, "y is constant"),
        ([1, 2, 3], {"L1": [1, 2, 3], "L2": [5, 5, 5]}, {}, UndefinedEstimate, "L2 is constant"),
        ([1, 2, 3], [[1], [2]], {}, InputError, "shape"),
        ([1, 2, 3], np.zeros((3, 0)), {}, InputError, "at least one predictor"),
        ([1, 2, math.nan], [[1], [2], [3]], {}, InputError, "finite"),
        ([1, 2, 3], [[1], [2], [3]], {"labels": ["a", "b"]}, InputError, "1 different names"),
        (list(range(12)), [[i] for i in range(12)], {"method": "exact"}, InputError, "n <= 9, got 12"),
    ],
)
def test_max_t_refusals(y: Any, X: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        max_t(y, X, **kw)


CELL = st.sampled_from([0.0, 1.0, 2.0, -1.0, 0.3, 0.1 + 0.2, 1e-100, 1e8, 1e8 + 1, 1e300, math.nan, math.inf])


@settings(max_examples=150, deadline=None)
@given(
    rows=st.lists(st.tuples(CELL, CELL, CELL), max_size=6),
    statistic=st.sampled_from(["spearman", "pearson"]),
    side=st.sampled_from(["two-sided", "greater", "less"]),
)
def test_any_predictors_give_estimates_or_a_reason(rows: Any, statistic: Any, side: Any) -> None:
    y, X = [r[0] for r in rows], np.array([r[1:] for r in rows]).reshape(len(rows), 2)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            result = max_t(y, X, statistic=statistic, alternative=side)
        except (InputError, UndefinedEstimate):
            return
    for e in result.estimates:
        assert -1.0 <= e.value <= 1.0
        assert e.p_value is not None
        assert e.p_value.value >= e.p_by("permutation").value
