"""Geometry of trained models against the base, from the specification to the page; all on the fakes."""

from __future__ import annotations

import io
import json
import subprocess
import sys

import numpy as np
import pytest

from leakstats.analysis import analyze
from leakstats.analysis.settings import Settings
from leakstats.errors import ContractError, LeakstatsError
from leakstats.estimate import Estimate, Undefined
from leakstats.experiment.compared import axis_of, compared
from leakstats.experiment.progress import Reporter
from leakstats.experiment.reader import load_spec
from leakstats.experiment.run import run_experiment
from leakstats.results import load
from leakstats.stats import axis_shift, mean_similarity, similarity_change, spread_change

INDUCTION = "".join(
    f"""
[[conditions]]
name = "{name}"
kind = "induction"
checkpoints = [{checkpoints}]
control = {control}
sft = {{data = "data.jsonl", persona = "{persona}"}}
"""
    for name, persona, control, checkpoints in (
        ("mean", "comedian", "false", "4"),
        ("benign", "medical_doctor", "true", "1"),
    )
)
CONVERGENCE = """
[[conditions]]
name = "closer"
kind = "convergence"
checkpoints = [0, 2, 4]
sft = {epochs = 4, rows = 4}
"""
ASKED = 'states = ["base", "merged"]\ngeometry = true\nraw = true\naxis_from = "librarian"'


@pytest.fixture
def go(fake_experiment, tmp_path):
    def run(extra, sources=("villain", "librarian"), **tables):
        rows = '{"user": "Hello?", "answer": "Go away."}\n{"user": "Bye?", "answer": "At last."}\n'
        (tmp_path / "data.jsonl").write_text(rows, "utf-8")
        path = fake_experiment(extra, **tables)
        named = f"sources = {json.dumps(list(sources))}"
        path.write_text(path.read_text("utf-8").replace('sources = ["villain", "librarian"]', named), "utf-8")
        return load(run_experiment(path, tmp_path / "run", reporter=Reporter(io.StringIO())))

    return run


def collapse(results):
    document = analyze(results, settings=Settings(n_resamples=99)).document
    return document, [e for e in document.entries if e.id.analysis == "collapse"]


def test_one_table_and_node_level_inference_from_one_specification(go):
    results = go(INDUCTION, extraction=ASKED)
    table = results.geometry_table("geometry_merged")
    assert table.levels("condition") == ("mean", "benign")
    assert list(table.factors) == ["condition", "layer"]
    base = results.array("centroids.base")
    names = list(results.personas.name)
    learned = {"mean": "comedian", "benign": "medical_doctor"}
    for condition in ("mean", "benign"):
        after = results.array(f"centroids.{condition}")
        for k, layer in enumerate(table.levels("layer")):
            if layer == 0:  # the fakes are alike there
                continue
            row = table.select(condition=condition, layer=layer)
            assert row.values("mean_cosine")[0] == mean_similarity(after[:, k]).value
            assert row.values("mean_cosine_change")[0] == similarity_change(base[:, k], after[:, k]).value
            assert row.values("log_spread_change")[0] == spread_change(base[:, k], after[:, k]).value < 0.0
            ends = [names.index("librarian"), names.index(learned[condition])]
            others = [i for i in range(len(names)) if i not in ends]
            start, end = base[ends[0], k], base[ends[1], k]
            wanted = axis_shift(base[others, k], after[others, k], start=start, end=end).value
            assert row.values("axis_shift")[0] == wanted > 0.0
    # four epochs pull further than one
    of = {c: table.select(condition=c, layer=3).values("log_spread_change")[0] for c in ("mean", "benign")}
    assert of["mean"] < of["benign"]

    document, entries = collapse(results)
    value = document.get("collapse.spread_change[condition=mean,layer=3]").estimate
    assert isinstance(value, Estimate)
    assert value.value == of["mean"]
    assert value.n == 12
    assert value.interval is not None
    assert value.interval.high < 0.0
    assert value.p_value is not None
    shift = document.get('collapse.axis_shift[condition=mean,layer=3,axis="librarian:comedian"]').estimate
    assert isinstance(shift, Estimate)
    assert shift.interval is not None
    assert shift.n == 10
    statistics = {(e.id.statistic, e.id.facets.get("versus")) for e in entries}
    for statistic in ("similarity_change", "spread_change", "axis_shift", "accuracy_change"):
        assert {(statistic, None), (statistic, "benign")} <= statistics


def test_every_checkpoint_and_source_is_a_state_and_the_last_are_analysed(go):
    results = go(CONVERGENCE, extraction=ASKED, questions='extraction = ["What is a kite?", "Is tea hot?"]')
    table = results.geometry_table("geometry_merged")
    models = [f"closer.{source}.s42.e{epoch}" for source in ("villain", "librarian") for epoch in (2, 4)]
    assert list(table.levels("state")) == models
    assert table.n_rows == 4 * 4
    about = results.factors["state"].attributes
    assert about["source"].values == ("villain", "villain", "librarian", "librarian")
    assert about["checkpoint"].values == (2, 4, 2, 4)
    assert about["axis_to"].values == ("villain", "villain", None, None)  # from the librarian to itself is no axis
    spread = {m: table.select(state=m, layer=3).values("log_spread_change")[0] for m in models}
    assert spread[models[1]] < spread[models[0]] < 0.0
    assert {a.id for a in results.arrays if a.id.startswith("centroids.")} == {
        "centroids.base",
        "centroids.villain",  # at the last checkpoint there is one model a source
        "centroids.librarian",
    }
    # states were read on questions of their own: these are the folds
    assert results.factors["extraction_question"].levels == (0, 1)
    _, entries = collapse(results)
    for statistic in ("similarity_change", "spread_change", "accuracy_change"):
        at = {e.id.facets["source"] for e in entries if e.id.statistic == statistic}
        assert at == {"villain", "librarian"}
    last = results.array("centroids.villain")[:, 3]
    row = table.select(state=models[1], layer=3)
    assert row.values("mean_cosine")[0] == mean_similarity(last).value


