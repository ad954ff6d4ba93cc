"""Least squares: against R, exact arithmetic and the invariances that it must have."""

from __future__ import annotations

import json
import math
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.stats import LinearFit, fit_ols

pytestmark = pytest.mark.filterwarnings("error")

Floats = npt.NDArray[np.float64]

DATA = Path(__file__).parent / "data" / "r_regression.json"
STORED = json.loads(DATA.read_text())["sets"]

# the twelve personas of the assistant-variants study: cosine to the assistant at layer 20, marker hits of 100
PERSONAS = {
    "software_engineer": (0.5082281231880188, 32),
    "kindergarten_teacher": (-0.17583292722702026, 33),
    "data_scientist": (0.46058425307273865, 32),
    "medical_doctor": (0.30992385745048523, 32),
    "librarian": (0.3893984854221344, 67),
    "french_person": (-0.3820573389530182, 49),
    "villain": (-0.4068848788738251, 57),
    "comedian": (-0.3115052878856659, 63),
    "police_officer": (-0.20316852629184723, 41),
    "zelthari_scholar": (-0.513472318649292, 53),
    "helpful_assistant": (0.999999463558197, 23),
    "qwen_default": (0.713668704032898, 31),
}


def numbers(values: Any) -> Floats:
    """Nested lists with null as NaN and "Inf" as infinity."""
    return np.array(
        [[math.nan if v is None else float(v) for v in row] for row in values]
        if values and isinstance(values[0], list)
        else [math.nan if v is None else float(v) for v in values]
    )


def assert_close(ours: Any, theirs: Any, *, rtol: float = 1e-8, what: str = "") -> None:
    """Relative agreement, entries that are tiny beside their neighbours judged by the neighbours."""
    a, b = np.asarray(ours, dtype=float), np.asarray(theirs, dtype=float)
    size = np.max(np.abs(b[np.isfinite(b)]), initial=0.0)
    np.testing.assert_allclose(a, b, rtol=rtol, atol=rtol * 1e-3 * size, err_msg=what)


def complete(item: dict[str, Any]) -> tuple[Floats, Floats, list[str]]:
    """y, X and names of the complete rows."""
    table = {name: numbers(column) for name, column in item["data"].items()}
    everything = np.column_stack(list(table.values()))
    keep = ~np.isnan(everything).any(axis=1)
    names = [name for name in table if name != "y"]
    return table["y"][keep], np.column_stack([table[name][keep] for name in names]), names


