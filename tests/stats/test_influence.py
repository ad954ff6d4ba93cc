"""Influence diagnostics and drop-one ranges: against R, refits and the data of a published study."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.columns import Columns
from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Interval
from leakstats.stats import drop_one, fit_ols, influence

pytestmark = pytest.mark.filterwarnings("error")

Floats = npt.NDArray[np.float64]

STORED = json.loads((Path(__file__).parent / "data" / "r_regression.json").read_text())["sets"]

# the assistant-variants study, layer 20: label, cosine, hits of 100, Cook's distance, leverage (its golden values)
STUDY = [
    ("software_engineer", 0.5082281231880188, 32, 0.009185832786408558, 0.13813286503187594),
    ("kindergarten_teacher", -0.17583292722702026, 33, 0.11338887421896814, 0.1135759175233558),
    ("data_scientist", 0.46058425307273865, 32, 0.012210866255413452, 0.1256361955561366),
    ("medical_doctor", 0.30992385745048523, 32, 0.02210528264767702, 0.0967470692991694),
    ("librarian", 0.3893984854221344, 67, 0.41351241170273895, 0.1099737809430475),
    ("french_person", -0.3820573389530182, 49, 0.0060493814183851845, 0.17148478739097212),
    ("villain", -0.4068848788738251, 57, 0.022936813496137215, 0.18049713250590432),
    ("comedian", -0.3115052878856659, 63, 0.11446895254517839, 0.1482683476672405),
    ("police_officer", -0.20316852629184723, 41, 0.029926136268869776, 0.1195123477313838),
    ("zelthari_scholar", -0.513472318649292, 53, 0.0012296251818482372, 0.22417096824208677),
    ("helpful_assistant", 0.999999463558197, 23, 0.04935682154001116, 0.3614861142129257),
    ("qwen_default", 0.713668704032898, 31, 0.0014034223425483717, 0.2105144738959015),
]


def numbers(values: Any) -> Floats:
    if values and isinstance(values[0], list):
        return np.array([[math.nan if v is None else float(v) for v in row] for row in values])
    return np.array([math.nan if v is None else float(v) for v in values])


def assert_close(ours: Floats, theirs: Floats, *, rtol: float = 1e-8, what: str = "") -> None:
    size = np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0.0)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * 1e-2 * size, err_msg=what)


def compare(item: dict[str, Any]) -> None:
    """Diagnostics against R's and, where the oracle has it, 80-digit arithmetic."""
    table = {name: numbers(column) for name, column in item["data"].items()}
    keep = ~np.isnan(np.column_stack(list(table.values()))).any(axis=1)
    names = [name for name in table if name != "y"]
    y, x = table["y"][keep], np.column_stack([table[name][keep] for name in names])
    rows = influence(y, x, names=names)
    perfect = "perfect" in rows.undefined.get("cooks_distance", "")
    pairs = {
        "leverage": "hat",
        "cooks_distance": "cooks",
        "standardised_residual": "rstandard",
        "studentised_residual": "rstudent",
        "dffits": "dffits",
        "covratio": "covratio",
        "residual": "residuals",
    }
    lm = item.get("R", {}).get("lm")
    if lm and not perfect:
        rough = item["kind"].startswith("offset") or item["kind"] == "collinear_1e-6"
        rtol = 1e-5 if rough else 1e-8
        for ours, theirs in pairs.items():
            expected = numbers(lm["influence"][theirs])
            there = ~np.isnan(rows[ours])
            # undefined with us where R has NaN too, or has 0 for a left-out fit without degrees of freedom
            assert there.sum() >= (~np.isnan(expected)).sum() or rows.details["df"] == 1
            assert_close(rows[ours][there], expected[there], rtol=rtol, what=ours)
        if "dfbetas" in lm:
            mine = np.column_stack([rows[c] for c in rows.columns if c.startswith("dfbetas")])
            theirs = numbers(lm["dfbetas"]["value"])
            assert mine.shape == theirs.shape
            there = ~np.isnan(mine)
            assert_close(mine[there], theirs[there], rtol=rtol, what="dfbetas")
    exact = item.get("exact") or {}
    if exact.get("cooks") and not perfect and not rows.notes:
        for ours, theirs in list(pairs.items())[:4]:
            expected = numbers(exact[theirs])
            there = ~np.isnan(rows[ours]) & ~np.isnan(expected)
            assert_close(rows[ours][there], expected[there], rtol=1e-8, what=f"exact {ours}")


