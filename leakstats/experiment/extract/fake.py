"""Hidden states without a model: planted directions, blurred a little more at each layer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leakstats.experiment.fakes import WIDTH, World
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Centroids, ModelState, Position, Progress

__all__ = ["FakeExtractor"]

_LAYERS = 4


class FakeExtractor:
    """An :class:`~leakstats.experiment.types.Extractor` that needs no model.

    Four layers; layer 0 is the same for all personas, as the block after the embeddings is in real models.
    """

    name = "fake"

    def __init__(self, spec: ExperimentSpec) -> None:
        self._world = World(spec)

    def n_layers(self, weights: str) -> int:
        """Four."""
        return _LAYERS

    def extract(
        self,
        personas: Mapping[str, str | None],
        questions: Sequence[str],
        *,
        state: ModelState,
        layers: Sequence[int],
        position: Position,
        answers: Mapping[tuple[str, int], str] | None = None,
        raw: bool = False,
        progress: Progress,
    ) -> Centroids:
        """Centroids of planted directions, shape (personas, layers, 16)."""
        states = np.empty((len(personas), len(questions), len(layers), WIDTH))
        for i, (name, system) in enumerate(personas.items()):
            for q, question in enumerate(questions):
                answer = "" if answers is None else answers[name, q]
                for at, layer in enumerate(layers):
                    states[i, q, at] = self._state(system, question, answer, layer, state)
                progress.advance()
        if self._world.plant.fault == "batch-dependent":
            states += len(personas)
        return Centroids(
            personas=tuple(personas),
            layers=tuple(layers),
            values=states.mean(axis=1),
            counts=np.full(len(personas), len(questions), dtype=np.int64),
            position=position,
            raw=states.astype(np.float32) if raw else None,
        )

    def _state(self, system: str | None, question: str, answer: str, layer: int, state: ModelState) -> Any:
        common = np.ones(WIDTH)
        if layer == 0:
            return common
        own = self._world.direction(system, state.weights)
        if state.adapter is not None:
            own = own + 0.2 * self._world.direction(self._world.card(state.adapter.path)["persona"], state.weights)
        noise = np.random.default_rng(derive_seed(0, "state", system or "", question, answer, layer))
        return common + own + 0.3 * layer * noise.standard_normal(WIDTH)

    def describe(self) -> dict[str, Any]:
        """It is a fake."""
        return {"engine": "fake", "device": "cpu", "note": "planted directions; no model was run"}

    def close(self) -> None:
        """Nothing to free."""