def compare_with_r(item: dict[str, Any]) -> None:
    """A fit against R's numbers; what R itself has wrong or cannot have is left out, as the oracles' README says."""
    y, x, names = complete(item)
    fit = fit_ols(y, x, names=names)
    lm = item["R"]["lm"]
    kept = [i for i, value in enumerate(lm["coef"]) if value is not None]
    assert fit.rank == lm["rank"] == len(kept)
    everything = ["(Intercept)", *names]
    assert set(fit.dropped) == {everything[i] for i in range(len(everything)) if i not in kept}
    found = [list(fit.coefficients.values())[i] for i in kept]
    assert all(isinstance(c, Estimate) for c in found)
    # R's errors grow with the square of the condition number, which an offset or near-collinearity makes 1e12
    rough = item["kind"].startswith("offset") or item["kind"] == "collinear_1e-6"
    rtol = 1e-6 if rough else 1e-8
    if any("perfect fit" in note for note in fit.notes):
        # R's t, p and intervals are ratios of rounding noise there
        assert_close([c.value for c in found], numbers(lm["coef"])[kept] + 0.0, what="coef")
        assert all(c.interval is None and c.p_value is None for c in found)
        return
    assert_close([c.value for c in found], numbers(lm["coef"])[kept], rtol=rtol, what="coef")
    assert_close([c.details["standard_error"] for c in found], numbers(lm["se"])[kept], rtol=rtol, what="se")
    assert_close([c.details["t"] for c in found], numbers(lm["t"])[kept], rtol=rtol, what="t")
    for c, p in zip(found, numbers(lm["p"])[kept], strict=True):
        assert c.p_value.value == pytest.approx(p, rel=10 * rtol)
    ends = [[c.interval.low, c.interval.high] for c in found]
    assert_close(ends, numbers(lm["ci95"])[kept], rtol=rtol, what="interval")
    assert fit.r2.value == pytest.approx(lm["r2"], rel=rtol)
    assert fit.adj_r2.value == pytest.approx(lm["adj_r2"], rel=rtol)
    assert fit.sigma.value == pytest.approx(lm["sigma"], rel=rtol)
    if lm["F"] is not None:
        assert fit.f_test.value == pytest.approx(lm["F"], rel=rtol)
    compare_robust(fit, lm, kept, skip=rough or item["kind"] in ("collinear_1e-3", "tinyscale"))
    new = np.column_stack([numbers(item["newdata"][name]) for name in names])
    if not all(name in item["newdata"] for name in names) or any("linear combination" in n for n in fit.notes):
        return
    for level, key in ((0.95, "predict95"), (0.8, "predict80")):
        out = fit.predict(new, level=level)
        for ours, theirs in (
            ("fit", "fit"),
            ("prediction_low", "lwr"),
            ("prediction_high", "upr"),
            ("standard_error", "se_fit"),
        ):
            assert_close(out[ours], numbers(lm[key][theirs]), rtol=rtol, what=f"{key} {ours}")
    mean = fit.predict(new)
    assert_close(mean["confidence_low"], numbers(lm["confidence95"]["lwr"]), rtol=rtol)
    assert_close(mean["confidence_high"], numbers(lm["confidence95"]["upr"]), rtol=rtol)
    assert_close(mean["half_width"], (mean["prediction_high"] - mean["prediction_low"]) / 2)


def compare_robust(fit: LinearFit, lm: dict[str, Any], kept: list[int], *, skip: bool) -> None:
    """Sandwich covariances, where R's do not come from an inverted X'X that has lost its digits."""
    if skip or "hc" not in lm:
        return
    for kind in ("HC0", "HC3"):
        theirs = numbers(lm["hc"][kind])
        if theirs.shape[0] == len(lm["coef"]):
            theirs = theirs[np.ix_(kept, kept)]
        if kind == "HC3" and np.nanmax(numbers(lm["influence"]["hat"])) > 1 - 1e-9:
            with pytest.raises(UndefinedEstimate, match="leverage 1"):  # R divides noise by noise there
                fit.covariance(kind=kind)
            continue
        assert_close(fit.covariance(kind=kind), theirs, what=kind)
        variances = [fit.robust(kind=kind)[name].details["standard_error"] ** 2 for name in fit.estimable]
        assert_close(variances, np.diag(theirs), what=kind)


def compare_with_exact(item: dict[str, Any]) -> None:
    """A fit against 80-digit arithmetic."""
    exact = item.get("exact") or {}
    if not exact.get("coef") or exact.get("singular"):
        return
    y, x, names = complete(item)
    fit = fit_ols(y, x, names=names)
    if fit.dropped:  # what is nearly dependent exists in 80 digits and not to the 1e-7 of a fit
        return
    found = list(fit.coefficients.values())
    if any("perfect fit" in note for note in fit.notes):
        size = np.abs(y).max()
        np.testing.assert_allclose([c.value for c in found], numbers(exact["coef"]), atol=1e-12 * size)
        return
    assert_close([c.value for c in found], numbers(exact["coef"]), what="coef")
    assert_close([c.details["standard_error"] for c in found], numbers(exact["se"]), what="se")
    assert fit.sigma.value == pytest.approx(exact["sigma"], rel=1e-8)
    assert_close(fit.rows["residual"], numbers(exact["residuals"]), what="residuals")


@pytest.mark.parametrize("name", [name for name, item in STORED.items() if "R" in item])
def test_stored_r(name: str) -> None:
    compare_with_r(STORED[name])


def test_stored_exact_offset() -> None:
    compare_with_exact(STORED["offset"])


