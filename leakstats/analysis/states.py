"""The states that a model is compared in: which are controls, and which persona each was made with."""

from __future__ import annotations

from collections.abc import Sequence

from leakstats.analysis.conditions import OWN_PERSONA
from leakstats.results import Level, Results

__all__ = ["STATE_FACTORS", "attribute", "controls", "own_personas"]

STATE_FACTORS = ("condition", "source", "checkpoint", "state")
"""Factors whose levels may be states of the model, the first that fits."""

ROLE = "role"
"""Attribute of a state factor whose value "control" names the controls."""


def attribute(results: Results, factor: str, names: Sequence[str]) -> dict[Level, str] | None:
    """What the first of the named attributes says of each level that it speaks of; None where the file has none."""
    info = results.factors.get(factor)
    for name in names if info is not None else ():
        found = info.attributes.get(name) if info is not None else None
        if info is not None and found is not None:
            return {
                level: str(value) for level, value in zip(info.levels, found.values, strict=True) if value is not None
            }
    return None


def own_personas(results: Results, factor: str) -> dict[Level, str]:
    """For each level the persona that it was made with, where the file names one."""
    return attribute(results, factor, OWN_PERSONA) or {}


def controls(results: Results, factor: str, levels: Sequence[Level]) -> list[Level]:
    """The levels that are controls: of role "control", else those without a persona where others have one."""
    roles = attribute(results, factor, (ROLE,))
    if roles is not None:
        return [level for level in levels if roles.get(level) == "control"]
    own = own_personas(results, factor)
    without = [level for level in levels if level not in own]
    return without if len(without) < len(levels) else []
