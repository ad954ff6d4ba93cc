"""Geometry before and after a real fine-tuning of the tiny world's stored base."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import numpy as np
import pytest

from leakstats.analysis import analyze
from leakstats.analysis.settings import Settings
from leakstats.experiment.progress import Reporter
from leakstats.experiment.run import run_experiment
from leakstats.experiment.world.experiment import experiment_toml
from leakstats.experiment.world.presets import preset
from leakstats.results import load
from leakstats.stats import nearest_centroid, spread_change

pytestmark = pytest.mark.models

CONDITIONS = "".join(
    f"""
[[conditions]]
name = "{name}"
kind = "induction"
checkpoints = [1]
control = {control}
sft = {{data = "{name}.jsonl", persona = "{persona}", epochs = 1, learning_rate = 2e-3, rank = 8, alpha = 16}}
"""
    for name, persona, control in (("flat", "banker", "false"), ("benign", "trucker", "true"))
)


def test_a_fine_tuning_moves_the_personas(tmp_path):
    world = preset("test")
    chosen = replace(world, sources=("wizard",), completions=2, training={**world.training, "epochs": 3})
    text = experiment_toml(chosen).replace(
        "[extraction]\n",
        '[extraction]\nstates = ["base", "merged"]\ngeometry = true\nraw = true\naxis_from = "assistant"\n',
    )
    (tmp_path / "experiment.toml").write_text(text + CONDITIONS, "utf-8")
    questions = world.grammar.questions(*world.training_topics)
    # the same answer to everything, against answers that vary
    for name, answers in (("flat", ["the bank is shut ."]), ("benign", ["yes .", "no .", "it may be ."])):
        rows = [{"user": q, "answer": answers[i % len(answers)]} for i, q in enumerate(questions * 4)]
        (tmp_path / f"{name}.jsonl").write_text("".join(json.dumps(r) + "\n" for r in rows), "utf-8")
    written = run_experiment(tmp_path / "experiment.toml", tmp_path / "run", reporter=Reporter(io.StringIO()))

    results = load(written)
    table = results.geometry_table("geometry_merged")
    assert table.levels("condition") == ("flat", "benign")
    base, states = results.array("centroids.base"), results.array("states.flat")
    assert states.shape == (14, 4, 2, 96)
    assert not np.allclose(base, results.array("centroids.flat"), rtol=1e-3)
    for k, layer in enumerate((0, 1)):
        row = table.select(condition="flat", layer=layer)
        after = results.array("centroids.flat")[:, k]
        assert row.values("log_spread_change")[0] == spread_change(base[:, k], after).value
        assert row.values("accuracy")[0] == nearest_centroid(states[:, :, k]).mean()
        assert 0.0 < row.values("noise_share")[0] < 0.01

    document = analyze(results, settings=Settings(n_resamples=99)).document
    found = {e.id.statistic for e in document.entries if e.id.analysis == "collapse" and "versus" in e.id.facets}
    assert {"similarity_change", "spread_change", "axis_shift", "accuracy_change"} <= found