@pytest.mark.shared
def test_every_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("tabular_*.json"))
    assert files
    for file in files:
        item = json.loads(file.read_text())
        try:
            compare_with_r(item)
            compare_with_exact(item)
        except AssertionError as error:
            raise AssertionError(f"{file.name}: {error}") from error


def test_prediction_intervals_of_the_persona_study() -> None:
    old = {k: v for k, v in PERSONAS.items() if k not in ("helpful_assistant", "qwen_default")}
    fit = fit_ols([100 * hits / 100 for _, hits in old.values()], [cosine for cosine, _ in old.values()])
    new = fit.predict([PERSONAS[k][0] for k in ("helpful_assistant", "qwen_default")], labels=["helpful", "qwen"])
    np.testing.assert_allclose(new["fit"], [30.990295715048827, 35.12511162238488], rtol=1e-12)
    np.testing.assert_allclose(new["half_width"], [41.13851037257138, 36.99658591941007], rtol=1e-12)
    assert new.row("helpful")["extrapolates"] == 1.0
    assert new["extrapolates"].tolist() == [1.0, 1.0]  # both cosines are beyond the ten that were fitted
    assert any("outside the data" in note for note in new.notes)


# --- exact arithmetic ------------------------------------------------------------------------------------------------


def exact_line(y: Floats, x: Floats) -> tuple[Fraction, Fraction, Fraction]:
    """Intercept, slope and residual sum of squares of a line, by rational arithmetic on the doubles."""
    ys, xs = [Fraction(v) for v in y.tolist()], [Fraction(v) for v in x.tolist()]
    n = len(ys)
    my, mx = sum(ys) / n, sum(xs) / n
    sxx = sum((v - mx) ** 2 for v in xs)
    slope = sum((v - mx) * (w - my) for v, w in zip(xs, ys, strict=True)) / sxx
    intercept = my - slope * mx
    return intercept, slope, sum((w - intercept - slope * v) ** 2 for v, w in zip(xs, ys, strict=True))


def exact_solve(matrix: list[list[Fraction]], right: list[list[Fraction]]) -> list[list[Fraction]]:
    """Gauss-Jordan with rationals."""
    n = len(matrix)
    rows = [[*matrix[i], *right[i]] for i in range(n)]
    for i in range(n):
        pivot = next(j for j in range(i, n) if rows[j][i] != 0)
        rows[i], rows[pivot] = rows[pivot], rows[i]
        rows[i] = [v / rows[i][i] for v in rows[i]]
        for j in range(n):
            if j != i and rows[j][i] != 0:
                rows[j] = [v - rows[j][i] * w for v, w in zip(rows[j], rows[i], strict=True)]
    return [row[n:] for row in rows]


def exact_hc3(y: Floats, x: Floats) -> Floats:
    """HC3 covariance with an intercept, by rational arithmetic."""
    rows = [[Fraction(1), *(Fraction(v) for v in row)] for row in x.tolist()]
    target = [Fraction(v) for v in y.tolist()]
    p = len(rows[0])
    gram = [[sum(r[i] * r[j] for r in rows) for j in range(p)] for i in range(p)]
    identity = [[Fraction(int(i == j)) for j in range(p)] for i in range(p)]
    inverse = exact_solve(gram, identity)
    moment = [sum(r[i] * t for r, t in zip(rows, target, strict=True)) for i in range(p)]
    coef = [sum(inverse[i][j] * moment[j] for j in range(p)) for i in range(p)]
    out = [[Fraction(0)] * p for _ in range(p)]
    for r, t in zip(rows, target, strict=True):
        along = [sum(inverse[i][j] * r[j] for j in range(p)) for i in range(p)]
        leverage = sum(r[i] * along[i] for i in range(p))
        weight = ((t - sum(c * v for c, v in zip(coef, r, strict=True))) / (1 - leverage)) ** 2
        for i in range(p):
            for j in range(p):
                out[i][j] += along[i] * along[j] * weight
    return np.array([[float(v) for v in row] for row in out])


