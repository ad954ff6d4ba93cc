"""The second opinion: agreement where libraries are right, their pitfalls where known, and any difference visible."""

from __future__ import annotations

import io
import itertools
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from leakstats.analysis import analyze
from leakstats.analysis.crosscheck import PITFALLS, Comparison, _compare, summary
from leakstats.analysis.document import AnalysisDocument
from leakstats.analysis.ledger import Ledger, Recheck
from leakstats.analysis.second_opinions import OPINIONS
from leakstats.analysis.settings import Settings
from leakstats.analysis.terminal import print_analysis
from leakstats.cli import cli
from leakstats.contracts import schema_violations
from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Estimate, Undefined
from leakstats.results import load
from leakstats.stats import (
    Permutation,
    blocked_conditions_test,
    clustered_proportion,
    combine_correlations,
    fit_ols,
    icc,
    influence,
    kendall,
    loo_prediction_intervals,
    mean_similarity,
    partial_correlation,
    pearson,
    permutation_difference,
    proportion_interval,
    sign_flip,
    spearman,
    variance_inflation,
)

ROOT = Path(__file__).resolve().parents[2]
LEVEL = 0.95


def attempt(function: Any, *args: Any, **kw: Any) -> Estimate | Undefined:
    try:
        return function(*args, **kw)
    except UndefinedEstimate as error:
        return Undefined.from_error(error)


def verdicts(result: Estimate | Undefined | None, kind: str, **data: Any) -> dict[str, Comparison]:
    return {c.quantity: c for c in _compare("a.key", result, Recheck(kind, data), LEVEL)}


def assert_all(found: dict[str, Comparison], verdict: str = "agree") -> None:
    assert found
    assert {c.verdict for c in found.values()} == {verdict}, [c for c in found.values() if c.verdict != verdict]


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(11)


# -- libraries are right


@pytest.mark.parametrize("n", [40, 200])
@pytest.mark.parametrize("tied", [False, True])
def test_correlations_agree(rng, n, tied):
    x = rng.normal(size=n)
    y = x + rng.normal(size=n)
    if tied:
        x, y = x.round(0), y.round(0)
    for statistic, function in (("pearson", pearson), ("spearman", spearman), ("kendall", kendall)):
        found = verdicts(function(x, y), "correlation", statistic=statistic, x=x, y=y)
        default = found.pop("spearman interval, default of each", None)
        assert default is None or default.verdict == "known_pitfall"
        assert_all(found)


def test_exact_p_of_few_units_agree_and_the_default_is_a_pitfall(rng):
    x, y = rng.normal(size=6), rng.normal(size=6)
    for statistic, function in (("pearson", pearson), ("spearman", spearman)):
        found = verdicts(function(x, y), "correlation", statistic=statistic, x=x, y=y)
        assert found[f"{statistic} p, exact"].verdict == "agree"
        assert found[f"{statistic} p, default of each"].verdict == "known_pitfall"


def test_rates_agree(rng):
    for method in ("wilson", "clopper-pearson", "jeffreys", "agresti-coull"):
        for k, n in ((0, 7), (3, 10), (40, 40), (17, 200)):
            result = proportion_interval(k, n, method=method)
            assert_all(verdicts(result, "rates", successes=k, trials=n))
    k, n = rng.integers(0, 20, size=50), np.full(50, 20)
    ends = [proportion_interval(int(a), 20).interval for a in k]
    table = {"successes": k, "trials": n, "low": [i.low for i in ends], "high": [i.high for i in ends]}
    assert_all(verdicts(None, "rates", method="wilson", **table))


def test_clustered_rates_agree(rng):
    question, persona = np.repeat(np.arange(8), 6), np.tile(np.arange(6), 8)
    k = rng.binomial(10, np.clip(0.4 + 0.2 * rng.normal(size=8)[question], 0.05, 0.95))
    n = np.full(k.size, 10)
    for clusters in ({"question": question.tolist()}, {"question": question.tolist(), "persona": persona.tolist()}):
        result = clustered_proportion(k, n, clusters)
        found = verdicts(result, "clustered", successes=k, trials=n, clusters=clusters)
        assert_all(found)
        assert len(found) == (3 if len(clusters) == 1 else 4)
    never = clustered_proportion(np.zeros(8, dtype=int), np.full(8, 10), {"question": list(range(8))})
    zero = {"successes": np.zeros(8), "trials": np.full(8, 10.0), "clusters": {"question": list(range(8))}}
    assert list(verdicts(never, "clustered", **zero)) == ["rate"]


