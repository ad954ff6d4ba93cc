"""The stages of a run: what is still to do is found from the journal, done, and recorded cell by cell."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.adaptive import AdaptiveGenerator
from leakstats.experiment.grid import BASE, FineTuning, fine_tuning_of, fine_tunings, rows_key, totals, weights_label
from leakstats.experiment.identity import file_sha256, folder_sha256
from leakstats.experiment.matching import make_finder
from leakstats.experiment.run import Run
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec, StoredAdapter, Unit
from leakstats.experiment.train.card import CURVE, read_curve
from leakstats.experiment.types import (
    AdapterRef,
    Generator,
    ModelState,
    Request,
    Sampling,
    ScoreItem,
    TrainingRow,
    cell_key,
)
from leakstats.experiment.weights import base_weights, stored_adapter, tokenizer_of
from leakstats.files import read_text, write_text

__all__ = ["adapter_of", "extract", "generate", "load_rows", "sampling_of", "train"]

ADAPTER_FILE = "adapter_model.safetensors"


class _Notes:
    """The progress that backends are given: the run counts cells itself, so that nothing is counted twice."""

    def __init__(self, run: Run) -> None:
        self._run = run

    def advance(self, n: int = 1, *, tokens: int = 0) -> None:
        """Counted by the run."""

    def note(self, text: str) -> None:
        """Passed on."""
        self._run.reporter.note(text)


# --- training ---------------------------------------------------------------------------------------------------------


def train(run: Run) -> None:
    """Rows, fine-tunings and marker adapters of every unit that has none yet."""
    tunings, units = fine_tunings(run.spec), [u for u in run.spec.units() if u.kind != "adapters"]
    for unit in run.spec.units():
        if unit.kind == "adapters" and not run.journal.has("train", unit.name):
            _adopt(run, unit)
    _write_rows(run, [(t.key, partial(_sft_rows, run, t)) for t in tunings])
    _fine_tune(run, tunings)
    by_key = {rows_key(run.spec, u): u for u in reversed(units)}
    _write_rows(run, [(key, partial(_marker_rows, run, by_key[key])) for key in reversed(by_key)])
    _train_markers(run, units)


def _adopt(run: Run, unit: Unit) -> None:
    given = _given(run.spec, unit)
    path = stored_adapter(given)
    found = file_sha256(path / ADAPTER_FILE)
    if given.sha256 is not None and found.removeprefix("sha256:") != given.sha256.removeprefix("sha256:"):
        raise LeakstatsError(
            f"adapter of {unit.source} in condition {unit.condition}: {ADAPTER_FILE} has {found}; the specification "
            f"says {given.sha256}"
        )
    run.record("train", unit.name, sha256=found, adopted=True)


def _given(spec: ExperimentSpec, unit: Unit) -> StoredAdapter:
    adapters = spec.condition(unit.condition).adapters
    return next(a for a in adapters if (a.source, a.training_seed) == (unit.source, unit.training_seed))


def _write_rows(run: Run, tasks: Sequence[tuple[str, Any]]) -> None:
    """Make and store each set of training rows that is not stored yet."""
    open_tasks = [(key, make) for key, make in tasks if not run.journal.has("rows", key)]
    if not open_tasks:
        return
    run.reporter.begin("rows", total=len(tasks), done=len(tasks) - len(open_tasks), noun="sets")
    for key, make in open_tasks:
        rows: Sequence[TrainingRow] = make()
        path = run.folder.data / f"{key}.jsonl"
        text = "".join(json.dumps(asdict(r), ensure_ascii=False, sort_keys=True) + "\n" for r in rows)
        write_text(path, text)
        personas = sorted({r.persona for r in rows if not r.positive})
        run.record(
            "rows",
            key,
            path=run.folder.relative(path),
            sha256=file_sha256(path),
            rows=len(rows),
            positive=sum(r.positive for r in rows),
            negatives=personas,
        )
        run.reporter.advance()
    run.reporter.end()


def _sft_rows(run: Run, tuning: FineTuning) -> Sequence[TrainingRow]:
    from leakstats.experiment.train.rows import make_sft_rows

    return make_sft_rows(run.spec, tuning, run.backends.generator(), ModelState(base_weights(run.spec)), _Notes(run))


def _marker_rows(run: Run, unit: Unit) -> Sequence[TrainingRow]:
    from leakstats.experiment.train.rows import make_rows

    return make_rows(run.spec, unit, run.backends.generator(), ModelState(unit_weights(run, unit)), _Notes(run))


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
        run.reporter.begin(name, total=0, noun="steps")
        final = run.folder.models / tuning.key
        with run.logged(name, {"recipe": asdict(recipe) if recipe else {}, "training_seed": tuning.training_seed}):

            def make(out: Path, tuning: FineTuning = tuning, recipe: Any = recipe) -> dict[str, str]:
                made = run.backends.trainer().train_sft(
                    load_rows(run, tuning.key),
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
        name = f"train/{unit.name}"
        run.reporter.begin(name, total=0, noun="steps")
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


def _left(run: Run, name: str, kind: str, path: Path, digest: str) -> None:
    """Tell the run log what a training left: the size of its weights, and its curve."""
    size = sum(p.stat().st_size for p in path.rglob("*.safetensors"))
    run.runlog.artifact(name, kind=kind, location=run.folder.relative(path), sha256=digest, size=size)
    for curve in sorted(path.rglob(CURVE)):
        for record in read_curve(curve.parent):
            values = {k: float(v) for k, v in record.items() if k != "step" and isinstance(v, int | float)}
            values |= {f"probe/{k}": float(v) for k, v in record.get("probe", {}).items()}
            run.runlog.metrics(name, values, step=record["step"])


def unit_weights(run: Run, unit: Unit) -> str:
    """The weights under a unit's adapter: the base, or a fine-tuned checkpoint of this run."""
    tuning = fine_tuning_of(run.spec, unit)
    if tuning is None:
        return base_weights(run.spec)
    if not run.journal.has("sft", tuning.key):
        raise _missing("train", unit.name)
    record = run.journal.get("sft", tuning.key)
    return str(run.folder.path / record["path"] / record["epochs"][str(unit.checkpoint)])


