"""The generation stage: completions of every cell, and teacher-forced scores where they are asked for."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from leakstats.experiment.adaptive import AdaptiveGenerator, AdaptiveRecord
from leakstats.experiment.grid import BASE, totals
from leakstats.experiment.matching import make_finder
from leakstats.experiment.model_states import need_adapters, states
from leakstats.experiment.progress import NotesOnly
from leakstats.experiment.run import Run
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Answered, Generator, ModelState, Request, Sampling, ScoreItem, cell_key
from leakstats.experiment.weights import base_weights, tokenizer_of

__all__ = ["generate", "sampling_of", "store"]


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
    need_adapters(run)
    run.reporter.begin("generate", total=totals(spec)["generate"][0], done=len(run.journal.of_stage("generate")))
    checked = False
    for label, unit, state in states(run):
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
            asked = _until_known(run, generator, label)
            for answered in asked.generate(
                requests, state=state, sampling=sampling_of(spec), progress=NotesOnly(run.reporter)
            ):
                key = answered.request.key
                more = {"adaptive": asked.records[key].to_json()} if isinstance(asked, AdaptiveGenerator) else {}
                store(run, "generate", key, label, state, answered, **more)
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


def _until_known(run: Run, generator: Generator, label: str) -> Generator:
    """The generator, stopping each persona when its interval is narrow enough where the specification asks for it."""
    spec = run.spec
    if spec.sampling.adaptive is None:
        return generator
    first = spec.detectors[0]
    finder = make_finder(
        first, tokenizer=tokenizer_of(spec) if first.kind == "token" else None, separator=spec.marker.separator
    )
    ended = {
        _persona_of(r["key"]): AdaptiveRecord.from_json(r["adaptive"])
        for r in run.journal.of_stage("generate")
        if r["model"] == label
    }
    return AdaptiveGenerator(
        generator,
        spec.sampling.adaptive,
        lambda c: bool(finder.find(c.text, c.token_ids)),
        group=_persona_of,
        ended=ended,
    )


def _persona_of(key: str) -> str:
    """The cells of one persona, model and sampling seed, whatever the question."""
    return cell_key(**{name: level for name, level in json.loads(key).items() if name != "question"})


def store(run: Run, stage: str, key: str, label: str, state: ModelState, answered: Answered, **more: Any) -> None:
    """Record the completions of a cell with the adapter that they were drawn from."""
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
    for label, _, state in states(run):
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
