"""Matrices over the same items: vegan's and sna's numbers, brute force, kernels against each other."""

from __future__ import annotations

import itertools
import json
import math
import tracemalloc
import warnings
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leakstats.errors import InputError, MissingDependency, UndefinedEstimate
from leakstats.stats import Bootstrap, Permutation, mantel, mrqap, node_bootstrap, partial_mantel

DATA = Path(__file__).parent / "data"
MANTEL = json.loads((DATA / "r_mantel.json").read_text("utf-8"))["cases"]
MRQAP = json.loads((DATA / "r_mrqap.json").read_text("utf-8"))["cases"]
KERNELS = ["numpy", pytest.param("numba", marks=pytest.mark.skipif(not find_spec("numba"), reason="extra fast"))]


def distances(points: np.ndarray) -> np.ndarray:
    out: np.ndarray = np.sqrt(((points[:, None] - points[None]) ** 2).sum(axis=-1))
    return out


def plane(n: int, seed: int, noise: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, 2))
    return distances(x), distances(x + noise * rng.normal(size=(n, 2)))


def check_mantel(case: dict[str, Any]) -> None:
    answers, (A, B, C) = case["R"], (case[k] for k in "ABC")
    method: Any = "exact" if answers["enumerated"] else Permutation(stored=answers["perm0"])
    for kind in ("pearson", "spearman"):
        theirs = answers[kind]
        for side, key in (("two-sided", "p_two"), ("greater", "p_greater"), ("less", "p_less")):
            e = mantel(A, B, kind=kind, method=method, alternative=side)  # type: ignore[arg-type]
            assert e.value == pytest.approx(theirs["statistic"], abs=1e-12)
            assert e.p_value is not None
            assert e.p_value.value == pytest.approx(theirs[key], rel=1e-12), f"{case['id']} {kind} {side}"
            if side == "greater":
                assert e.p_value.value == pytest.approx(theirs["vegan_p_greater"], rel=1e-12)
        partial = partial_mantel(A, B, C, kind=kind, method=method, alternative="greater")  # type: ignore[arg-type]
        assert partial.value == pytest.approx(answers[f"partial_{kind}"]["statistic"], abs=1e-12)
        assert partial.p_value is not None
        assert partial.p_value.value == pytest.approx(answers[f"partial_{kind}"]["vegan_p_greater"], rel=1e-12)
    few = Permutation(n_resamples=9, rng=np.random.default_rng(0))
    assert mantel(A, B, kind="kendall", method=few).value == pytest.approx(answers["kendall"]["statistic"], abs=1e-12)


def check_mrqap(case: dict[str, Any]) -> None:
    answers = case["R"]
    plan = Permutation(stored=answers["perm0"])
    for method, key in (("dsp", "dsp_t"), ("qap-y", "qapy_t")):
        for side, name in (("two-sided", "p_two"), ("greater", "p_greater")):
            fit = mrqap(
                case["Y"],
                [case["X1"], case["X2"]],
                method=method,  # type: ignore[arg-type]
                directed=case["directed"],
                permutation=plan,
                alternative=side,  # type: ignore[arg-type]
            )
            assert [e.value for e in fit.coefficients.values()] == pytest.approx(answers["coef"], rel=1e-10)
            assert [e.details["t"] for e in fit.coefficients.values()] == pytest.approx(answers["t"], rel=1e-10)
            assert fit.r_squared == pytest.approx(answers["r2"], rel=1e-10)
            p = [e.p_value.value for e in fit.coefficients.values() if e.p_value is not None]
            assert p == pytest.approx(answers[key][name], rel=1e-12), f"{case['id']} {method} {side}"


@pytest.mark.parametrize("case", MANTEL, ids=lambda c: str(c["id"]))
def test_vegan(case: dict[str, Any]) -> None:
    check_mantel(case)


@pytest.mark.parametrize("case", MRQAP, ids=lambda c: str(c["id"]))
def test_sna(case: dict[str, Any]) -> None:
    check_mrqap(case)


@pytest.mark.shared
def test_every_shared_mantel_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("mantel_*.json"))
    assert files
    for file in files:
        check_mantel(json.loads(file.read_text("utf-8")))


