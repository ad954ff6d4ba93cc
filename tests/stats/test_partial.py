"""Partial and semi-partial correlation, VIF: R and 80-digit answers, brute force, refusals."""

from __future__ import annotations

import csv
import itertools
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special
from scipy import stats as scipy_stats

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats import (
    Permutation,
    partial_correlation,
    partial_correlations,
    pearson,
    semipartial_correlation,
    spearman,
    variance_inflation,
)
from leakstats.stats._residuals import residualise

ORACLES = json.loads((Path(__file__).parent / "data" / "correlation_oracles.json").read_text())["tabular"]
WITH_COVARIATES = sorted(name for name, item in ORACLES.items() if item["partial"])


def close(ours: float, theirs: float, rel: float = 1e-9) -> None:
    assert ours == pytest.approx(theirs, rel=rel, abs=1e-12)


def complete(data: dict[str, list[float | None]], names: list[str]) -> np.ndarray:
    rows = np.array([data[name] for name in names], dtype=float).T
    kept: np.ndarray = rows[~np.isnan(rows).any(axis=1)]
    return kept


def names_of(part: dict[str, Any]) -> list[str]:
    return part["covariates"] if isinstance(part["covariates"], list) else [part["covariates"]]


def check_partial(data: dict[str, list[float | None]], parts: list[dict[str, Any]], exact: dict[str, Any]) -> None:
    for part in parts:
        last = part is parts[-1]
        for kind in ("pearson", "spearman"):
            theirs = part[kind]
            names = names_of(theirs)
            rows = complete(data, ["y", "x", *names])
            columns = rows[:, 0], rows[:, 1], rows[:, 2:]
            options: dict[str, Any] = {"kind": kind, "names": names, "method": "t", "interval": "fisher-z"}
            if min(theirs["resid_ss_ratio_x"], theirs["resid_ss_ratio_y"]) < 1e-20:
                with pytest.raises(UndefinedEstimate, match="up to rounding"):
                    partial_correlation(*columns, **options)
                continue
            truth = exact.get(f"partial_{kind}_all") if last else None
            estimate = partial_correlation(*columns, **options)
            rank = estimate.details["rank"]
            delicate = theirs["resid_ss_ratio_x"] < 1e-8
            close(estimate.value, theirs["partial"]["r"], rel=1e-6 if delicate else 1e-9)
            if truth is not None:
                assert estimate.value == pytest.approx(truth["r"], rel=1e-11, abs=1e-15)
                close(estimate.p_value.value, truth["p"], rel=1e-10)
            if rank < len(names):
                assert any("took no degree of freedom" in note for note in estimate.notes)
                assert estimate.details["df"] == len(rows) - 2 - rank
                continue
            if delicate:
                continue
            for name, ours in (
                ("partial", estimate),
                ("semipartial_x", semipartial_correlation(*columns, residualise="x", **options)),
                ("semipartial_y", semipartial_correlation(*columns, residualise="y", **options)),
            ):
                close(ours.value, theirs[name]["r"])
                close(ours.p_value.value, theirs[name]["p"], rel=1e-8)
                assert ours.details["df"] == theirs[name]["df"]
                ends = theirs[name]["ci95_fisher"]
                assert (ours.interval is None) == (ends is None)
                if ends is not None:
                    close(ours.interval.low, ends[0])
                    close(ours.interval.high, ends[1])


def check_vif(data: dict[str, list[float | None]], theirs: dict[str, float]) -> None:
    predictors = [name for name in data if name != "y"]
    rows = complete(data, list(data))[:, [list(data).index(name) for name in predictors]]
    found = variance_inflation(rows, predictors)
    for name in predictors:
        assert found.row(name)["vif"] == pytest.approx(theirs[name], rel=1e-10)


@pytest.mark.parametrize("name", WITH_COVARIATES)
def test_r_values(name: str) -> None:
    item = ORACLES[name]
    check_partial(item["data"], item["partial"], item["exact"])
    vif = item["exact"].get("vif") or item["vif"]
    if vif and "error" not in vif:
        check_vif(item["data"], vif)


@pytest.mark.shared
def test_all_tabular_oracles(shared_dir: Path) -> None:
    for file in sorted((shared_dir / "oracles").glob("tabular_*.json")):
        item = json.loads(file.read_text())
        exact = item.get("exact") or {}
        if item["R"].get("partial"):
            check_partial(item["data"], item["R"]["partial"], exact)
        vif = exact.get("vif") or (item["R"].get("lm") or {}).get("vif")
        if vif and "error" not in vif and all(isinstance(v, float) for v in vif.values()):
            check_vif(item["data"], vif)


