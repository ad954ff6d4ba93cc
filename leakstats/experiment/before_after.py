"""The measures of geometry of every model that was read, before and after training, as tables of results.json."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from leakstats.experiment.centroids import load_centroids
from leakstats.experiment.compared import Compared, axis_of, compared
from leakstats.experiment.counts import levels_of
from leakstats.experiment.geometry import geometry_table
from leakstats.experiment.grid import BASE
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec
from leakstats.results import GeometryTable

__all__ = ["geometry_id", "geometry_tables"]


def geometry_id(spec: ExperimentSpec, kind: str, position: str) -> str:
    """The id of a table; the first position of the specification has the short one.

    Examples
    --------
    >>> from leakstats.experiment.reader import parse_spec
    >>> spec = parse_spec({"schema": "experiment.v1", "study": {"id": "s", "title": "t"}, "model": {"world": "test"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": ["A?"], "evaluation": ["B?"]}})
    >>> geometry_id(spec, "merged", "last_prompt"), geometry_id(spec, "merged", "mean_response")
    ('geometry_merged', 'geometry_merged_mean_response')
    """
    return f"geometry_{kind}" + ("" if position == spec.extraction.positions[0] else f"_{position}")


def geometry_tables(run: Run) -> tuple[GeometryTable, ...]:
    """One table for each kind of model (merged, adapted) and token position; none where geometry was not asked for.

    Every checkpoint and training seed has its rows. These are points; the analysis makes the same measures from the
    arrays, with intervals and tests over personas, for each model at its last checkpoint.
    """
    records = {r["key"]: r for r in run.journal.of_stage("extract")}
    return tuple(
        _table(run, each, position, records)
        for each in compared(run.spec)
        for position in run.spec.extraction.positions
    )


def _table(run: Run, each: Compared, position: str, records: Mapping[str, Any]) -> GeometryTable:
    spec = run.spec
    names = spec.personas.names
    base = records[f"{BASE}.{position}"]
    axes = {each.levels[name]: axis_of(spec, units) for name, units in each.units.items()}
    levels = levels_of(spec)
    return geometry_table(
        load_centroids(run.folder, base, names, raw=True),
        {
            level: load_centroids(run.folder, records[f"{name}.{position}"], names, raw=True)
            for name, level in each.levels.items()
        },
        id=geometry_id(spec, each.kind, position),
        factor=each.factor,
        levels={
            each.factor: levels.get(each.factor, tuple(each.levels.values())),
            "layer": tuple(base["layers"]),
        },
        dtype=base["dtype"],
        axes={level: axis for level, axis in axes.items() if axis is not None},
    )
