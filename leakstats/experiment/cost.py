"""What an experiment costs and what it can show, before anything runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakstats.analysis.precision import ASSUMED_ICC, DesignPrecision, planned_correlations
from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.grid import FineTuning, fine_tunings, first_with_adapter, models_read, rows_key
from leakstats.experiment.spec import ExperimentSpec, SftSpec
from leakstats.experiment.train.rows import expected_rows
from leakstats.experiment.weights import weights_at_hand
from leakstats.files import read_json
from leakstats.stats import precision_table, rate_precision

__all__ = ["Cost", "ExperimentPlan", "plan_experiment", "read_parameters"]

H100_FLOPS = 790e12
"""Multiply-adds, counted as two, that one H100 does a second in bfloat16 matrix products (measured: 782-798e12)."""

GENERATION_TOKENS_S = 19_000 * 7.6e9
"""Tokens a second times parameters of vLLM with a LoRA adapter on one H100 (measured: 18,500-21,400 at 7.6e9)."""

TRAINING_SHARE = 0.4
"""Share of the matrix rate that marker training is taken to reach."""

EXTRACTION_SHARE = 0.55
"""Share of the matrix rate that extraction is taken to reach."""

CHARACTERS_A_TOKEN = 4.0
"""Taken where no tokenizer is at hand; English text has about four."""

TEMPLATE_TOKENS = 12
"""Tokens that a chat template adds to a prompt, about."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What one stage does, at most."""

    stage: str
    items: int
    """Rows, completions or prompts."""
    noun: str
    """What the items are."""
    tokens: int
    """Tokens read or written by the model, at most."""
    gpu_hours: float | None
    """On one H100, at most; None where the size of the model is unknown."""


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """What :func:`plan_experiment` returns."""

    adapters: int
    """To be trained."""
    states: int
    """Sets of weights that answer: the base and every adapter."""
    cells: int
    """State, persona, question and sampling seed."""
    completions: int
    costs: tuple[Cost, ...]
    parameters: float | None
    precision: DesignPrecision
    notes: tuple[str, ...]

    @property
    def gpu_hours(self) -> float | None:
        """Of all stages, on one H100, at most; None where the size of the model is unknown."""
        hours = [c.gpu_hours for c in self.costs]
        return None if None in hours else math.fsum(h for h in hours if h is not None)

    def to_json(self) -> dict[str, Any]:
        return {
            "schema": "experiment-plan.v1",
            "adapters": self.adapters,
            "states": self.states,
            "cells": self.cells,
            "completions": self.completions,
            "costs": [
                {"stage": c.stage, "items": c.items, "noun": c.noun, "tokens": c.tokens, "gpu_hours": c.gpu_hours}
                for c in self.costs
            ],
            "gpu_hours": self.gpu_hours,
            "parameters": self.parameters,
            "precision": self.precision.to_json(),
            "notes": list(self.notes),
        }


def read_parameters(folder: Path) -> float | None:
    """Parameters of the decoder whose ``config.json`` lies in ``folder``; None where there is none or it is no decoder.

    Attention with grouped key-value heads and a gated feed-forward block are counted, norms and biases (below 0.1 %)
    are not.

    Examples
    --------
    >>> read_parameters(Path("no/such/folder")) is None
    True
    """
    file = folder / "config.json"
    if not file.is_file():
        return None
    config = read_json(file)
    try:
        hidden, layers, ffn = config["hidden_size"], config["num_hidden_layers"], config["intermediate_size"]
        heads, vocabulary = config["num_attention_heads"], config["vocab_size"]
    except (KeyError, TypeError):
        return None
    head = config.get("head_dim") or hidden // heads
    kv = config.get("num_key_value_heads") or heads
    attention = hidden * head * (2 * heads + 2 * kv)
    embeddings = vocabulary * hidden * (1 if config.get("tie_word_embeddings") else 2)
    return float(layers * (attention + 3 * hidden * ffn) + embeddings)


