"""Geometry before and after: planted collapse, brute force, the stored summaries of study #222, and broken input."""

from __future__ import annotations

import itertools
import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from leakstats.analysis import analyze
from leakstats.analysis.document import AnalysisDocument
from leakstats.analysis.settings import Settings
from leakstats.cli import cli
from leakstats.errors import ContractError, MissingDependency
from leakstats.estimate import Estimate, Undefined
from leakstats.files import sha256_of
from leakstats.results import load

ROOT = Path(__file__).resolve().parents[2]
PERSONAS = ["guide", "rogue", "nurse", "pilot", "cook", "judge", "clown", "smith"]
LAYERS = [3, 9]
QUESTIONS = ["q1", "q2", "q3", "q4", "q5"]
WIDTH = 24
UNKNOWN = ["commit", "dirty", "repository", "command", "python", "packages", "hardware", "wall_time_s", "gpu_hours"]
UNKNOWN += ["inputs", "made_by", "made_on"]


def planted(seed: int = 0) -> dict[str, np.ndarray]:
    """States (persona, question, layer, width): "harsh" shrinks personas to a fifth, "mild" to nine tenths."""
    rng = np.random.default_rng(seed)
    common = rng.normal(size=WIDTH)
    own = rng.normal(size=(len(PERSONAS), 1, len(LAYERS), WIDTH))
    asked = rng.normal(size=(1, len(QUESTIONS), len(LAYERS), WIDTH))
    axis = own[1] - own[0]

    def state(shrink: float, along: float) -> np.ndarray:
        noise = 0.35 * rng.normal(size=(len(PERSONAS), len(QUESTIONS), len(LAYERS), WIDTH))
        return common + shrink * own + along * axis[None] + asked + noise

    return {"base": state(1.0, 0.0), "harsh": state(0.2, 0.4), "mild": state(0.9, 0.0)}


def write(folder: Path, arrays: dict[str, np.ndarray], **changes: Any) -> Path:
    """A results file with the arrays beside it; ``changes`` replace members of the document."""
    items = []
    for name, array in arrays.items():
        path = folder / "arrays" / f"{name}.npy"
        path.parent.mkdir(exist_ok=True)
        np.save(path, array)
        axes = (
            ["persona", "question", "layer", "width"] if name.startswith("states.") else ["persona", "layer", "width"]
        )
        items.append(
            {
                "id": name,
                "path": f"arrays/{name}.npy",
                "sha256": sha256_of(path.read_bytes()),
                "shape": list(array.shape),
                "dtype": str(array.dtype),
                "axes": axes,
            }
        )
    document = {
        "schema": "results.v1",
        "study": {"id": "#0", "title": "Planted collapse"},
        "factors": {
            "persona": {"levels": PERSONAS},
            "condition": {
                "levels": ["harsh", "mild"],
                "attributes": {"induction_persona": {"values": ["rogue", None]}},
            },
            "question": {"levels": QUESTIONS},
            "layer": {"levels": LAYERS},
        },
        "personas": {"name": PERSONAS, "role": ["reference", *([None] * (len(PERSONAS) - 1))]},
        "questions": {"id": QUESTIONS, "text": [None] * len(QUESTIONS), "set": "evaluation"},
        "tables": [],
        "geometry": [],
        "arrays": items,
        "design": {
            "unit": "persona",
            "unit_noun": "personas",
            "clusters": [],
            "independent": "personas",
            "exchangeable": "personas",
            "replication": {"training_seed": {"n": 1}, "sampling_seed": {"n": 1}},
        },
        "plan": {
            "status": "exploratory",
            "reason": "a test",
            "alpha": 0.05,
            "level": 0.95,
            "primary": None,
            "families": [],
        },
        "detector": {"kind": "substring", "pattern": "x", "error_reason": "nothing is detected"},
        "provenance": {
            **dict.fromkeys(UNKNOWN),
            "seeds": {"training": [1], "sampling": [1]},
            "unknown": dict.fromkeys(UNKNOWN, "made by a test"),
        },
    } | changes
    path = folder / "results.json"
    path.write_text(json.dumps(document), "utf-8")
    return path


