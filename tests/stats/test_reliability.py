"""Intraclass correlations and variance components: against R, brute force and degenerate tables."""

from __future__ import annotations

import itertools
import json
import math
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
from leakstats.stats import Bootstrap, icc, icc_table, variance_components
from leakstats.stats.reliability import FORMS

pytestmark = pytest.mark.filterwarnings("error")

Floats = npt.NDArray[np.float64]

STORED = json.loads((Path(__file__).parent / "data" / "r_icc.json").read_text())["sets"]

SHROUT_FLEISS = [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]]


def ratings_of(item: dict[str, Any]) -> Floats:
    return np.array([[math.nan if v is None else v for v in row] for row in item["ratings"]], dtype=float)


def compare(item: dict[str, Any]) -> None:
    """Values, F tests and F intervals against R, where R has them."""
    table = ratings_of(item)
    for level, key in ((0.95, "mcgraw_wong_95"), (0.9, "mcgraw_wong_90")):
        expected = item["R"][key]
        if expected["ICC(A,1)"]["icc"] is None:
            with pytest.raises(UndefinedEstimate, match="equal"):
                icc_table(table, level=level)
            continue
        found = icc_table(table, level=level)
        for form in FORMS:
            theirs, ours = expected[form], found[form]
            assert isinstance(ours, Estimate)
            assert ours == icc(table, form=form, level=level)
            assert ours.value == pytest.approx(theirs["icc"], rel=1e-9)
            assert ours.n == expected["n"]
            assert (ours.details["df1"], ours.details["df2"]) == (theirs["df1"], theirs["df2"])
            if ours.p_value is not None:
                assert ours.details["f"] == pytest.approx(theirs["F"], rel=1e-9)
                assert ours.p_value.value == pytest.approx(theirs["p"], rel=1e-8)
            else:
                assert theirs["F"] == "Inf" or theirs["F"] > 1e25  # no residual variance
            by_f = icc(table, form=form, level=level, interval="F").interval
            if by_f is not None:
                assert by_f.method == "F"
                assert by_f.low == pytest.approx(theirs["lower"], rel=1e-8)
                assert by_f.high == pytest.approx(theirs["upper"], rel=1e-8)
                assert by_f in (ours.interval, *ours.other_intervals)
            else:
                # R has no end, ends of 1 without residual variance, or an interval beside its own estimate
                ends = [theirs["lower"], theirs["upper"]]
                assert None in ends or ends == [1, 1] or not ends[0] <= theirs["icc"] <= ends[1]


@pytest.mark.parametrize("name", list(STORED))
def test_stored_r(name: str) -> None:
    compare(STORED[name])


@pytest.mark.shared
def test_every_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("icc_*.json"))
    assert files
    for file in files:
        try:
            compare(json.loads(file.read_text()))
        except AssertionError as error:
            raise AssertionError(f"{file.name}: {error}") from error


def plain_squares(table: Floats) -> tuple[float, float, float, float]:
    """Mean squares by loops."""
    n, k = table.shape
    grand = table.mean()
    rows = sum(k * (table[i].mean() - grand) ** 2 for i in range(n)) / (n - 1)
    columns = sum(n * (table[:, j].mean() - grand) ** 2 for j in range(k)) / (k - 1)
    error = within = 0.0
    for i, j in itertools.product(range(n), range(k)):
        error += (table[i, j] - table[i].mean() - table[:, j].mean() + grand) ** 2
        within += (table[i, j] - table[i].mean()) ** 2
    return rows, columns, error / ((n - 1) * (k - 1)), within / (n * (k - 1))


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 100_000),
    n=st.integers(2, 12),
    k=st.integers(2, 6),
    shift=st.floats(-1e7, 1e7),
    scale=st.floats(1e-3, 1e3),
)
def test_mean_squares_and_change_of_units(seed: int, n: int, k: int, shift: float, scale: float) -> None:
    rng = np.random.default_rng(seed)
    table = rng.normal(size=(n, 1)) + rng.normal(size=(1, k)) * rng.choice([0.0, 1.0, 30.0]) + rng.normal(size=(n, k))
    one = icc_table(table)
    details = one["ICC(A,1)"].details
    found = [details[f"ms_{name}"] for name in ("rows", "columns", "error", "within")]
    np.testing.assert_allclose(found, plain_squares(table), rtol=1e-9)
    two = icc_table(shift + scale * table)
    for form in FORMS:
        a, b = one[form], two[form]
        assert b.value == pytest.approx(a.value, rel=1e-3, abs=1e-4)
        assert b.p_value.value == pytest.approx(a.p_value.value, rel=1e-3, abs=1e-4)
        possible = -1 / (k - 1) < a.value <= 1 or (form.endswith("k)") and a.value <= 1)
        for found_interval in (a.interval, *a.other_intervals):
            if found_interval is not None and possible:
                assert found_interval.low <= a.value + 1e-12
                assert a.value - 1e-12 <= found_interval.high


