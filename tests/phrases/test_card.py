"""Rows of the reproducibility card that are computed, not typed."""

from __future__ import annotations

from typing import Any

import pytest

from leakstats.analysis.document import AnalysisDocument
from leakstats.errors import LeakstatsError
from leakstats.phrases import evaluate

ROWS = ["Method", "LoRA config", "Batch size (effective)"]


def rows_of(raw: dict[str, Any], unknown: dict[str, str] | None = None, **training: Any) -> dict[str, str]:
    raw["setup"] = {"training": training, "unknown": unknown or {}}
    text = evaluate(AnalysisDocument(raw), "card", ["training", ROWS], {})
    lines = [line.strip("| ").split(" | ") for line in text.splitlines()[2:]]
    return {line[0]: line[1] for line in lines}


BATCH = {"Per-device batch": 4, "Gradient accumulation": 16, "Devices": 2}


def test_the_batch_is_printed_as_the_product_that_it_is(raw: dict[str, Any]) -> None:
    assert rows_of(raw, **BATCH)["Batch size (effective)"] == "128 (per_device=4 × grad_accum=16 × devices=2)"
    typed = {"Batch size (effective)": "128, as in the config"}
    assert rows_of(raw, **BATCH, **typed)["Batch size (effective)"].startswith("128 (")


def test_one_changed_factor_changes_the_batch_and_contradicts_a_typed_one(raw: dict[str, Any]) -> None:
    changed = {**BATCH, "Devices": 3}
    assert rows_of(raw, **changed)["Batch size (effective)"].startswith("192 (")
    with pytest.raises(LeakstatsError, match="recorded as 128, but what it follows from gives 192"):
        rows_of(raw, **changed, **{"Batch size (effective)": 128})


def test_an_unknown_factor_is_said_with_its_reason(raw: dict[str, Any]) -> None:
    found = rows_of(raw, {"training.Devices": "not logged"}, **{**BATCH, "Devices": None})
    assert found["Batch size (effective)"] == "not computed — Devices: not logged"
    typed = rows_of(raw, **{**BATCH, "Devices": None, "Batch size (effective)": 64})
    assert typed["Batch size (effective)"] == "64"


@pytest.mark.parametrize("wrong", [0, 2.5, "four"])
def test_a_factor_that_is_no_count_is_refused(raw: dict[str, Any], wrong: object) -> None:
    with pytest.raises(LeakstatsError, match="devices must be a whole number"):
        rows_of(raw, **{**BATCH, "Devices": wrong})


def test_lora_parameters_are_counted_from_rank_and_shapes(raw: dict[str, Any]) -> None:
    shapes = {"LoRA target shapes": "q 2 x 100 -> 100, v 2 x 100 -> 50"}
    by_hand = "5,600 (r = 8, 4 matrices)"  # 8 * (2 * 200 + 2 * 150)
    assert rows_of(raw, **shapes, **{"LoRA r": 8})["LoRA parameters"] == by_hand
    assert rows_of(raw, **shapes, **{"LoRA config": "r=8, alpha=16"})["LoRA parameters"] == by_hand
    with pytest.raises(LeakstatsError, match="LoRA r is 16, but LoRA config says 'r=8'"):
        rows_of(raw, **shapes, **{"LoRA r": 16, "LoRA config": "r=8, alpha=16"})
    with pytest.raises(LeakstatsError, match="gives 5600"):
        rows_of(raw, **shapes, **{"LoRA r": 8, "LoRA parameters": "80 thousand"})


def test_lora_parameters_without_shapes_say_what_is_missing(raw: dict[str, Any]) -> None:
    found = rows_of(raw, {"training.LoRA target shapes": "not published"}, **{"LoRA config": "r=8"})
    assert found["LoRA parameters"] == "not computed — LoRA target shapes: not published"
    assert list(found).index("LoRA parameters") == list(found).index("LoRA config") + 1


@pytest.mark.parametrize("config", [None, "N/A — full fine-tuning"])
def test_no_adapter_has_no_such_row(raw: dict[str, Any], config: str | None) -> None:
    assert "LoRA parameters" not in rows_of(raw, **{"LoRA config": config})