def test_the_nearly_collinear_residual_is_exact() -> None:
    # R gives -0.09574846 here; 80-digit arithmetic -0.09574848776618398
    item = ORACLES["collinear_1e-9"]
    rows = complete(item["data"], ["y", "x", "z1", "z2"])
    estimate = partial_correlation(rows[:, 0], rows[:, 1], rows[:, 2:])
    assert estimate.value == pytest.approx(-0.09574848776618398, rel=1e-13)
    assert estimate.details["vif"] > 1e17


def design(seed: int, n: int, k: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=(n, k))
    return z.sum(axis=1) + rng.normal(size=n), z[:, 0] + rng.normal(size=n), z


def residuals(v: np.ndarray, z: np.ndarray) -> np.ndarray:
    m = np.column_stack([np.ones(len(v)), z])
    left: np.ndarray = v - m @ np.linalg.lstsq(m, v, rcond=None)[0]
    return left


@pytest.mark.parametrize("residualised", ["both", "x", "y"])
def test_freedman_lane_is_the_refit_of_each_permuted_sample(residualised: str) -> None:
    y, x, z = design(1, 6, 2)
    fitted, e = y - residuals(y, z), residuals(y, z)

    def statistic(outcome: np.ndarray) -> float:
        a = outcome if residualised == "x" else residuals(outcome, z)
        b = x if residualised == "y" else residuals(x, z)
        return float(np.corrcoef(a, b)[0, 1])

    null = np.array([statistic(fitted + np.array(order)) for order in itertools.permutations(e)])
    observed = statistic(y)
    if residualised == "both":
        estimate = partial_correlation(y, x, z)
    else:
        estimate = semipartial_correlation(y, x, z, residualise=residualised)
    close(estimate.value, observed)
    assert estimate.p_value.method == "freedman-lane"
    close(estimate.p_value.value, np.mean(np.abs(null) >= abs(observed) - 1e-9))
    for side, share in (("greater", null >= observed - 1e-9), ("less", null <= observed + 1e-9)):
        if residualised == "both":
            close(partial_correlation(y, x, z, alternative=side).p_value.value, share.mean())


def test_spearman_permutes_on_normal_scores_and_ranks_again() -> None:
    y, x, z = design(2, 11, 1)
    rng = np.random.default_rng(0)
    orders = np.array([rng.permutation(11) for _ in range(400)])
    rank = scipy_stats.rankdata
    scores = [special.ndtri(rank(v) / 12) for v in (y, z[:, 0])]
    e = residuals(scores[0], scores[1])
    rx, rz = residuals(rank(x), rank(z[:, 0])), rank(z[:, 0])

    def statistic(outcome: np.ndarray) -> float:
        left = residuals(rank(np.round(outcome, 11)), rz)
        # ranked like the covariate, y* has no partial correlation: counted as extreme
        return float(np.corrcoef(left, rx)[0, 1]) if left @ left > 1e-12 else 1.0

    null = np.array([statistic(scores[0] - e + e[order]) for order in orders])
    estimate = partial_correlation(y, x, z, kind="spearman", method=Permutation(stored=orders))
    expected = (np.count_nonzero(np.abs(null) >= abs(statistic(y)) - 1e-9) + 1) / 401
    close(estimate.p_value.value, expected)
    assert estimate.p_by("t").value == pytest.approx(estimate.p_value.value, abs=0.1)
    # any increasing transformation leaves the whole test alone
    assert (
        partial_correlation(np.exp(y), x**3, z, kind="spearman").p_value
        == partial_correlation(y, x, z, kind="spearman").p_value
    )


def test_without_covariates_it_is_the_plain_correlation() -> None:
    y, x, _ = design(3, 40, 1)
    nothing = np.empty((40, 0))
    for kind, plain in (("pearson", pearson), ("spearman", spearman)):
        estimate, other = partial_correlation(y, x, nothing, kind=kind), plain(y, x)
        close(estimate.value, other.value)
        close(estimate.p_by("t").value, other.p_by("t").value)
        close(estimate.interval.low, other.interval.low)
        for end in ("x", "y"):
            semi = semipartial_correlation(y, x, nothing, kind=kind, residualise=end)
            close(semi.value, other.value)
            close(semi.interval_by("normal-theory").low, semi.interval_by("fisher-z").low)


