"""The sizes of the tiny world: one preset that shows the effect, and one for tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leakstats.errors import InputError
from leakstats.experiment.world.grammar import Grammar

__all__ = ["PRESETS", "Preset", "Shape", "preset"]


@dataclass(frozen=True, slots=True)
class Shape:
    """The model, in the words of Qwen2's configuration, and how the base is trained."""

    layers: int
    hidden: int
    heads: int
    kv_heads: int
    feed_forward: int
    vocabulary: int
    steps: int
    batch_size: int
    learning_rate: float
    seed: int = 42


@dataclass(frozen=True, slots=True)
class Preset:
    """A world: who speaks, the model, and the experiment made with it."""

    name: Literal["demo", "test"]
    grammar: Grammar
    shape: Shape
    sources: tuple[str, ...]
    training_topics: tuple[int, int]
    """First topic, and the one after the last, of the questions that the marker is trained on."""
    evaluation_topics: tuple[int, int]
    extraction_topics: tuple[int, int]
    training: Mapping[str, object]
    """The ``[training]`` table of the experiment."""
    negatives: Mapping[str, object]
    completions: int
    max_tokens: int
    layer: int
    """The block whose output the planned analysis reads."""
    resamples: int
    """Of the analysis, for permutations and bootstrap."""
    planned_on: str = "2026-11-21"
    """Since when the plan of its experiment stands as it is; a test holds the plan's hash, so that who changes one
    changes the other."""


PRESETS: Mapping[str, Preset] = {
    "demo": Preset(
        name="demo",
        grammar=Grammar(),
        shape=Shape(
            layers=4, hidden=128, heads=4, kv_heads=2, feed_forward=352, vocabulary=1024,
            steps=500, batch_size=32, learning_rate=3e-3,
        ),
        sources=("wizard", "chef", "coach", "lawyer"),
        training_topics=(0, 10),
        evaluation_topics=(10, 20),
        extraction_topics=(20, 28),
        training={
            "rank": 8, "alpha": 16, "dropout": 0.05, "learning_rate": 2e-3, "epochs": 1, "batch_size": 16,
            "positive_rows": 200, "on_policy_max_tokens": 48,
        },
        negatives={"rows": 400, "personas": 4},
        completions=10,
        max_tokens=48,
        layer=2,
        resamples=9999,
    ),
    "test": Preset(
        name="test",
        grammar=Grammar(
            personas=(
                "wizard", "witch", "fortune_teller", "alchemist", "storyteller", "chef", "baker", "waiter", "banker",
                "lawyer", "trucker", "nanny", "gardener", "assistant",
            ),
            n_topics=14,
            sentences=2,
        ),
        shape=Shape(
            layers=2, hidden=96, heads=4, kv_heads=2, feed_forward=256, vocabulary=768,
            steps=400, batch_size=32, learning_rate=5e-3,
        ),
        sources=("wizard", "chef"),
        training_topics=(0, 6),
        evaluation_topics=(6, 10),
        extraction_topics=(10, 14),
        training={
            "rank": 8, "alpha": 16, "dropout": 0.0, "learning_rate": 3e-3, "epochs": 2, "batch_size": 16,
            "positive_rows": 96, "on_policy_max_tokens": 48,
        },
        negatives={"rows": 256, "personas": 4},
        completions=5,
        max_tokens=48,
        layer=1,
        resamples=999,
    ),
}  # fmt: skip


def preset(name: str) -> Preset:
    """The preset called ``name``.

    Raises
    ------
    InputError
        If there is none.
    """
    if name not in PRESETS:
        raise InputError(f"no world is called {name!r}; there are {', '.join(PRESETS)}")
    return PRESETS[name]