def with_model(raw: dict[str, Any], model: dict[str, Any], **training: Any) -> str:
    raw["setup"] = {"model": model, "training": training, "unknown": {}}
    text = evaluate(AnalysisDocument(raw), "card", ["training", ROWS], {})
    return next(line for line in text.splitlines() if "LoRA parameters" in line)


CONFIG = {"LoRA config": "r=32, alpha=64, targets q/k/v/o/gate/up/down"}


def test_lora_parameters_follow_from_a_model_whose_shapes_are_known(raw: dict[str, Any]) -> None:
    found = with_model(raw, {"Base": "Qwen/Qwen2.5-7B-Instruct (7.6B)"}, **CONFIG)
    said = "80,740,352 (r = 32, 196 matrices with the shapes of Qwen/Qwen2.5-7B-Instruct)"
    assert found == f"| LoRA parameters | {said} |"


def test_recorded_dimensions_go_before_a_known_name(raw: dict[str, Any]) -> None:
    sizes = "hidden_size=64, intermediate_size=96, num_hidden_layers=3, num_attention_heads=8, num_key_value_heads=2"
    training = {"LoRA r": 4, "LoRA target modules": "q_proj, v_proj"}
    found = with_model(raw, {"Base": "Qwen/Qwen2.5-7B", "Architecture": sizes}, **training)
    assert found == "| LoRA parameters | 2,496 (r = 4, 6 matrices of the architecture above) |"  # 4 * 3 * (128 + 80)


@pytest.mark.parametrize(
    ("model", "training", "said"),
    [
        ({"Base": "my-lab/own"}, CONFIG, "Architecture: the model's card has no such row, and the base model is none"),
        ({"Base": "Qwen/Qwen2.5-7B"}, {"LoRA config": "r=8"}, "LoRA target modules: neither such a row nor"),
        ({"Base": "Qwen/Qwen2.5-7B"}, {"LoRA config": "targets q/v"}, "LoRA r: the results file has no such row"),
    ],
)
def test_what_is_lacking_for_the_count_is_named(
    raw: dict[str, Any], model: dict[str, Any], training: dict[str, Any], said: str
) -> None:
    found = with_model(raw, model, **training)
    assert found.startswith("| LoRA parameters | not computed — ")
    assert said in found


def filled(raw: dict[str, Any], table: str, rows: list[str]) -> list[str]:
    text = evaluate(AnalysisDocument(raw), "card", [table, rows], {})
    return [line.strip("| ").split(" | ")[1] for line in text.splitlines()[2:]]


def test_rows_that_the_setup_leaves_out_come_from_the_provenance(raw: dict[str, Any]) -> None:
    raw["setup"] = {"environment": {"Python": "3.11.7, as typed"}, "unknown": {"compute.Hardware": "not ours to say"}}
    raw["provenance"] = {
        "python": "3.12.1", "packages": {"torch": "2.13.0", "peft": "0.21"}, "commit": "5f0c9e1", "dirty": True,
        "command": "leakstats run x.toml", "hardware": "1x H100", "wall_time_s": 4372.4, "gpu_hours": 1.25,
        "seeds": {"training": [42, 43], "sampling": None}, "unknown": {},
    }  # fmt: skip
    environment = ["Python", "Key libraries", "Git commit", "Launch command"]
    assert filled(raw, "environment", environment) == [
        "3.11.7, as typed",
        "peft 0.21, torch 2.13.0",
        "5f0c9e1 with uncommitted changes",
        "leakstats run x.toml",
    ]
    compute = ["Hardware", "Wall time", "Total GPU-hours"]
    assert filled(raw, "compute", compute) == ["not recorded — not ours to say", "1 h 12 min", "1.25"]
    assert filled(raw, "training", ["Seeds"]) == ["42, 43"]
    raw["provenance"] |= {"wall_time_s": 50, "dirty": False, "command": None, "unknown": {"command": "a notebook"}}
    assert filled(raw, "compute", ["Wall time"])[0] == "50 s"
    assert filled(raw, "environment", environment)[2:] == ["5f0c9e1", "not recorded — a notebook"]