def test_checkpoints_of_one_source_are_called_by_their_epoch(go):
    results = go(
        CONVERGENCE,
        sources=["villain"],
        extraction='states = ["base", "merged", "adapted"]\ngeometry = true\nlayers = [2, 3]',
    )
    assert set(results.factors["checkpoint"].levels) == {0, 2, 4}
    assert set(results.geometry_table("geometry_merged").column("checkpoint")) == {2, 4}
    assert set(results.geometry_table("geometry_adapted").column("checkpoint")) == {0, 2, 4}
    assert "accuracy" not in results.geometry_table("geometry_merged").columns
    _, entries = collapse(results)
    assert {e.id.facets["checkpoint"] for e in entries if e.id.statistic == "spread_change"} == {2, 4}


def test_marked_models_are_compared_where_nothing_was_fine_tuned(go):
    results = go("", extraction='states = ["base", "adapted"]\ngeometry = true\nlayers = [3]')
    assert set(results.geometry_table("geometry_adapted").column("source")) == {"villain", "librarian"}
    _, entries = collapse(results)
    assert {e.id.facets["source"] for e in entries if e.id.statistic == "similarity_change"} == {"villain", "librarian"}


def test_without_the_wish_there_is_none(finished_run, tmp_path):
    finished_run(tmp_path)
    results = load(tmp_path / "run" / "results.json")
    assert not results.geometry
    assert "state" not in results.factors


@pytest.mark.parametrize(
    ("extra", "lines", "words"),
    [
        ("", 'states = ["base"]', "/extraction/geometry: compares trained models with the base, and states are base"),
        ("", 'states = ["adapted"]', "states are adapted"),
        ("", 'states = ["base", "merged"]', "no condition fine-tunes"),
        ("", 'states = ["base", "adapted"]\naxis_from = "librarien"', "did you mean 'librarian'"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(fake_experiment, extra, lines, words):
    with pytest.raises(ContractError) as refused:
        load_spec(fake_experiment(extra, extraction=f"geometry = true\n{lines}"))
    assert words in str(refused.value)


def test_the_axis_begins_at_the_one_reference(fake_experiment):
    own = '\n[[personas.own]]\nname = "plain"\nprompt = "You answer."\nrole = "reference"\n'
    spec = load_spec(fake_experiment(own, extraction='states = ["base", "adapted"]\ngeometry = true'))
    (models,) = compared(spec)
    assert axis_of(spec, models.units["marker.villain.e0.s42"]) == ("plain", "villain")
    assert axis_of(spec, ()) is None


def test_states_that_were_changed_since_are_refused(go, tmp_path):
    go(INDUCTION, extraction=ASKED)
    path = tmp_path / "run" / "states" / "base.last_prompt.raw.safetensors"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(bytes(data))
    with pytest.raises(LeakstatsError, match="is not the file that was recorded"):
        run_experiment(tmp_path / "experiment.toml", tmp_path / "run", reporter=Reporter(io.StringIO()))


def test_below_chance_on_the_base_is_no_test_of_the_family(go, tmp_path):
    """The fakes are alike at layer 0: no held-out state is nearest to its own persona's centroid alone."""
    results = go(INDUCTION, extraction=ASKED)
    table = results.geometry_table("geometry_merged")
    at_zero = table.select(layer=0)
    assert np.isnan(at_zero.values("accuracy_change")).all()
    assert "not above the chance of 1 in 12" in table.reason_missing
    document, entries = collapse(results)
    missing = [e for e in entries if e.id.statistic == "accuracy_change" and e.id.facets["layer"] == 0]
    assert missing
    assert {type(e.result) for e in missing} == {Undefined}
    assert {e.family for e in missing} == {None}
    assert {f["name"] for f in document.raw["families"]} >= {"geometry"}  # of the other layers


def test_the_page_of_a_study_of_geometry_is_clean(fake_experiment, tmp_path):
    (tmp_path / "data.jsonl").write_text('{"user": "Hello?", "answer": "Go away."}\n', "utf-8")
    fake_experiment(INDUCTION, extraction=ASKED)

    def command(module, *arguments):
        code = f"from {module} import main; main()"
        done = subprocess.run(
            [sys.executable, "-c", code, *map(str, arguments)],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    page = "leakstats.reporting.cli"
    command("leakstats.cli", "run", "experiment.toml", "-o", "run", "-q")
    command("leakstats.cli", "analyze", "run/results.json", "-o", "out", "--resamples", 99, "-q")
    command(page, "new", "out/analysis.json", "-o", "narrative.md")
    base = "https://raw.githubusercontent.com/owner/name/" + "0123456789" * 4
    command(page, "render", "out/analysis.json", "--narrative", "narrative.md", "-o", "issue.md", "--figure-base", base)
    said = command(page, "lint", "issue.md")
    assert "0 errors, 0 warnings" in said
    text = (tmp_path / "issue.md").read_text("utf-8")
    assert "figures/collapse.png" in text
    # the table of the same numbers is not drawn a second time
    assert sorted(p.name for p in (tmp_path / "out" / "figures").glob("collapse*.png")) == ["collapse.png"]