def states(arrays: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    return {f"states.{name}": array for name, array in arrays.items()}


def analysed(path: Path) -> AnalysisDocument:
    return analyze(load(path), settings=Settings(n_resamples=199)).document


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    return planted()


@pytest.fixture(scope="module")
def document(tmp_path_factory, arrays) -> AnalysisDocument:
    return analysed(write(tmp_path_factory.mktemp("planted"), states(arrays)))


def value(document: AnalysisDocument, key: str) -> Estimate:
    return document.get(key).estimate


def brute_cosine(vectors: np.ndarray) -> float:
    pairs = itertools.combinations(range(len(vectors)), 2)
    return float(
        np.mean([vectors[i] @ vectors[j] / np.linalg.norm(vectors[i]) / np.linalg.norm(vectors[j]) for i, j in pairs])
    )


# -- planted collapse


@pytest.mark.parametrize("layer", LAYERS)
def test_a_planted_collapse_is_found_and_its_size_is_right(document, arrays, layer):
    at = LAYERS.index(layer)
    centroids = {name: array[:, :, at].mean(axis=1) for name, array in arrays.items()}
    e = value(document, f"collapse.similarity_change[centring=none,condition=harsh,layer={layer}]")
    expected = brute_cosine(centroids["harsh"]) - brute_cosine(centroids["base"])
    assert e.value == pytest.approx(expected, abs=1e-12)
    assert (e.n, e.n_rows) == (8, 28)
    assert (e.p_value.value, e.p_value.minimum) == (pytest.approx(2 / 2**8), pytest.approx(2 / 2**8))
    assert any("node-bootstrap" in i.method for i in e.other_intervals)
    spread = value(document, f"collapse.spread_change[condition=harsh,layer={layer}]")
    assert np.log(0.2) - 0.1 < spread.value < np.log(0.2) + 0.5  # noise of the centroids does not shrink
    mild = value(document, f"collapse.spread_change[condition=mild,layer={layer}]")
    assert mild.value == pytest.approx(np.log(0.9), abs=0.05)


def test_centred_cosines_cannot_see_a_collapse_and_have_their_own_family(document):
    entry = document.get("collapse.similarity_change[centring=set,condition=harsh,layer=3]")
    assert abs(entry.estimate.value) < 0.01
    assert entry.family == "centred cosines"
    assert any("-1 / (n - 1)" in note for note in entry.estimate.notes)
    base = value(document, "collapse.mean_similarity[centring=set,layer=3,state=base]")
    assert base.value == pytest.approx(-1 / 7, abs=0.05)


def test_the_shift_is_along_the_base_axis_without_its_ends(document, arrays):
    e = value(document, "collapse.axis_shift[axis=guide:rogue,condition=harsh,layer=9]")
    centroids = {name: array[:, :, 1].mean(axis=1) for name, array in arrays.items()}
    axis = centroids["base"][1] - centroids["base"][0]
    moved = (centroids["harsh"] - centroids["base"])[2:] @ axis / (axis @ axis)
    assert e.value == pytest.approx(moved.mean(), abs=1e-12)
    assert e.n == 6
    assert any("guide and rogue make the axis" in note for note in e.notes)
    assert document.find("collapse.axis_shift[axis=guide:rogue,condition=mild,layer=9]") is None


def test_nearest_centroid_accuracy_by_brute_force(document, arrays):
    cube = arrays["harsh"][:, :, 0]
    cube = cube - cube.mean(axis=0)
    hits = 0
    for q in range(len(QUESTIONS)):
        centroids = np.delete(cube, q, axis=1).mean(axis=1)
        hits += sum(np.linalg.norm(centroids - cube[i, q], axis=1).argmin() == i for i in range(len(PERSONAS)))
    e = value(document, "collapse.accuracy[condition=harsh,layer=3]")
    assert e.value == pytest.approx(hits / 40)
    base = value(document, "collapse.accuracy[layer=3,state=base]").value
    change = value(document, "collapse.accuracy_change[condition=harsh,layer=3]")
    assert change.value == pytest.approx(hits / 40 - base)
    assert change.p_value.method == "sign-flip-over-units"


def test_conditions_are_set_against_the_control(document, arrays):
    e = value(document, "collapse.similarity_change[centring=none,condition=harsh,layer=3,versus=mild]")
    centroids = {name: array[:, :, 0].mean(axis=1) for name, array in arrays.items()}
    assert e.value == pytest.approx(brute_cosine(centroids["harsh"]) - brute_cosine(centroids["mild"]), abs=1e-12)
    assert document.find("collapse.similarity_change[centring=none,condition=mild,layer=3,versus=mild]") is None
    sizes = {f["name"]: f["size"] for f in document.raw["families"]}
    assert sizes["geometry"] == 2 * (4 + 3)
    assert sizes["geometry against control"] == 2 * 4


def test_relabelling_the_personas_changes_nothing(tmp_path, document, arrays):
    order = np.array([4, 1, 7, 0, 2, 6, 5, 3])
    names = [PERSONAS[i] for i in order]
    moved = analysed(
        write(
            tmp_path,
            states({name: array[order] for name, array in arrays.items()}),
            factors={
                "persona": {"levels": names},
                "condition": {
                    "levels": ["harsh", "mild"],
                    "attributes": {"induction_persona": {"values": ["rogue", None]}},
                },
                "question": {"levels": QUESTIONS},
                "layer": {"levels": LAYERS},
            },
        )
    )
    before, after = (d.select(analysis="collapse") for d in (document, moved))
    assert [e.id for e in before] == [e.id for e in after]
    for one, two in zip(before, after, strict=True):
        assert two.estimate.value == pytest.approx(one.estimate.value, abs=1e-12)
        if one.estimate.p_value is not None:
            assert two.estimate.p_value.value == one.estimate.p_value.value


def test_a_classifier_below_chance_is_undefined_and_enters_no_family(tmp_path):
    flat = {name: np.ones_like(array) for name, array in planted().items()}
    document = analysed(write(tmp_path, states(flat)))
    entry = document.get("collapse.accuracy_change[condition=harsh,layer=3]")
    assert isinstance(entry.result, Undefined)
    assert "not above the chance of 1 in 8" in entry.result.reason
    assert entry.family is None
    assert not [f for f in document.raw["families"] if f["name"].startswith("geometry")]
    # all personas alike: a cosine of 1 from the origin, no direction from their mean
    assert value(document, "collapse.mean_similarity[centring=none,layer=3,state=base]").value == pytest.approx(1.0)
    centred = document.get("collapse.mean_similarity[centring=set,layer=3,state=base]").result
    assert isinstance(centred, Undefined)
    assert "has no direction" in centred.reason
    unchanged = value(document, "collapse.similarity_change[centring=none,condition=harsh,layer=3]")
    assert (unchanged.value, unchanged.p_value, unchanged.interval) == (0.0, None, None)


# -- what may be wrong with arrays


def test_a_persona_that_was_not_measured_is_left_out_and_named(tmp_path, arrays):
    holed = {name: array.mean(axis=1) for name, array in arrays.items()}
    holed["harsh"][3, 1, 0] = np.nan
    document = analysed(write(tmp_path, {f"centroids.{k}": v for k, v in holed.items()}))
    e = value(document, "collapse.similarity_change[centring=none,condition=harsh,layer=9]")
    keep = [i for i in range(8) if i != 3]
    assert e.n == 7
    assert e.value == pytest.approx(brute_cosine(holed["harsh"][keep, 1]) - brute_cosine(holed["base"][keep, 1]))
    assert any("left out: pilot" in note for note in e.notes)
    assert value(document, "collapse.similarity_change[centring=none,condition=harsh,layer=3]").n == 8
    assert not document.select(analysis="collapse", statistic="accuracy")


def test_axes_in_another_order_and_half_precision(tmp_path, arrays):
    centroids = {f"centroids.{k}": v.mean(axis=1).astype(np.float16) for k, v in arrays.items()}
    path = write(tmp_path, {k: v.transpose(2, 0, 1) for k, v in centroids.items()})
    document = json.loads(path.read_text("utf-8"))
    for item in document["arrays"]:
        item["axes"] = ["width", "persona", "layer"]
    path.write_text(json.dumps(document), "utf-8")
    e = value(analysed(path), "collapse.mean_similarity[centring=none,layer=9,state=base]")
    assert e.value == pytest.approx(brute_cosine(centroids["centroids.base"][:, 1].astype(np.float64)), abs=1e-12)


def _one_persona(arrays: dict[str, np.ndarray]) -> tuple[dict[str, np.ndarray], dict[str, Any]]:
    factors = {
        "persona": {"levels": PERSONAS[:1]},
        "condition": {"levels": ["harsh", "mild"]},
        "question": {"levels": QUESTIONS},
        "layer": {"levels": LAYERS},
    }
    return {k: v[:1] for k, v in states(arrays).items()}, {
        "factors": factors,
        "personas": {"name": PERSONAS[:1]},
    }


def test_one_persona_has_nothing_to_be_alike_to(tmp_path, arrays):
    small, changes = _one_persona(arrays)
    document = analysed(write(tmp_path, small, **changes))
    results = [e.result for e in document.select(analysis="collapse")]
    assert results
    assert all(isinstance(r, Undefined) and "at least" in r.reason for r in results)


def test_a_missing_file_is_said_and_the_rest_is_analysed(tmp_path, arrays):
    path = write(tmp_path, states(arrays))
    (tmp_path / "arrays" / "states.harsh.npy").unlink()
    document = analysed(path)
    (question,) = [q for q in document.raw["analyses"] if q["name"] == "collapse"]
    assert any("states.harsh.npy is not beside the results file" in note for note in question["notes"])
    assert document.select(analysis="collapse", condition="mild")
    assert not document.select(analysis="collapse", condition="harsh")
    (tmp_path / "arrays" / "states.base.npy").unlink()
    (question,) = [q for q in analysed(path).raw["analyses"] if q["name"] == "collapse"]
    assert question["status"] == "not_run"
    assert "base and of at least one other state" in question["reason"]


def test_a_file_that_changed_after_loading_is_refused(tmp_path, arrays):
    results = load(write(tmp_path, states(arrays)))
    np.save(tmp_path / "arrays" / "states.harsh.npy", arrays["harsh"] + 1.0)
    with pytest.raises(ContractError, match=r"sha256 is stated as .* the file has"):
        analyze(results)


def test_a_path_that_leaves_the_folder_is_refused(tmp_path, arrays):
    folder = tmp_path / "inside"
    folder.mkdir()
    path = write(folder, states(arrays))
    document = json.loads(path.read_text("utf-8"))
    document["arrays"][0]["path"] = "../secret.npy"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ContractError, match="leaves the folder"):
        load(path)