def test_lines_agree(rng):
    x = rng.normal(size=25)
    y = 0.3 * x + rng.normal(size=25)
    line = fit_ols(y, x, names=["x"])
    assert_all(verdicts(line["x"], "line", x=x, y=y))
    assert_all(verdicts(loo_prediction_intervals(y, x).coverage, "leave_one_out", x=x, y=y))
    columns = influence(y, x)
    for measure in ("cooks_distance", "leverage"):
        largest = Estimate(measure, float(columns[measure].max()), 25, "closed form")
        assert_all(verdicts(largest, "influence", x=x, y=y, measure=measure))
    many = rng.normal(size=400)
    found = verdicts(Estimate("coverage", 0.9, 400, "m"), "leave_one_out", x=many, y=many)
    assert_all(found, "not_comparable")


def test_partial_correlation_and_inflation_agree(rng):
    z = rng.normal(size=(30, 2))
    x, y = z[:, 0] + rng.normal(size=30), z[:, 1] + rng.normal(size=30)
    for statistic in ("pearson", "spearman"):
        result = partial_correlation(y, x, z, kind=statistic, method=Permutation(n_resamples=99, rng=rng))
        found = verdicts(result, "partial", statistic=statistic, x=x, y=y, z=z)
        assert_all(found)
        assert len(found) == 3
    columns = np.column_stack([x, z])
    vif = variance_inflation(columns, names=["x", "z0", "z1"])["vif"]
    for i in range(3):
        assert_all(verdicts(Estimate("vif", float(vif[i]), 30, "m"), "inflation", columns=columns, column=i))


@pytest.mark.parametrize("coefficient", ["pearson", "spearman"])
def test_combinations_agree(coefficient):
    r, n = [0.62, 0.15, 0.71, 0.40, -0.1], [40, 38, 45, 41, 60]
    for method in ("reml", "t-over-sources"):
        result = combine_correlations(r, n, method=method, coefficient=coefficient)
        found = verdicts(result, "combination", r=r, n=n, method=method, coefficient=coefficient)
        tau2 = found.pop("tau2", None)
        assert (tau2 is not None) == (method == "reml")
        assert_all(found)
        assert len(found) == 3


def test_agreement_and_differences_agree(rng):
    grid = rng.normal(size=(12, 3)) + rng.normal(size=(12, 1))
    for form in ("ICC(1,1)", "ICC(A,1)", "ICC(C,1)", "ICC(C,k)"):
        assert_all(verdicts(icc(grid, form=form), "icc", grid=grid, form=form))
    for n in (6, 15):
        d = rng.normal(size=n)
        found = verdicts(sign_flip(d), "flips", differences=d)
        assert_all(found)
        assert ("sign-flip p, exact" in found) == (n == 6)
    a, b = rng.normal(size=3), rng.normal(size=5)
    result = permutation_difference(a, b, alternative="greater")
    assert_all(verdicts(result, "two_samples", a=a, b=b, alternative="greater"))
    values = rng.normal(size=(6, 4))
    found = verdicts(
        blocked_conditions_test(values, method=Permutation(n_resamples=99, rng=rng)), "blocks", values=values
    )
    assert set(found) == {"Friedman chi-square", "Friedman p"}
    assert_all(found)
    vectors = 1.0 + rng.normal(size=(7, 20))
    for centring in ("none", "set"):
        assert_all(
            verdicts(mean_similarity(vectors, centring=centring), "cosines", states=(vectors,), centring=centring)
        )


def test_neither_has_a_value():
    x, y = np.ones(12), np.arange(12.0)
    result = attempt(spearman, x, y)
    assert isinstance(result, Undefined)
    found = verdicts(result, "correlation", statistic="spearman", x=x, y=y)
    assert_all(found)
    assert found["spearman value"].ours is None
    assert "nan" in found["spearman value"].detail


# -- libraries are wrong, and it is known


def pitfall(found: dict[str, Comparison], quantity: str, words: str) -> None:
    assert found[quantity].verdict == "known_pitfall", found[quantity]
    assert words in found[quantity].detail


def test_pitfalls_of_scipy(rng):
    x = np.arange(5.0)
    found = verdicts(spearman(x, x), "correlation", statistic="spearman", x=x, y=x)
    pitfall(found, "spearman p, default of each", "exact p is 0.0167")
    two = np.array([1.0, 2.0])
    found = verdicts(attempt(spearman, two, two), "correlation", statistic="spearman", x=two, y=two)
    pitfall(found, "spearman value", "any two points")
    x, y = np.array([1.0, 2.0, 4.0]), np.array([1.0, 3.0, 2.0])
    found = verdicts(pearson(x, y), "correlation", statistic="pearson", x=x, y=y)
    pitfall(found, "pearson interval", "(-1, 1) for n = 3")
    a, b = np.array([3.0]), rng.normal(size=9)
    result = permutation_difference(a, b, alternative="greater")
    pitfall(verdicts(result, "two_samples", a=a, b=b, alternative="greater"), "permutation p, exact", "one unit")