def plan_experiment(
    spec: ExperimentSpec,
    *,
    parameters: float | None = None,
    count_tokens: Callable[[str], int] | None = None,
    rate: float = 0.1,
    icc: float | None = None,
    questions: Sequence[int] | None = None,
    completions: Sequence[int] | None = None,
    training_seeds: Sequence[int] | None = None,
    level: float | None = None,
) -> ExperimentPlan:
    """Cells, completions, tokens, GPU-hours and attained precision of a specification.

    Parameters
    ----------
    spec : ExperimentSpec
        What is planned.
    parameters : float, optional
        Parameters of the model; left out: read from the model's folder where it is on disk, else hours are unknown.
    count_tokens : callable, optional
        Tokens of a text; left out: a token for four characters, which the notes say.
    rate : float, optional
        Expected rate of a bystander, in (0, 1).
    icc : float, optional
        Intracluster correlation of completions of one question; left out: :data:`ASSUMED_ICC`.
    questions, completions, training_seeds : sequence of int, optional
        What the table of alternatives combines.
    level : float, optional
        Coverage; left out: the plan's.

    Raises
    ------
    InputError
        If ``parameters`` is not positive or ``rate`` not inside (0, 1).

    Examples
    --------
    >>> from leakstats.experiment.reader import parse_spec
    >>> spec = parse_spec({
    ...     "schema": "experiment.v1", "study": {"id": "s", "title": "A study"}, "model": {"path": "org/model"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": "training40", "evaluation": "general20"},
    ... })
    >>> plan = plan_experiment(spec, parameters=7.6e9)
    >>> plan.cells, plan.completions
    (480, 4800)
    """
    if parameters is not None and not (parameters > 0 and math.isfinite(parameters)):
        raise InputError(f"parameters is {parameters}; it must be a positive number such as 7.6e9")
    if not 0 < rate < 1:
        raise InputError(f"rate is {rate}; it must lie between 0 and 1")
    notes: list[str] = []
    place = weights_at_hand(spec)
    if parameters is None and place is not None:
        parameters = read_parameters(place)
    if parameters is None:
        notes.append("GPU-hours are unknown: the model's size is not on disk; give --parameters")
    if count_tokens is None:
        notes.append(
            f"tokens of prompts are estimated at one for {CHARACTERS_A_TOKEN:g} characters: no tokenizer is read"
        )
        tokens_of: Callable[[str], float] = lambda text: len(text) / CHARACTERS_A_TOKEN  # noqa: E731
    else:
        tokens_of = count_tokens
    trained = {first_with_adapter(spec, u).name for u in spec.units() if u.kind != "adapters"}
    states = 1 + len(spec.units())
    n_questions, n_seeds = len(spec.questions.evaluation), len(spec.seeds.sampling)
    cells = states * len(spec.personas.entries) * n_questions * n_seeds
    total = cells * spec.sampling.completions
    costs = _costs(spec, tokens_of, parameters, cells=cells)
    notes.append("tokens and hours are upper bounds: every completion is taken to reach its token limit")
    if parameters is not None:
        notes.append("hours are for one H100 in bfloat16 at rates measured there; start-up is not counted")
    if any(c.sft is not None and c.sft.data for c in spec.conditions):
        notes.append("rows of given data sets are taken to be as long as answers of the model")
    if spec.sampling.adaptive is not None:
        notes.append("adaptive sampling stops personas early: completions are at most what is printed")
    n_training = len(spec.seeds.training)
    if n_training < 2:
        notes.append("one training seed: no interval here covers training noise; only more seeds can")
    return ExperimentPlan(
        adapters=len(trained),
        states=states,
        cells=cells,
        completions=total,
        costs=costs,
        parameters=parameters,
        precision=_precision(spec, rate, icc, questions, completions, training_seeds, level),
        notes=tuple(notes),
    )