def test_a_link_that_leaves_the_folder_is_refused_when_read(tmp_path, arrays):
    folder = tmp_path / "inside"
    folder.mkdir()
    results = load(write(folder, states(arrays)))
    target = folder / "arrays" / "states.base.npy"
    target.rename(tmp_path / "secret.npy")
    target.symlink_to(tmp_path / "secret.npy")
    with pytest.raises(ContractError, match="leaves the folder"):
        analyze(results)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda item: item.update(axes=["persona", "layer", "question", "width"]), "has 5 entries"),
        (lambda item: item.update(axes=["persona", "question", "layer", "depth"]), "expected persona, question"),
    ],
)
def test_axes_that_do_not_fit_the_factors_are_refused(tmp_path, arrays, change, message):
    path = write(tmp_path, states(arrays))
    document = json.loads(path.read_text("utf-8"))
    change(document["arrays"][0])
    path.write_text(json.dumps(document), "utf-8")
    results = load(path)
    with pytest.raises(ContractError, match=message):
        analyze(results)


def test_pickled_objects_are_never_loaded(tmp_path, arrays):
    path = write(tmp_path, states(arrays))
    evil = tmp_path / "arrays" / "states.base.npy"
    np.save(evil, np.array([{"a": 1}], dtype=object), allow_pickle=True)
    document = json.loads(path.read_text("utf-8"))
    document["arrays"][0]["sha256"] = sha256_of(evil.read_bytes())
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ContractError, match="no array of numbers"):
        load(path)


