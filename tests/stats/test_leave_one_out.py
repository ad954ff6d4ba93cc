"""Leave-one-out intervals and jackknife+: against R, refits and the data of a published study."""

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
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.stats import fit_ols, influence, jackknife_plus, loo_prediction_intervals

pytestmark = pytest.mark.filterwarnings("error")

Floats = npt.NDArray[np.float64]

STORED = json.loads((Path(__file__).parent / "data" / "r_regression.json").read_text())["sets"]

# the assistant-variants study: cosine to the assistant at layer 20, marker hits of 100
LABELS = [
    "software_engineer",
    "kindergarten_teacher",
    "data_scientist",
    "medical_doctor",
    "librarian",
    "french_person",
    "villain",
    "comedian",
    "police_officer",
    "zelthari_scholar",
    "helpful_assistant",
    "qwen_default",
]
COSINE = [
    0.5082281231880188,
    -0.17583292722702026,
    0.46058425307273865,
    0.30992385745048523,
    0.3893984854221344,
    -0.3820573389530182,
    -0.4068848788738251,
    -0.3115052878856659,
    -0.20316852629184723,
    -0.513472318649292,
    0.999999463558197,
    0.713668704032898,
]
HITS = [32, 33, 32, 32, 67, 49, 57, 63, 41, 53, 23, 31]


def numbers(values: Any) -> Floats:
    """Lists with null as NaN and "Inf" as infinity."""
    if values and isinstance(values[0], list):
        return np.array([[math.nan if v is None else float(v) for v in row] for row in values])
    return np.array([math.nan if v is None else float(v) for v in values])


def assert_close(ours: Floats, theirs: Floats, *, rtol: float = 1e-8, what: str = "") -> None:
    size = np.max(np.abs(theirs[np.isfinite(theirs)]), initial=0.0)
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol * 1e-3 * size, err_msg=what)


def complete(item: dict[str, Any]) -> tuple[Floats, Floats, list[str]]:
    table = {name: numbers(column) for name, column in item["data"].items()}
    everything = np.column_stack(list(table.values()))
    keep = ~np.isnan(everything).any(axis=1)
    names = [name for name in table if name != "y"]
    return table["y"][keep], np.column_stack([table[name][keep] for name in names]), names


def compare(item: dict[str, Any]) -> None:
    """Leave-one-out and jackknife+ against R's refits, and against 80-digit arithmetic where the oracle has it."""
    y, x, names = complete(item)
    loo = loo_prediction_intervals(y, x)
    wider = loo_prediction_intervals(y, x, level=0.9)
    rough = item["kind"].startswith("offset") or item["kind"] == "collinear_1e-6"
    perfect = "perfectly" in loo.intervals.undefined.get("half_width", "")
    lm = item.get("R", {}).get("lm", {})
    known = ~np.isnan(loo["half_width"])
    if "loo" in lm:
        at = np.array(lm["loo"]["index"])
        there = ~np.isnan(loo["prediction"][at])  # R predicts from a fit that lost a coefficient
        rtol = 1e-6 if rough else 1e-8
        assert_close(loo["prediction"][at][there], numbers(lm["loo"]["fit"])[there], rtol=rtol, what="loo fit")
        there &= known[at]
        if there.any():
            for table, low, high in ((loo, "lwr", "upr"), (wider, "lwr90", "upr90")):
                assert_close(table["low"][at][there], numbers(lm["loo"][low])[there], rtol=rtol, what=low)
                assert_close(table["high"][at][there], numbers(lm["loo"][high])[there], rtol=rtol, what=high)
            assert_close(loo["sigma"][at][there], numbers(lm["loo"]["sigma"])[there], rtol=rtol, what="sigma")
    exact = (item.get("exact") or {}).get("loo95")
    if exact and not perfect and not loo.intervals.notes:
        for ours, theirs in (("prediction", "fit"), ("low", "lwr"), ("high", "upr"), ("sigma", "sigma")):
            expected = numbers(exact[theirs])
            there = known & ~np.isnan(expected)
            assert_close(loo[ours][there], expected[there], what=f"exact {ours}")
    stored = lm.get("jackknife_plus", {})
    for level, key in ((0.95, "alpha0.05"), (0.9, "alpha0.1"), (0.8, "alpha0.2")):
        if key not in stored or any("combination" in note for note in loo.intervals.notes):
            continue
        new = np.column_stack([numbers(item["newdata"][name]) for name in names])
        out = jackknife_plus(y, x, new, level=level)
        expected = numbers(stored[key]["jackknife_plus"])
        if any("leverage 1" in note for note in out.notes):  # ours is unbounded for such a row, R's is a guess
            assert (out["low"] <= expected[:, 0] + 1e-9).all()
            assert (out["high"] >= expected[:, 1] - 1e-9).all()
            continue
        assert_close(
            np.column_stack([out["low"], out["high"]]), expected, rtol=1e-6 if rough else 1e-8, what=f"jackknife+ {key}"
        )


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