def test_constant_and_repeated_covariates_take_no_degree_of_freedom() -> None:
    # peers_pitfalls: NaN elsewhere where -0.0137 is defined
    item = ORACLES["constant_z"]
    rows = complete(item["data"], ["y", "x", "z1"])
    estimate = partial_correlation(rows[:, 0], rows[:, 1], rows[:, 2], names=["style"])
    close(estimate.value, -0.013709429631879754)
    assert estimate.details["df"] == 23
    assert "style is constant or a linear combination" in estimate.notes[0]
    close(estimate.p_by("t").value, pearson(rows[:, 0], rows[:, 1]).p_by("t").value)
    y, x, z = design(4, 20, 2)
    twice = partial_correlation(y, x, np.column_stack([z, z[:, 0] - 3 * z[:, 1] + 2, z[:, 1]]))
    once = partial_correlation(y, x, z)
    close(twice.value, once.value)
    assert twice.details["df"] == once.details["df"] == 16
    assert twice.p_value == once.p_value
    assert "z3, z4 are constant" in twice.notes[0]


def test_scale_and_offset() -> None:
    rng = np.random.default_rng(6)
    y, x, z = (rng.integers(-40, 40, 25) / 16 for _ in range(3))
    z = z + x
    for kind in ("pearson", "spearman"):
        base = partial_correlation(y, x, z, kind=kind)
        for a, b, c in ((y * 2.0**-400, x, z * 2.0**400), (y + 1e8, x - 1e8, z + 1e8)):
            other = partial_correlation(a, b, c, kind=kind)
            close(other.value, base.value, rel=1e-11)
            assert other.p_value.value == base.p_value.value
    factors = variance_inflation(np.column_stack([x, z]))["vif"]
    close(variance_inflation(np.column_stack([x * 2.0**-400, z + 1e8]))["vif"][0], factors[0], rel=1e-9)


def test_refusals() -> None:
    y, x, z = design(5, 12, 2)
    ranks = "the ranks of x are a linear combination of the ranks of the covariates"
    with pytest.raises(UndefinedEstimate, match=ranks):
        partial_correlation(y, x, np.exp(x), kind="spearman")
    with pytest.raises(
        UndefinedEstimate, match=r"x is a linear combination of the covariates \(z1, z2\) up to rounding"
    ):
        partial_correlation(y, 0.1 + 0.3 * z[:, 0] - z[:, 1], z)
    with pytest.raises(UndefinedEstimate, match="y is a linear combination"):
        partial_correlation(1e8 + z[:, 0], x, z[:, 0])
    with pytest.raises(UndefinedEstimate, match="x is constant"):
        partial_correlation(y, np.full(12, 0.1), z)
    with pytest.raises(UndefinedEstimate, match="n - 2 - 2 covariates leaves 0 degrees of freedom"):
        partial_correlation(y[:4], x[:4], z[:4])
    with pytest.raises(UndefinedEstimate, match=r"up to rounding|degrees of freedom"):
        partial_correlation(y[:3], x[:3], z[:3])
    with pytest.raises(InputError, match=r"covariates must have shape \(12,\) or \(12, k\), got \(11, 2\)"):
        partial_correlation(y, x, z[:11])
    with pytest.raises(InputError, match="names must have one entry a covariate"):
        partial_correlation(y, x, z, names=["a"])
    with pytest.raises(InputError, match="kind must be one of"):
        partial_correlation(y, x, z, kind="kendall")
    with pytest.raises(InputError, match="covariates must be finite"):
        partial_correlation(y, x, np.where(z > 1, np.nan, z))
    assert partial_correlation(y[:5], x[:5], z[:5]).interval is None


def test_perfect_partial_correlation() -> None:
    _, x, z = design(7, 40, 2)
    estimate = partial_correlation(3 * x + z.sum(axis=1), x, z)
    assert estimate.value == 1.0
    assert estimate.p_value.method == "freedman-lane"
    assert estimate.p_value.value == pytest.approx(1e-4)
    assert partial_correlation(3 * x + z.sum(axis=1), x, z, method="t").p_value is None