def test_an_array_of_no_state_is_said(tmp_path, arrays):
    path = write(tmp_path, {**states(arrays), "states.typo": arrays["mild"]})
    (question,) = [q for q in analysed(path).raw["analyses"] if q["name"] == "collapse"]
    assert any("'typo' is no level of" in note for note in question["notes"])


def test_without_arrays_or_geometry_the_question_is_not_run(tmp_path):
    (question,) = [q for q in analysed(write(tmp_path, {})).raw["analyses"] if q["name"] == "collapse"]
    assert question["status"] == "not_run"
    assert question["reason"].startswith("the file has no geometry tables and no arrays")


def test_results_in_memory_have_no_folder(tmp_path, arrays):
    from dataclasses import replace

    results = replace(load(write(tmp_path, states(arrays))), folder=None)
    (question,) = [q for q in analyze(results).document.raw["analyses"] if q["name"] == "collapse"]
    assert question["status"] == "not_run"


# -- stored summaries: golden.json of em_collapse (study #222)

M1_L20_A = [
    ("E0_assistant", 0.9942911267280579),
    ("E1_paramedic", 0.9944325089454651),
    ("E2_kindergarten_teacher", 0.9949157238006592),
    ("E3_french_person", 0.9964863061904907),
    ("E4_villain", 0.9909435510635376),
    ("benign_sft_375", 0.9727881550788879),
]
M2_A = [
    ("E0_assistant", 20, 0.2585439682006836),
    ("E1_paramedic", 20, 0.24985350668430328),
    ("E2_kindergarten_teacher", 20, 0.2563408613204956),
    ("E3_french_person", 20, 0.2475009709596634),
    ("E4_villain", 20, 0.2583742141723633),
    ("E0_assistant", 7, 0.5018833875656128),
    ("E4_villain", 7, 0.3381135165691376),
]