@pytest.mark.shared
def test_every_shared_mrqap_oracle(shared_dir: Path) -> None:
    files = sorted((shared_dir / "oracles").glob("mrqap_*.json"))
    assert files
    for file in files:
        check_mrqap(json.loads(file.read_text("utf-8")))


# --- the definition, plainly ----------------------------------------------------------------------------------------


def plain_statistics(A: np.ndarray, B: np.ndarray, perms: Any, directed: bool) -> np.ndarray:
    cells = ~np.eye(len(A), dtype=bool) if directed else np.tril(np.ones_like(A, dtype=bool), -1)
    return np.array([np.corrcoef(A[cells], B[np.ix_(p, p)][cells])[0, 1] for p in perms])


@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize("directed", [False, True])
@pytest.mark.parametrize("n", [3, 5, 17])
def test_kernels_are_the_plain_sum(kernel: Any, directed: bool, n: int) -> None:
    rng = np.random.default_rng(n)
    A, B = rng.normal(size=(2, n, n))
    if not directed:
        A, B = A + A.T, B + B.T
    np.fill_diagonal(A, 0.0)
    np.fill_diagonal(B, 1.0)
    perms = [rng.permutation(n) for _ in range(300)]
    e = mantel(A, B, directed=directed, kernel=kernel, method=Permutation(stored=perms))
    null = plain_statistics(A, B, perms, directed)
    observed = plain_statistics(A, B, [np.arange(n)], directed)[0]
    assert e.value == pytest.approx(observed, abs=1e-12)
    assert e.details["null_mean"] == pytest.approx(null.mean(), abs=1e-12)
    assert e.details["null_sd"] == pytest.approx(null.std(), abs=1e-12)
    assert e.p_value is not None
    extreme = int((np.abs(null) >= abs(observed) - 1e-9).sum())
    assert e.p_value.value == (extreme + 1) / 301


def test_exact_where_scikit_bio_samples() -> None:
    # peers_pitfalls: identical 4 x 4 matrices have p = .0833 two-sided when two relabellings agree
    A = [[0, 1, 2, 3], [1, 0, 1, 2], [2, 1, 0, 1], [3, 2, 1, 0]]
    e = mantel(A, A)
    assert e.p_value is not None
    assert (e.p_value.value, e.p_value.minimum) == (pytest.approx(2 / 24), pytest.approx(2 / 24))
    A7, B7 = plane(7, 1, noise=0.01)
    e = mantel(A7, B7)
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx(1 / 5040)
    assert e.p_value.method == "exact"
    assert mantel(*plane(8, 1)).p_value.method == "node-permutation"  # type: ignore[union-attr]


def test_n_is_items() -> None:
    e = mantel(*plane(12, 0), method=Permutation(n_resamples=99, rng=np.random.default_rng(0)))
    assert (e.n, e.n_rows) == (12, 66)


def test_units_offsets_and_order_of_items_do_not_matter() -> None:
    A, B = plane(6, 4)
    plain = mantel(A, B)
    assert mantel(1e-100 * A, 1e100 * B).value == pytest.approx(plain.value, abs=1e-12)
    assert mantel(1e7 + A, B).value == pytest.approx(plain.value, abs=1e-7)
    p = [3, 0, 5, 1, 4, 2]
    again = mantel(A[np.ix_(p, p)], B[np.ix_(p, p)])
    assert again.value == pytest.approx(plain.value, abs=1e-12)
    assert again.p_value == plain.p_value


def test_partial_mantel_is_the_textbook_formula() -> None:
    A, B = plane(9, 5)
    C, _ = plane(9, 6)
    low = np.tril_indices(9, -1)
    r = np.corrcoef([A[low], B[low], C[low]])
    expected = (r[0, 1] - r[0, 2] * r[1, 2]) / math.sqrt((1 - r[0, 2] ** 2) * (1 - r[1, 2] ** 2))
    e = partial_mantel(A, B, C, method=Permutation(n_resamples=99, rng=np.random.default_rng(0)))
    assert e.value == pytest.approx(expected, abs=1e-12)
    assert any("Guillot" in a for a in e.assumptions)
    with pytest.raises(UndefinedEstimate, match="A is a linear function of C"):
        partial_mantel(2 * A + 1 - np.eye(9), B, A)


