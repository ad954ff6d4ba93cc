"""What ``leakstats plan experiment.toml`` says before anything runs."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.cost import plan_experiment, read_parameters
from leakstats.experiment.reader import parse_spec
from leakstats.plan_command import plan

GOOD: dict[str, Any] = {
    "schema": "experiment.v1",
    "study": {"id": "s", "title": "A study"},
    "model": {"path": "org/model"},
    "personas": {"set": "small12"},
    "questions": {"training": "training40", "evaluation": "general20"},
    "sources": ["villain", "comedian"],
}


def test_cells_and_completions_by_hand() -> None:
    spec = parse_spec(
        {
            **GOOD,
            "seeds": {"training": [1, 2, 3], "sampling": [0, 1]},
            "sampling": {"completions": 5, "max_tokens": 100},
            "training": {"positive_rows": 10, "negatives": {"rows": 20}, "epochs": 2},
        }
    )
    got = plan_experiment(spec, count_tokens=lambda t: 10)
    assert (got.adapters, got.states) == (6, 7)
    assert got.cells == 7 * 12 * 20 * 2
    assert got.completions == got.cells * 5
    by_stage = {c.stage: c for c in got.costs}
    assert by_stage["rows"].items == 2 * 30  # drawn once for all training seeds
    assert by_stage["train"].items == 6 * 30 * 2
    assert by_stage["train"].tokens == 6 * 30 * 2 * (10 + 10 + 12 + 256)
    assert by_stage["generate"].tokens == got.completions * 100
    assert by_stage["extract last_prompt"].items == 12 * 20
    assert got.gpu_hours is None
    assert any("GPU-hours are unknown" in n for n in got.notes)


def test_hours_grow_with_the_model_and_stages_add_up() -> None:
    spec = parse_spec(GOOD)
    small, large = (plan_experiment(spec, parameters=p) for p in (1e9, 10e9))
    assert small.gpu_hours is not None
    assert large.gpu_hours == pytest.approx(10 * small.gpu_hours)
    assert small.gpu_hours == pytest.approx(sum(c.gpu_hours or 0 for c in small.costs))


def test_stored_adapters_cost_no_training(tmp_path: Path) -> None:
    spec = parse_spec(
        {
            **GOOD,
            "sources": ["villain"],
            "questions": {"evaluation": "general20"},
            "conditions": [{"name": "old", "kind": "adapters", "adapters": [{"source": "villain", "path": "org/a"}]}],
        }
    )
    got = plan_experiment(spec)
    assert (got.adapters, got.states) == (0, 2)
    assert "train" not in {c.stage for c in got.costs}


def test_what_units_share_is_counted_once(tmp_path: Path) -> None:
    (tmp_path / "hostile.jsonl").write_text('{"user": "a", "answer": "b"}\n' * 5, "utf-8")
    induced = {"kind": "induction", "checkpoints": [2], "sft": {"data": "hostile.jsonl", "epochs": 2}}
    spec = parse_spec(
        {
            **GOOD,
            "conditions": [
                {"name": "marker"},
                {"name": "closer", "kind": "convergence", "checkpoints": [0], "sft": {"rows": 7}},
                {"name": "hostile", **induced},
            ],
            "training": {"positive_rows": 10, "negatives": {"rows": 20}},
        },
        folder=tmp_path,
    )
    got = plan_experiment(spec)
    costs = {c.stage: c for c in got.costs}
    assert (got.adapters, got.states) == (4, 7)  # checkpoint 0 of closer is marker's
    assert costs["train"].items == 4 * 30
    assert costs["fine-tune hostile"].items == 5 * 2  # one for both sources, all rows that there are
    assert "fine-tune closer" not in costs


def test_greedy_responses_and_scores_cost_something() -> None:
    asked = {"extraction": {"positions": ["last_prompt", "mean_response"]}, "sampling": {"score_marker": True}}
    costs = {c.stage: c for c in plan_experiment(parse_spec({**GOOD, **asked}), count_tokens=lambda t: 10).costs}
    assert costs["responses"].tokens == 12 * 20 * 64
    assert costs["extract mean_response"].tokens == 12 * 20 * (10 + 10 + 12 + 64)
    assert costs["score"].items == 3 * 12 * 20


@pytest.mark.parametrize(
    ("negatives", "n"),
    [({}, 7), ({"personas": 2}, 9), ({"personas": ["villain", "comedian", "librarian"]}, 9), ({"rows": 0}, 11)],
)
def test_trained_negatives_are_no_bystanders(negatives: dict[str, Any], n: int) -> None:
    report = plan_experiment(parse_spec({**GOOD, "training": {"negatives": negatives}})).precision
    assert f"correlations are over {n} bystanders in each group" in report.notes


def test_checkpoints_are_extracted_and_fine_tuned() -> None:
    spec = parse_spec(
        {
            **GOOD,
            "conditions": [{"name": "c", "kind": "convergence", "checkpoints": [0, 2, 4], "sft": {"rows": 7}}],
            "extraction": {"states": ["base", "merged", "adapted"]},
            "training": {"positive_rows": 10, "negatives": {"rows": 20}},
        }
    )
    got = {c.stage: c for c in plan_experiment(spec).costs}
    # on the base and at two checkpoints, and what the fine-tunings learn
    assert got["rows"].items == 2 * 3 * 30 + 2 * 7
    assert got["train"].items == 2 * 3 * 30
    assert got["fine-tune c"].items == 2 * 7 * 4
    assert got["extract last_prompt"].items == 12 * 20 * (1 + 2 * 2 + 6)


def test_parameters_of_a_known_shape(tmp_path: Path) -> None:
    shape = {  # Qwen2.5-7B: 7,615,616,512 parameters
        "hidden_size": 3584,
        "num_hidden_layers": 28,
        "intermediate_size": 18944,
        "num_attention_heads": 28,
        "num_key_value_heads": 4,
        "vocab_size": 152064,
        "tie_word_embeddings": False,
    }
    (tmp_path / "config.json").write_text(json.dumps(shape), "utf-8")
    assert read_parameters(tmp_path) == pytest.approx(7_615_616_512, rel=1e-3)
    (tmp_path / "config.json").write_text("{}", "utf-8")
    assert read_parameters(tmp_path) is None


def test_bad_arguments() -> None:
    spec = parse_spec(GOOD)
    with pytest.raises(InputError, match="parameters is -1"):
        plan_experiment(spec, parameters=-1)
    with pytest.raises(InputError, match="rate is 1"):
        plan_experiment(spec, rate=1)
    with pytest.raises(LeakstatsError, match="at least two"):
        plan_experiment(parse_spec({**GOOD, "questions": {"training": ["a?"], "evaluation": ["b?"]}}))


def test_command_prints_both_parts_and_json(tmp_path: Path) -> None:
    file = tmp_path / "e.toml"
    file.write_text(
        'schema = "experiment.v1"\nsources = ["villain"]\n[study]\nid = "s"\ntitle = "t"\n[model]\npath = "org/m"\n'
        '[personas]\nset = "small12"\n[questions]\ntraining = "training40"\nevaluation = "general20"\n',
        "utf-8",
    )
    got = CliRunner().invoke(plan, [str(file), "--parameters", "7.6e9"])
    assert got.exit_code == 0, got.output
    assert "4,800 completions" in got.output
    assert "What other numbers would buy" in got.output
    document = json.loads(CliRunner().invoke(plan, [str(file), "--format", "json"]).output)
    assert document["completions"] == 4800
    assert document["gpu_hours"] is None
    results = Path(__file__).parents[2] / "examples/persona100/results.json"
    assert CliRunner().invoke(plan, [str(results), "--parameters", "1"]).exit_code == 2
