"""The other three studies against their golden values, and the rigorous answers beside them."""

from __future__ import annotations

from pathlib import Path

import pytest

from leakstats.analysis import analyze
from leakstats.analysis.document import AnalysisDocument
from leakstats.estimate import Estimate
from leakstats.results import load

ROOT = Path(__file__).resolve().parents[2]


def _document(name: str) -> AnalysisDocument:
    return analyze(load(ROOT / "examples" / name / "results.json")).document


@pytest.fixture(scope="module")
def collapse() -> AnalysisDocument:
    return _document("em_collapse")


@pytest.fixture(scope="module")
def convergence() -> AnalysisDocument:
    return _document("convergence")


@pytest.fixture(scope="module")
def taxonomy() -> AnalysisDocument:
    return _document("taxonomy200")


def value(document: AnalysisDocument, key: str) -> Estimate:
    return document.get(key).estimate


# golden.json of em_collapse (study #222): condition, mean bystander, its question-clustered, persona-clustered and
# two-way standard errors, own rate of the source
CONDITIONS = [
    ("E0_assistant", 0.4567857142857, 0.020829704899, 0.010772987340, 0.020767939206, 0.7535714286),
    ("E1_paramedic", 0.4857142857142, 0.019116365511, 0.018394511966, 0.024233840475, 0.8964285714),
    ("E2_kindergarten_teacher", 0.5007142857142, 0.019973054410, 0.008414570022, 0.018644299508, 0.825),
    ("E3_french_person", 0.5371428571428, 0.022471952788, 0.015340060636, 0.024574984262, 0.8285714286),
    ("E4_villain", 0.52, 0.014638501094, 0.017302497427, 0.020245322645, 0.8892857143),
]


@pytest.mark.parametrize("row", CONDITIONS, ids=lambda r: r[0])
def test_collapse_condition_means(collapse, row):
    condition, mean, by_question, by_persona, two_way, own = row
    e = value(collapse, f"contrast.mean_rate[condition={condition}]")
    assert e.value == pytest.approx(mean, abs=1e-9)
    assert e.details["se_question"] == pytest.approx(by_question, rel=1e-6)
    assert e.details["se_persona"] == pytest.approx(by_persona, rel=1e-6)
    assert e.details["se_two_way"] == pytest.approx(two_way, rel=1e-6)
    # the largest of the valid standard errors, since the two-way one can be smaller than a one-way one
    assert e.details["standard_error"] == pytest.approx(max(by_question, by_persona, two_way), rel=1e-6)
    assert value(collapse, f"rates.own_rate[condition={condition},persona=confab]").value == pytest.approx(own)


def test_collapse_difference_is_wider_than_the_naive_one(collapse):
    # WEAKNESSES 4: naive CI [6.2, 11.7] pp over the shared personas, two-way [3.1, 14.6] pp
    e = value(collapse, "contrast.difference[condition=E3_french_person,versus=E0_assistant]")
    assert e.value == pytest.approx(0.0803571, abs=1e-6)
    assert e.interval.width > 0.055
    assert 0.0 < e.interval.low < 0.05


def test_collapse_hypotheses(collapse):
    h3 = value(collapse, "similarity.spearman[layer=20]")
    assert h3.value == pytest.approx(-0.9)
    assert (h3.p_value.method, h3.p_value.value) == ("exact", pytest.approx(10 / 120))
    assert h3.p_value.minimum == pytest.approx(2 / 120)
    for condition, difference, p in (
        ("E0_assistant", -0.04607142857, 9 / 11),
        ("E2_kindergarten_teacher", -0.02928571428, 10 / 11),
        ("E3_french_person", 0.03785714285, 3 / 11),
        ("E4_villain", 0.08, 1 / 11),
    ):
        h1 = value(collapse, f"contrast.own_persona[condition={condition}]")
        assert h1.value == pytest.approx(difference, abs=1e-8)
        assert h1.p_value.value == pytest.approx(p)
        # it cannot reach 0.05; where the two highest personas tie, not even 1/11
        assert h1.p_value.minimum >= 1 / 11 - 1e-12
    free = value(collapse, "contrast.range[permuted=free]")
    assert free.value == pytest.approx(0.08035714285714)
    assert free.p_value.value == pytest.approx(0.00325, abs=4 * free.p_value.mc_error)
    blocked = value(collapse, "contrast.range[permuted=within_personas]")
    assert blocked.p_value.value == pytest.approx(0.00165, abs=4 * blocked.p_value.mc_error)