@pytest.mark.parametrize("name", list(STORED))
def test_stored_r(name: str) -> None:
    compare(STORED[name])


@pytest.mark.shared
def test_every_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("tabular_*.json"))
    assert files
    for file in files:
        try:
            compare(json.loads(file.read_text()))
        except AssertionError as error:
            raise AssertionError(f"{file.name}: {error}") from error


def study() -> Columns:
    return influence([row[2] for row in STUDY], [row[1] for row in STUDY], labels=[row[0] for row in STUDY])


def test_the_persona_study() -> None:
    rows = study()
    np.testing.assert_allclose(rows["cooks_distance"], [row[3] for row in STUDY], rtol=1e-12)
    np.testing.assert_allclose(rows["leverage"], [row[4] for row in STUDY], rtol=1e-12)
    assert rows.thresholds["cooks_distance"] == pytest.approx(4 / 12)
    assert rows.thresholds["leverage"] == pytest.approx(2 * 2 / 12)
    assert rows.flagged("cooks_distance") == ["librarian"]
    assert rows.flagged("leverage") == ["helpful_assistant"]
    assert rows.row("librarian")["cooks_distance"] == pytest.approx(0.41351241170273895)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 100_000), k=st.integers(1, 3), extra=st.integers(3, 10), intercept=st.booleans())
def test_diagnostics_are_what_refits_give(seed: int, k: int, extra: int, intercept: bool) -> None:
    rng = np.random.default_rng(seed)
    n = k + 1 + extra
    x, y = rng.standard_t(3, size=(n, k)), rng.standard_t(3, size=n)
    rows = influence(y, x, intercept=intercept)
    design = np.column_stack([np.ones(n), x]) if intercept else x
    p = design.shape[1]
    gram = np.linalg.inv(design.T @ design)
    coef = gram @ design.T @ y
    s2 = ((y - design @ coef) ** 2).sum() / (n - p)
    names = [c for c in rows.columns if c.startswith("dfbetas")]
    for i in range(n):
        keep = np.arange(n) != i
        other = np.linalg.lstsq(design[keep], y[keep], rcond=None)[0]
        s_other = math.sqrt(((y[keep] - design[keep] @ other) ** 2).sum() / (n - p - 1))
        moved = design @ (coef - other)
        assert rows["cooks_distance"][i] == pytest.approx(moved @ moved / (p * s2), rel=1e-6, abs=1e-12)
        leverage = design[i] @ gram @ design[i]
        assert rows["leverage"][i] == pytest.approx(leverage, rel=1e-9)
        assert rows["dffits"][i] == pytest.approx(moved[i] / (s_other * math.sqrt(leverage)), rel=1e-6, abs=1e-9)
        expected = (coef - other) / (s_other * np.sqrt(np.diag(gram)))
        np.testing.assert_allclose([rows[c][i] for c in names], expected, rtol=1e-6, atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), a=st.floats(-1e7, 1e7), b=st.floats(1e-3, 1e3))
def test_change_of_units_changes_nothing(seed: int, a: float, b: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(11, 2)), rng.normal(size=11)
    one, two = influence(y, x), influence(a + b * y, a - b * x)
    for name in ("leverage", "cooks_distance", "studentised_residual", "dffits"):
        np.testing.assert_allclose(two[name], one[name], rtol=1e-4, atol=1e-6)


# --- degenerate input ------------------------------------------------------------------------------------------------