def test_the_persona_study() -> None:
    loo = loo_prediction_intervals(HITS, COSINE, labels=LABELS)
    assert isinstance(loo.coverage, Estimate)
    assert loo.coverage.value == pytest.approx(11 / 12)
    assert loo.outside == ["librarian"]
    assert loo.coverage.interval.low == pytest.approx(0.6152, abs=5e-5)  # Clopper-Pearson 11/12
    assert isinstance(loo.relative_width, Estimate)
    assert loo.relative_width.details["vacuous"] is True
    assert loo.relative_width.details["vacuous_threshold"] == 1.0
    assert "no evidence" in loo.relative_width.notes[0]
    assert loo.intervals.row("villain")["observed"] == 57.0
    # another definition: drop one of the ten old personas and predict the two new ones from nine; ten of ten
    both_inside = 0
    for i in range(10):
        out = fit_ols(np.delete(HITS[:10], i), np.delete(COSINE[:10], i)).predict(COSINE[10:])
        both_inside += all((out["prediction_low"] <= HITS[10:]) & (HITS[10:] <= out["prediction_high"]))
    assert both_inside == 10


# --- refits ----------------------------------------------------------------------------------------------------------


def refit(y: Floats, x: Floats, row: int, *, level: float, intercept: bool) -> tuple[float, float, float]:
    """Prediction, half-width and sigma from an ordinary fit of the other rows."""
    keep = np.arange(y.size) != row
    design = np.column_stack([np.ones(y.size), x]) if intercept else x
    coef = np.linalg.lstsq(design[keep], y[keep], rcond=None)[0]
    rest = y[keep] - design[keep] @ coef
    df = int(keep.sum()) - design.shape[1]
    sigma = math.sqrt(rest @ rest / df)
    spread = design[row] @ np.linalg.inv(design[keep].T @ design[keep]) @ design[row]
    half = float(special.stdtrit(df, 0.5 + level / 2)) * sigma * math.sqrt(1 + spread)
    return float(design[row] @ coef), half, sigma


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    k=st.integers(1, 4),
    extra=st.integers(3, 12),
    intercept=st.booleans(),
    level=st.floats(0.5, 0.99),
)
def test_closed_form_is_n_refits(seed: int, k: int, extra: int, intercept: bool, level: float) -> None:
    rng = np.random.default_rng(seed)
    n = k + 1 + extra
    x, y = rng.standard_t(2, size=(n, k)), rng.standard_t(2, size=n)
    loo = loo_prediction_intervals(y, x, level=level, intercept=intercept)
    for i in range(n):
        prediction, half, sigma = refit(y, x, i, level=level, intercept=intercept)
        assert loo["prediction"][i] == pytest.approx(prediction, rel=1e-7, abs=1e-7)
        assert loo["half_width"][i] == pytest.approx(half, rel=1e-6)
        assert loo["sigma"][i] == pytest.approx(sigma, rel=1e-6)
        assert loo["inside"][i] == float(abs(y[i] - prediction) <= half)
    # jackknife+ from the same refits
    new = rng.normal(size=(3, k))
    out = jackknife_plus(y, x, new, level=level, intercept=intercept)
    alpha = 1.0 - level
    rank = math.floor(alpha * (n + 1) + 1e-9)
    design = np.column_stack([np.ones(n), x]) if intercept else x
    new_design = np.column_stack([np.ones(3), new]) if intercept else new
    centre, reach = np.empty((3, n)), np.empty(n)
    for i in range(n):
        keep = np.arange(n) != i
        coef = np.linalg.lstsq(design[keep], y[keep], rcond=None)[0]
        centre[:, i], reach[i] = new_design @ coef, abs(y[i] - design[i] @ coef)
    low = np.sort(centre - reach, axis=1)[:, rank - 1] if rank else np.full(3, -np.inf)
    high = np.sort(centre + reach, axis=1)[:, n - rank] if rank else np.full(3, np.inf)
    np.testing.assert_allclose(out["low"], low, rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(out["high"], high, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("far", [1e2, 1e4, 1e6])
@pytest.mark.parametrize("outlier", [0.0, 1e3, 1e7])
def test_fragile_rows_are_fitted_anew(far: float, outlier: float) -> None:
    # a leverage of 1 - 1e-12 and a residual that is all of the RSS cancel in the closed form
    x = np.array([-1.0, 0.0, 0.5, 1.0, 1.5, far])
    y = np.array([0.3, 0.1, 0.9, 0.7, 1.3, 2.0]) + outlier * np.array([0, 0, 0, 0, 0, 1.0])
    loo = loo_prediction_intervals(y, x)
    for i in range(6):
        prediction, half, _ = refit(y, x[:, None], i, level=0.95, intercept=True)
        if i == 5:
            assert loo["prediction"][i] == pytest.approx(prediction, rel=1e-9)
            assert loo["half_width"][i] == pytest.approx(half, rel=1e-9)
        others = fit_ols(np.delete(y, i), np.delete(x, i)).predict([x[i]])
        assert loo["prediction"][i] == pytest.approx(others["fit"][0], rel=1e-8)
        assert loo["half_width"][i] == pytest.approx(others["half_width"][0], rel=1e-8)


@settings(max_examples=50, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 20),
    a=st.floats(-1e7, 1e7),
    b=st.floats(1e-3, 1e3),
    scale=st.sampled_from([1.0, 1e-100, 1e100]),
)
def test_change_of_units(seed: int, n: int, a: float, b: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=n), rng.normal(size=n)
    one = loo_prediction_intervals(y, x)
    two = loo_prediction_intervals((a + b * y) * scale, (a - 2 * x) * scale)
    np.testing.assert_allclose(two["half_width"] / scale, b * one["half_width"], rtol=1e-4)
    np.testing.assert_allclose(
        two["prediction"] / scale, a + b * one["prediction"], rtol=1e-6, atol=1e-6 * (abs(a) + b)
    )
    near = np.abs(np.abs(one["residual"]) - one["half_width"]) < 1e-3 * one["half_width"]
    np.testing.assert_array_equal(two["inside"][~near], one["inside"][~near])
    assert two.relative_width.value == pytest.approx(one.relative_width.value, rel=1e-4)


# --- degenerate input ------------------------------------------------------------------------------------------------


def test_leverage_one_is_undefined_for_its_row_only() -> None:
    x = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    loo = loo_prediction_intervals([1.0, 2.0, 4.0, 3.0, 9.0], x, labels=list("abcde"))
    assert np.isnan(loo["prediction"]).tolist() == [False] * 4 + [True]
    assert "leverage is 1" in loo.intervals.undefined["prediction"]
    assert loo.intervals.row("e")["inside"] is None
    assert loo.coverage.details["trials"] == 4
    assert "not counted" in loo.coverage.notes[0]
    out = jackknife_plus([1.0, 2.0, 4.0, 3.0, 9.0], x, [0.5], level=0.5)
    assert any("leverage 1" in note for note in out.notes)
    assert out["low"][0] < out["fit"][0] < out["high"][0]


def test_no_degrees_of_freedom_for_the_others() -> None:
    loo = loo_prediction_intervals([1.0, 3.0, 4.0], [0.0, 1.0, 2.0])
    np.testing.assert_allclose(loo["prediction"], [2.0, 2.5, 5.0])
    assert np.isnan(loo["half_width"]).all()
    assert "0 residual degrees of freedom" in loo.intervals.undefined["inside"]
    assert isinstance(loo.coverage, Undefined)
    assert isinstance(loo.relative_width, Undefined)
    assert "no row" in str(loo.coverage)
    json.dumps(loo.to_json(), allow_nan=False)
    # a saturated fit: leaving out a row loses a coefficient
    assert np.isnan(loo_prediction_intervals([1.0, 3.0], [0.0, 1.0])["prediction"]).all()


def test_perfect_others_leave_no_interval() -> None:
    x = np.arange(8.0)
    y = 1 + 2 * x
    y[5] += 3.0
    loo = loo_prediction_intervals(y, x)
    assert loo["prediction"][5] == pytest.approx(11.0)
    assert np.isnan(loo["half_width"]).tolist() == [i == 5 for i in range(8)]
    assert "fit perfectly" in loo.intervals.undefined["half_width"]
    everything = loo_prediction_intervals(1 + 2 * x, x)
    np.testing.assert_allclose(everything["prediction"], 1 + 2 * x)
    assert isinstance(everything.coverage, Undefined)
    constant = loo_prediction_intervals(np.full(8, 0.1), x)
    assert (constant["prediction"] == 0.1).all()


def test_dropped_columns_are_said() -> None:
    x = np.column_stack([np.arange(9.0), np.full(9, 3.0)])
    loo = loo_prediction_intervals(np.arange(9.0) ** 2, x)
    plain = loo_prediction_intervals(np.arange(9.0) ** 2, x[:, :1])
    np.testing.assert_allclose(loo["low"], plain["low"])
    assert "constant" in loo.intervals.notes[0]


def test_jackknife_plus_order_statistics() -> None:
    rng = np.random.default_rng(3)
    x, y = rng.normal(size=9), rng.normal(size=9)
    # 0.1 (9 + 1) is exactly 1, whatever 1 - 0.9 is in binary
    assert np.isfinite(jackknife_plus(y, x, [0.0], level=0.9)["low"]).all()
    out = jackknife_plus(y[:8], x[:8], [0.0], level=0.9)
    assert out["low"][0] == -math.inf
    assert out["high"][0] == math.inf
    assert "at least 9 rows, got 8" in out.notes[0]
    assert any("1 - 2 alpha = 0.8" in line for line in out.assumptions)
    assert out.details["guaranteed_coverage"] == pytest.approx(0.8)
    assert out.to_json()["columns"]["high"] == [None]


def test_many_new_points_are_done_in_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    import importlib

    module = importlib.import_module("leakstats.stats.leave_one_out")
    rng = np.random.default_rng(5)
    x, y, new = rng.normal(size=30), rng.normal(size=30), rng.normal(size=101)
    whole = jackknife_plus(y, x, new)
    monkeypatch.setattr(module, "_BLOCK", 120)
    parts = jackknife_plus(y, x, new)
    np.testing.assert_allclose(parts["low"], whole["low"], rtol=1e-12)


@pytest.mark.parametrize("n", [0, 1])
def test_too_few_rows(n: int) -> None:
    with pytest.raises(UndefinedEstimate, match=f"{n} rows cannot determine 2 coefficients"):
        loo_prediction_intervals(np.zeros(n), np.zeros(n))


@pytest.mark.parametrize("bad", [math.nan, math.inf])
def test_not_finite(bad: float) -> None:
    with pytest.raises(InputError, match="row 1"):
        loo_prediction_intervals([1.0, bad, 2.0, 3.0], [1, 2, 3, 4])
    with pytest.raises(InputError, match="X_new"):
        jackknife_plus([1.0, 1.5, 2.0, 3.0], [1, 2, 3, 4], [bad])


def test_prints() -> None:
    text = str(loo_prediction_intervals(HITS, COSINE, labels=LABELS))
    assert "outside: librarian" in text
    assert "vacuous" in text


def test_two_middle_widths_may_add_up_to_more_than_any_number() -> None:
    y = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.7e308])
    x = np.array([0.0, 0.0, 0.0, 0.0, 1.7e308, 1.7e308]).reshape(6, 1)
    width = loo_prediction_intervals(y, x, intercept=False).relative_width
    assert isinstance(width, Estimate)
    assert 0.0 < width.value < 100.0