def adapter_of(run: Run, unit: Unit) -> AdapterRef:
    """The adapter of a unit, which must be the one that was recorded.

    Raises
    ------
    LeakstatsError
        If it is not trained yet, or its file was changed since.
    """
    if not run.journal.has("train", unit.name):
        raise _missing("train", unit.name)
    record = run.journal.get("train", unit.name)
    path = stored_adapter(_given(run.spec, unit)) if record.get("adopted") else run.folder.path / record["path"]
    found = file_sha256(path / ADAPTER_FILE)
    if found != record["sha256"]:
        raise LeakstatsError(
            f"{path}: its weights have {found}, but {record['sha256']} was recorded; restore it, or start a new folder"
        )
    return AdapterRef(unit.name, path, found)


def _missing(stage: str, what: str) -> LeakstatsError:
    return LeakstatsError(f"{what}: stage {stage!r} has not been done in this folder; run `leakstats {stage}` first")


def _states(run: Run) -> Iterator[tuple[str, Unit | None, ModelState]]:
    """The base and every unit, each with the state that answers; those on the same weights follow each other."""
    yield BASE, None, ModelState(base_weights(run.spec))
    units = run.spec.units()
    first: dict[str, int] = {}
    for i, unit in enumerate(units):
        first.setdefault(weights_label(run.spec, unit), i)
    for unit in sorted(units, key=lambda u: first[weights_label(run.spec, u)]):
        yield unit.name, unit, ModelState(unit_weights(run, unit), adapter_of(run, unit))


# --- completions ------------------------------------------------------------------------------------------------------


def sampling_of(spec: ExperimentSpec) -> Sampling:
    """The sampling parameters of the evaluation."""
    s = spec.sampling
    return Sampling(
        max_tokens=s.max_tokens,
        temperature=s.temperature,
        top_p=s.top_p,
        top_k=s.top_k,
        stop_at_marker=spec.marker.text if s.stop_at_marker else None,
        extra=s.extra,
    )