def test_mrqap_by_hand() -> None:
    Y, X = plane(5, 8)
    Z, _ = plane(5, 9)
    low = np.tril_indices(5, -1)
    design = np.column_stack([np.ones(10), X[low], Z[low]])

    def t_of(columns: np.ndarray, y: np.ndarray, j: int) -> float:
        coefficient, *_ = np.linalg.lstsq(columns, y, rcond=None)
        residual = y - columns @ coefficient
        covariance = np.linalg.inv(columns.T @ columns) * (residual @ residual) / (y.size - columns.shape[1])
        return float(coefficient[j] / math.sqrt(covariance[j, j]))

    observed = t_of(design, Y[low], 1)
    other = design[:, [0, 2]]
    residual = X[low] - other @ np.linalg.lstsq(other, X[low], rcond=None)[0]
    E = np.zeros((5, 5))
    E[low] = residual
    E += E.T
    null = np.array(
        [
            t_of(np.column_stack([np.ones(10), E[np.ix_(p, p)][low], Z[low]]), Y[low], 1)
            for p in itertools.permutations(range(5))
        ]
    )
    e = mrqap(Y, {"x": X, "z": Z}, permutation="exact")["x"]
    assert e.details["t"] == pytest.approx(observed, rel=1e-10)
    assert e.p_value is not None
    assert e.p_value.value == pytest.approx((np.abs(null) >= abs(observed) - 1e-9).mean())


def test_mrqap_scale_and_refusals() -> None:
    Y, X = plane(8, 10)
    plan = {"permutation": Permutation(n_resamples=99, rng=np.random.default_rng(0))}
    plain = mrqap(Y, [X], **plan)["X1"]  # type: ignore[arg-type]
    tiny = mrqap(1e-100 * Y, [1e100 * X], **plan)["X1"]  # type: ignore[arg-type]
    assert tiny.value == pytest.approx(plain.value * 1e-200, rel=1e-10)
    assert tiny.details["t"] == pytest.approx(plain.details["t"], rel=1e-10)
    perfect = mrqap(Y, [2 * Y])
    assert perfect["X1"].value == pytest.approx(0.5)
    assert perfect["X1"].p_value is None
    assert any("perfect" in note for note in perfect["X1"].notes)
    with pytest.raises(UndefinedEstimate, match="linear function"):
        mrqap(Y, [X, 3 * X])
    with pytest.raises(UndefinedEstimate, match="X1 is constant"):
        mrqap(Y, [np.ones((8, 8))])
    with pytest.raises(UndefinedEstimate, match="degrees of freedom"):
        mrqap(Y[:3, :3], [X[:3, :3], Y[:3, :3] ** 2])
    with pytest.raises(InputError, match="at least one predictor"):
        mrqap(Y, [])
    with pytest.raises(InputError, match="no coefficient 'x9'"):
        mrqap(Y, [X])["x9"]


@pytest.mark.parametrize(
    ("A", "B", "kw", "error", "match"),
    [
        (np.zeros((2, 3)), np.zeros((2, 3)), {}, InputError, "square"),
        ([[0, 1], [1, 0]], [[0, 1], [1, 0]], {}, UndefinedEstimate, "at least 3 items"),
        (np.zeros((0, 0)), np.zeros((0, 0)), {}, UndefinedEstimate, "at least 3 items"),
        (np.zeros((4, 4)), plane(4, 0)[0], {}, UndefinedEstimate, "A is constant"),
        (plane(4, 0)[0], plane(5, 0)[0], {}, InputError, "same items"),
        (np.arange(16.0).reshape(4, 4), plane(4, 0)[0], {}, InputError, "one value on its diagonal"),
        (np.triu(np.ones((4, 4)), 1), plane(4, 0)[0], {}, InputError, "must be symmetric, got"),
        (np.where(np.eye(4) > 0, 0, np.nan), plane(4, 0)[0], {}, InputError, "finite"),
        (*plane(4, 0), {"kind": "euclid"}, InputError, "'pearson'"),
        (*plane(12, 0), {"method": "exact"}, InputError, "n <= 9, got 12"),
        (*plane(4, 0), {"alternative": "larger"}, InputError, "'greater'"),
        (*plane(4, 0), {"method": Permutation(stored=[[0, 1, 2]])}, InputError, "permutes 3 values"),
    ],
)
def test_refusals(A: Any, B: Any, kw: dict[str, Any], error: type[Exception], match: str) -> None:
    with pytest.raises(error, match=match):
        mantel(A, B, **kw)