def test_p_values_of_consistency_and_agreement_are_the_same() -> None:
    table = icc_table(SHROUT_FLEISS)
    assert table["ICC(A,1)"].p_value == table["ICC(C,1)"].p_value == table["ICC(C,k)"].p_value
    assert table["ICC(1,1)"].p_value == table["ICC(1,k)"].p_value


def test_the_six_forms_of_psych() -> None:
    # R 4.2.2, psych 2.2.9, ICC(lmer = FALSE): value, F, p, lower, upper
    known = {
        "ICC(1,1)": (0.16574176840547555, 1.794678492239469, 0.1647688083446396, -0.13293232487475, 0.72256006232812),
        "ICC(A,1)": (0.2897637795275592, 11.027247956403272, 0.00013456651648433, 0.01878651337471, 0.76108436964895),
        "ICC(C,1)": (0.7148407148407149, 11.027247956403272, 0.00013456651648433, 0.34246476503392, 0.94585825995535),
        "ICC(1,k)": (0.44279713367926893, 1.794678492239469, 0.1647688083446396, -0.88444215523811, 0.91241542034077),
        "ICC(A,k)": (0.6200505475989893, 11.027247956403272, 0.00013456651648433, 0.07113681530250, 0.92723204016772),
        "ICC(C,k)": (0.9093155423770695, 11.027247956403272, 0.00013456651648433, 0.67567471381630, 0.98589167816906),
    }
    for form, numbers in known.items():
        found = icc(SHROUT_FLEISS, form=form, interval="F")
        ours = (found.value, found.details["f"], found.p_value.value, found.interval.low, found.interval.high)
        assert ours == pytest.approx(numbers, rel=1e-10)


def test_default_interval_of_agreement() -> None:
    found = icc(SHROUT_FLEISS)
    assert found.interval.method == "modified large sample"
    assert found.interval_by("F").low == pytest.approx(0.018786513374712027)
    average = icc(SHROUT_FLEISS, form="ICC(A,k)")
    low, high = found.interval.low, found.interval.high
    assert average.interval.low == pytest.approx(4 * low / (1 + 3 * low))
    assert average.interval.high == pytest.approx(4 * high / (1 + 3 * high))
    assert icc(SHROUT_FLEISS, form="ICC(C,1)").interval.method == "F"


def test_factor_is_named() -> None:
    sampling = icc(SHROUT_FLEISS, factor="sampling_seed")
    assert sampling.details["factor"] == "sampling_seed"
    assert any("not evidence of training stability" in note for note in sampling.notes)
    training = icc(SHROUT_FLEISS, factor="training_seed")
    assert any("training seeds" in note for note in training.notes)
    assert any("not named" in note for note in icc(SHROUT_FLEISS).notes)
    assert any("levels of: judge" in note for note in icc(SHROUT_FLEISS, factor="judge").notes)


# --- bootstrap -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", FORMS)
def test_bootstrap_replays_rows(form: Any) -> None:
    rng = np.random.default_rng(6)
    table = 1e6 + rng.normal(size=(12, 1)) + rng.normal(size=(12, 3))
    index = rng.integers(0, 12, size=(400, 12))
    plan = Bootstrap(stored=index, method="percentile")
    found = icc(table, form=form, interval=plan)
    replicates = np.sort([icc(table[rows], form=form).value for rows in index])
    assert found.interval.method == "percentile"
    np.testing.assert_allclose(
        [found.interval.low, found.interval.high], np.quantile(replicates, [0.025, 0.975]), rtol=1e-7
    )
    assert found.value == icc(table, form=form).value


def test_bootstrap_counts_degenerate_resamples() -> None:
    table = np.array([[1.0, 2.0, 1.5], [4.0, 6.0, 5.0], [7.0, 7.5, 9.0]])
    index = np.array([[0, 0, 0], [0, 1, 2], [1, 1, 2], [2, 2, 0]])
    found = icc(table, form="ICC(C,1)", interval=Bootstrap(stored=index, method="percentile"))
    assert found.details["n_degenerate"] == 1
    clustered = Bootstrap(n_resamples=200, method="percentile", rng=np.random.default_rng(0), clusters=["a", "a", "b"])
    assert icc(table, interval=clustered).interval is not None


def test_bca_runs_on_its_default() -> None:
    found = icc(SHROUT_FLEISS, interval=Bootstrap(n_resamples=500, rng=np.random.default_rng(2)))
    assert found.interval.method == "bca"
    assert found.interval.low < found.value < found.interval.high


# --- degenerate tables -----------------------------------------------------------------------------------------------


