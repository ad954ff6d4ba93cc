"""The rows of the reproducibility card that other numbers follow from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from leakstats.architecture import TARGETS, read_architecture, read_targets
from leakstats.experiment.card import adapter_row, architecture_row

QWEN: dict[str, Any] = {
    "model_type": "qwen2",
    "hidden_size": 96,
    "intermediate_size": 256,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "vocab_size": 768,
}


def written(folder: Path, **changes: Any) -> str | None:
    (folder / "config.json").write_text(json.dumps({**QWEN, **changes}), "utf-8")
    return architecture_row(folder)


def test_shapes_are_written_as_they_are_read(tmp_path: Path) -> None:
    row = written(tmp_path)
    assert row is not None
    read = read_architecture(row)
    assert (read.hidden, read.intermediate, read.layers, read.heads, read.kv_heads) == (96, 256, 2, 4, 2)
    wide = written(tmp_path, head_dim=48)
    assert wide is not None
    assert read_architecture(wide).shapes(["q_proj"])[0] == (96, 192)
    none = written(tmp_path, num_key_value_heads=None)
    assert none is not None
    assert read_architecture(none).kv_heads == 4


@pytest.mark.parametrize("kind", ["phi3", "gpt2", "mixtral", None])
def test_models_with_other_blocks_get_no_row(kind: str | None, tmp_path: Path) -> None:
    assert written(tmp_path, model_type=kind) is None


def paths(layers: int) -> list[str]:
    return [f"model.layers.{i}.{'self_attn' if t[0] in 'qkvo' else 'mlp'}.{t}" for i in range(layers) for t in TARGETS]


def test_an_adapter_that_names_every_module_targets_their_kinds() -> None:
    row = adapter_row({"r": 8, "lora_alpha": 16, "lora_dropout": 0.05, "target_modules": paths(2)}, layers=2)
    assert row.startswith("r=8, alpha=16, dropout=0.05, targets ")
    assert sorted(read_targets(row)) == sorted(TARGETS)


@pytest.mark.parametrize("layers", [3, None])
def test_an_adapter_of_some_blocks_is_not_taken_for_one_of_all(layers: int | None) -> None:
    row = adapter_row({"r": 8, "target_modules": paths(2)}, layers=layers)
    assert "on 14 matrices: model.layers.0.mlp.down_proj" in row
    assert read_targets(row) == []


def test_what_an_adapter_says_otherwise() -> None:
    assert adapter_row({}, layers=2) == "the adapter says nothing of it"
    assert adapter_row({"r": 4, "target_modules": "all-linear", "use_rslora": True}, layers=None) == (
        "r=4, all linear layers, rank-stabilised"
    )
    assert read_targets(adapter_row({"r": 4, "target_modules": ["v_proj", "q_proj"]}, layers=2)) == ["q_proj", "v_proj"]


@pytest.mark.models
def test_the_shapes_give_the_parameters_that_are_trained(tmp_path: Path) -> None:
    """What the page computes is what peft counts."""
    pytest.importorskip("peft")
    from leakstats.experiment.progress import Silent
    from leakstats.experiment.spec import ModelSpec, TrainingSpec
    from leakstats.experiment.train.peft import PeftTrainer
    from leakstats.experiment.types import TrainingRow
    from leakstats.experiment.world.base import stored_base

    base = Path(str(stored_base("test")))
    rows = [TrainingRow("a", "You are a wizard.", "Why?", "So.", True)]
    for targets in ("all-linear", ("q_proj", "v_proj")):
        out = tmp_path / str(len(targets))
        PeftTrainer(ModelSpec(device="cpu")).train_marker(
            rows, weights=str(base), marker=" [ZLT]", recipe=TrainingSpec(rank=4, target_modules=targets), seed=1,
            name="a", out=out, progress=Silent(),
        )  # fmt: skip
        trained = json.loads((out / "card.json").read_text("utf-8"))["parameters"]["trained"]
        row = architecture_row(base)
        said = adapter_row(json.loads((out / "adapter_config.json").read_text("utf-8")), layers=2)
        assert row is not None
        shapes = read_architecture(row).shapes(read_targets(said))
        assert trained == 4 * sum(a + b for a, b in shapes)