EXTREME = [0.0, 1.0, -1.0, 2.0, 0.1, 1e-100, 1e8, 1e8 + 1, 1e300, -1e300, 1.7e308, 5e-324, 1e-310, 3.0]


@settings(max_examples=400, deadline=None)
@given(data=st.data(), n=st.integers(1, 6), k=st.integers(1, 2), intercept=st.booleans())
def test_extreme_numbers_are_refused_or_undefined_with_a_reason(
    data: st.DataObject, n: int, k: int, intercept: bool
) -> None:
    """No warning, no NaN without a reason (Columns sees to that), no infinity that is an overflow."""
    pool = data.draw(st.lists(st.sampled_from(EXTREME), min_size=2, max_size=5))
    draw = st.sampled_from(pool)
    y = np.array(data.draw(st.lists(draw, min_size=n, max_size=n)))
    x = np.array(data.draw(st.lists(draw, min_size=n * k, max_size=n * k))).reshape(n, k)
    try:
        loo = loo_prediction_intervals(y, x, intercept=intercept)
    except UndefinedEstimate:
        with pytest.raises(UndefinedEstimate):
            influence(y, x, intercept=intercept)
        return
    str(loo)
    rows = influence(y, x, intercept=intercept)
    assert rows["leverage"].max() <= 1.0
    fit = fit_ols(y, x, intercept=intercept)
    for out in (jackknife_plus(y, x, x, level=0.6, intercept=intercept), fit.predict(x)):
        json.dumps(out.to_json(), allow_nan=False)
    json.dumps([loo.to_json(), rows.to_json(), fit.to_json()], allow_nan=False)
    known = np.isfinite(loo["prediction"])
    assert known.all() or "prediction" in loo.intervals.undefined