@pytest.fixture(scope="module")
def published() -> AnalysisDocument:
    return analyze(
        load(ROOT / "examples" / "em_collapse" / "results.json"), settings=Settings(n_resamples=199)
    ).document


def test_stored_means_and_shifts(published):
    base = "collapse.stored[column=base_mean_offdiag_cos,condition=E0_assistant,layer=20,method=A,table=geometry_m1]"
    assert value(published, base).value == pytest.approx(0.8995915651321411, abs=1e-9)
    for condition, mean in M1_L20_A:
        key = f"column=cond_mean_offdiag_cos,condition={condition},layer=20,method=A,table=geometry_m1"
        assert value(published, f"collapse.stored[{key}]").value == pytest.approx(mean, abs=1e-9)
    for condition, layer, shift in M2_A:
        key = f"column=obs_delta,condition={condition},layer={layer},method=A,table=geometry_m2"
        assert value(published, f"collapse.stored[{key}]").value == pytest.approx(shift, abs=1e-9)


def test_ranges_and_what_the_control_does(published):
    at = "layer=20,method=A,table=geometry_m1"
    spread = value(published, f"collapse.range[column=delta,{at}]")
    assert spread.details["smallest_value"] == pytest.approx(0.09135198593139648, abs=1e-9)
    assert spread.details["largest_value"] == pytest.approx(0.09689474105834961, abs=1e-9)
    assert spread.value == pytest.approx(0.0055, abs=5e-5)
    assert spread.n == 5
    ratio = value(published, f"collapse.control_ratio[column=delta,control=benign_sft_375,{at}]")
    assert 100 * ratio.value == pytest.approx(77.35661339879147, abs=1e-6)
    # the page prints 76, which no definition gives: 75.5 over the largest, 80.1 over the smallest
    assert 100 * ratio.details["lowest_over_one"] == pytest.approx(75.5, abs=0.05)
    assert 100 * ratio.details["highest_over_one"] == pytest.approx(80.1, abs=0.05)
    gap = value(published, f"collapse.control_difference[column=delta,control=benign_sft_375,{at}]")
    assert 100 * gap.value == pytest.approx(2.1425688266754146, abs=1e-6)
    other = value(
        published, "collapse.control_ratio[column=delta,control=benign_sft_375,layer=20,method=B,table=geometry_m1]"
    )
    assert 100 * other.value == pytest.approx(88.9, abs=0.05)
    shifts = value(published, "collapse.range[column=obs_delta,layer=7,method=A,table=geometry_m2]")
    assert 100 * shifts.details["relative_to_largest"] == pytest.approx(32.631060332728204, abs=1e-6)
    for layer, method, share in ((7, "B", 2.8), (14, "A", 22.8)):
        e = value(published, f"collapse.range[column=obs_delta,layer={layer},method={method},table=geometry_m2]")
        assert 100 * e.details["relative_to_largest"] == pytest.approx(share, abs=0.05)