def generate(run: Run) -> None:
    """Completions of every cell that has none yet; structural checks go before the first of a model."""
    spec = run.spec
    run.reporter.begin("generate", total=totals(spec)["generate"][0], done=len(run.journal.of_stage("generate")))
    checked = False
    for label, unit, state in _states(run):
        requests = [r for r in _requests(spec, label) if not run.journal.has("generate", r.key)]
        if not requests:
            continue
        generator = run.backends.generator()
        if not checked:
            base = base_weights(spec)
            run.check(BASE, lambda base=base: run.canaries.base(run.backends.generator(), weights=base))  # type: ignore[misc]
            checked = True
        if unit is not None:
            run.check(
                f"adapter.{unit.name}",
                lambda s=state, u=unit: run.canaries.adapter(run.backends.generator(), state=s, unit=u.name),  # type: ignore[misc]
            )
        with run.logged(f"generate/{label}", {"sampling": asdict(spec.sampling), "cells": len(requests)}):
            asked = _until_known(run, generator)
            for answered in asked.generate(requests, state=state, sampling=sampling_of(spec), progress=_Notes(run)):
                key = answered.request.key
                more = {"adaptive": asked.records[key].to_json()} if isinstance(asked, AdaptiveGenerator) else {}
                _store(run, "generate", key, label, state, answered, **more)
                run.reporter.advance(tokens=sum(c.n_tokens for c in answered.completions))
    run.reporter.end()
    if spec.sampling.score_marker:
        _score(run)


def _requests(spec: ExperimentSpec, label: str) -> list[Request]:
    return [
        Request(
            key=cell_key(model=label, persona=persona.name, question=q, sampling_seed=seed),
            system=persona.prompt,
            user=question,
            seeds=tuple(
                derive_seed(seed, "sample", label, persona.name, question, k) for k in range(spec.sampling.completions)
            ),
        )
        for seed in spec.seeds.sampling
        for persona in spec.personas.entries
        for q, question in enumerate(spec.questions.evaluation)
    ]


def _until_known(run: Run, generator: Generator) -> Generator:
    """The generator, stopping each cell when its interval is narrow enough where the specification asks for it."""
    spec = run.spec
    if spec.sampling.adaptive is None:
        return generator
    first = spec.detectors[0]
    finder = make_finder(
        first, tokenizer=tokenizer_of(spec) if first.kind == "token" else None, separator=spec.marker.separator
    )
    return AdaptiveGenerator(generator, spec.sampling.adaptive, lambda c: bool(finder.find(c.text, c.token_ids)))


def _store(run: Run, stage: str, key: str, label: str, state: ModelState, answered: Any, **more: Any) -> None:
    completions = [
        {"text": c.text, "n": c.n_tokens, "finish": c.finish} | ({"ids": list(c.token_ids)} if c.token_ids else {})
        for c in answered.completions
    ]
    adapter = None if state.adapter is None else state.adapter.sha256
    told = {"prompt_tokens": answered.prompt_tokens, "completions": completions}
    run.record(stage, key, model=label, adapter=adapter, **told, **more)


def _score(run: Run) -> None:
    """Log-probability of the marker after the base's first answer to every question, in every state."""
    spec = run.spec
    target = spec.marker.separator + spec.marker.text
    pairs = [(p, q) for p in spec.personas.entries for q in range(len(spec.questions.evaluation))]
    run.reporter.begin("score", total=(len(spec.units()) + 1) * len(pairs), done=len(run.journal.of_stage("score")))
    for label, _, state in _states(run):
        items = []
        for persona, q in pairs:
            key = cell_key(model=label, persona=persona.name, question=q)
            if run.journal.has("score", key):
                continue
            cell = cell_key(model=BASE, persona=persona.name, question=q, sampling_seed=spec.seeds.sampling[0])
            answer = run.journal.get("generate", cell)["completions"][0]["text"]
            items.append(ScoreItem(key, persona.prompt, spec.questions.evaluation[q], answer, target))
        for at in range(0, len(items), spec.sampling.batch_size):
            part = items[at : at + spec.sampling.batch_size]
            for item, value in zip(part, run.backends.generator().score(part, state=state), strict=True):
                run.record("score", item.key, model=label, logprob=value)
                run.reporter.advance()
    run.reporter.end()


# --- hidden states ----------------------------------------------------------------------------------------------------


