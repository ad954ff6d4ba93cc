"""The extraction stage: centroids of every model and position that the specification asks for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.centroids import save_centroids
from leakstats.experiment.generation import store
from leakstats.experiment.grid import BASE, weights_label
from leakstats.experiment.model_states import adapter_of, by_weights, need_adapters, unit_weights
from leakstats.experiment.progress import NotesOnly
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import ModelState, Request, Sampling, cell_key
from leakstats.experiment.weights import base_weights

__all__ = ["extract"]


def extract(run: Run) -> None:
    """Centroids of every state and position that the specification asks for and that are not stored yet."""
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
    if "adapted" in wanted:
        need_adapters(run)
    for unit in by_weights(spec):
        weights = weights_label(spec, unit)
        if "merged" in wanted and weights != BASE:
            models.setdefault(weights, ModelState(unit_weights(run, unit)))
        if "adapted" in wanted:
            models[unit.name] = ModelState(unit_weights(run, unit), adapter_of(run, unit))
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
        for answered in run.backends.generator().generate(
            todo, state=state, sampling=sampling, progress=NotesOnly(run.reporter)
        ):
            store(run, "answer", answered.request.key, label, state, answered)
            run.reporter.advance(tokens=answered.completions[0].n_tokens)
    run.reporter.end()


def _stored_answers(run: Run, label: str) -> Mapping[tuple[str, int], str]:
    out = {}
    for persona in run.spec.personas.names:
        for q in range(len(run.spec.questions.extraction)):
            record = run.journal.get("answer", cell_key(model=label, persona=persona, question=q))
            out[persona, q] = record["completions"][0]["text"]
    return out
