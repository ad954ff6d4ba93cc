"""What the units of a grid share: fine-tunings, weights and training rows, each made once."""

from __future__ import annotations

from dataclasses import dataclass

from leakstats.experiment.spec import ExperimentSpec, Unit

__all__ = [
    "BASE",
    "PREDICTORS",
    "FineTuning",
    "covariate_ids",
    "fine_tuning_of",
    "fine_tunings",
    "first_with_adapter",
    "models_read",
    "rows_key",
    "similarity_ids",
    "table_ids",
    "totals",
    "weights_label",
]

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
        return f"{self.rows_key}.s{self.training_seed}"

    @property
    def rows_key(self) -> str:
        """Its training rows, which are the same for every training seed."""
        return ".".join([self.condition, *([] if self.source is None else [self.source])])


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


def first_with_adapter(spec: ExperimentSpec, unit: Unit) -> Unit:
    """The first unit of the grid whose training is that of ``unit``: the same weights, rows, recipe and seed.

    It is the unit itself but for checkpoint 0 of a second condition, where the base is what the first one starts from.

    Examples
    --------
    >>> from leakstats.experiment.reader import parse_spec
    >>> spec = parse_spec({
    ...     "schema": "experiment.v1", "study": {"id": "s", "title": "A study"}, "model": {"world": "test"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": "training40", "evaluation": "general20"},
    ...     "conditions": [{"name": "marker"}, {"name": "closer", "kind": "convergence", "sft": {"epochs": 2}}],
    ... })
    >>> [first_with_adapter(spec, unit).name for unit in spec.units()]
    ['marker.villain.e0.s42', 'marker.villain.e0.s42', 'closer.villain.e2.s42']
    """
    if unit.kind == "adapters":
        return unit
    made = (rows_key(spec, unit), unit.training_seed)
    trained = (u for u in spec.units() if u.kind != "adapters")
    return next(u for u in trained if (rows_key(spec, u), u.training_seed) == made)


def models_read(spec: ExperimentSpec) -> tuple[str, ...]:
    """Names of the models whose hidden states are read: the base, then each unit's merged and adapted model."""
    wanted = spec.extraction.states
    out = [BASE] if "base" in wanted else []
    for unit in spec.units():
        weights = weights_label(spec, unit)
        out += [weights] if "merged" in wanted and weights != BASE else []
        out += [unit.name] if "adapted" in wanted else []
    return tuple(dict.fromkeys(out))


def totals(spec: ExperimentSpec) -> dict[str, tuple[int, str]]:
    """How many records each stage leaves in the journal when it is done, and what they are."""
    units = spec.units()
    trained = [u for u in units if u.kind != "adapters"]
    tunings, models = fine_tunings(spec), models_read(spec)
    personas, questions = len(spec.personas.entries), len(spec.questions.evaluation)
    positions = spec.extraction.positions
    out = {
        "rows": (len({t.rows_key for t in tunings}) + len({rows_key(spec, u) for u in trained}), "sets"),
        "sft": (len(tunings), "fine-tunings"),
        "train": (len(units), "adapters"),
        "generate": ((len(units) + 1) * len(spec.seeds.sampling) * personas * questions, "cells"),
        "score": ((len(units) + 1) * personas * questions if spec.sampling.score_marker else 0, "cells"),
        "answer": (
            len(models) * personas * len(spec.questions.extraction) if "mean_response" in positions else 0,
            "responses",
        ),
        "extract": (len(models) * len(positions), "models"),
    }
    return {stage: (n, noun) for stage, (n, noun) in out.items() if n}


PREDICTORS = {"base": "cosine", "merged": "cosine_merged", "adapted": "cosine_adapted"}
"""State to the id of its similarity table; positions after the first get their name behind it."""


def table_ids(spec: ExperimentSpec) -> tuple[str, ...]:
    """Ids of the tables of rates that a run of this specification writes, which its plan may name."""
    teaches = spec.training.negatives.rows > 0 and any(u.kind != "adapters" for u in spec.units())
    control = ("negative_rate",) if teaches else ()
    return ("bystander_rate", "own_rate", *control, "base_rate", *(f"{d.id}_rate" for d in spec.detectors[1:]))


def covariate_ids(spec: ExperimentSpec) -> dict[str, str]:
    """Names of the persona covariates that a run measures: each measure, and each source's overlap, to its id."""
    out = {name: name for name in ("tokens", "characters", "words")}
    for i, source in enumerate(spec.sources):
        fits = source.isascii() and source.isidentifier() and source.islower()  # ids are lower_snake
        out[f"overlap with {source}"] = f"overlap_{source}" if fits else f"overlap_source_{i}"
    return out


def similarity_ids(spec: ExperimentSpec) -> dict[str, tuple[str, str]]:
    """Ids of the similarity tables, each with its state and token position.

    The first position of the specification has the short ids, such as ``cosine``.
    """
    first = spec.extraction.positions[0] if spec.extraction.positions else ""
    return {
        PREDICTORS[state] + ("" if position == first else f"_{position}"): (state, position)
        for state in PREDICTORS
        if state in spec.extraction.states
        for position in spec.extraction.positions
    }
