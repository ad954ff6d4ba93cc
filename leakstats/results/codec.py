"""Results to JSON values, and back; the JSON is taken as checked."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

import numpy as np

from leakstats.results.design import (
    Canary,
    Control,
    CovariateSpec,
    Design,
    Detector,
    Exclusion,
    Family,
    Plan,
    Primary,
    Replication,
    Sample,
    Study,
)
from leakstats.results.model import ArrayFile, Attribute, FactorInfo, Results
from leakstats.results.personas import Personas, Questions
from leakstats.results.printed import printed_rate
from leakstats.results.tables import (
    CellTable,
    Centring,
    Factor,
    FloatArray,
    GeometryTable,
    NamedColumn,
    Reported,
    SimilarityTable,
    Table,
    in_order,
)

__all__ = ["SCHEMA", "from_document", "to_document"]

SCHEMA = "results.v1"

_C = TypeVar("_C")


def _tuples(value: Any) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value


def _make(cls: type[_C], data: Mapping[str, Any]) -> _C:
    return cls(**{k: _tuples(v) for k, v in data.items()})


def _many(cls: type[_C], data: Iterable[Mapping[str, Any]]) -> tuple[_C, ...]:
    return tuple(_make(cls, d) for d in data)


def _floats(values: Iterable[float | None]) -> FloatArray:
    return np.array([np.nan if v is None else v for v in values], dtype=np.float64)


def _columns(data: Mapping[str, Any]) -> dict[str, NamedColumn]:
    return {k: NamedColumn(**{**v, "values": _floats(v["values"])}) for k, v in data.items()}


def _base(data: Mapping[str, Any], factors: Mapping[str, FactorInfo]) -> dict[str, Any]:
    return {
        "id": data["id"],
        "description": data.get("description", ""),
        "factors": {k: Factor(factors[k].levels, np.array(v, dtype=np.int64)) for k, v in data["factors"].items()},
        "constants": dict(data.get("constants", {})),
    }


def _reported(data: Mapping[str, Any]) -> Reported:
    texts = tuple(data["printed"])
    rates = [None if t is None else printed_rate(t, data["unit"]) for t in texts]
    return Reported(
        printed=texts,
        unit=data["unit"],
        value=_floats(None if r is None else r[0] for r in rates),
        low=_floats(data["low"]),
        high=_floats(data["high"]),
        declared_trials=data["declared_trials"],
        trials_status=data["trials_status"],
        trials_reason=data.get("trials_reason"),
    )


def _cells(data: Mapping[str, Any], factors: Mapping[str, FactorInfo]) -> CellTable:
    base = {**_base(data, factors), "outcome": data["outcome"], "role": data["role"]}
    if data["kind"] == "reported":
        return CellTable(**base, reported=_reported(data))
    successes = np.array(data["successes"], dtype=np.int64)
    trials = np.array(data["trials"], dtype=np.int64)
    return CellTable(
        **base,
        counts=(successes, np.broadcast_to(trials, successes.shape)),
        summed_over=dict(data["summed_over"]),
        trials_note=data.get("trials_note"),
    )


def _similarity(data: Mapping[str, Any], factors: Mapping[str, FactorInfo]) -> SimilarityTable:
    plain: dict[str, Any] = {
        k: data.get(k) for k in ("missing_reason", "reference", "token_position", "layer_convention", "model")
    }
    centring = data.get("centring")
    printed = data.get("printed")
    return SimilarityTable(
        **_base(data, factors),
        **plain,
        measure=data["measure"],
        kind=data["kind"],
        compared=data["compared"],
        values=_floats(data["values"]),
        printed=None if printed is None else tuple(printed),
        centring=None if centring is None else _make(Centring, centring),
    )


def _geometry(data: Mapping[str, Any], factors: Mapping[str, FactorInfo]) -> GeometryTable:
    return GeometryTable(
        **_base(data, factors),
        quantity=data["quantity"],
        columns=_columns(data["columns"]),
        reason_missing=data.get("reason_missing"),
    )


def _design(data: Mapping[str, Any]) -> Design:
    plain = {k: v for k, v in data.items() if k != "replication"}
    seeds = {k: _make(Replication, v) for k, v in data["replication"].items()}
    return _make(Design, {**plain, **seeds})


def _covariate_spec(data: Mapping[str, Any]) -> CovariateSpec:
    return CovariateSpec(name=data["name"], source=data["from"], transform=data["transform"])


def _plan(data: Mapping[str, Any]) -> Plan:
    return _make(
        Plan,
        {
            **data,
            "primary": None if data["primary"] is None else _make(Primary, data["primary"]),
            "families": _many(Family, data["families"]),
            "covariates": tuple(_covariate_spec(c) for c in data.get("covariates", ())),
            "exclusions": _many(Exclusion, data.get("exclusions", ())),
            "controls": _many(Control, data.get("controls", ())),
        },
    )


def _factor_info(data: Mapping[str, Any]) -> FactorInfo:
    attributes = {k: _make(Attribute, v) for k, v in data.get("attributes", {}).items()}
    return FactorInfo(levels=tuple(data["levels"]), description=data.get("description", ""), attributes=attributes)


def _personas(data: Mapping[str, Any]) -> Personas:
    plain = {k: _tuples(v) for k, v in data.items() if k != "covariates"}
    return Personas(**plain, covariates=_columns(data.get("covariates", {})))


def from_document(document: Mapping[str, Any]) -> Results:
    """The :class:`Results` of a checked document."""
    factors = in_order({k: _factor_info(v) for k, v in document["factors"].items()})
    questions = document.get("questions")
    return Results(
        study=_make(Study, document["study"]),
        factors=factors,
        personas=_personas(document["personas"]),
        questions=None if questions is None else _make(Questions, questions),
        tables=tuple(_cells(t, factors) for t in document["tables"]),
        similarity=tuple(_similarity(t, factors) for t in document.get("similarity", ())),
        geometry=tuple(_geometry(t, factors) for t in document.get("geometry", ())),
        arrays=_many(ArrayFile, document.get("arrays", ())),
        samples=_many(Sample, document.get("samples", ())),
        samples_note=document.get("samples_note"),
        canaries=_many(Canary, document.get("canaries", ())),
        design=_design(document["design"]),
        plan=_plan(document["plan"]),
        detector=_make(Detector, document["detector"]),
        setup=document.get("setup", {}),
        runs=document.get("runs", {}),
        provenance=document["provenance"],
    )


def _plain(value: Any) -> Any:
    """A design object as JSON values."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}
    if isinstance(value, Mapping):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(v) for v in value]
    if isinstance(value, np.generic | np.ndarray):  # what a script computed; JSON knows Python's types only
        return value.tolist()
    return value