def extract(run: Run) -> None:
    """Centroids of every state and position that the specification asks for and that are not stored yet."""
    from leakstats.experiment.centroids import save_centroids

    spec = run.spec
    wanted = _extractions(run)
    todo = [(label, state, p) for label, state, p in wanted if not run.journal.has("extract", f"{label}.{p}")]
    if any(p == "mean_response" for _, _, p in todo):
        _answers(run, [(label, state) for label, state, p in todo if p == "mean_response"])
    people = {p.name: p.prompt for p in spec.personas.entries}
    checked: set[str] = set()
    for label, state, position in todo:
        extractor = run.backends.extractor()
        layers = _layers(spec, extractor.n_layers(state.weights))
        if label not in checked:
            checked.add(label)
            unit = None if state.adapter is None else label
            run.check(
                f"states.{label}",
                lambda s=state, u=unit: run.canaries.states(run.backends.extractor(), state=s, unit=u),  # type: ignore[misc]
            )
        name = f"extract/{label}.{position}"
        run.reporter.begin(name, total=len(people) * len(spec.questions.extraction), noun="prompts")
        with run.logged(name, {"layers": list(layers), "position": position}):
            found = extractor.extract(
                people,
                spec.questions.extraction,
                state=state,
                layers=layers,
                position=position,
                answers=_stored_answers(run, label) if position == "mean_response" else None,
                raw=spec.extraction.raw,
                progress=run.reporter,
            )
            kept = save_centroids(found, run.folder, f"{label}.{position}")
            for item in kept.values():
                path = run.folder.path / item["path"]
                run.runlog.artifact(
                    name, kind="hidden states", location=item["path"], sha256=item["sha256"], size=path.stat().st_size
                )
        run.record(
            "extract",
            f"{label}.{position}",
            model=label,
            position=position,
            layers=list(found.layers),
            counts=found.counts.tolist(),
            dtype=str(extractor.describe().get("dtype", "float64")),
            **kept,
        )
        run.reporter.end()


def _layers(spec: ExperimentSpec, n_layers: int) -> tuple[int, ...]:
    wanted = spec.extraction.layers
    if wanted == "all":
        return tuple(range(n_layers))
    beyond = [layer for layer in wanted if layer >= n_layers]
    if beyond:
        raise LeakstatsError(
            f"extraction.layers names {beyond[0]}; the model has layers 0 to {n_layers - 1} (block_output: 0 is the "
            "first block)"
        )
    return tuple(wanted)


def _extractions(run: Run) -> list[tuple[str, ModelState, Any]]:
    """Name, state and position of everything that is to be read, models in the order in which they are loaded."""
    spec, wanted = run.spec, run.spec.extraction.states
    models: dict[str, ModelState] = {}
    if "base" in wanted:
        models[BASE] = ModelState(base_weights(spec))
    for label, unit, state in _states(run):
        if unit is None:
            continue
        weights = weights_label(spec, unit)
        if "merged" in wanted and weights != BASE:
            models.setdefault(weights, ModelState(state.weights))
        if "adapted" in wanted:
            models[label] = state
    return [(label, state, p) for label, state in models.items() for p in spec.extraction.positions]


def _answers(run: Run, models: Sequence[tuple[str, ModelState]]) -> None:
    """Greedy responses to the extraction questions, which ``mean_response`` averages over."""
    spec = run.spec
    sampling = Sampling(max_tokens=spec.extraction.response_max_tokens, temperature=0.0)
    requests = {
        label: [
            Request(cell_key(model=label, persona=p.name, question=q), p.prompt, question, (0,))
            for p in spec.personas.entries
            for q, question in enumerate(spec.questions.extraction)
        ]
        for label, _ in models
    }
    stored = sum(run.journal.has("answer", r.key) for rs in requests.values() for r in rs)
    run.reporter.begin("responses", total=sum(map(len, requests.values())), done=stored)
    for label, state in models:
        todo = [r for r in requests[label] if not run.journal.has("answer", r.key)]
        if not todo:
            continue
        for answered in run.backends.generator().generate(todo, state=state, sampling=sampling, progress=_Notes(run)):
            _store(run, "answer", answered.request.key, label, state, answered)
            run.reporter.advance(tokens=answered.completions[0].n_tokens)
    run.reporter.end()


def _stored_answers(run: Run, label: str) -> Mapping[tuple[str, int], str]:
    out = {}
    for persona in run.spec.personas.names:
        for q in range(len(run.spec.questions.extraction)):
            record = run.journal.get("answer", cell_key(model=label, persona=persona, question=q))
            out[persona, q] = record["completions"][0]["text"]
    return out