def test_collapse_design_effects(collapse):
    cells = [t for t in collapse.tables if t.id in ("rates.bystander_rate", "rates.own_rate")]
    effects = sorted(1 + 9 * icc for t in cells for icc in t.columns["icc"] if icc is not None)
    assert len(effects) == 60
    assert (effects[29] + effects[30]) / 2 == pytest.approx(1.350421179478, abs=1e-9)
    assert effects[-1] == pytest.approx(2.077912895927, abs=1e-9)


# golden.json of convergence (study #109): source, baseline, peak, its checkpoint, final, level and rise by epoch 2
COURSES = [
    ("villain", 0.0, 0.732, 10, 0.623, 0.6147540983606, 0.6147540983606),
    ("medical_doctor", 0.25, 0.595, 4, 0.43, 0.9663865546218, 0.9420289855072),
    ("comedian", 0.0, 0.425, 6, 0.415, 0.8752941176470, 0.8752941176470),
    ("kindergarten_teacher", 0.025, 0.325, 14, 0.26, 0.8, 0.7833333333333),
]


@pytest.mark.parametrize("row", COURSES, ids=lambda r: r[0])
def test_convergence_courses(convergence, row):
    source, baseline, peak, checkpoint, final, level, rise = row
    at = f"source={source}"
    assert value(convergence, f"trajectory.baseline[{at}]").value == pytest.approx(baseline)
    assert value(convergence, f"trajectory.peak[{at}]").value == pytest.approx(peak)
    assert value(convergence, f"trajectory.peak_checkpoint[{at}]").value == checkpoint
    assert value(convergence, f"trajectory.final[{at}]").value == pytest.approx(final)
    assert value(convergence, f"trajectory.level_share[checkpoint=2,{at}]").value == pytest.approx(level, abs=1e-9)
    assert value(convergence, f"trajectory.rise_share[checkpoint=2,{at}]").value == pytest.approx(rise, abs=1e-9)


def test_convergence_printed_rates_have_no_sampling_interval(convergence):
    for entry in convergence.select(analysis="trajectory", statistic="peak"):
        assert entry.estimate.interval is None
        assert any("biased upward" in note for note in entry.estimate.notes)
    for source, reachable in (("villain", 2), ("comedian", 6), ("nurse", 11)):
        assert value(convergence, f"trajectory.reachable_cells[source={source}]").value == reachable


def test_convergence_similarity_and_peak(convergence):
    e = value(convergence, "trajectory.spearman[of=peak,predictor=baseline_cosine]")
    assert e.value == pytest.approx(-0.34235623582, abs=1e-9)
    assert (e.p_value.method, e.p_value.value) == ("exact", pytest.approx(0.458730158730))
    assert e.p_by("t").value == pytest.approx(0.452251221590, rel=1e-8)
    e = value(convergence, "trajectory.spearman[of=peak,predictor=cosine_trajectory]")
    assert (e.value, e.n) == (pytest.approx(-0.31428571428), 6)
    rising = value(convergence, "trajectory.similarity_rising")
    assert (rising.value, rising.n) == (pytest.approx(5 / 6), 6)
    assert value(convergence, "trajectory.similarity_final[source=villain]").value == pytest.approx(0.134)


# golden.json of taxonomy200 (study #77), layer 15, exact ties
SOURCES = [
    ("software_engineer", 0.9388310389),
    ("villain", 0.8441248473),
    ("comedian", 0.8100715046),
    ("assistant", 0.7299681119),
    ("kindergarten_teacher", 0.6100947582),
]


def test_taxonomy_correlations(taxonomy):
    for source, rho in SOURCES:
        e = value(taxonomy, f"similarity.spearman[layer=15,source={source}]")
        assert (e.value, e.n) == (pytest.approx(rho, abs=1e-9), 40)
    for layer, rho in ((10, 0.4351868439), (15, 0.7109996057), (20, 0.6828534394), (25, 0.6592091283)):
        e = value(taxonomy, f"similarity.spearman[layer={layer},scope=pooled]")
        assert (e.value, e.n) == (pytest.approx(rho, abs=1e-9), 200)
    for category, rho in (
        ("affective_contrast", -0.485011877),
        ("attribute_modified", 0.2350904367),
        ("functional_analog", 0.8972847295),
        ("narrative_archetype", 0.0388536264),
    ):
        e = value(taxonomy, f"similarity.spearman[category={category},layer=15]")
        assert (e.value, e.n) == (pytest.approx(rho, abs=1e-9), 25)


def test_taxonomy_sampling_seeds_are_no_training_seeds(taxonomy):
    (stability,) = [q for q in taxonomy.raw["analyses"] if q["name"] == "stability"]
    assert stability["status"] == "not_run"
    assert "sampling seeds were summed" in stability["reason"]
    assert "training-seeds" in {r["rule"] for r in taxonomy.raw["confidence"]["reasons"]}