def test_a_tie_that_rounding_breaks_is_a_pitfall_of_scipy():
    # on a grid of 0.1 some arrangements tie with the data up to rounding
    rng = np.random.default_rng(0)
    seen = []
    for _ in range(300):
        d = rng.integers(-9, 10, size=8) / 10
        if not d.any():
            continue
        found = verdicts(sign_flip(d), "flips", differences=d)["sign-flip p, exact"]
        seen.append(found.verdict)
    assert set(seen) == {"agree", "known_pitfall"}
    assert seen.count("agree") > 280


def test_pitfalls_of_pingouin(rng):
    x = rng.normal(size=20)
    y = x + rng.normal(size=20)
    found = verdicts(spearman(x, y), "correlation", statistic="spearman", x=x, y=y)
    pitfall(found, "spearman interval, default of each", "covers 0.913")
    a, b = rng.normal(size=15), rng.normal(size=15)
    z = np.column_stack([a, b])
    outcome = rng.normal(size=15)
    result = attempt(partial_correlation, outcome, a + b, z, kind="pearson", method="t")
    assert isinstance(result, Undefined)
    found = verdicts(result, "partial", statistic="pearson", x=a + b, y=outcome, z=z)
    pitfall(found, "partial pearson value", "nothing is left of a variable")
    constant = np.ones((15, 1))
    result = partial_correlation(outcome, a, constant, kind="pearson", method="t")
    found = verdicts(result, "partial", statistic="pearson", x=a, y=outcome, z=constant)
    pitfall(found, "partial pearson value", "NaN where a covariate is constant")
    grid = np.full((6, 3), 0.1)
    result = attempt(icc, grid, form="ICC(1,1)")
    assert isinstance(result, Undefined)
    pitfall(verdicts(result, "icc", grid=grid, form="ICC(1,1)"), "ICC(1,1) value", "where nothing varies")
    square = np.array([[1.0, 2.0], [4.0, 3.0]])
    found = verdicts(icc(square, form="ICC(1,1)"), "icc", grid=square, form="ICC(1,1)")
    pitfall(found, "ICC(1,1) value", "refuses a 2 x 2 table")


def test_pitfalls_of_statsmodels(rng):
    x, y = rng.normal(size=12), rng.normal(size=12)
    tiny = fit_ols(1e-100 * y, 1e-100 * x, names=["x"])["x"]
    found = verdicts(tiny, "line", x=1e-100 * x, y=1e-100 * y)
    pitfall(found, "slope", "tiny scale")
    assert tiny.value == pytest.approx(fit_ols(y, x, names=["x"])["x"].value)
    far = x + 1e8
    columns = influence(y, far)
    largest = Estimate("cooks", float(columns["cooks_distance"].max()), 12, "m")
    found = verdicts(largest, "influence", x=far, y=y, measure="cooks_distance")
    pitfall(found, "largest cooks_distance", "large offset")
    columns = np.column_stack([x, x + 1e-9 * y])
    vif = Estimate("vif", float(variance_inflation(columns, names=["a", "b"])["vif"][0]), 12, "m")
    pitfall(verdicts(vif, "inflation", columns=columns, column=0), "variance inflation", "caps it at 1e15")


def test_every_pitfall_can_be_named_by_a_claim():
    named = " ".join(
        [
            "pearson value spearman value p, default of each spearman interval, default of each pearson interval",
            "spearman interval, Fisher z",
            "permutation p, exact partial variance inflation slope prediction largest leave-one-out ICC(1,1) value",
        ]
    )
    for each in PITFALLS:
        assert each.quantity.strip() in named, each.quantity
        assert each.library in ("scipy", "statsmodels", "pingouin")
        assert len(each.explanation) > 20


# -- a difference is visible


def test_an_injected_difference_is_seen_everywhere(rng):
    x = rng.normal(size=40)
    y = x + rng.normal(size=40)
    honest = pearson(x, y)
    wrong = replace(honest, value=honest.value + 1e-6)
    found = verdicts(wrong, "correlation", statistic="pearson", x=x, y=y)
    assert found["pearson value"].verdict == "differ"
    assert "differs by 1e-06" in found["pearson value"].detail
    assert found["pearson p, approximation"].verdict == "agree"