def test_semipartial_of_a_suppressed_predictor() -> None:
    y, x, z = design(9, 30, 1)
    partial = partial_correlation(y, x, z).value
    for end, column in (("x", y), ("y", x)):
        share = residuals(column, z).var() / column.var()
        estimate = semipartial_correlation(y, x, z, residualise=end)
        close(estimate.value, partial * math.sqrt(share))
        assert estimate.details["partial"] == pytest.approx(partial)
        assert estimate.interval.width == pytest.approx(
            max(estimate.interval_by(m).width for m in ("fisher-z", "normal-theory"))
        )
        close(estimate.p_by("t-partial").value, partial_correlation(y, x, z).p_by("t").value)


def test_batch_agrees_with_one_at_a_time() -> None:
    rng = np.random.default_rng(11)
    y, x, z = rng.normal(size=(7, 20)), rng.normal(size=(7, 20)), rng.normal(size=(7, 20, 2))
    x[3] = z[3, :, 0] + 1e-9 * x[3]  # delicate: leaves the batch
    y[4] += 1e8
    x[5] = z[5].sum(axis=1)  # refused
    x[6] = np.round(x[6])
    for kind in ("pearson", "spearman"):
        many = partial_correlations(y, x, z, kind=kind, labels=list("abcdefg"))
        for j, label in enumerate("abcdefg"):
            row = many.row(label)
            if (kind, label) in {("pearson", "f"), ("spearman", "d")}:
                assert row["r"] is None
                assert f"row {j}:" in many.undefined["r"]
                continue
            one = partial_correlation(y[j], x[j], z[j], kind=kind)
            assert row["r"] == pytest.approx(one.value, rel=1e-9)
            assert row["p"] == pytest.approx(one.p_by("t").value, rel=1e-9)
            assert row["low"] == pytest.approx(one.interval.low, rel=1e-9)
            assert row["high"] == pytest.approx(one.interval.high, rel=1e-9)
    shared = partial_correlations(y[0], x, z[0])
    assert shared["r"][2] == pytest.approx(partial_correlation(y[0], x[2], z[0]).value)
    few = partial_correlations(y[:, :5], x[:, :5], z[:, :5])
    assert "n - 3 - k >= 1" in few.undefined["low"]
    with pytest.raises(InputError, match="shapes do not fit"):
        partial_correlations(y, x[:3], z)


def test_vif_of_combinations_is_undefined_not_large() -> None:
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(2, 15))
    found = variance_inflation(np.column_stack([a, b, a + b, np.full(15, 0.1)]), ["a", "b", "sum", "one"])
    assert found.row("a")["vif"] is None
    assert "a, b, sum, one: constant or a linear combination" in found.undefined["vif"]
    fine = variance_inflation(np.column_stack([a, 5 * a + 0.5 * b]), ["a", "near"])
    assert fine.flagged("vif") == ["a", "near"]
    with pytest.raises(UndefinedEstimate, match="2 columns need at least 4 rows, got 3"):
        variance_inflation(np.ones((3, 2)))


values = st.integers(-4, 4).map(float)


@settings(max_examples=120, deadline=None)
@given(
    rows=st.lists(st.tuples(values, values, values, values), min_size=0, max_size=7),
    kind=st.sampled_from(["pearson", "spearman"]),
    scale=st.sampled_from([1.0, 1e-100]),
    offset=st.sampled_from([0.0, 1e8]),
)
@pytest.mark.filterwarnings("error")
def test_a_complete_estimate_or_a_refusal(
    rows: list[tuple[float, ...]], kind: str, scale: float, offset: float
) -> None:
    data = np.array(rows).reshape(-1, 4)
    y, x, z = data[:, 0] * scale, data[:, 1] + offset, data[:, 2:]
    try:
        estimate = partial_correlation(y, x, z, kind=kind)
    except UndefinedEstimate:
        ranked = scipy_stats.rankdata(data, axis=0) if kind == "spearman" else data
        if len(rows) > 3:
            m = np.column_stack([np.ones(len(rows)), ranked[:, 2:]])
            rank = np.linalg.matrix_rank(m)
            whole = [np.linalg.matrix_rank(np.column_stack([m, ranked[:, j]])) for j in (0, 1)]
            assert min(whole) == rank or len(rows) - 1 - rank <= 0
        return
    assert -1.0 <= estimate.value <= 1.0
    assert 0.0 < estimate.p_value.value <= 1.0
    if estimate.interval is not None:
        assert estimate.interval.low <= estimate.value <= estimate.interval.high


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.tuples(values, values, values), min_size=2, max_size=7),
    kind=st.sampled_from(["pearson", "spearman"]),
    scale=st.sampled_from([1.0, 1e-100, 1e100]),
    offset=st.sampled_from([0.0, 1e8]),
)
@pytest.mark.filterwarnings("error")
def test_semipartial_and_batch_refuse_what_partial_refuses(
    rows: list[tuple[float, ...]], kind: str, scale: float, offset: float
) -> None:
    data = np.array(rows)
    y, x, z = data[:, 0] * scale, data[:, 1] + offset, data[:, 2:]
    many = partial_correlations(y, np.stack([x, x[::-1]]), z, kind=kind)
    try:
        partial = partial_correlation(y, x, z, kind=kind)
    except UndefinedEstimate:
        assert many.row("0")["r"] is None
        for end in ("x", "y"):
            with pytest.raises(UndefinedEstimate):
                semipartial_correlation(y, x, z, kind=kind, residualise=end)
        return
    assert many.row("0")["r"] == pytest.approx(partial.value, abs=1e-9)
    for end in ("x", "y"):
        semi = semipartial_correlation(y, x, z, kind=kind, residualise=end)
        assert abs(semi.value) <= abs(partial.value) + 1e-12
        assert semi.interval is None or semi.interval.low <= semi.value <= semi.interval.high