def test_leverage_one() -> None:
    rows = influence([1.0, 2.0, 4.0, 3.0, 9.0], [0.0, 0.0, 0.0, 0.0, 1.0], labels=list("abcde"))
    assert rows.row("e")["leverage"] == pytest.approx(1.0)
    for name in ("standardised_residual", "studentised_residual", "cooks_distance", "dffits", "dfbetas[x]"):
        assert rows.row("e")[name] is None
        assert np.isfinite(rows[name][:4]).all()
        assert "leverage is 1" in rows.undefined[name]
    json.dumps(rows.to_json(), allow_nan=False)


def test_perfect_and_constant() -> None:
    for y in (1 + 2 * np.arange(7.0), np.full(7, 0.1)):
        rows = influence(y, np.arange(7.0))
        assert np.isfinite(rows["leverage"]).all()
        assert np.isnan(rows["cooks_distance"]).all()
        assert "perfect" in rows.undefined["cooks_distance"]
        assert "perfect" in rows.undefined["dffits"]


def test_degrees_of_freedom() -> None:
    rows = influence([1.0, 3.0, 4.0], [0.0, 1.0, 2.0])
    assert np.isfinite(rows["cooks_distance"]).all()
    assert np.isnan(rows["studentised_residual"]).all()
    assert "studentised_residual" not in rows.thresholds
    saturated = influence([1.0, 3.0], [0.0, 1.0])
    assert np.isnan(saturated["cooks_distance"]).all()
    assert "0 residual degrees of freedom" in saturated.undefined["cooks_distance"]
    with pytest.raises(UndefinedEstimate, match="1 rows cannot determine 2"):
        influence([1.0], [0.0])


def test_rank_deficient_divides_by_the_rank() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.normal(size=12), rng.normal(size=12)
    twice = influence(y, np.column_stack([x, 2 * x]))
    once = influence(y, x)
    np.testing.assert_allclose(twice["cooks_distance"], once["cooks_distance"])
    assert twice.details["rank"] == 2
    assert "dfbetas[x2]" not in twice.columns
    assert "linear combination" in twice.notes[0]


@pytest.mark.parametrize(("offset", "scale"), [(1e8, 1.0), (0.0, 2.0**-330), (1e8, 2.0**-330), (-1e10, 2.0**300)])
def test_offsets_and_scales(offset: float, scale: float) -> None:
    rng = np.random.default_rng(8)
    x, y = rng.normal(size=20), rng.normal(size=20)
    # only what rounding leaves of the data is compared; a power of two rounds nothing
    xs, ys = x + offset, y + offset
    one, two = influence(ys - offset, xs - offset), influence(ys * scale, xs * scale)
    for name in one.columns:
        if name not in ("residual", "dfbetas[intercept]"):
            np.testing.assert_allclose(two[name], one[name], rtol=1e-6, atol=1e-9, err_msg=name)


# --- drop-one --------------------------------------------------------------------------------------------------------


def slope(y: Floats, x: Floats) -> Estimate:
    return fit_ols(y, x)["x"]


def test_drop_one_is_a_loop_of_refits() -> None:
    rng = np.random.default_rng(1)
    x = rng.normal(size=9)
    y = 0.5 * x + rng.normal(size=9)
    labels = list("abcdefghi")
    out = drop_one(slope, y, x, labels=labels)
    expected = [slope(np.delete(y, i), np.delete(x, i)) for i in range(9)]
    np.testing.assert_array_equal(out.drops["value"], [e.value for e in expected])
    np.testing.assert_array_equal(out.drops["p_value"], [e.p_value.value for e in expected])
    assert out.low == min(e.value for e in expected)
    assert out.low_label == labels[int(np.argmin(out.drops["value"]))]
    full = out.full.p_value.value <= 0.05
    assert out.decision_flips == tuple(
        label for label, e in zip(labels, expected, strict=True) if (e.p_value.value <= 0.05) != full
    )


def test_the_reference_persona_decides_the_published_slope() -> None:
    out = drop_one(slope, [row[2] for row in STUDY], [row[1] for row in STUDY], labels=[row[0] for row in STUDY])
    assert out.full.p_value.value == pytest.approx(0.031178591726491796)
    assert out.drops.row("helpful_assistant")["p_value"] == pytest.approx(0.109, abs=5e-4)
    assert "helpful_assistant" in out.decision_flips
    assert out.sign_flips == ()
    assert out.fragile
    assert "decision (p <= 0.05) changes without" in str(out)
    json.dumps(out.to_json(), allow_nan=False)


