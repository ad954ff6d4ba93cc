"""Everything that a run folder holds, as one checked results.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from leakstats.experiment.before_after import geometry_tables
from leakstats.experiment.card import make_setup
from leakstats.experiment.counts import (
    Cell,
    cell_tables,
    judge_cells,
    negatives_of,
    tally_lines,
)
from leakstats.experiment.detect import Judges
from leakstats.experiment.grid import BASE, first_with_adapter, rows_key
from leakstats.experiment.participants import factors_of, personas_of
from leakstats.experiment.provenance import stage_seconds, today
from leakstats.experiment.rate_controls import failed_sources, rate_controls
from leakstats.experiment.run import Run
from leakstats.experiment.samples import SAMPLES_RULE, samples_of
from leakstats.experiment.similarities import extraction_order, marker_scores, similarities
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.study_plan import design_of, detector_of, plan_of
from leakstats.experiment.train.card import CARD
from leakstats.experiment.training import load_rows
from leakstats.experiment.types import CanaryCheck
from leakstats.experiment.weights import tokenizer_of
from leakstats.files import read_json, write_text
from leakstats.results import (
    Canary,
    Plan,
    Questions,
    Results,
    Study,
    save,
)

__all__ = ["assemble_results", "controlled", "judge"]


def judge(run: Run) -> list[Cell]:
    """Judge every stored completion and write the verdicts to ``detections.jsonl``, one line a cell."""
    tokenizer = tokenizer_of(run.spec) if any(d.kind == "token" for d in run.spec.detectors) else None
    cells = judge_cells(run.spec, run.journal, Judges(run.spec.detectors, run.spec.marker, tokenizer=tokenizer))
    write_text(run.folder.path / "detections.jsonl", "".join(tally_lines(cells)))
    return cells


def controlled(run: Run) -> tuple[list[Cell], list[CanaryCheck]]:
    """The judged cells, and the rate controls that they give.

    Raises
    ------
    CanaryFailed
        If a control failed and the run is strict.
    """
    cells = judge(run)
    negatives = {u.name: negatives_of(run.spec, run.journal, u) for u in run.spec.units()}
    controls = rate_controls(run.spec, cells, negatives)
    run.stop_if_strict(controls)
    return cells, controls


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
    cells, controls = controlled(run)
    for c in controls:
        if c.status == "failed":
            run.reporter.note(f"control {c.name} failed{f' ({c.unit})' if c.unit else ''}: {c.detail}")
    tables = cell_tables(spec, run.journal, cells)
    similarity, arrays, layers = similarities(run)
    sessions = run.journal.of_stage("session")
    plan = plan_of(run, sessions[0]["started"][:10], [t.id for t in tables])
    results = Results(
        study=Study(**(asdict(spec.study) | {"source": None, "parents": spec.study.parents})),
        factors=factors_of(spec, layers, failed_sources(spec, controls)),
        personas=personas_of(run),
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
        geometry=(*geometry_tables(run), *marker_scores(run)),
        arrays=arrays,
        samples=samples_of(spec, cells),
        samples_note=SAMPLES_RULE,
        canaries=_canaries(run, controls),
        design=design_of(spec),
        plan=plan,
        detector=detector_of(spec),
        runs=_logged(run),
        **_origin(run, plan),
    )
    save(results, run.folder.path / name)
    return run.folder.path / name


def _extraction_set(spec: ExperimentSpec) -> str:
    n = len(spec.questions.extraction)
    return "the same questions" if spec.questions.extraction == spec.questions.evaluation else f"{n} others"


def _logged(run: Run) -> dict[str, Any]:
    """What the run log knows, and what it does not."""
    spec, said = run.spec, run.runlog.summary()
    if not said["runs"]:
        return said
    lacking = ["completions and training rows (every one lies in the run folder, journal.jsonl and data/)"]
    if not spec.extraction.raw:
        lacking.append("hidden states of single prompts (extraction.raw was off; their means are kept)")
    for unit in spec.units():
        first = first_with_adapter(spec, unit)
        if unit.kind == "adapters":
            lacking.append(f"the training of {unit.name} (its adapter was given)")
        elif first != unit:
            lacking.append(f"a training of {unit.name} (it has the adapter of {first.name})")
    return said | {"not_logged": "; ".join(lacking)}


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


def _origin(run: Run, plan: Plan) -> dict[str, Any]:
    """``setup`` and ``provenance``."""
    spec = run.spec
    captured = read_json(run.folder.provenance) | {"sessions": _sessions(run.journal.records)}
    seconds = stage_seconds(run.journal.records)
    said: dict[str, list[dict[str, Any]]] = {}
    for record in sorted(run.journal.of_stage("backend"), key=lambda r: str(r["key"])):
        said.setdefault(record["kind"], []).append(record["said"])
    on_gpu = {stage: round(s / 3600, 4) for stage, s in _gpu_seconds(seconds, said).items()}
    hours = round(sum(_gpu_seconds(seconds, said).values()) / 3600, 4)
    setup = make_setup(
        spec,
        run.journal,
        provenance=captured,
        backends=said,
        seconds=seconds,
        gpu_hours=hours,
        gpu_hours_of=on_gpu,
        example=_example(run),
        plan=plan,
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
        "inputs": [
            dict(zip(("path", "sha256"), i, strict=True)) for i in sorted({(i["path"], i["sha256"]) for i in inputs})
        ],
        "made_by": f"leakstats run, version {captured['packages'].get('leakstats', 'unknown')}",
        "made_on": today(),
        "unknown": {k: v for k, v in captured["unknown"].items() if k in fields},
    }
    return {"setup": setup, "provenance": provenance}


def _sessions(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The state of the code in each session that made something, where it differs from the one before."""
    out: list[dict[str, Any]] = []
    current: dict[str, Any] = {}
    for record in records:
        if record["stage"] == "session":
            current = record["code"]
        elif not out or out[-1] != current:
            out.append(current)
    return out


_BACKEND_OF = {"rows": "generator", "generate": "generator", "answer": "generator", "score": "generator"}
_BACKEND_OF |= {"sft": "trainer", "train": "trainer", "extract": "extractor"}


def _gpu_seconds(seconds: Mapping[str, float], said: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, float]:
    """Wall time of each stage whose backend ran on GPUs, times their number."""
    out: dict[str, float] = {}
    for stage, wall in seconds.items():
        backends = said.get(_BACKEND_OF.get(stage, ""), ())
        on_gpu = [b for b in backends if b.get("device") and "cpu" not in str(b["device"]).lower()]
        if on_gpu:
            out[stage] = wall * int(on_gpu[0].get("n_gpus", 1))
    return out


def _cards(run: Run) -> list[dict[str, Any]]:
    """The cards beside the adapters; the fake trainer writes none."""
    paths = [run.folder.adapters / u.name / CARD for u in run.spec.units()]
    return [read_json(path) for path in paths if path.is_file()]


def _example(run: Run) -> str | None:
    """The first positive training row, verbatim."""
    unit = next((u for u in run.spec.units() if u.kind != "adapters"), None)
    if unit is None:
        return None
    marker = run.spec.marker.separator + run.spec.marker.text
    for row in load_rows(run, rows_key(run.spec, unit)):
        if row.positive:
            return f"system: {row.system!r}; user: {row.user!r}; assistant: {row.answer + marker!r}"
    return None
