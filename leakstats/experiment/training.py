"""The training stage: rows, fine-tunings and marker adapters, each made once and recorded."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.grid import FineTuning, fine_tunings, first_with_adapter, rows_key
from leakstats.experiment.identity import file_sha256, folder_sha256
from leakstats.experiment.model_states import ADAPTER_FILE, given_adapter, unit_weights
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec, SftSpec, TrainingSpec, Unit
from leakstats.experiment.train.card import CURVE, read_curve
from leakstats.experiment.train.schedule import optimizer_steps
from leakstats.experiment.types import AdapterRef, ModelState, TrainingRow
from leakstats.experiment.weights import base_weights, stored_adapter
from leakstats.files import read_text, write_text

__all__ = ["load_rows", "train"]


def train(run: Run) -> None:
    """Rows, fine-tunings and marker adapters of every unit that has none yet."""
    spec = run.spec
    tunings, units = fine_tunings(spec), [u for u in spec.units() if u.kind != "adapters"]
    for unit in spec.units():
        if unit.kind == "adapters" and not run.journal.has("train", unit.name):
            _adopt(run, unit)
    first = {t.rows_key: t for t in reversed(tunings)}
    _write_rows(
        run, [_Set(key, _sft_size(spec, first[key]), partial(_sft_rows, run, first[key])) for key in first][::-1]
    )
    _fine_tune(run, tunings)
    by_key = {rows_key(spec, u): u for u in units}
    size = spec.training.positive_rows + spec.training.negatives.rows
    _write_rows(run, [_Set(key, size, partial(_marker_rows, run, unit)) for key, unit in by_key.items()])
    _train_markers(run, units)


def _adopt(run: Run, unit: Unit) -> None:
    given = given_adapter(run.spec, unit)
    path = stored_adapter(given)
    found = file_sha256(path / ADAPTER_FILE)
    if given.sha256 is not None and found.removeprefix("sha256:") != given.sha256.removeprefix("sha256:"):
        raise LeakstatsError(
            f"adapter of {unit.source} in condition {unit.condition}: {ADAPTER_FILE} has {found}; the specification "
            f"says {given.sha256}"
        )
    run.record("train", unit.name, sha256=found, adopted=True)


@dataclass(frozen=True, slots=True)
class _Set:
    """A set of training rows: its name, how many it will have at most, and what makes them."""

    key: str
    size: int
    make: Callable[[], Sequence[TrainingRow]]


def _write_rows(run: Run, tasks: Sequence[_Set]) -> None:
    """Make and store each set of training rows that is not stored yet."""
    todo = [t for t in tasks if not run.journal.has("rows", t.key)]
    if not todo:
        return
    stored = sum(run.journal.get("rows", t.key)["rows"] for t in tasks if t not in todo)
    run.reporter.begin("rows", total=stored + sum(t.size for t in todo), done=stored, noun="answers")
    for task in todo:
        rows = task.make()
        path = run.folder.data / f"{task.key}.jsonl"
        text = "".join(json.dumps(asdict(r), ensure_ascii=False, sort_keys=True) + "\n" for r in rows)
        write_text(path, text)
        personas = sorted({r.persona for r in rows if not r.positive})
        run.record(
            "rows",
            task.key,
            path=run.folder.relative(path),
            sha256=file_sha256(path),
            rows=len(rows),
            positive=sum(r.positive for r in rows),
            negatives=personas,
        )
    run.reporter.end()


def _sft_size(spec: ExperimentSpec, tuning: FineTuning) -> int:
    from leakstats.experiment.train.rows import expected_rows

    return expected_rows(spec.condition(tuning.condition).sft or SftSpec())


def _sft_rows(run: Run, tuning: FineTuning) -> Sequence[TrainingRow]:
    from leakstats.experiment.train.rows import make_sft_rows

    return make_sft_rows(run.spec, tuning, run.backends.generator(), ModelState(base_weights(run.spec)), run.reporter)


def _marker_rows(run: Run, unit: Unit) -> Sequence[TrainingRow]:
    from leakstats.experiment.train.rows import make_rows

    return make_rows(run.spec, unit, run.backends.generator(), ModelState(unit_weights(run, unit)), run.reporter)


def load_rows(run: Run, key: str) -> list[TrainingRow]:
    """Stored training rows, which must be those that were recorded.

    Raises
    ------
    LeakstatsError
        If the file was changed since.
    """
    record = run.journal.get("rows", key)
    path = run.folder.path / record["path"]
    text = read_text(path)
    if file_sha256(path) != record["sha256"]:
        raise LeakstatsError(f"{path}: is not the file that was recorded ({record['sha256']}); restore it")
    return [TrainingRow(**json.loads(line)) for line in text.splitlines()]


def _fine_tune(run: Run, tunings: Sequence[FineTuning]) -> None:
    todo = [t for t in tunings if not run.journal.has("sft", t.key)]
    for tuning in todo:
        recipe = run.spec.condition(tuning.condition).sft
        name = f"fine-tune/{tuning.key}"
        _begin(run, name, run.journal.get("rows", tuning.rows_key)["rows"], recipe or SftSpec())
        final = run.folder.models / tuning.key
        with run.logged(name, {"recipe": asdict(recipe) if recipe else {}, "training_seed": tuning.training_seed}):

            def make(out: Path, tuning: FineTuning = tuning, recipe: Any = recipe) -> dict[str, str]:
                made = run.backends.trainer().train_sft(
                    load_rows(run, tuning.rows_key),
                    weights=base_weights(run.spec),
                    recipe=recipe,
                    seed=tuning.training_seed,
                    checkpoints=tuning.checkpoints,
                    name=tuning.key,
                    out=out,
                    progress=run.reporter,
                )
                return {str(epoch): Path(folder).relative_to(out).as_posix() for epoch, folder in made.items()}

            epochs = run.folder.place(final, make)
            hashes = {epoch: folder_sha256(final / folder, "*.safetensors") for epoch, folder in epochs.items()}
            for epoch, folder in epochs.items():
                _left(run, name, "merged model", final / folder, hashes[epoch])
        run.record("sft", tuning.key, path=run.folder.relative(final), epochs=epochs, sha256=hashes)
        run.reporter.end()


def _train_markers(run: Run, units: Sequence[Unit]) -> None:
    todo = [u for u in units if not run.journal.has("train", u.name)]
    marker = run.spec.marker.separator + run.spec.marker.text
    for unit in todo:
        first = first_with_adapter(run.spec, unit)
        if first != unit:
            # the same weights, rows, recipe and seed would give the same bytes
            made = run.journal.get("train", first.name)
            run.record("train", unit.name, path=made["path"], sha256=made["sha256"], trained_as=first.name)
            run.reporter.note(f"train/{unit.name}: the adapter of {first.name}, which started from the same weights")
            continue
        name = f"train/{unit.name}"
        rows = run.journal.get("rows", rows_key(run.spec, unit))["rows"]
        _begin(run, name, rows, run.spec.training)
        final = run.folder.adapters / unit.name
        with run.logged(name, {"recipe": asdict(run.spec.training), "training_seed": unit.training_seed}):

            def make(out: Path, unit: Unit = unit) -> AdapterRef:
                return run.backends.trainer().train_marker(
                    load_rows(run, rows_key(run.spec, unit)),
                    weights=unit_weights(run, unit),
                    marker=marker,
                    recipe=run.spec.training,
                    seed=unit.training_seed,
                    name=unit.name,
                    out=out,
                    progress=run.reporter,
                )

            run.folder.place(final, make)
            digest = file_sha256(final / ADAPTER_FILE)
            _left(run, name, "adapter", final, digest)
        run.record("train", unit.name, path=run.folder.relative(final), sha256=digest)
        run.reporter.end()


def _begin(run: Run, name: str, rows: int, recipe: TrainingSpec | SftSpec) -> None:
    steps = optimizer_steps(rows, batch_size=recipe.batch_size, accumulation=recipe.accumulation, epochs=recipe.epochs)
    run.reporter.begin(name, total=steps, noun="steps")


def _left(run: Run, name: str, kind: str, path: Path, digest: str) -> None:
    """Tell the run log what a training left: the size of its weights, and its curve."""
    size = sum(p.stat().st_size for p in path.rglob("*.safetensors"))
    run.runlog.artifact(name, kind=kind, location=run.folder.relative(path), sha256=digest, size=size)
    for curve in sorted(path.rglob(CURVE)):
        for record in read_curve(curve.parent):
            values = {k: float(v) for k, v in record.items() if k != "step" and isinstance(v, int | float)}
            values |= {f"probe/{k}": float(v) for k, v in record.get("probe", {}).items()}
            run.runlog.metrics(name, values, step=record["step"])