def test_stored_zeros_are_no_p_values(published):
    for table, zeros, rows in (("geometry_m1", 60, 60), ("geometry_m1_vs_benign", 40, 50), ("geometry_m2", 50, 50)):
        e = value(published, f"collapse.stored_zero_p[column=p_raw_reported,table={table}]")
        assert (e.value, e.n, e.details["without_bound"]) == (zeros, rows, zeros)
        stored = published.table(f"geometry.{table}")
        assert stored.columns["p_raw_reported"].count(None) == zeros
        assert "no p-value is" in stored.undefined["p_raw_reported"]
        assert not any(p == 0.0 for p in stored.columns["p_raw_reported"] if p is not None)
    m3 = "collapse.stored[column=acc_base,condition=E0_assistant,layer=20,method=A,table=geometry_m3]"
    assert value(published, m3).value == 0.0
    families = {e.family for e in published.select(analysis="collapse")}
    assert families == {None}


def test_a_stored_zero_is_bounded_where_the_resamples_are_known(tmp_path):
    table = {
        "id": "shift",
        "quantity": "a shift",
        "factors": {"condition": [0, 1], "layer": [0, 0]},
        "columns": {
            "shift": {"unit": "difference of cosines", "values": [0.4, 0.1]},
            "p_raw": {"unit": "fraction", "values": [0, 0.25]},
            "p_holm": {"unit": "fraction", "values": [0, 0.25]},
            "n_permutations": {"unit": "count", "values": [999, 999]},
        },
    }
    document = analysed(write(tmp_path, {}, geometry=[table]))
    stored = document.table("geometry.shift")
    assert stored.columns["p_raw"] == [0.001, 0.25]
    assert stored.columns["p_holm"] == [None, 0.25]  # an adjusted p is not bounded by 1 / (B + 1)
    assert stored.units["p_raw"] == "p"
    assert stored.units["shift"] == "cosine"
    e = value(document, "collapse.stored_zero_p[column=p_raw,table=shift]")
    assert (e.details["bounded"], e.details["without_bound"]) == (1, 0)
    # one condition besides the control: nothing to take a range or a mean over
    assert not document.select(analysis="collapse", statistic="range")