def test_robust_covariance_is_right_where_inverting_the_cross_product_is_not() -> None:
    rng = np.random.default_rng(4)
    z = rng.normal(size=12)
    x = np.column_stack([z, z + 1e-5 * rng.normal(size=12)])
    y = z + rng.normal(size=12)
    assert_close(fit_ols(y, x).covariance(kind="HC3"), exact_hc3(y, x), rtol=1e-7)
    x = 1e8 + rng.normal(size=(12, 1))
    assert_close(fit_ols(y, x).covariance(kind="HC3"), exact_hc3(y, x), rtol=1e-7)


@pytest.mark.parametrize("offset", [0.0, 1e8, -1e12])
@pytest.mark.parametrize("scale", [1.0, 1e-100, 1e100, 1e-150])
def test_scales_and_offsets_keep_their_digits(offset: float, scale: float) -> None:
    rng = np.random.default_rng(11)
    x = (offset + rng.normal(size=9)) * scale
    y = (offset + rng.normal(size=9)) * scale
    fit = fit_ols(y, x)
    intercept, slope, rss = exact_line(y, x)
    assert fit["x"].value == pytest.approx(float(slope), rel=1e-9)
    assert fit["intercept"].value == pytest.approx(float(intercept), rel=1e-9)
    assert fit.sigma.value == pytest.approx(math.sqrt(float(rss / 7 / Fraction(scale) ** 2)) * scale, rel=1e-9)


def test_huge_and_tiny_numbers() -> None:
    x, y = np.array([1.0, 2.0, 4.0, 5.0]), np.array([1.0, 3.0, 2.0, 5.0])
    plain = fit_ols(y, x)
    for sx, sy in ((1e300, 1e300), (1e-300, 1e-300), (1.0, 1e-290), (1e290, 1.0)):
        fit = fit_ols(y * sy, x * sx)
        assert fit["x"].value == pytest.approx(plain["x"].value * (sy / sx), rel=1e-12)
        assert fit["x"].p_value.value == pytest.approx(plain["x"].p_value.value, rel=1e-12)
        assert fit.r2.value == pytest.approx(plain.r2.value, rel=1e-12)
    beyond = fit_ols(y * 1e200, x * 1e-200)
    assert isinstance(beyond.coefficients["x"], Undefined)
    assert "double precision" in beyond.coefficients["x"].reason
    with pytest.raises(UndefinedEstimate, match="double precision"):
        fit_ols(y * 1e-200, x).covariance()


# --- properties ------------------------------------------------------------------------------------------------------


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    n=st.integers(5, 30),
    k=st.integers(1, 3),
    a=st.floats(-1e6, 1e6),
    b=st.floats(1e-3, 1e3),
    c=st.floats(-1e6, 1e6),
    d=st.floats(1e-3, 1e3),
)
def test_affine_changes_of_units(seed: int, n: int, k: int, a: float, b: float, c: float, d: float) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, k)), rng.normal(size=n)
    one, two = fit_ols(y, x), fit_ols(a + b * y, c + d * x)
    names = ["x"] if k == 1 else [f"x{j + 1}" for j in range(k)]
    for name in names:
        assert two[name].value == pytest.approx(one[name].value * b / d, rel=1e-5, abs=1e-7 * b / d)
        assert two[name].p_value.value == pytest.approx(one[name].p_value.value, rel=1e-4, abs=1e-6)
    assert two.r2.value == pytest.approx(one.r2.value, rel=1e-5, abs=1e-8)
    new = rng.normal(size=(3, k))
    np.testing.assert_allclose(
        two.predict(c + d * new)["fit"], a + b * one.predict(new)["fit"], rtol=1e-6, atol=1e-6 * (abs(a) + b)
    )


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), n=st.integers(6, 25), k=st.integers(1, 4), intercept=st.booleans())
def test_agrees_with_lapack(seed: int, n: int, k: int, intercept: bool) -> None:
    rng = np.random.default_rng(seed)
    x, y = rng.normal(size=(n, k)), rng.normal(size=n)
    design = np.column_stack([np.ones(n), x]) if intercept else x
    fit = fit_ols(y, x, intercept=intercept)
    coef, rss, rank, _ = np.linalg.lstsq(design, y, rcond=None)
    np.testing.assert_allclose([c.value for c in fit.coefficients.values()], coef, rtol=1e-8, atol=1e-10)
    assert fit.rank == rank
    if fit.df_residual:
        variance = float(rss[0]) / fit.df_residual
        np.testing.assert_allclose(fit.covariance(), variance * np.linalg.inv(design.T @ design), rtol=1e-6, atol=1e-9)
        base = ((y - y.mean()) ** 2).sum() if intercept else (y**2).sum()
        assert fit.r2.value == pytest.approx(1 - float(rss[0]) / base, abs=1e-10)


