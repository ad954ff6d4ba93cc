"""The two shipped examples against the published numbers and the rigorous ones beside them."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from leakstats.analysis import analyze
from leakstats.analysis.document import AnalysisDocument
from leakstats.estimate import Estimate
from leakstats.results import load
from leakstats.stats.crossed import ROWS_INDEPENDENT

ROOT = Path(__file__).resolve().parents[2]


def _document(name: str) -> AnalysisDocument:
    return analyze(load(ROOT / "examples" / name / "results.json")).document


@pytest.fixture(scope="module")
def variants() -> AnalysisDocument:
    return _document("assistant_variants")


@pytest.fixture(scope="module")
def hundred() -> AnalysisDocument:
    return _document("persona100")


def value(document: AnalysisDocument, key: str) -> Estimate:
    return document.get(key).estimate


# golden.json of assistant_variants (study #271): (layer, pearson, its t p, spearman, its t p)
LAYERS = [
    (10, -0.7033886636220305, 0.010703571977936885, -0.7112852433560386, 0.009491918077715029),
    (15, -0.7640685405440114, 0.0038134316440124215, -0.8098792374845986, 0.0014079414425093215),
    (20, -0.6209360889028169, 0.031178591726491796, -0.7394549559641986, 0.005986227573400453),
    (25, -0.5741841878306737, 0.05088820446741334, -0.6760731025958387, 0.015792772078667482),
]


@pytest.mark.parametrize(("layer", "r", "r_p", "rho", "rho_p"), LAYERS)
def test_variants_correlations_by_layer(variants, layer, r, r_p, rho, rho_p):
    for statistic, coefficient, p in (("pearson", r, r_p), ("spearman", rho, rho_p)):
        e = value(variants, f"similarity.{statistic}[layer={layer}]")
        assert e.value == pytest.approx(coefficient, abs=1e-9)
        assert e.p_by("t").value == pytest.approx(p, rel=1e-8)
        assert e.n == 12
        assert e.p_value.method == "permutation"


def test_variants_permutation_p_is_the_headline(variants):
    e = value(variants, "similarity.spearman[layer=20]")
    # 0.0081 from 200,000 permutations (WEAKNESSES 14)
    assert e.p_value.value == pytest.approx(0.0081, abs=4 * e.p_value.mc_error)
    assert variants.get("similarity.spearman[layer=20]").role == "primary"


def test_variants_max_t_over_layers(variants):
    for layer, p in ((10, 0.026), (15, 0.006), (20, 0.018), (25, 0.039)):
        adjusted = variants.get(f"similarity.spearman[layer={layer}]").adjusted_p
        assert adjusted.value == pytest.approx(p, abs=4 * math.sqrt(p * (1 - p) / 10_000) + 0.0006)


def test_variants_prediction_of_the_new_points(variants):
    for persona, fit, half in (
        ("helpful_assistant", 0.30990295715048827, 0.4113851037257138),
        ("qwen_default", 0.3512511162238488, 0.3699658591941007),
    ):
        e = value(variants, f"prediction.predicted[layer=20,persona={persona}]")
        assert e.value == pytest.approx(fit, abs=1e-8)
        assert value(variants, f"prediction.half_width[layer=20,persona={persona}]").value == pytest.approx(
            half, abs=1e-8
        )
        assert e.details["inside"] is True
        assert e.n == 10
    coverage = value(variants, "prediction.loo_coverage[layer=20]")
    assert (coverage.details["inside"], coverage.details["trials"]) == (11, 12)


def test_variants_influence(variants):
    e = value(variants, "prediction.max_cooks_distance[layer=20]")
    assert e.value == pytest.approx(0.41351241170273895, abs=1e-9)
    assert e.details["source"] == "librarian"
    assert e.details["exceeds"] is True
    leverage = value(variants, "prediction.max_leverage[layer=20]")
    assert leverage.value == pytest.approx(0.3614861142129257, abs=1e-9)
    assert leverage.details["source"] == "helpful_assistant"


def test_variants_partial_correlation(variants):
    e = value(variants, "partial.spearman[given=log_prompt_tokens,layer=20]")
    assert e.value == pytest.approx(-0.6677134242483297, abs=1e-9)
    assert e.p_by("t").value == pytest.approx(0.024760820368266066, rel=1e-8)
    assert e.details["df"] == 9
    assert e.p_value.method != "t"
    vif = value(variants, "partial.vif[column=similarity,given=log_prompt_tokens,layer=20]")
    assert vif.value == pytest.approx(1.3287169179707146, abs=1e-9)


def test_variants_subsets(variants):
    e = value(variants, "similarity.pearson[layer=20,points=without_reference]")
    assert (e.value, e.n) == (pytest.approx(-0.5104369271211393, abs=1e-9), 11)
    e = value(variants, "similarity.pearson[layer=20,points=fit]")
    assert (e.value, e.n) == (pytest.approx(-0.4231642364164141, abs=1e-9), 10)
    assert e.p_by("t").value == pytest.approx(0.2230365098008263, rel=1e-8)
    for category, r, rho, n in (
        ("occupational", 0.08768317582206787, -0.5161002296110789, 6),
        ("character", 0.5469558081051146, 0.4, 4),
    ):
        assert value(variants, f"similarity.pearson[category={category},layer=20]").value == pytest.approx(r, abs=1e-9)
        e = value(variants, f"similarity.spearman[category={category},layer=20]")
        assert (e.value, e.n) == (pytest.approx(rho, abs=1e-9), n)


def test_variants_wilson_bounds(variants):
    table = variants.table("rates.source_rate")
    (row,) = table.rows(source="kindergarten_teacher")
    assert 100 * table.columns["low"][row] == pytest.approx(24.563122734128033, abs=1e-9)
    assert 100 * table.columns["high"][row] == pytest.approx(42.69465620490947, abs=1e-9)


def test_variants_label_is_at_most_moderate(variants):
    confidence = variants.raw["confidence"]
    assert confidence["ceiling"] == "MODERATE"
    assert "training-seeds" in {r["rule"] for r in confidence["reasons"]}


# golden.json of persona100 (study #66), layer 20: source, spearman, t p, pearson, tau-b, own rate, mean, share at 0
SOURCES = [
    (
        "software_engineer",
        0.865575214,
        3.2164777581e-34,
        0.9308714103,
        0.6675074862,
        0.865,
        0.41640909090,
        0.0090909090,
    ),
    ("kindergarten_teacher", 0.7603874811, 5.711009079e-22, 0.760879256, 0.5448030786, 0.31, 0.29363636363, 0.0),
    ("assistant", 0.7300435189, 1.4535228057e-19, 0.8109484735, 0.5366994357, 0.49, 0.1075, 0.0272727272),
    ("villain", 0.7039587215, 9.6506464797e-18, 0.6439051948, 0.5582572028, 0.94, 0.072181818181, 0.4454545454),
    ("comedian", 0.6683087637, 1.503299028e-15, 0.5134054916, 0.5416705461, 0.73, 0.026409090909, 0.7818181818),
]


@pytest.mark.parametrize("row", SOURCES, ids=lambda r: r[0])
def test_hundred_by_source(hundred, row):
    source, rho, p, r, tau, own, mean, zero = row
    e = value(hundred, f"similarity.spearman[layer=20,source={source}]")
    assert (e.value, e.n) == (pytest.approx(rho, abs=1e-9), 110)
    assert e.p_by("t").value == pytest.approx(p, rel=1e-6)
    assert value(hundred, f"similarity.pearson[layer=20,source={source}]").value == pytest.approx(r, abs=1e-9)
    assert value(hundred, f"similarity.kendall[layer=20,source={source}]").value == pytest.approx(tau, abs=1e-9)
    assert value(hundred, f"rates.own_rate[source={source}]").value == pytest.approx(own)
    assert value(hundred, f"rates.mean_rate[source={source}]").value == pytest.approx(mean, abs=1e-9)
    assert value(hundred, f"rates.share_at_zero[source={source}]").value == pytest.approx(zero, abs=1e-9)


def test_hundred_pooled_rows_are_not_550_units(hundred):
    for layer, rho in ((10, 0.3944989836), (15, 0.5878039673), (20, 0.6015574621), (25, 0.6085295853)):
        e = value(hundred, f"similarity.spearman[layer={layer},scope=pooled]")
        assert e.value == pytest.approx(rho, abs=1e-9)
        assert (e.n, e.n_rows) == (111, 550)
        assert e.p_value.method == "joint unit permutation"
    e = value(hundred, "similarity.spearman[layer=20,scope=pooled]")
    assert e.p_by(ROWS_INDEPENDENT).value == pytest.approx(1.9794572517e-55, rel=1e-6)
    assert value(hundred, "similarity.pearson[layer=20,scope=pooled]").value == pytest.approx(0.6811984537, abs=1e-9)
    # WEAKNESSES 1: bootstrap by persona [0.50, 0.69], by persona and source [0.49, 0.76]; null centred near 0.11
    both = {i.method: i for i in (e.interval, *e.other_intervals)}
    assert (both["unit bootstrap"].low, both["unit bootstrap"].high) == pytest.approx((0.50, 0.69), abs=0.015)
    assert (both["two-way bootstrap"].low, both["two-way bootstrap"].high) == pytest.approx((0.49, 0.76), abs=0.015)
    assert e.details["permutation_mean"] > 0.08


def test_hundred_combined_over_sources(hundred):
    e = value(hundred, "similarity.spearman[layer=20,method=t-over-sources,scope=combined]")
    assert (e.interval.low, e.interval.high) == pytest.approx((0.6289677008, 0.8425368060), abs=1e-8)
    main = hundred.get("similarity.spearman[layer=20,scope=combined]")
    assert main.role == "primary"
    assert main.estimate.n == 5


def test_analysis_is_the_same_twice(variants):
    again = _document("assistant_variants")
    assert again.raw == variants.raw


def test_hundred_residual_table_names_the_worst_predicted(hundred):
    table = hundred.table("residuals.20")
    assert len(table) == 25
    residual = [abs(r) for r in table.columns["residual"]]
    assert residual[:5] == sorted(residual[:5], reverse=True)
    assert table.factors["source"][:5] == ["villain"] * 5


def test_hundred_held_out_source_is_judged_by_the_others_line(hundred):
    found = hundred.select(analysis="prediction", statistic="held_out_coverage")
    assert len(found) == 5
    for entry in found:
        assert entry.estimate.n == 110
        assert entry.estimate.interval is None
        assert entry.estimate.value == entry.estimate.details["inside"] / 110


def test_within_is_not_between(variants, hundred):
    # rigour rule 15: the relation between category means is not the one inside categories
    within = value(variants, "similarity.pearson[layer=20,of=category,part=within]")
    between = value(variants, "similarity.pearson[layer=20,of=category,part=between]")
    assert abs(within.value) < 0.2
    assert between.value < -0.9
    assert (within.n, between.n) == (3, 3)
    # bystanders shared by sources: no p from rows
    assert value(hundred, "similarity.spearman[layer=20,of=source,part=within]").p_value is None


def test_variants_layers_do_not_differ_much(variants):
    e = value(variants, "similarity.difference[layer=15,versus=20]")
    assert e.value == pytest.approx(-0.8098792374845986 + 0.7394549559641986, abs=1e-9)
    assert 0.0 in e.interval
