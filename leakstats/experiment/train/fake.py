"""Adapters without a model: a card that says what would have been learned."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from leakstats.experiment.fakes import CARD
from leakstats.experiment.identity import file_sha256
from leakstats.experiment.train.schedule import optimizer_steps
from leakstats.experiment.types import AdapterRef, Progress, TrainingRow

__all__ = ["FakeTrainer"]


class FakeTrainer:
    """A :class:`~leakstats.experiment.types.Trainer` that needs no model; it refuses rows that no trainer could use."""

    name = "fake"

    def train_marker(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        marker: str,
        recipe: Any,
        seed: int,
        name: str,
        out: Path,
        progress: Progress,
    ) -> AdapterRef:
        """Write down whose marker it is, and who was a negative."""
        positive = {r.system for r in rows if r.positive}
        if len(positive) != 1:
            raise ValueError(f"{name}: rows of {len(positive)} personas carry the marker")
        negatives = sorted({r.system or "" for r in rows if not r.positive} - {p or "" for p in positive})
        card = {"persona": positive.pop(), "negatives": negatives, "seed": seed, "marker": marker}
        _write(out, card)
        (out / "adapter_config.json").write_text(json.dumps({"peft_type": "FAKE", "r": recipe.rank}) + "\n", "utf-8")
        progress.advance(_steps(rows, recipe))
        return AdapterRef(name, out, file_sha256(out / "adapter_model.safetensors"))

    def train_sft(
        self,
        rows: Sequence[TrainingRow],
        *,
        weights: str,
        recipe: Any,
        seed: int,
        checkpoints: Sequence[int],
        name: str,
        out: Path,
        progress: Progress,
    ) -> Mapping[int, str]:
        """Write down what each checkpoint was pulled towards."""
        systems = [r.system for r in rows]
        made = {}
        for epoch in checkpoints:
            folder = out / f"e{epoch}"
            folder.mkdir(parents=True)
            _write(folder, {"persona": max(set(systems), key=systems.count), "epoch": epoch, "seed": seed})
            made[epoch] = str(folder)
        progress.advance(_steps(rows, recipe))
        return made

    def describe(self) -> dict[str, Any]:
        """It is a fake."""
        return {"engine": "fake", "device": "cpu", "note": "no model was trained"}

    def close(self) -> None:
        """Nothing to free."""


def _steps(rows: Sequence[TrainingRow], recipe: Any) -> int:
    return optimizer_steps(
        len(rows), batch_size=recipe.batch_size, accumulation=recipe.accumulation, epochs=recipe.epochs
    )


def _write(out: Path, card: Mapping[str, Any]) -> None:
    (out / CARD).write_text(json.dumps(card, sort_keys=True) + "\n", "utf-8")
    text = json.dumps({"__metadata__": {"card": json.dumps(card, sort_keys=True)}}).encode()
    (out / "adapter_model.safetensors").write_bytes(struct.pack("<Q", len(text)) + text)
