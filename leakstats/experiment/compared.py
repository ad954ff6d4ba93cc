"""The models that the measures of geometry set against the base, with the names that results.json gives them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from leakstats.experiment.grid import fine_tuning_of, weights_label
from leakstats.experiment.spec import ExperimentSpec, Unit
from leakstats.results import Attribute, FactorInfo, Level

__all__ = ["STATE", "Compared", "axis_of", "compared", "fold_factor", "state_attributes", "state_factor"]

STATE = "state"
"""The factor whose levels are models, where no level of another factor names each of them."""

_FACTORS = ("condition", "source", "checkpoint")
Kind = Literal["merged", "adapted"]
_KINDS: tuple[Kind, ...] = ("merged", "adapted")


@dataclass(frozen=True, slots=True)
class Compared:
    """Models of one kind; each is a level of ``factor``."""

    kind: Kind
    """merged: fine-tuned, before the marker. adapted: with the marker adapter."""
    factor: str
    levels: dict[str, Level]
    """Name of a model in the run to its level, in the order of the grid."""
    units: dict[str, tuple[Unit, ...]]
    """Of which units it is the model: several where sources share a fine-tuning."""

    def last(self, spec: ExperimentSpec) -> Compared:
        """Each condition, source and training seed at its last checkpoint; all where only checkpoints differ."""
        if self.factor == "checkpoint":
            return self
        latest: dict[tuple[str, ...], tuple[int, str]] = {}
        for name, units in self.units.items():
            unit = units[0]
            shared = self.kind == "merged" and len(units) > 1
            place = (unit.condition, "" if shared else unit.source, str(unit.training_seed))
            latest[place] = max(latest.get(place, (-1, "")), (unit.checkpoint, name))
        kept = {name for _, name in latest.values()}
        return _named(self.kind, {n: u for n, u in self.units.items() if n in kept})


def compared(spec: ExperimentSpec) -> tuple[Compared, ...]:
    """What ``extraction.geometry`` asks for: fine-tuned models, then marked ones, as far as their states are read.

    A model is called by its level of ``condition``, ``source`` or ``checkpoint``, the first of these in which no two
    models share one, and otherwise by its own name in the run, a level of ``state``.
    """
    if not spec.extraction.geometry:
        return ()
    out = []
    for kind in _KINDS:
        models: dict[str, list[Unit]] = {}
        for unit in spec.units() if kind in spec.extraction.states else ():
            if kind == "adapted":
                models[unit.name] = [unit]
            elif fine_tuning_of(spec, unit) is not None:
                models.setdefault(weights_label(spec, unit), []).append(unit)
        if models:
            out.append(_named(kind, {name: tuple(units) for name, units in models.items()}))
    return tuple(out)


def _named(kind: Kind, units: dict[str, tuple[Unit, ...]]) -> Compared:
    for factor in _FACTORS:
        told = {name: {getattr(u, factor) for u in us} for name, us in units.items()}
        if all(len(levels) == 1 for levels in told.values()) and len(set.union(*told.values())) == len(units):
            return Compared(kind, factor, {name: next(iter(levels)) for name, levels in told.items()}, units)
    return Compared(kind, STATE, {name: name for name in units}, units)


def state_factor(spec: ExperimentSpec) -> FactorInfo | None:
    """The factor ``state`` with what is known of each model; None where no table and no array needs it."""
    models: dict[str, tuple[Unit, ...]] = {}
    for each in compared(spec):
        for found in (each, each.last(spec)):
            models |= found.units if found.factor == STATE else {}
    if not models:
        return None
    units = list(models.values())

    def facts(description: str, values: Sequence[str | int | None]) -> Attribute:
        return Attribute(values=tuple(values), description=description)

    about = {
        "condition": facts("condition of the model", [us[0].condition for us in units]),
        "source": facts(
            "source of the model; none where sources share it",
            [us[0].source if len({u.source for u in us}) == 1 else None for us in units],
        ),
        "checkpoint": facts("epochs of fine-tuning", [us[0].checkpoint for us in units]),
        "training_seed": facts("seed of the training", [us[0].training_seed for us in units]),
    }
    if any(c.kind == "induction" for c in spec.conditions):
        controls = {c.name for c in spec.conditions if c.control}
        about["role"] = facts(
            "control: the benign control of the induction",
            ["control" if us[0].condition in controls else None for us in units],
        )
    return FactorInfo(
        levels=tuple(models),
        description="model whose hidden states were read: condition, source, seed and epoch as the run names them",
        attributes=about | _axes(spec, units),
    )


def state_attributes(spec: ExperimentSpec, factor: str) -> dict[str, Attribute]:
    """``axis_from`` and ``axis_to`` of the levels of a factor that names models; empty where it names none."""
    every: dict[str, tuple[Level, ...]] = {
        "condition": tuple(c.name for c in spec.conditions),
        "source": spec.sources,
        "checkpoint": tuple(sorted({u.checkpoint for u in spec.units()})),
    }
    units: dict[Level, tuple[Unit, ...]] = {}
    for each in compared(spec):
        for found in (each, each.last(spec)):
            if found.factor == factor:
                for name, level in found.levels.items():
                    units.setdefault(level, found.units[name])
    return _axes(spec, [units.get(level, ()) for level in every[factor]])


def _axes(spec: ExperimentSpec, units: Sequence[tuple[Unit, ...]]) -> dict[str, Attribute]:
    ends = [axis_of(spec, us) for us in units]
    if not any(ends):
        return {}
    return {
        "axis_from": Attribute(
            values=tuple(e[0] if e else None for e in ends), description="persona at which the model's axis begins"
        ),
        "axis_to": Attribute(
            values=tuple(e[1] if e else None for e in ends), description="persona at which the model's axis ends"
        ),
    }


def axis_of(spec: ExperimentSpec, units: Sequence[Unit]) -> tuple[str, str] | None:
    """The personas between which a model is expected to have moved: ``extraction.axis_from`` and its own persona.

    Its own persona is the one that its fine-tuning was done under, else its source. Without ``axis_from`` the one
    persona of role "reference" is taken; None where there is none, or where the axis would end where it begins.
    """
    if not units:
        return None
    references = [p.name for p in spec.personas.entries if p.role == "reference"]
    start = spec.extraction.axis_from or (references[0] if len(references) == 1 else None)
    sources = {u.source for u in units}
    sft = spec.condition(units[0].condition).sft if units[0].checkpoint else None
    end = sft.persona if sft is not None and sft.persona is not None else next(iter(sources))
    if start is None or start == end or (len(sources) > 1 and (sft is None or sft.persona is None)):
        return None
    return start, end


def fold_factor(spec: ExperimentSpec) -> str:
    """The factor whose levels are the questions that states were read on."""
    return "question" if spec.questions.extraction == spec.questions.evaluation else "extraction_question"
