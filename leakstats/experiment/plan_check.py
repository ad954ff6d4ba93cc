"""Is the plan about what this experiment measures? Asked before anything runs, since a run takes hours."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from leakstats.errors import ContractError, Violation
from leakstats.experiment.grid import covariate_ids, similarity_ids, table_ids
from leakstats.experiment.spec import ExperimentSpec

__all__ = ["check_plan"]


def check_plan(spec: ExperimentSpec) -> None:
    """Make sure that the plan names what the results will hold.

    Raises
    ------
    ContractError
        With every name that they will not hold, and what they will.
    """
    plan = spec.plan
    found: list[Violation] = []

    def known(place: str, value: Any, have: Sequence[Any]) -> None:
        if value is not None and value not in have:
            shown = ", ".join(map(str, have)) or "nothing of the kind"
            message = f"is {value!r}, which this experiment does not measure"
            found.append(Violation(f"/plan/{place}", message, f"it measures {shown}"))

    tables, covariates = table_ids(spec), tuple(covariate_ids(spec).values())
    primary = plan.get("primary") or {}
    known("primary/outcome", primary.get("outcome"), tables)
    known("primary/predictor", primary.get("predictor"), (*similarity_ids(spec), *covariates))
    if spec.extraction.layers != "all":
        known("primary/layer", primary.get("layer"), spec.extraction.layers)
    for i, control in enumerate(plan.get("controls", ())):
        known(f"controls/{i}/table", control["table"], tables)
        known(f"controls/{i}/source", control.get("source"), spec.sources)
    for i, covariate in enumerate(plan.get("covariates", ())):
        known(f"covariates/{i}/from", covariate["from"], covariates)
        found += _no_logarithm(spec, f"/plan/covariates/{i}/transform", covariate)
    for i, exclusion in enumerate(plan.get("exclusions", ())):
        known(f"exclusions/{i}/persona", exclusion["persona"], spec.personas.names)
    for name, times in Counter(f["name"] for f in plan.get("families", ())).items():
        if times > 1:
            found.append(Violation("/plan/families", f"{times} families are called {name!r}", "give each its own name"))
    if found:
        raise ContractError("the plan", found)


def _no_logarithm(spec: ExperimentSpec, place: str, covariate: dict[str, Any]) -> list[Violation]:
    """The covariates that are 0 for a persona without a prompt, or without a word in common, have no logarithm."""
    if covariate["transform"] != "log":
        return []
    empty = [p.name for p in spec.personas.entries if not p.prompt]
    if covariate["from"].startswith("overlap_") or empty:
        why = f"{covariate['from']} can be 0" + (f" (no prompt: {empty[0]})" if empty else "")
        return [Violation(place, f'is "log", but {why}', 'use "identity"')]
    return []
