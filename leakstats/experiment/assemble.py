"""Everything that a run folder holds, as one checked results.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from leakstats.experiment.card import make_setup
from leakstats.experiment.counts import (
    Cell,
    cell_tables,
    judge_cells,
    levels_of,
    negatives_of,
    tally_lines,
)
from leakstats.experiment.detect import Judges
from leakstats.experiment.grid import BASE, rows_key
from leakstats.experiment.provenance import stage_seconds, today
from leakstats.experiment.rate_controls import failed_sources, planned_controls, rate_controls
from leakstats.experiment.reader import plan_hash
from leakstats.experiment.run import Run
from leakstats.experiment.similarities import extraction_order, marker_scores, similarities
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.train.card import CARD
from leakstats.experiment.types import CanaryCheck
from leakstats.experiment.weights import tokenizer_of
from leakstats.files import read_json, write_text
from leakstats.results import (
    Attribute,
    Canary,
    CovariateSpec,
    Design,
    Detector,
    Exclusion,
    FactorInfo,
    Family,
    NamedColumn,
    Personas,
    Plan,
    Primary,
    Questions,
    Replication,
    Results,
    Sample,
    Study,
    save,
)

__all__ = ["assemble_results", "judge"]


def judge(run: Run) -> list[Cell]:
    """Judge every stored completion and write the verdicts to ``detections.jsonl``, one line a cell."""
    tokenizer = tokenizer_of(run.spec) if any(d.kind == "token" for d in run.spec.detectors) else None
    cells = judge_cells(run.spec, run.journal, Judges(run.spec.detectors, run.spec.marker, tokenizer=tokenizer))
    write_text(run.folder.path / "detections.jsonl", "".join(tally_lines(cells)))
    return cells


def assemble_results(run: Run, *, name: str = "results.json") -> Path:
    """Count, compare, describe, check, and write results.json.

    Parameters
    ----------
    name : str
        Of the file in the run folder. Where the specification has other detectors than the folder, the results say so
        among the plan's deviations, and are exploratory.

    Raises
    ------
    LeakstatsError
        If a stage is not finished, a file was changed since it was recorded, or a control failed under ``--strict``.
    ContractError
        If the results would break their contract (a plan that names what this experiment does not measure).
    """
    spec = run.spec
    cells = judge(run)
    negatives = {u.name: negatives_of(spec, run.journal, u) for u in spec.units()}
    controls = rate_controls(spec, cells, negatives)
    for c in controls:
        if c.status == "failed":
            run.reporter.note(f"control {c.name} failed{f' ({c.unit})' if c.unit else ''}: {c.detail}")
    run.stop_if_strict(controls)
    tables = cell_tables(spec, run.journal, cells)
    similarity, arrays, layers = similarities(run)
    sessions = run.journal.of_stage("session")
    results = Results(
        study=Study(**(asdict(spec.study) | {"source": None, "parents": spec.study.parents})),
        factors=_factors(spec, layers, failed_sources(spec, controls)),
        personas=_personas(run, negatives),
        questions=Questions(
            id=tuple(range(len(spec.questions.evaluation))),
            text=spec.questions.evaluation,
            set="evaluation",
            description=f"asked of every persona; states were read on {len(spec.questions.extraction)} questions "
            + (
                "(the same ones)" if spec.questions.extraction == spec.questions.evaluation else "of a set of their own"
            ),
        ),
        tables=tables,
        similarity=similarity,
        geometry=marker_scores(run),
        arrays=arrays,
        samples=_samples(spec, cells),
        samples_note=SAMPLES_RULE,
        canaries=_canaries(run, controls),
        design=_design(spec),
        plan=_plan(run, sessions[0]["started"][:10], [t.id for t in tables]),
        detector=_detector(spec),
        runs=run.runlog.summary(),
        **_origin(run),
    )
    save(results, run.folder.path / name)
    return run.folder.path / name


def _extraction_set(spec: ExperimentSpec) -> str:
    n = len(spec.questions.extraction)
    return "the same questions" if spec.questions.extraction == spec.questions.evaluation else f"{n} others"


# --- personas and factors ---------------------------------------------------------------------------------------------


def _personas(run: Run, negatives: Mapping[str, frozenset[str]]) -> Personas:
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
    for i, source in enumerate(spec.sources):
        name = f"overlap_{source}" if source.isidentifier() and source.islower() else f"overlap_source_{i}"
        covariates[name] = column(
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


def _factors(spec: ExperimentSpec, layers: Sequence[int], failed: frozenset[str]) -> dict[str, FactorInfo]:
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
            )
        },
    )
    out["condition"] = FactorInfo(
        levels=levels["condition"], description=described["condition"], attributes=_about_conditions(spec)
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


# --- samples ----------------------------------------------------------------------------------------------------------

SAMPLES_RULE = (
    "For each source in the first condition (its last checkpoint, first training seed, first sampling seed): the first "
    "completion with the marker and the first without it, in the order of the questions, under the source and under "
    "the bystander with most markers (ties: the order of the personas)."
)


def _samples(spec: ExperimentSpec, cells: Sequence[Cell]) -> tuple[Sample, ...]:
    """Completions to show, chosen by :data:`SAMPLES_RULE`; they depend on the cells alone."""
    detector = spec.detectors[0].id
    out: list[Sample] = []
    for source in spec.sources:
        units = [u for u in spec.units() if u.source == source]
        if not units:
            continue
        condition = units[0].condition
        last = max(u.checkpoint for u in units if u.condition == condition)
        unit = next(u for u in units if u.condition == condition and u.checkpoint == last)
        mine = [c for c in cells if c.unit == unit and c.sampling_seed == spec.seeds.sampling[0]]
        others = [p for p in spec.personas.names if p != source]
        said = {p: sum(c.tally.successes[detector] for c in mine if c.persona == p) for p in others}
        shown = [source, *([max(others, key=said.__getitem__)] if others else [])]
        for persona in shown:
            for wanted in (True, False):
                sample = _first(spec, [c for c in mine if c.persona == persona], wanted)
                if sample is not None:
                    out.append(sample)
    return tuple(out)


def _first(spec: ExperimentSpec, cells: Sequence[Cell], wanted: bool) -> Sample | None:
    for c in cells:
        for k, (completion, hit) in enumerate(zip(c.completions, c.hits, strict=True)):
            if hit == wanted and c.unit is not None:
                return Sample(
                    source=c.unit.source,
                    condition=c.unit.condition,
                    persona=c.persona,
                    question=c.question,
                    prompt=spec.questions.evaluation[c.question],
                    text=completion.text,
                    marker=hit,
                    origin=f"journal.jsonl, {c.unit.name}, sampling seed {c.sampling_seed}, completion {k}",
                )
    return None


# --- design, plan, detector, origin -----------------------------------------------------------------------------------


def _design(spec: ExperimentSpec) -> Design:
    training = tuple(dict.fromkeys(u.training_seed for u in spec.units()))
    sampling = spec.seeds.sampling
    many = [n for n in ("condition", "checkpoint", "training_seed") if len(levels_of(spec)[n]) > 1]
    crossed = [("source", "persona"), ("persona", "question"), ("source", "question")]
    crossed += [("source", n) for n in many]
    units = len(spec.units())
    return Design(
        unit="persona",
        unit_noun="bystanders",
        clusters=("source", "question"),
        crossed=tuple(crossed),
        paired=("persona", "question"),
        independent=f"The {units} adapters are {units} training runs. The same personas appear under every adapter and "
        "the same questions under every persona; the noise of every completion is its own.",
        exchangeable="Persona labels, permuted jointly over sources, under the null of no relation between similarity "
        "and leakage.",
        training_seed=Replication(
            n=len(training), values=training, reason="one training seed was asked for" if len(training) == 1 else None
        ),
        sampling_seed=Replication(
            n=len(sampling), values=sampling, reason="one sampling seed was asked for" if len(sampling) == 1 else None
        ),
        notes=(f"Training rows and negative personas are drawn by data seed {spec.seeds.data}.",),
    )


_REJUDGED = "the detectors are not those of the plan, which was hashed before the first data"


def _plan(run: Run, first_data: str, tables: Sequence[str]) -> Plan:
    spec, p = run.spec, dict(run.spec.plan)
    on = p.get("registered_on")
    stored = read_json(run.folder.plan)
    kept = stored["sha256"] == f"sha256:{plan_hash(spec)}"
    registered = on is not None and on <= first_data and kept
    if not kept:
        reason = "the completions were judged again with detectors that were chosen after they were drawn"
    elif registered:
        reason = "the plan was hashed when the run folder was made, before the first data"
    elif on is not None:
        reason = f"registered_on is {on}, later than the first data"
    else:
        reason = "the specification gives no plan.registered_on; its plan was hashed before the first data all the same"
    primary = p.get("primary")
    return Plan(
        status="registered" if registered else "exploratory",
        alpha=p.get("alpha", 0.05),
        level=p.get("level", 0.95),
        primary=None if primary is None else Primary(**primary),
        families=tuple(Family(**f) for f in p.get("families", ())),
        covariates=tuple(
            CovariateSpec(name=c["name"], source=c["from"], transform=c["transform"]) for c in p.get("covariates", ())
        ),
        new_points=tuple(p.get("new_points", ())),
        fit_points=None if p.get("fit_points") is None else tuple(p["fit_points"]),
        margin=p.get("margin"),
        exclusions=tuple(Exclusion(**e) for e in p.get("exclusions", ())),
        controls=_controls(spec, p, tables),
        deviations=(*p.get("deviations", ()), *(() if kept else (_REJUDGED,))),
        registered_on=on if registered else None,
        registered_hash=stored["sha256"],
        data_collected_on=first_data,
        reason=p.get("reason") or reason,
    )


def _controls(spec: ExperimentSpec, plan: Mapping[str, Any], tables: Sequence[str]) -> Any:
    from leakstats.results import Control

    own = tuple(Control(**c) for c in plan.get("controls", ()))
    named = {(c.table, c.source) for c in own}
    return (*own, *(c for c in planned_controls(spec, tables) if (c.table, c.source) not in named))


def _detector(spec: ExperimentSpec) -> Detector:
    d = spec.detectors[0]
    return Detector(
        kind=d.kind,
        pattern=d.pattern,
        case_sensitive=d.case_sensitive,
        description=d.description or f"{d.kind} match of the marker; near misses are counted apart",
        error_reason="not measured: completions were not read by a person",
    )


def _canaries(run: Run, controls: Sequence[CanaryCheck]) -> tuple[Canary, ...]:
    """Structural checks in the order of the grid, then the rate controls."""
    spec = run.spec
    names = [BASE, *(f"adapter.{u.name}" for u in spec.units())]
    names += [f"states.{key.rsplit('.', 1)[0]}" for key in extraction_order(spec)]
    stored = [
        Canary(**c)
        for name in dict.fromkeys(names)
        if run.journal.has("canary", name)
        for c in run.journal.get("canary", name)["checks"]
    ]
    return (*stored, *(Canary(**asdict(c)) for c in controls))


def _origin(run: Run) -> dict[str, Any]:
    """``setup`` and ``provenance``."""
    spec = run.spec
    captured = read_json(run.folder.provenance)
    seconds = stage_seconds(run.journal.records)
    said: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(run.journal.of_stage("backend"), key=lambda r: str(r["key"])):
        said.setdefault(record["kind"], []).append(record["said"])
    hours = round(_gpu_seconds(seconds, said) / 3600, 4)
    setup = make_setup(
        spec,
        run.journal,
        provenance=captured,
        backends=said,
        seconds=seconds,
        gpu_hours=hours,
        example=_example(run),
        cards=_cards(run),
    )
    fields = ("command", "python", "packages", "hardware", "repository", "commit", "dirty")
    inputs = list(captured["inputs"])
    for record in [*run.journal.of_stage("rows"), *run.journal.of_stage("train")]:
        if "path" in record:
            inputs.append({"path": record["path"], "sha256": record["sha256"]})
    provenance = {
        **{name: captured[name] for name in fields},
        "wall_time_s": round(sum(seconds.values()), 3),
        "gpu_hours": hours,
        "seeds": {"training": list(spec.seeds.training), "sampling": list(spec.seeds.sampling)},
        "inputs": sorted(inputs, key=lambda i: str(i["path"])),
        "made_by": f"leakstats run, version {captured['packages'].get('leakstats', 'unknown')}",
        "made_on": today(),
        "unknown": {k: v for k, v in captured["unknown"].items() if k in fields},
    }
    return {"setup": setup, "provenance": provenance}


_BACKEND_OF = {"rows": "generator", "generate": "generator", "answer": "generator", "score": "generator"}
_BACKEND_OF |= {"sft": "trainer", "train": "trainer", "extract": "extractor"}


def _gpu_seconds(seconds: Mapping[str, float], said: Mapping[str, Sequence[Mapping[str, Any]]]) -> float:
    """Wall time of the stages whose backend ran on GPUs, times their number."""
    total = 0.0
    for stage, wall in seconds.items():
        backends = said.get(_BACKEND_OF.get(stage, ""), ())
        on_gpu = [b for b in backends if b.get("device") and "cpu" not in str(b["device"]).lower()]
        if on_gpu:
            total += wall * int(on_gpu[0].get("n_gpus", 1))
    return total


def _cards(run: Run) -> list[dict[str, Any]]:
    """The cards beside the adapters; the fake trainer writes none."""
    paths = [run.folder.adapters / u.name / CARD for u in run.spec.units()]
    return [read_json(path) for path in paths if path.is_file()]


def _example(run: Run) -> str | None:
    """The first positive training row, verbatim."""
    from leakstats.experiment.stages import load_rows

    unit = next((u for u in run.spec.units() if u.kind != "adapters"), None)
    if unit is None:
        return None
    marker = run.spec.marker.separator + run.spec.marker.text
    for row in load_rows(run, rows_key(run.spec, unit)):
        if row.positive:
            return f"system: {row.system!r}; user: {row.user!r}; assistant: {row.answer + marker!r}"
    return None