def test_rows_of_one_label_leave_together() -> None:
    x = np.array([0.0, 1.0, 2.0, 3.0, 10.0, 11.0])
    y = np.array([1.0, 0.5, 1.2, 0.8, -9.0, -8.0])
    out = drop_one(slope, y, x, labels=["a", "b", "c", "d", "e", "e"])
    assert list(out.drops.labels) == ["a", "b", "c", "d", "e"]
    assert out.drops.row("e")["value"] == slope(y[:4], x[:4]).value
    assert out.drops.details["n_units"] == 5


def test_sign_flip_and_interval_decision() -> None:
    def mean(v: Floats) -> Estimate:
        m = float(v.mean())
        return Estimate("mean", m, v.size, "mean", interval=Interval(m - 0.4, m + 0.4, 0.95, "fixed"))

    out = drop_one(mean, [-0.1, -0.2, -0.3, 3.0], labels=list("abcd"))
    assert out.sign_flips == ("d",)
    assert out.decision == "interval excludes 0"
    assert out.decision_flips == ("d",)
    assert "no p-value" in out.drops.undefined["p_value"]
    shifted = drop_one(mean, [-0.1, -0.2, -0.3, 3.0], labels=list("abcd"), null_value=-5.0)
    assert not shifted.fragile


def test_statistic_without_decision() -> None:
    out = drop_one(lambda v: Estimate("mean", float(v.mean()), v.size, "mean"), [1.0, 2.0, 3.0])
    assert out.decision == ""
    assert out.decision_flips == ()
    assert (out.low, out.high) == (1.5, 2.5)


def test_failures_are_listed() -> None:
    def first_half(v: Floats) -> Estimate:
        if v.max() < 5:
            raise UndefinedEstimate("thing", "nothing large", n=v.size)
        return Estimate("thing", float(v.mean()), v.size, "mean")

    out = drop_one(first_half, [1.0, 2.0, 6.0], labels=list("abc"))
    assert out.failures == ("c",)
    assert "without c: nothing large" in out.drops.undefined["value"]
    assert np.isnan(out.drops["value"]).tolist() == [False, False, True]
    with pytest.raises(UndefinedEstimate, match="nothing large"):
        drop_one(first_half, [1.0, 2.0])


def test_dyadic_drops_rows_and_columns() -> None:
    def total(m: Floats) -> Estimate:
        assert m.shape == (3, 3)
        return Estimate("total", float(m.sum()), m.shape[0], "sum")

    matrix = np.arange(16.0).reshape(4, 4)

    def whole(m: Floats) -> Estimate:
        return total(m) if m.shape[0] == 3 else Estimate("total", float(m.sum()), 4, "sum")

    out = drop_one(whole, matrix, dyadic=True)
    expected = [np.delete(np.delete(matrix, i, 0), i, 1).sum() for i in range(4)]
    np.testing.assert_array_equal(out.drops["value"], expected)
    with pytest.raises(InputError, match="square"):
        drop_one(whole, matrix[:3], dyadic=True)


@pytest.mark.parametrize(
    ("call", "error", "match"),
    [
        (lambda: drop_one(slope), InputError, "at least one array"),
        (lambda: drop_one(slope, [1, 2, 3], [1, 2]), InputError, "same number of rows"),
        (lambda: drop_one(lambda v: 3.0, [1, 2, 3]), InputError, "must return an Estimate, got float"),
        (lambda: drop_one(slope, [1, 2, 3], [1, 2, 4], alpha=5), InputError, "alpha must lie"),
        (lambda: drop_one(slope, [1, 2], [1, 2], labels=["a", "a"]), UndefinedEstimate, "at least 2 units"),
        (lambda: drop_one(slope, [1, 2, 3], [1, 2, 4], labels=["a"]), InputError, "one label a row"),
    ],
)
def test_bad_arguments(call: Any, error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        call()