def test_missing_cells_are_said() -> None:
    table = np.array(SHROUT_FLEISS, dtype=float)
    table[2, 1] = math.nan
    found = icc(table)
    assert found.n == 5
    assert found.details["n_dropped"] == 1
    assert any("1 of 6 units lack a measurement" in note for note in found.notes)
    assert found.value == icc(np.delete(table, 2, axis=0)).value


@pytest.mark.parametrize("value", [0.1, 0.0, 1e8, -1e-100])
def test_constant_table(value: float) -> None:
    with pytest.raises(UndefinedEstimate, match="no variance to share out"):
        icc(np.full((6, 3), value))
    with pytest.raises(UndefinedEstimate, match="equal"):
        variance_components(np.full((6, 3), value))
    with pytest.raises(UndefinedEstimate, match="equal"):
        variance_components(np.full((6, 3), value), model="one-way")


@pytest.mark.parametrize("shape", [(0, 3), (1, 3), (3, 1), (2, 0)])
def test_too_small(shape: tuple[int, int]) -> None:
    with pytest.raises(UndefinedEstimate, match="at least 2"):
        icc(np.arange(float(np.prod(shape))).reshape(shape))
    with pytest.raises(UndefinedEstimate, match=r"at least 2|two measurements"):
        variance_components(np.arange(float(np.prod(shape))).reshape(shape), model="one-way")


def test_perfect_agreement_is_exactly_one() -> None:
    table = np.repeat([[0.1], [0.7], [0.3], [1e8]], 3, axis=1)
    for form in FORMS:
        found = icc(table, form=form)
        assert found.value == 1.0
        assert found.p_value is None
        assert found.interval is None
        assert any("F is infinite" in note for note in found.notes)
    components = variance_components(table, factor="seed")
    assert components["residual"].value == 0.0
    assert components["unit"].interval is None


def test_shifted_columns_without_residual() -> None:
    table = np.array([[0.1], [0.7], [0.3], [0.9]]) + np.array([[0.0, 0.2, 0.4]])
    assert icc(table, form="ICC(C,1)").value == 1.0
    agreement = icc(table)
    assert 0 < agreement.value < 1
    assert agreement.p_value is None
    assert agreement.interval is not None


def test_equal_unit_means() -> None:
    table = np.array([[1.0, 3.0], [3.0, 1.0], [1.0, 3.0]])
    assert icc(table, form="ICC(1,1)").value == pytest.approx(-1.0)
    average = icc_table(table)["ICC(1,k)"]
    assert isinstance(average, Undefined)
    assert "means are equal" in average.reason
    assert icc(table, form="ICC(1,1)").p_value.value == 1.0


def test_values_beyond_the_possible_are_marked() -> None:
    found = icc_table(ratings_of(STORED["tiny"]))
    assert found["ICC(A,1)"].value < -20
    assert any("not interpretable" in note for note in found["ICC(A,1)"].notes)
    assert any("read it as 0" in note for note in found["ICC(1,1)"].notes)
    # units differ less than even no unit variance explains
    assert found["ICC(A,1)"].interval is None
    assert any("no modified large sample interval" in note for note in found["ICC(A,1)"].notes)


def test_an_impossible_estimate_still_has_an_upper_bound() -> None:
    rng = np.random.default_rng(0)
    found = next(e for e in (icc(rng.normal(size=(4, 3))) for _ in range(100)) if e.value < -0.5 and e.interval)
    assert any("not interpretable" in note for note in found.notes)
    assert found.interval.low == 0.0
    assert 0.0 < found.interval.high < 1.0


@pytest.mark.parametrize("scale", [2.0**-330, 2.0**300, 2.0**-600])
def test_scales(scale: float) -> None:
    table = np.array(SHROUT_FLEISS, dtype=float)
    one, two = icc(table), icc(table * scale)
    assert two.value == one.value
    assert two.interval == one.interval
    # squares of 2**-600 are no doubles: the mean squares are left out, the coefficient is not
    assert ("ms_rows" in two.details) == (scale != 2.0**-600)


VALUES = [0.0, 1.0, 2.0, 0.1, 0.3, 1e-100, 1e8, 1e8 + 1, math.nan, math.inf]