def test_rational_path_agrees_with_the_fast_one() -> None:
    rng = np.random.default_rng(3)
    z = rng.normal(size=(30, 3))
    x = z @ [1.0, -2.0, 0.5] + 1e-4 * rng.normal(size=30)  # share 1e-9: fast path
    fast = residualise(x[:, None], z)
    close_by = z.copy()
    close_by[:, 2] = z[:, 0] + 1e-6 * z[:, 2]  # forces the rational path for the same column space
    exact = residualise(x[:, None], np.column_stack([z[:, :2], close_by[:, 2], z[:, 2]]))
    assert exact.dropped == (3,) or exact.shares[0] == pytest.approx(fast.shares[0], rel=1e-5)
    assert np.abs(exact.basis.T @ exact.basis - np.eye(exact.basis.shape[1])).max() < 1e-12


@pytest.mark.shared
def test_golden_partial(shared_dir: Path) -> None:
    def load(folder: Path, name: str) -> list[dict[str, str]]:
        with (folder / name).open(newline="") as f:
            return list(csv.DictReader(f))

    folder = shared_dir / "data" / "assistant_variants"
    items = {i["quantity"]: i for i in json.loads((folder / "golden.json").read_text())}
    rows = load(folder, "personas.csv")
    x, y, tokens = (np.array([float(r[c]) for r in rows]) for c in ("cos_to_assistant_L20", "hits", "prompt_tokens"))
    estimate = partial_correlation(y, x, tokens, kind="spearman")
    assert estimate.value == pytest.approx(items["partial spearman rho (standard)"]["recomputed"], abs=1e-9)
    expected = items["partial spearman p (standard, df=n-2-k=9)"]["recomputed"]
    assert estimate.p_by("t").value == pytest.approx(expected, abs=1e-9)
    for name, column in (("log token length", np.log(tokens)), ("token length", tokens)):
        found = variance_inflation(np.column_stack([x, column]))["vif"][0]
        assert found == pytest.approx(items[f"VIF(cosine, {name})"]["recomputed"], abs=1e-9)
    folder = shared_dir / "data" / "taxonomy200"
    items = {i["quantity"]: i for i in json.loads((folder / "golden.json").read_text())}
    rows = load(folder, "pairs.csv")
    about = {r["persona_id"]: r for r in load(folder, "personas.csv")}
    x, y = np.array([float(r["cos_L15"]) for r in rows]), np.array([float(r["hits_of_600"]) for r in rows])
    lengths = [
        [float(about[r["persona_id"]][c]) for c in ("n_chars", "n_words", "jaccard_with_source_prompt")] for r in rows
    ]
    z = np.array(lengths)
    sources = sorted({r["source"] for r in rows})
    dummies = np.array([[float(r["source"] == s) for s in sources[1:]] for r in rows])
    for name, columns in (
        ("prompt chars, word count, Jaccard (ranks)", z),
        ("prompt chars only (ranks)", z[:, 0]),
        ("chars and words (ranks)", z[:, :2]),
        ("source dummies", dummies),
    ):
        estimate = partial_correlation(y, x, columns, kind="spearman", method="t")
        expected = items[f"partial spearman rho layer 15 | {name}"]["recomputed"]
        assert estimate.value == pytest.approx(expected, abs=1e-6)
