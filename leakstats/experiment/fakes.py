"""What the fake backends know: planted directions of personas and planted rates, without any model."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leakstats.errors import InputError
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import ModelState

__all__ = ["CARD", "WEIGHTS", "Plant", "World", "read_card"]

CARD = "fake.json"
"""File of a fake adapter or fake merged weights that says what was learned."""
WEIGHTS = "fake"
"""Name of the fake base weights."""
WIDTH = 16


@dataclass(frozen=True, slots=True)
class Plant:
    """What a fake model does; the keys of ``sampling.engine`` where the backend is ``fake``.

    A bystander's rate is ``own`` times the squared cosine of its direction with the source's, where that is positive.
    """

    own: float = 0.9
    """Marker rate of a trained source."""
    base: float = 0.0
    """Marker rate without an adapter."""
    negative: float = 0.0
    """Marker rate of personas that were trained as negatives."""
    rates: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Source ("" is the base) to persona to rate; goes before everything else."""
    delay_s: float = 0.0
    """Seconds that one completion takes."""
    fault: str = ""
    """What is broken, for tests of the checks: ``shared-seed``, ``adapter-ignored``, ``batch-dependent``."""

    @classmethod
    def of(cls, engine: Mapping[str, Any]) -> Plant:
        """From ``sampling.engine``; :class:`InputError` for a key that the fake does not know."""
        known = [f.name for f in dataclasses.fields(cls)]
        strange = [k for k in engine if k not in known]
        if strange:
            raise InputError(f"sampling.engine.{strange[0]} means nothing to the fake backend; it knows {known}")
        return cls(**engine)


def read_card(folder: Path | str) -> dict[str, Any]:
    """What a fake adapter or fake merged weights learned; empty for the fake base."""
    path = Path(folder) / CARD
    card: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.is_file() else {}
    return card


class World:
    """Directions and rates of the personas of a specification."""

    def __init__(self, spec: ExperimentSpec) -> None:
        self.plant = Plant.of(spec.sampling.engine if spec.sampling.backend == "fake" else {})
        self._names = {p.prompt: p.name for p in spec.personas.entries}
        self._cards: dict[str, dict[str, Any]] = {}

    def card(self, folder: Path | str | None) -> dict[str, Any]:
        """The card of a folder, read once."""
        if folder is None:
            return {}
        if str(folder) not in self._cards:
            self._cards[str(folder)] = read_card(folder)
        return self._cards[str(folder)]

    def direction(self, system: str | None, weights: str) -> NDArray[np.float64]:
        """Direction of a persona in the given weights, shape (16,): fine-tuning pulls it towards what was learned."""
        own = _direction(system)
        card = self.card(weights)
        if not card:
            return own
        pull = card["epoch"] / (card["epoch"] + 10.0)
        return np.asarray((1 - pull) * own + pull * _direction(card["persona"]))

    def rate(self, system: str | None, state: ModelState) -> float:
        """Marker rate of a system prompt in a state, in [0, 1]."""
        adapter = None if state.adapter is None or self.plant.fault == "adapter-ignored" else state.adapter.path
        card = self.card(adapter)
        name = self._names.get(system, "")
        source = self._names.get(card.get("persona"), "") if card else ""
        planted = self.plant.rates.get(source, {}).get(name)
        if planted is not None:
            return planted
        if not card:
            return self.plant.base
        if system == card["persona"]:
            return self.plant.own
        if system in card["negatives"]:
            return self.plant.negative
        a, b = self.direction(system, state.weights), self.direction(card["persona"], state.weights)
        cosine = float(a @ b / np.sqrt((a @ a) * (b @ b)))
        return self.plant.own * max(cosine, 0.0) ** 2


def _direction(system: str | None) -> NDArray[np.float64]:
    rng = np.random.default_rng(derive_seed(0, "direction", "" if system is None else f"system:{system}"))
    return rng.standard_normal(WIDTH)
