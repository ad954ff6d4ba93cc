"""What the units of a grid share: fine-tunings, weights and training rows, each made once."""

from __future__ import annotations

from dataclasses import dataclass

from leakstats.experiment.spec import ExperimentSpec, Unit

__all__ = ["BASE", "FineTuning", "fine_tuning_of", "fine_tunings", "rows_key", "weights_label"]

BASE = "base"
"""Name of the untouched model."""


@dataclass(frozen=True, slots=True)
class FineTuning:
    """One full-loss fine-tuning: a row of checkpoints that marker adapters start from."""

    condition: str
    source: str | None
    """None where all sources start from the same fine-tuned model."""
    training_seed: int
    checkpoints: tuple[int, ...]
    """Epochs at which weights are kept, without 0."""

    @property
    def key(self) -> str:
        """Unique name in a run, such as ``convergence.villain.s42``."""
        parts = [self.condition, *([] if self.source is None else [self.source]), f"s{self.training_seed}"]
        return ".".join(parts)


def fine_tuning_of(spec: ExperimentSpec, unit: Unit) -> FineTuning | None:
    """The fine-tuning that a unit starts from; None where it starts from the base.

    An induction on data of its own, or under a persona of its own, does not depend on the source that is marked
    afterwards: all sources share it.
    """
    condition = spec.condition(unit.condition)
    if condition.sft is None or unit.checkpoint == 0:
        return None
    shared = condition.kind == "induction" and (condition.sft.data is not None or condition.sft.persona is not None)
    kept = tuple(c for c in condition.checkpoints if c)
    return FineTuning(unit.condition, None if shared else unit.source, unit.training_seed, kept)


def fine_tunings(spec: ExperimentSpec) -> tuple[FineTuning, ...]:
    """Every fine-tuning of the grid, in the order in which units need them."""
    found = (fine_tuning_of(spec, unit) for unit in spec.units())
    return tuple(dict.fromkeys(f for f in found if f is not None))


def weights_label(spec: ExperimentSpec, unit: Unit) -> str:
    """The weights under a unit's adapter: ``base``, or a fine-tuning and its epoch."""
    tuning = fine_tuning_of(spec, unit)
    return BASE if tuning is None else f"{tuning.key}.e{unit.checkpoint}"


def rows_key(spec: ExperimentSpec, unit: Unit) -> str:
    """The training rows of a unit: the same for every training seed and condition with the same weights and source."""
    return f"{weights_label(spec, unit)}.{unit.source}"
