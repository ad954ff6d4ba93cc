"""The personas of a run with their covariates, and the factors with what is known of their levels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from leakstats.experiment.compared import fold_factor, state_attributes, state_factor
from leakstats.experiment.counts import levels_of
from leakstats.experiment.grid import covariate_ids
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec
from leakstats.results import Attribute, FactorInfo, NamedColumn, Personas

__all__ = ["factors_of", "personas_of"]


def personas_of(run: Run) -> Personas:
    """Names, prompts, categories and roles, with the measures of every prompt."""
    spec = run.spec
    entries = spec.personas.entries
    measured = run.journal.get("personas", "measures")["measures"]

    def column(unit: str, description: str, values: Sequence[float]) -> NamedColumn:
        return NamedColumn(values=np.array(values, dtype=np.float64), unit=unit, description=description)

    covariates = {
        name: column(unit, description, [measured[p.name][name] for p in entries])
        for name, unit, description in (
            ("tokens", "token", "tokens of the system prompt, by the model's tokenizer"),
            ("characters", "count", "characters of the system prompt"),
            ("words", "count", "words of the system prompt"),
        )
    }
    ids = covariate_ids(spec)
    for source in spec.sources:
        covariates[ids[f"overlap with {source}"]] = column(
            "fraction",
            f"Jaccard index of the words of the system prompt and of {source}'s",
            [measured[p.name]["overlap"][source] for p in entries],
        )
    return Personas(
        name=spec.personas.names,
        prompt=tuple(p.prompt for p in entries),
        category=tuple(p.category for p in entries),
        related_to=tuple(tuple(r for r in p.related_to if r in spec.personas.names) for p in entries),
        role=tuple("source" if p.name in spec.sources else p.role or "bystander" for p in entries),
        covariates=covariates,
    )


def factors_of(spec: ExperimentSpec, layers: Sequence[int], failed: frozenset[str]) -> dict[str, FactorInfo]:
    """Levels and descriptions; sources whose control failed are marked, conditions say how they were made."""
    levels = levels_of(spec)
    described = {
        "source": "persona whose adapter was used",
        "condition": "what happened to the base before it answered",
        "checkpoint": "epochs of fine-tuning before the marker adapter was trained",
        "training_seed": "seed of the training",
        "sampling_seed": "seed that the noise of every completion is derived from",
        "persona": "persona whose system prompt was used",
        "question": "evaluation question",
    }
    out = {name: FactorInfo(levels=levels[name], description=text) for name, text in described.items()}
    out["source"] = FactorInfo(
        levels=levels["source"],
        description=described["source"],
        attributes={
            "control": Attribute(
                values=tuple("control_failed" if s in failed else "held" for s in spec.sources),
                description="control_failed: in some unit the source did not take the marker, or its trained negatives "
                "say it (canaries say which)",
            ),
            **state_attributes(spec, "source"),
        },
    )
    out["condition"] = FactorInfo(
        levels=levels["condition"],
        description=described["condition"],
        attributes=_about_conditions(spec) | state_attributes(spec, "condition"),
    )
    out["checkpoint"] = replace(out["checkpoint"], attributes=state_attributes(spec, "checkpoint"))
    state = state_factor(spec)
    if state is not None:
        out["state"] = state
    folds = fold_factor(spec)
    if folds not in out and spec.extraction.geometry and spec.extraction.raw:
        out[folds] = FactorInfo(
            levels=tuple(range(len(spec.questions.extraction))), description="question that states were read on"
        )
    if layers:
        out["layer"] = FactorInfo(levels=tuple(layers), description="block whose output was read; 0 is the first block")
    return out


def _about_conditions(spec: ExperimentSpec) -> dict[str, Attribute]:
    induced = tuple(c.sft.persona if c.kind == "induction" and c.sft is not None else None for c in spec.conditions)
    out = {
        "kind": Attribute(values=tuple(c.kind for c in spec.conditions), description="how the condition is made"),
        "description": Attribute(
            values=tuple(c.description or None for c in spec.conditions), description="in the author's words"
        ),
    }
    if any(c.kind == "induction" for c in spec.conditions):
        out["induction_persona"] = Attribute(
            values=induced, description="persona under which the condition was induced, where it is one of these"
        )
        out["role"] = Attribute(
            values=tuple("control" if c.control else None for c in spec.conditions),
            description="control: the benign control of the induction",
        )
    return out
