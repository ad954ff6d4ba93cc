"""The models of a run: the base, and each unit's weights and adapter, which must be those that were recorded."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.errors import LeakstatsError
from leakstats.experiment.grid import BASE, fine_tuning_of, weights_label
from leakstats.experiment.identity import file_sha256
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec, StoredAdapter, Unit
from leakstats.experiment.types import AdapterRef, ModelState
from leakstats.experiment.weights import base_weights, stored_adapter

__all__ = [
    "ADAPTER_FILE",
    "adapter_of",
    "by_weights",
    "given_adapter",
    "need_adapters",
    "not_done",
    "states",
    "unit_weights",
]

ADAPTER_FILE = "adapter_model.safetensors"


def given_adapter(spec: ExperimentSpec, unit: Unit) -> StoredAdapter:
    """The adapter that the specification gives for a unit of kind ``adapters``."""
    adapters = spec.condition(unit.condition).adapters
    return next(a for a in adapters if (a.source, a.training_seed) == (unit.source, unit.training_seed))


def unit_weights(run: Run, unit: Unit) -> str:
    """The weights under a unit's adapter: the base, or a fine-tuned checkpoint of this run."""
    tuning = fine_tuning_of(run.spec, unit)
    if tuning is None:
        return base_weights(run.spec)
    if not run.journal.has("sft", tuning.key):
        raise not_done("train", unit.name)
    record = run.journal.get("sft", tuning.key)
    return str(run.folder.path / record["path"] / record["epochs"][str(unit.checkpoint)])


def adapter_of(run: Run, unit: Unit) -> AdapterRef:
    """The adapter of a unit, which must be the one that was recorded.

    Raises
    ------
    LeakstatsError
        If it is not trained yet, or its file was changed since.
    """
    if not run.journal.has("train", unit.name):
        raise not_done("train", unit.name)
    record = run.journal.get("train", unit.name)
    path = stored_adapter(given_adapter(run.spec, unit)) if record.get("adopted") else run.folder.path / record["path"]
    found = file_sha256(path / ADAPTER_FILE)
    if found != record["sha256"]:
        raise LeakstatsError(
            f"{path}: its weights have {found}, but {record['sha256']} was recorded; restore it, or start a new folder"
        )
    return AdapterRef(unit.name, path, found)


def not_done(stage: str, what: str) -> LeakstatsError:
    """The error of a stage that needs another one first."""
    return LeakstatsError(f"{what}: stage {stage!r} has not been done in this folder; run `leakstats {stage}` first")


def need_adapters(run: Run) -> None:
    """Make sure that every unit has its adapter, before a stage draws anything.

    Raises
    ------
    LeakstatsError
        Naming the first unit that has none.
    """
    for unit in run.spec.units():
        if not run.journal.has("train", unit.name):
            raise not_done("train", unit.name)


def states(run: Run) -> Iterator[tuple[str, Unit | None, ModelState]]:
    """The base and every unit, each with the state that answers; those on the same weights follow each other."""
    yield BASE, None, ModelState(base_weights(run.spec))
    for unit in by_weights(run.spec):
        yield unit.name, unit, ModelState(unit_weights(run, unit), adapter_of(run, unit))


def by_weights(spec: ExperimentSpec) -> list[Unit]:
    """The units in the order of the grid, but those on the same weights after each other."""
    units = spec.units()
    first: dict[str, int] = {}
    for i, unit in enumerate(units):
        first.setdefault(weights_label(spec, unit), i)
    return sorted(units, key=lambda u: first[weights_label(spec, u)])
