"""Similarities, arrays of centroids and teacher-forced scores of a run, as results.json stores them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from leakstats.experiment.centroids import load_centroids
from leakstats.experiment.compared import compared, fold_factor
from leakstats.experiment.counts import levels_of, unit_constants
from leakstats.experiment.geometry import Cosines, array_id, cosines
from leakstats.experiment.grid import BASE, PREDICTORS, similarity_ids, weights_label
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec, Unit
from leakstats.experiment.types import cell_key
from leakstats.results import ArrayFile, Centring, GeometryTable, Level, NamedColumn, SimilarityTable, factor_of

__all__ = ["extraction_order", "marker_scores", "similarities"]

_POSITIONS = {"last_prompt": "last token of the prompt", "mean_response": "mean over the tokens of a greedy response"}
_STATES = {
    "base": "the base model",
    "merged": "the fine-tuned model before the marker",
    "adapted": "the marked model",
}


def similarities(run: Run) -> tuple[tuple[SimilarityTable, ...], tuple[ArrayFile, ...], list[int]]:
    records = {r["key"]: r for r in run.journal.of_stage("extract")}
    layers = sorted({layer for r in records.values() for layer in r["layers"]})
    tables, arrays = [], []
    for name, (state, position) in similarity_ids(run.spec).items():
        table = _cosines(run, name, state, position, records, layers)
        if table is not None:
            tables.append(table)
    for key in extraction_order(run.spec):
        if key in records:
            arrays += _array_files(run.spec, key, records[key])
    return tuple(tables), tuple(arrays), layers


def _models(spec: ExperimentSpec, state: str) -> list[tuple[str, Unit | None]]:
    """Names of the models of a state with a unit that stands for each; the source of that unit is compared."""
    if state == "base":
        return [(BASE, None)]
    if state == "adapted":
        return [(u.name, u) for u in spec.units()]
    return [(weights_label(spec, u), u) for u in spec.units() if weights_label(spec, u) != BASE]


def extraction_order(spec: ExperimentSpec) -> list[str]:
    names = [name for state in PREDICTORS for name, _ in _models(spec, state)]
    return [f"{name}.{p}" for name in dict.fromkeys(names) for p in spec.extraction.positions]


def _cosines(
    run: Run, name: str, state: str, position: str, records: Mapping[str, Any], layers: Sequence[int]
) -> SimilarityTable | None:
    """Cosines of the sources with all other personas; that of a source with itself is 1 by construction, and no row."""
    spec = run.spec
    rows: dict[str, list[Level]] = {
        n: [] for n in ("source", "condition", "checkpoint", "training_seed", "persona", "layer")
    }
    values: list[float] = []
    centre: tuple[str, ...] = ()
    reasons: dict[str, None] = {}
    for model, unit in _models(spec, state):
        record = records.get(f"{model}.{position}")
        if record is None:
            continue
        found = _compared(run, record, spec.sources if unit is None else (unit.source,))
        centre = found.centre
        for i, source in enumerate(found.of):
            for j, persona in enumerate(found.personas):
                if persona == source:
                    continue
                values += found.values[i, j].tolist()
                n = len(found.layers)
                rows["source"] += [source] * n
                rows["persona"] += [persona] * n
                rows["layer"] += found.layers
                if unit is not None:
                    rows["condition"] += [unit.condition] * n
                    rows["checkpoint"] += [unit.checkpoint] * n
                    rows["training_seed"] += [unit.training_seed] * n
        if found.missing_reason is not None:
            reasons[found.missing_reason] = None
    if not values:
        return None
    levels = {**levels_of(spec), "layer": tuple(layers)}
    constants = {n: v for n, v in unit_constants(levels).items() if rows.get(n)}
    array = np.array(values)
    return SimilarityTable(
        id=name,
        measure="cosine",
        description=f"Cosine of the centred mean hidden states of source persona and bystander in {_STATES[state]}.",
        factors={n: factor_of(levels[n], v) for n, v in rows.items() if v and n not in constants},
        constants=constants,
        values=array,
        compared="centroid of the bystander persona with centroid of the source persona, each the mean over "
        f"{len(spec.questions.extraction)} questions",
        missing_reason="; ".join(reasons) if np.isnan(array).any() else None,
        centring=Centring(
            set="all personas" if spec.extraction.centre == "all" else "personas named in the specification",
            method="mean of the set's centroids in the same model subtracted, layer by layer",
            personas=centre,
            n=len(centre),
        ),
        token_position=_POSITIONS[position],
        layer_convention="block_output",
        model=_STATES[state],
    )


def _compared(run: Run, record: Mapping[str, Any], sources: Sequence[str]) -> Cosines:
    centroids = load_centroids(run.folder, record, run.spec.personas.names)
    return cosines(centroids, of=sources, centre=run.spec.extraction.centre, dtype=record["dtype"])


def _array_files(spec: ExperimentSpec, key: str, record: Mapping[str, Any]) -> list[ArrayFile]:
    out = []
    analysed = _analysed(spec)
    # without an analysis the questions of a set of their own are no factor of the file
    folds = fold_factor(spec) if analysed else "question"
    axes = {"centroids": ("persona", "layer", "width"), "raw": ("persona", folds, "layer", "width")}
    blocks = ", ".join(map(str, record["layers"]))
    for kind, names in axes.items():
        if kind not in record:
            continue
        item = record[kind]
        out.append(
            ArrayFile(
                # a comparison of states before and after looks for its arrays by these ids
                id=array_id("centroids" if kind == "centroids" else "states", analysed[key])
                if key in analysed
                else f"{key}.{kind}",
                path=item["path"],
                sha256=item["sha256"],
                shape=tuple(item["shape"]),
                dtype=item["dtype"],
                axes=names,
                description=f"{kind} of hidden states of {record['model']}, {_POSITIONS[record['position']]}, outputs "
                f"of blocks {blocks}",
            )
        )
    return out


def _analysed(spec: ExperimentSpec) -> dict[str, Level | None]:
    """Which arrays the analysis of geometry reads, by the name of their record: their level, None the base.

    Where ``extraction.geometry`` is asked for: the fine-tuned models if there are any, else the marked ones, each
    condition, source and training seed at its last checkpoint (all, where only checkpoints differ).
    """
    models = compared(spec)
    if not models:
        return {}
    position = spec.extraction.positions[0]
    found: dict[str, Level | None] = {f"{BASE}.{position}": None}
    return found | {f"{name}.{position}": level for name, level in models[0].last(spec).levels.items()}


def marker_scores(run: Run) -> tuple[GeometryTable, ...]:
    """The teacher-forced log-probabilities, where they were asked for."""
    records = {r["key"]: r for r in run.journal.of_stage("score")}
    if not records:
        return ()
    spec = run.spec
    levels = levels_of(spec)
    constants = {n: v for n, v in unit_constants(levels).items() if n != "sampling_seed"}
    rows: dict[str, list[Level]] = {
        n: [] for n in ("source", "condition", "checkpoint", "training_seed", "persona", "question")
    }
    marked, base = [], []
    for unit in spec.units():
        for persona in spec.personas.names:
            for q in levels["question"]:
                place = {"persona": persona, "question": q}
                marked.append(records[cell_key(model=unit.name, **place)]["logprob"])
                base.append(records[cell_key(model=BASE, **place)]["logprob"])
                for n in ("source", "condition", "checkpoint", "training_seed"):
                    rows[n].append(getattr(unit, n))
                rows["persona"].append(persona)
                rows["question"].append(q)
    return (
        GeometryTable(
            id="marker_logprob",
            quantity="log-probability of the marker after the base's first answer (teacher forcing)",
            description="Sum over the marker's tokens, separator included, natural logarithm.",
            factors={n: factor_of(levels[n], v) for n, v in rows.items() if n not in constants},
            constants=constants,
            columns={
                "logprob": NamedColumn(values=np.array(marked), unit="nat", description="in the marked model"),
                "logprob_base": NamedColumn(values=np.array(base), unit="nat", description="in the base model"),
            },
        ),
    )