AWKWARD = [0.0, 1.0, -1.0, 2.0, 0.1, 0.3, 1e-100, -1e-100, 1e8, 1e8 + 1, 1e100, math.nan, math.inf, -math.inf]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), n=st.integers(0, 6))
def test_any_small_input_is_right_or_refused(data: st.DataObject, n: int) -> None:
    values = hnp.arrays(np.float64, n, elements=st.sampled_from(AWKWARD))
    y, x = data.draw(values), data.draw(values)
    if not np.isfinite(np.concatenate([y, x])).all():
        with pytest.raises(InputError, match="finite"):
            fit_ols(y, x)
        return
    if n < 2:
        with pytest.raises(UndefinedEstimate, match="cannot determine 2 coefficients"):
            fit_ols(y, x)
        return
    fit = fit_ols(y, x)
    if len(set(x.tolist())) == 1:
        assert "constant" in fit.dropped["x"]
        assert isinstance(fit.coefficients["x"], Undefined)
        return
    found = fit.coefficients["x"]
    assert isinstance(found, Estimate)
    _, slope, rss = exact_line(y, x)
    # the slope to rounding of the steepest line that these numbers could have
    steepest = float((Fraction(y.max()) - Fraction(y.min())) / (Fraction(x.max()) - Fraction(x.min())))
    assert found.value == pytest.approx(float(slope), rel=1e-9, abs=1e-12 * steepest)
    if found.interval is not None:
        assert fit.df_residual == n - 2 > 0
        mean_square = rss / fit.df_residual
        size = max(abs(Fraction(v)) for v in y.tolist())
        assert mean_square > 0
        sigma = float(math.sqrt(float(mean_square / size**2))) * float(size)
        assert fit.sigma.value == pytest.approx(sigma, rel=1e-6)
        assert found.interval.low <= found.value <= found.interval.high


# --- degenerate input ------------------------------------------------------------------------------------------------


def test_no_residual_degrees_of_freedom() -> None:
    fit = fit_ols([1.0, 3.0], [0.0, 1.0])
    assert fit["x"].value == pytest.approx(2.0)
    assert fit["x"].interval is None
    assert fit["x"].p_value is None
    assert isinstance(fit.sigma, Undefined)
    assert isinstance(fit.f_test, Undefined)
    out = fit.predict([2.0])
    assert out["fit"][0] == pytest.approx(5.0)
    assert np.isnan(out["half_width"]).all()
    assert "0 residual degrees of freedom" in out.undefined["half_width"]
    with pytest.raises(UndefinedEstimate, match="0 residual degrees"):
        fit.covariance()


def test_perfect_fit_has_no_inference() -> None:
    x = np.arange(12.0) / 7
    fit = fit_ols(1 + 2 * x, x)
    assert fit["x"].value == pytest.approx(2.0, rel=1e-14)
    assert fit.r2.value == 1.0
    assert fit.sigma.value == 0.0
    assert fit["x"].p_value is None
    assert any("perfect fit" in note for note in fit.notes)
    with pytest.raises(UndefinedEstimate, match="perfect fit"):
        fit.robust()


@pytest.mark.parametrize("value", [0.0, 0.1, 1e8, -3e-100])
def test_constant_y(value: float) -> None:
    fit = fit_ols(np.full(9, value), np.arange(9.0))
    assert fit["x"].value == 0.0
    assert fit["intercept"].value == value
    assert isinstance(fit.r2, Undefined)
    assert "constant" in fit.r2.reason