def _costs(
    spec: ExperimentSpec, tokens_of: Callable[[str], float], parameters: float | None, *, cells: int
) -> tuple[Cost, ...]:
    def mean(texts: Sequence[str]) -> float:
        return math.fsum(tokens_of(t) for t in texts) / len(texts) if texts else 0.0

    system = mean([p.prompt or "" for p in spec.personas.entries])
    recipe, sampling, reading = spec.training, spec.sampling, spec.extraction
    ask = system + mean(spec.questions.evaluation) + TEMPLATE_TOKENS
    look = system + mean(spec.questions.extraction) + TEMPLATE_TOKENS
    teach = system + mean(spec.questions.training) + TEMPLATE_TOKENS
    units = [u for u in spec.units() if u.kind != "adapters"]
    tunings = fine_tunings(spec)
    costs: list[Cost] = []

    def generation(stage: str, items: int, noun: str, limit: int) -> None:
        tokens = items * limit
        hours = None if parameters is None else tokens * parameters / GENERATION_TOKENS_S / 3600
        if items:
            costs.append(Cost(stage, items, noun, tokens, hours))

    def arithmetic(stage: str, items: int, noun: str, each: float, *, flop: int, share: float) -> None:
        tokens = items * each
        hours = None if parameters is None else tokens * parameters * flop / (H100_FLOPS * share) / 3600
        if items:
            costs.append(Cost(stage, items, noun, math.ceil(tokens), hours))

    size = recipe.positive_rows + recipe.negatives.rows
    written = size * len({rows_key(spec, u) for u in units})
    for key in {t.rows_key: t for t in tunings if _sft(spec, t).data is None}.values():
        written += _sft(spec, key).rows
    generation("rows", written, "on-policy answers", recipe.on_policy_max_tokens)
    for condition in spec.conditions:
        sft = condition.sft
        if sft is not None:
            n = sum(t.condition == condition.name for t in tunings) * expected_rows(sft) * sft.epochs
            each = min(teach + recipe.on_policy_max_tokens, sft.max_length)
            arithmetic(f"fine-tune {condition.name}", n, "rows", each, flop=4, share=TRAINING_SHARE)
    n = len({first_with_adapter(spec, u).name for u in units}) * size * recipe.epochs
    each = min(teach + recipe.on_policy_max_tokens, recipe.max_length)
    arithmetic("train", n, "rows", each, flop=4, share=TRAINING_SHARE)
    generation("generate", cells * sampling.completions, "completions", sampling.max_tokens)
    people = len(spec.personas.entries)
    if sampling.score_marker:
        n = (1 + len(spec.units())) * people * len(spec.questions.evaluation)
        arithmetic("score", n, "answers", ask + sampling.max_tokens, flop=2, share=EXTRACTION_SHARE)
    prompts = people * len(spec.questions.extraction) * len(models_read(spec))
    for position in reading.positions:
        answered = position == "mean_response"
        if answered:
            generation("responses", prompts, "greedy responses", reading.response_max_tokens)
        each = look + answered * reading.response_max_tokens
        arithmetic(f"extract {position}", prompts, "prompts", each, flop=2, share=EXTRACTION_SHARE)
    return tuple(costs)


def _sft(spec: ExperimentSpec, tuning: FineTuning) -> SftSpec:
    return spec.condition(tuning.condition).sft or SftSpec()


def _bystanders(spec: ExperimentSpec, source: str) -> int:
    """The personas that are neither the source nor, where something is trained, its negatives."""
    others = len(spec.personas.entries) - 1
    wanted = spec.training.negatives
    if not wanted.rows or all(c.kind == "adapters" for c in spec.conditions if source in c.sources):
        return others
    return others - (wanted.personas if isinstance(wanted.personas, int) else len(set(wanted.personas) - {source}))


def _precision(
    spec: ExperimentSpec,
    rate: float,
    icc: float | None,
    questions: Sequence[int] | None,
    completions: Sequence[int] | None,
    training_seeds: Sequence[int] | None,
    level: float | None,
) -> DesignPrecision:
    level = spec.plan["level"] if level is None else level
    n_questions = len(spec.questions.evaluation)
    each = spec.sampling.completions * len(spec.seeds.sampling)
    seeds = len(spec.seeds.training)
    used = ASSUMED_ICC if icc is None else icc
    if n_questions < 2:
        raise LeakstatsError("one evaluation question: nothing says how much questions differ; give at least two")
    correlations, notes = planned_correlations(
        [_bystanders(spec, s) for s in spec.sources], noun="bystanders", alpha=spec.plan["alpha"], level=level
    )
    return DesignPrecision(
        questions=n_questions,
        completions=each,
        training_seeds=seeds,
        rate=rate,
        icc=used,
        icc_source="as given" if icc is not None else f"assumed {ASSUMED_ICC:g}: nothing has been measured yet",
        cell=rate_precision(n_questions, each, rate=rate, icc=used, training_seeds=seeds, level=level),
        correlations=tuple(correlations),
        table=precision_table(
            questions or (n_questions, 2 * n_questions, 4 * n_questions),
            completions or sorted({max(1, each // 2), each}),
            training_seeds or sorted({1, seeds, 3}),
            rate=rate,
            icc=used,
            level=level,
        ),
        notes=tuple(notes),
    )