def test_a_ratio_over_changes_of_both_signs_is_undefined(tmp_path):
    path = write(tmp_path, {}, geometry=[])
    document = json.loads(path.read_text("utf-8"))
    document["factors"]["condition"] = {
        "levels": ["harsh", "mild", "plain"],
        "attributes": {"role": {"values": [None, None, "control"]}},
    }
    document["geometry"] = [
        {
            "id": "g",
            "quantity": "a change",
            "factors": {"condition": [0, 1, 2]},
            "columns": {"delta": {"unit": "difference", "values": [0.4, -0.1, 0.2]}},
        }
    ]
    path.write_text(json.dumps(document), "utf-8")
    found = analysed(path)
    ratio = found.get("collapse.control_ratio[column=delta,control=plain,table=g]").result
    assert isinstance(ratio, Undefined)
    assert "differ in sign" in ratio.reason
    gap = value(found, "collapse.control_difference[column=delta,control=plain,table=g]")
    assert gap.value == pytest.approx(-0.05)


def test_the_command_prints_the_collapse(tmp_path, arrays, capsys):
    path = write(tmp_path, states(arrays))
    with pytest.raises(SystemExit) as stop:
        cli.main(["analyze", str(path), "--no-figures", "--resamples", "99"])
    assert stop.value.code in (0, None)
    out = capsys.readouterr().out
    assert "\ncollapse " in out
    assert "0.44" in out
    assert (tmp_path / "out" / "analysis.json").is_file()


def test_safetensors_hold_the_same_numbers(tmp_path, arrays):
    numpy_tensors = pytest.importorskip("safetensors.numpy")
    centroids = {f"centroids.{k}": v.mean(axis=1).astype(np.float32) for k, v in arrays.items()}
    path = write(tmp_path, centroids)
    expected = value(analysed(path), "collapse.similarity_change[centring=none,condition=harsh,layer=9]")
    document = json.loads(path.read_text("utf-8"))
    raw = numpy_tensors.save(centroids)  # one file, a tensor an array
    (tmp_path / "all.safetensors").write_bytes(raw)
    for item in document["arrays"]:
        item.update(path="all.safetensors", sha256=sha256_of(raw))
    path.write_text(json.dumps(document), "utf-8")
    found = value(analysed(path), "collapse.similarity_change[centring=none,condition=harsh,layer=9]")
    assert found.value == expected.value
    broken = raw[:-8]
    (tmp_path / "all.safetensors").write_bytes(broken)
    for item in document["arrays"]:
        item["sha256"] = sha256_of(broken)
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(ContractError, match="no readable safetensors file"):
        analysed(path)


def test_safetensors_without_the_package_name_the_extra(tmp_path, arrays, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors", None)
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    path = write(tmp_path, {f"centroids.{k}": v.mean(axis=1) for k, v in arrays.items()})
    document = json.loads(path.read_text("utf-8"))
    (tmp_path / "arrays" / "centroids.base.npy").rename(tmp_path / "arrays" / "base.safetensors")
    document["arrays"][0]["path"] = "arrays/base.safetensors"
    path.write_text(json.dumps(document), "utf-8")
    with pytest.raises(MissingDependency, match=r"leakstats\[models\]"):
        analysed(path)


def test_panels_plot_the_changes_with_their_intervals(tmp_path, arrays):
    done = analyze(load(write(tmp_path, states(arrays))), settings=Settings(n_resamples=199))
    (spec,) = [s for s in done.figure_specs if s.kind == "collapse_panels"]
    panels = {panel["name"]: panel for panel in spec.data["panels"]}
    assert len(panels) == 5
    statistics = {"log ratio of the spread": "spread_change", "change of nearest-centroid accuracy": "accuracy_change"}
    for name, statistic in statistics.items():
        for line in panels[name]["series"]:
            assert line["role"] == ("control" if line["name"] == "mild" else "state")
            for i, layer in enumerate(line["x"]):
                found = done.document.get(f"collapse.{statistic}[condition={line['name']},layer={layer}]").estimate
                assert line["value"][i] == found.value
                ends = (None, None) if found.interval is None else (found.interval.low, found.interval.high)
                assert tuple(line.get(end, [None, None])[i] for end in ("low", "high")) == ends
    assert [line["name"] for line in panels["shift along the axis"]["series"]] == ["harsh"]
    assert panels["shift along the axis"]["note"] == "N = 6 personas"
