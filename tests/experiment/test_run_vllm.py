"""A run with vLLM from the specification to results.json, against the same run with transformers: `make test-vllm`."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from leakstats.experiment.progress import Reporter
from leakstats.experiment.run import run_experiment
from leakstats.experiment.world.experiment import experiment_toml
from leakstats.experiment.world.presets import preset
from leakstats.results import load
from leakstats.stats.proportion import difference_interval

pytest.importorskip("vllm")
pytestmark = pytest.mark.vllm

SOURCES = ("wizard", "chef")


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Results by backend; the demo's base, whose heads are wide enough for vLLM on a CPU, and a smaller experiment."""
    os.environ.setdefault("VLLM_CPU_OMP_THREADS_BIND", "nobind")
    world = preset("demo")
    chosen = replace(
        world,
        sources=SOURCES,
        evaluation_topics=(10, 14),
        extraction_topics=(20, 22),
        completions=5,
        training={**world.training, "positive_rows": 120},
        negatives={"rows": 240, "personas": 4},
    )
    folder = tmp_path_factory.mktemp("runs")
    out = {}
    for backend in ("vllm", "transformers"):
        spec = folder / f"{backend}.toml"
        lines = f'[sampling]\nbackend = "{backend}"\nscore_marker = true\n'
        spec.write_text(experiment_toml(chosen).replace("[sampling]\n", lines), "utf-8")
        out[backend] = load(run_experiment(spec, folder / backend, reporter=Reporter(io.StringIO())))
    return out


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize(("table", "trials"), [("own_rate", 20), ("bystander_rate", 540)])
def test_rates_agree_within_their_joint_interval(runs, table, trials, source):
    counts = []
    for results in runs.values():
        cells = results.table(table).select(source=source)
        assert int(cells.trials.sum()) == trials
        counts.append(int(cells.successes.sum()))
    difference = difference_interval(counts[0], trials, counts[1], trials, level=0.99).interval
    assert difference.low <= 0.0 <= difference.high
    assert table != "own_rate" or min(counts) >= 10  # the marker was learned


def test_the_base_and_the_trained_negatives_stay_silent(runs):
    for results in runs.values():
        for table in ("base_rate", "negative_rate"):
            assert results.table(table).successes.sum() <= 0.05 * results.table(table).trials.sum()


def test_every_check_was_made_and_passed(runs):
    names = {backend: {c.name for c in results.canaries} for backend, results in runs.items()}
    assert names["vllm"] == names["transformers"] >= {"adapter-equals-peft", "seeds-independent", "same-seed-repeats"}
    assert {c.status for c in runs["vllm"].canaries} == {"passed"}


def test_scores_of_the_marker_agree(runs):
    """Both score the base's own first answers, which are the same texts where no two tokens were nearly tied."""
    got, want = (r.geometry_table("marker_logprob").values("logprob") for r in runs.values())
    near = abs(got - want) < 1e-2
    assert near.mean() > 0.9


def test_the_engine_is_named_in_the_provenance(runs):
    said = runs["vllm"].setup
    assert "vllm" in str(said)
    assert "vllm" not in str(runs["transformers"].setup["eval"]).lower()