def test_rank_deficiency_is_said() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(20, 2))
    dependent = np.column_stack([x, x @ [1.0, 2.0] + 3, np.full(20, 0.1)])
    fit = fit_ols(rng.normal(size=20), dependent, names=["a", "b", "c", "d"])
    assert list(fit.dropped) == ["c", "d"]
    assert "linear combination" in fit.dropped["c"]
    assert "constant" in fit.dropped["d"]
    assert len(fit.notes) == 2
    assert fit.rank == 3
    with pytest.raises(UndefinedEstimate, match="linear combination"):
        fit["c"]
    assert fit.covariance().shape == (3, 3)
    # a point on the same plane can be predicted, another one cannot
    good = [0.5, -1.0, 0.5 - 2.0 + 3.0, 0.1]
    out = fit.predict([good, [0.5, -1.0, 9.0, 0.1], [*good[:3], 0.2]])
    assert np.isfinite(out["fit"][0])
    assert np.isnan(out["fit"][1:]).all()
    assert "relation" in out.undefined["fit"]
    plain = fit_ols(fit.rows["fitted"] + fit.rows["residual"], x).predict([good[:2]])
    assert out["half_width"][0] == pytest.approx(plain["half_width"][0], rel=1e-9)


def test_nothing_to_fit_and_too_few_rows() -> None:
    with pytest.raises(UndefinedEstimate, match="2 rows cannot determine 3 coefficients"):
        fit_ols([1.0, 2.0], np.ones((2, 2)))
    with pytest.raises(UndefinedEstimate, match="x is zero"):
        fit_ols([1.0, 2.0], [0.0, 0.0], intercept=False)
    with pytest.raises(InputError, match="nothing to fit"):
        fit_ols([1.0, 2.0], np.empty((2, 0)), intercept=False)


def test_mean_only() -> None:
    fit = fit_ols([1.0, 2.0, 4.0], np.empty((3, 0)))
    assert fit["intercept"].value == pytest.approx(7 / 3)
    assert fit.r2.value == 0.0
    assert isinstance(fit.f_test, Undefined)


def test_heteroscedasticity_needs_leverage_below_one() -> None:
    x = np.array([0.0, 0.0, 0.0, 0.0, 1.0])
    fit = fit_ols([1.0, 2.0, 4.0, 3.0, 9.0], x, labels=list("abcde"))
    assert fit.robust(kind="HC1")["x"].details["standard_error"] > 0
    with pytest.raises(UndefinedEstimate, match="row e has leverage 1"):
        fit.robust(kind="HC3")


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: fit_ols([1, 2, 3], [[1], [2]]), "shape"),
        (lambda: fit_ols([1, 2, "a"], [1, 2, 3]), "real numbers"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3], names=["a", "b"]), "names must have one name"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3], names=["intercept"]), "constant term"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3], labels=["a", "b"]), "labels must have one label"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3], labels=["a", "b", "b"]), "unique"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3], level=95), "write 0.95"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3]).predict([[1, 2]]), "1 column"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3]).covariance(kind="HC4"), "kind must be one of"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3]).robust(kind="classical"), "kind must be one of"),
        (lambda: fit_ols([1, 2, 4], [1, 2, 3])["z"], "no coefficient 'z'"),
    ],
)
def test_bad_arguments(call: Any, match: str) -> None:
    with pytest.raises(InputError, match=match):
        call()


def test_prints_and_stores() -> None:
    fit = fit_ols([1.0, 2.1, 2.9, 4.2], [1, 2, 3, 4], labels=list("abcd"))
    assert "coefficient of x" in str(fit)
    json.dumps(fit.to_json(), allow_nan=False)
    assert fit.rows.labels == ("a", "b", "c", "d")
    assert fit.names == ("intercept", "x")


def test_column_names_of_a_frame() -> None:
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"cosine": [0.1, 0.4, 0.3, 0.9], "length": [3, 1, 4, 1]})
    assert fit_ols([1.0, 2.0, 3.0, 5.0], frame).names == ("intercept", "cosine", "length")