def _nulls(values: FloatArray) -> list[float | None]:
    out: list[float | None] = values.tolist()
    for i in np.flatnonzero(np.isnan(values)).tolist():
        out[i] = None
    return out


def _columns_json(columns: Mapping[str, NamedColumn]) -> dict[str, Any]:
    return {k: {"unit": c.unit, "description": c.description, "values": _nulls(c.values)} for k, c in columns.items()}


def _base_json(table: Table) -> dict[str, Any]:
    return {
        "id": table.id,
        "description": table.description,
        "factors": {k: f.codes.tolist() for k, f in table.factors.items()},
        "constants": dict(table.constants),
    }


def _cells_json(table: CellTable) -> dict[str, Any]:
    out = {**_base_json(table), "outcome": table.outcome, "role": table.role, "kind": table.kind}
    if table.reported is not None:
        r = table.reported
        return out | {
            "printed": list(r.printed),
            "unit": r.unit,
            "low": _nulls(r.low),
            "high": _nulls(r.high),
            "declared_trials": r.declared_trials,
            "trials_status": r.trials_status,
            "trials_reason": r.trials_reason,
        }
    trials = table.trials
    same = trials.size > 0 and bool((trials == trials[0]).all())
    return out | {
        "successes": table.successes.tolist(),
        "trials": int(trials[0]) if same else trials.tolist(),
        "summed_over": dict(table.summed_over),
        "trials_note": table.trials_note,
    }


def _similarity_json(table: SimilarityTable) -> dict[str, Any]:
    plain = (
        "measure",
        "kind",
        "compared",
        "missing_reason",
        "reference",
        "token_position",
        "layer_convention",
        "model",
    )
    out = {**_base_json(table), **{k: getattr(table, k) for k in plain}, "values": _nulls(table.values)}
    if table.printed is not None:
        out["printed"] = list(table.printed)
    out["centring"] = _plain(table.centring)
    return out


def _geometry_json(table: GeometryTable) -> dict[str, Any]:
    return _base_json(table) | {
        "quantity": table.quantity,
        "columns": _columns_json(table.columns),
        "reason_missing": table.reason_missing,
    }


def _design_json(design: Design) -> dict[str, Any]:
    out: dict[str, Any] = _plain(design)
    out["replication"] = {k: out.pop(k) for k in ("training_seed", "sampling_seed")}
    return out


def _plan_json(plan: Plan) -> dict[str, Any]:
    out: dict[str, Any] = _plain(plan)
    for spec in out["covariates"]:
        spec["from"] = spec.pop("source")
    if out["primary"] is not None:  # named only where the data are split
        out["primary"] = {
            k: v for k, v in out["primary"].items() if v is not None or k not in ("condition", "checkpoint")
        }
    return out


def to_document(results: Results) -> dict[str, Any]:
    """The JSON object of ``results``; :func:`from_document` gives an equal :class:`Results` back."""
    personas = {k: _plain(getattr(results.personas, k)) for k in ("name", "prompt", "category", "related_to", "role")}
    document = {
        "schema": SCHEMA,
        "study": _plain(results.study),
        "factors": _plain(results.factors),
        "personas": {**personas, "covariates": _columns_json(results.personas.covariates)},
        "tables": [_cells_json(t) for t in results.tables],
        "similarity": [_similarity_json(t) for t in results.similarity],
        "geometry": [_geometry_json(t) for t in results.geometry],
        "arrays": _plain(results.arrays),
        "samples": _plain(results.samples),
        "samples_note": results.samples_note,
        "design": _design_json(results.design),
        "plan": _plan_json(results.plan),
        "detector": _plain(results.detector),
        "provenance": _plain(results.provenance),
    }
    for name in ("setup", "runs", "canaries"):
        if getattr(results, name):
            document[name] = _plain(getattr(results, name))
    if results.questions is not None:
        document["questions"] = _plain(results.questions)
    return document
