"""The backends of a run: made when they are needed, one loaded at a time."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from leakstats.experiment.extract import make_extractor
from leakstats.experiment.generate import make_generator
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.train import make_trainer
from leakstats.experiment.types import Extractor, Generator, Trainer

__all__ = ["Backends"]


class Backends:
    """Makes backends.

    Asking for one closes the others first: a model is loaded once for all the work of its stage, and two never share
    the memory.
    """

    def __init__(self, spec: ExperimentSpec, folder: Path) -> None:
        self._spec = spec
        self._folder = folder
        self._open: dict[str, Any] = {}
        self._said: set[str] = set()

    def generator(self) -> Generator:
        """The generator, loaded or yet to load."""
        generator: Generator = self._one("generator", lambda: make_generator(self._spec, self._folder))
        return generator

    def trainer(self) -> Trainer:
        """The trainer."""
        trainer: Trainer = self._one("trainer", lambda: make_trainer(self._spec))
        return trainer

    def extractor(self) -> Extractor:
        """The extractor."""
        extractor: Extractor = self._one("extractor", lambda: make_extractor(self._spec))
        return extractor

    def _one(self, kind: str, make: Any) -> Any:
        if kind not in self._open:
            self.close()
            self._open[kind] = make()
        return self._open[kind]

    def close(self) -> None:
        """Close what is open."""
        while self._open:
            kind, backend = self._open.popitem()
            self._said.discard(kind)
            backend.close()

    def news(self, *, again: bool = False) -> list[tuple[str, dict[str, Any]]]:
        """What open backends say of themselves (engine, versions, flags, device), each once while it is open.

        With ``again`` what was said before is asked for once more: a backend may have found out more since.
        """
        new = [(kind, backend.describe()) for kind, backend in self._open.items() if again or kind not in self._said]
        self._said.update(kind for kind, _ in new)
        return new