def test_node_bootstrap_replays_and_counts_pairs() -> None:
    A, B = plane(6, 3)
    stored = [[0, 0, 1, 2, 3, 4], [5, 4, 3, 2, 1, 0], [1, 1, 1, 1, 1, 1]]
    e = node_bootstrap(A, B, method=Bootstrap(stored=stored), interval="percentile")
    # the first by hand: pairs of an item with itself are left out
    pairs = [(stored[0][i], stored[0][j]) for i in range(6) for j in range(i) if stored[0][i] != stored[0][j]]
    first = np.corrcoef([A[p] for p in pairs], [B[p] for p in pairs])[0, 1]
    assert e.interval is not None
    ends = sorted([first, e.value])
    assert e.interval.low == pytest.approx(ends[0] + 0.025 * (ends[1] - ends[0]))
    assert e.details["n_degenerate"] == 1
    assert e.p_value is None


@pytest.mark.parametrize("kind", ["pearson", "spearman"])
def test_node_bootstrap_intervals(kind: Any) -> None:
    A, B = plane(15, 2)
    widths = {}
    for interval in ("expanded-percentile", "percentile", "basic", "bca", "normal"):
        plan = Bootstrap(n_resamples=999, rng=np.random.default_rng(0))
        e = node_bootstrap(A, B, kind=kind, method=plan, interval=interval)  # type: ignore[arg-type]
        assert e.interval is not None
        assert e.value in e.interval
        widths[interval] = e.interval.width
    assert widths["expanded-percentile"] > widths["percentile"]
    with pytest.raises(InputError, match="no clusters"):
        node_bootstrap(A, B, method=Bootstrap(rng=np.random.default_rng(0), clusters=[0] * 15))


def test_numba_is_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    from leakstats.stats import _dyads

    _dyads._compiled.cache_clear()
    monkeypatch.setattr(_dyads, "find_spec", lambda name: None)
    A, B = plane(8, 0)
    plan = Permutation(n_resamples=9, rng=np.random.default_rng(0))
    with pytest.raises(MissingDependency, match=r"leakstats\[fast\]"):
        mantel(A, B, method=plan, kernel="numba")
    assert mantel(A, B, method=plan).n == 8


def test_memory_stays_small() -> None:
    A, B = plane(111, 0)
    tracemalloc.start()
    mantel(A, B, method=Permutation(n_resamples=10_000, rng=np.random.default_rng(0)), kernel="numpy")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 50e6, "the limit is 500 MB"


CELL = st.sampled_from([0.0, 1.0, 2.0, 0.3, 0.1 + 0.2, -1.0, 1e-100, 1e8, 1e8 + 1, 1e300, -1e300, math.nan, math.inf])


@settings(max_examples=120, deadline=None)
@given(n=st.integers(0, 5), data=st.data(), kind=st.sampled_from(["pearson", "spearman"]))
def test_any_matrices_give_an_estimate_or_a_reason(n: int, data: Any, kind: Any) -> None:
    arrays = []
    for _ in range(3):
        cells = data.draw(st.lists(CELL, min_size=n * (n - 1) // 2, max_size=n * (n - 1) // 2))
        M = np.zeros((n, n))
        M[np.tril_indices(n, -1)] = cells
        arrays.append(np.where(np.tri(n, n, -1, dtype=bool), M, M.T))
    A, B, C = arrays
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for compute in (
            lambda: mantel(A, B, kind=kind),
            lambda: partial_mantel(A, B, C, kind=kind),
            lambda: mrqap(A, [B, C]),
            lambda: node_bootstrap(A, B, kind=kind, method=Bootstrap(n_resamples=20, rng=np.random.default_rng(0))),
        ):
            try:
                result = compute()
            except (InputError, UndefinedEstimate):
                continue
            if not hasattr(result, "coefficients"):
                assert -1.0 <= result.value <= 1.0