@settings(max_examples=300, deadline=None)
@given(data=st.data(), n=st.integers(0, 4), k=st.integers(0, 3), form=st.sampled_from(FORMS))
def test_any_small_table_is_right_or_refused(data: st.DataObject, n: int, k: int, form: Any) -> None:
    table = data.draw(hnp.arrays(np.float64, (n, k), elements=st.sampled_from(VALUES)))
    if np.isinf(table).any():
        with pytest.raises(InputError, match="finite"):
            icc(table, form=form)
        return
    try:
        found = icc(table, form=form)
    except UndefinedEstimate:
        return
    complete = table[~np.isnan(table).any(axis=1)]
    assert found.n == len(complete) >= 2
    rows, columns, error, within = plain_squares(complete)
    noise = 1e-12 * np.abs(complete).max() ** 2
    if min(v for v in (rows, error, within)) > noise:
        k, n = found.details["k"], found.n
        plain = {
            "ICC(1,1)": lambda: (rows - within) / (rows + (k - 1) * within),
            "ICC(1,k)": lambda: (rows - within) / rows,
            "ICC(C,1)": lambda: (rows - error) / (rows + (k - 1) * error),
            "ICC(C,k)": lambda: (rows - error) / rows,
            "ICC(A,1)": lambda: (rows - error) / (rows + (k - 1) * error + k / n * (columns - error)),
            "ICC(A,k)": lambda: (rows - error) / (rows + (columns - error) / n),
        }[form]()
        if abs(plain) < 1e3:
            assert found.value == pytest.approx(plain, rel=1e-3, abs=1e-3)


@pytest.mark.parametrize(
    ("call", "match"),
    [
        (lambda: icc(SHROUT_FLEISS, form="ICC(2,1)"), "form must be one of"),
        (lambda: icc(SHROUT_FLEISS, interval="exact"), "interval must be one of"),
        (lambda: icc([1, 2, 3]), "two axes"),
        (lambda: icc(SHROUT_FLEISS, level=95), "write 0.95"),
        (lambda: variance_components(SHROUT_FLEISS, model="three-way"), "model must be one of"),
        (lambda: variance_components(SHROUT_FLEISS)["seed"], "no component 'seed'"),
    ],
)
def test_bad_arguments(call: Any, match: str) -> None:
    with pytest.raises(InputError, match=match):
        call()


# --- variance components ---------------------------------------------------------------------------------------------


def test_two_way_components() -> None:
    table = np.array(SHROUT_FLEISS, dtype=float)
    rows, columns, error, _ = plain_squares(table)
    found = variance_components(table, factor="training_seed")
    assert list(found.components) == ["unit", "training_seed", "residual"]
    assert found["unit"].value == pytest.approx((rows - error) / 4)
    assert found["training_seed"].value == pytest.approx((columns - error) / 6)
    assert found["residual"].value == pytest.approx(error)
    assert sum(part.details["share"] for part in found.components.values()) == pytest.approx(1.0)
    # agreement is the share of the units
    assert found["unit"].details["share"] == pytest.approx(icc(table).value)
    assert any("training seeds" in note for note in found["unit"].notes)
    json.dumps(found.to_json(), allow_nan=False)
    assert "training_seed" in str(found)


def test_one_way_components_with_gaps() -> None:
    # Searle, Casella & McCulloch's formulas by hand: sizes 3, 2, 1
    table = np.array([[4.0, 6.0, 5.0], [9.0, 11.0, math.nan], [math.nan, 3.0, math.nan]])
    means, sizes = np.array([5.0, 10.0, 3.0]), np.array([3.0, 2.0, 1.0])
    grand = (means * sizes).sum() / 6
    between = (sizes * (means - grand) ** 2).sum() / 2
    within = (2.0 + 2.0) / 3
    n0 = (6 - 14 / 6) / 2
    found = variance_components(table, model="one-way")
    assert found["unit"].value == pytest.approx((between - within) / n0)
    assert found["residual"].value == pytest.approx(within)
    assert found["unit"].n_rows == 6
    assert found["unit"].interval.low <= found["unit"].value <= found["unit"].interval.high
    full = np.array(SHROUT_FLEISS, dtype=float)
    squares = plain_squares(full)
    assert variance_components(full, model="one-way")["unit"].value == pytest.approx(
        max(squares[0] - squares[3], 0) / 4
    )


def test_negative_component_becomes_zero() -> None:
    table = [[1.0, 5.0], [5.0, 1.0], [2.0, 4.2]]
    found = variance_components(table)["unit"]
    assert found.value == 0.0
    assert found.details["untruncated"] < 0
    assert any("set to 0" in note for note in found.notes)
    assert found.interval.low == 0.0


def test_interval_of_a_difference_touches_zero_with_the_f_test() -> None:
    # the modified-large-sample interval of the units' variance excludes 0 exactly where F rejects at (1 - level) / 2
    rng = np.random.default_rng(0)
    seen = set()
    for _ in range(200):
        table = 0.6 * rng.normal(size=(8, 1)) + rng.normal(size=(8, 3))
        rejects = icc(table, form="ICC(C,1)").p_value.value < 0.025
        assert (variance_components(table)["unit"].interval.low > 0) == rejects
        seen.add(rejects)
    assert seen == {True, False}


def test_components_beyond_double_precision() -> None:
    with pytest.raises(UndefinedEstimate, match="double precision"):
        variance_components(np.array(SHROUT_FLEISS) * 1e-200)