@pytest.fixture(scope="module")
def variants() -> AnalysisDocument:
    results = load(ROOT / "examples" / "assistant_variants" / "results.json")
    return analyze(results, settings=Settings(n_resamples=199), crosscheck=True).document


def test_a_defect_of_ours_shows_in_the_document_and_on_the_terminal(monkeypatch):
    from leakstats.analysis import similarity

    def wrong(x: Any, y: Any, **kw: Any) -> Estimate:
        honest = pearson(x, y, **kw)
        return replace(honest, value=0.9 * honest.value)

    monkeypatch.setattr(similarity, "STATISTICS", {**similarity.STATISTICS, "pearson": ("Pearson r", wrong)})
    results = load(ROOT / "examples" / "assistant_variants" / "results.json")
    document = analyze(results, settings=Settings(n_resamples=99), crosscheck=True).document
    differing = [c for c in document.raw["crosscheck"] if c["verdict"] == "differ"]
    assert "similarity.pearson[layer=20]" in {c["key"] for c in differing}
    assert {c["quantity"] for c in differing} == {"pearson value"}
    stream = io.StringIO()
    print_analysis(document, console=Console(file=stream, width=200))
    assert "DIFFER similarity.pearson" in stream.getvalue()
    assert f"{len(differing)} DIFFER without explanation" in stream.getvalue()


def test_a_published_study_has_no_unexplained_difference(variants):
    comparisons = variants.raw["crosscheck"]
    assert not [c for c in comparisons if c["verdict"] == "differ"]
    assert sum(c["verdict"] == "agree" for c in comparisons) > 150
    assert {c["library"] for c in comparisons} == {"scipy", "statsmodels", "pingouin"}
    keys = {c["key"] for c in comparisons}
    assert {"similarity.spearman[layer=20]", "prediction.slope[layer=20]", "table rates.source_rate"} <= keys
    assert any(key.startswith("family ") for key in keys)
    assert summary(variants)[0].startswith(f"Second opinion on {len(comparisons)} quantities: ")
    member = {**variants.raw}
    assert not [v for v in schema_violations(member, "analysis.v1") if v.pointer.startswith("/crosscheck")]


def test_nothing_is_kept_or_written_unless_asked_for():
    results = load(ROOT / "examples" / "assistant_variants" / "results.json")
    document = analyze(results, settings=Settings(n_resamples=99)).document
    assert document.raw["crosscheck"] is None
    assert summary(document) == []
    ledger = Ledger()
    ledger.recheck("a.b", Recheck("line", {}))
    assert ledger.rechecks is None


def test_the_libraries_are_imported_only_when_asked_for():
    code = (
        "import sys; from leakstats.analysis import analyze; from leakstats.results import load;"
        "from leakstats.analysis.settings import Settings;"
        "analyze(load('examples/assistant_variants/results.json'), settings=Settings(n_resamples=99));"
        "import leakstats.analysis.crosscheck;"
        "print([m for m in ('statsmodels', 'pingouin', 'pandas') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"


def test_the_command_writes_and_prints_the_second_opinion(tmp_path, capsys):
    path = ROOT / "examples" / "assistant_variants" / "results.json"
    options = ["--no-figures", "--resamples", "99", "--crosscheck", "-o", str(tmp_path)]
    with pytest.raises(SystemExit) as stop:
        cli.main(["analyze", str(path), *options])
    assert stop.value.code in (0, None)
    assert "Second opinion on " in capsys.readouterr().out
    assert AnalysisDocument.load(tmp_path / "analysis.json").raw["crosscheck"]


def test_every_kind_that_a_question_names_has_an_opinion():
    used = set()
    for path in (ROOT / "leakstats" / "analysis").glob("*.py"):
        text = path.read_text("utf-8").replace("\n", "").replace(" ", "")
        for part in itertools.islice(text.split('Recheck("'), 1, None):
            used.add(part.split('"', 1)[0])
    assert used | {"correlation", "pooled"} == set(OPINIONS)


def test_a_perfect_rank_correlation_is_a_known_pitfall_of_the_interval() -> None:
    x = np.arange(8.0)
    data = {"statistic": "spearman", "x": x, "y": x**3}
    found = _compare("spearman", spearman(x, x**3), Recheck("correlation", data), LEVEL)
    assert [c for c in found if c.verdict == "known_pitfall"]
    assert not [c for c in found if c.verdict == "differ"]
