"""Training rows: answers that the model itself writes, and which personas serve as negatives."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakstats.errors import ContractError, InputError, LeakstatsError, Violation
from leakstats.experiment.grid import FineTuning
from leakstats.experiment.progress import NotesOnly
from leakstats.experiment.seeds import derive_seed
from leakstats.experiment.spec import ExperimentSpec, SftSpec, Unit
from leakstats.experiment.types import (
    Answered,
    Generator,
    ModelState,
    Progress,
    Request,
    Sampling,
    TrainingRow,
    cell_key,
)
from leakstats.files import read_text

__all__ = ["choose_negatives", "expected_rows", "make_rows", "make_sft_rows", "read_data"]

_ATTEMPTS = 5
"""How often an answer that cannot be used is drawn again, each time with a seed of its own."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """An answer that is wanted: who speaks, and to what."""

    persona: str
    question: str
    positive: bool
    number: int


def choose_negatives(spec: ExperimentSpec, source: str) -> tuple[str, ...]:
    """The personas whose rows teach when not to say the marker of ``source``.

    Named ones are taken as they are, less the source. A number of them is drawn from all personas but the source and
    those excluded, by a seed derived from ``seeds.data`` and the source's name, so that they are the same in every
    process and do not change when another source is added.

    Raises
    ------
    InputError
        If more are asked for than there are, or none remains though negative rows are wanted.

    Examples
    --------
    >>> from leakstats.experiment.reader import parse_spec
    >>> spec = parse_spec({
    ...     "schema": "experiment.v1", "study": {"id": "s", "title": "S"}, "model": {"world": "test"},
    ...     "personas": {"set": "small12"}, "sources": ["villain"],
    ...     "questions": {"training": "training40", "evaluation": "general20"},
    ... })
    >>> len(choose_negatives(spec, "villain")), "villain" in choose_negatives(spec, "villain")
    (4, False)
    """
    asked = spec.training.negatives
    if isinstance(asked.personas, tuple):
        chosen = tuple(p for p in asked.personas if p != source)
    else:
        free = sorted(set(spec.personas.names) - {source, *asked.exclude})
        if asked.personas > len(free):
            raise InputError(
                f"training.negatives.personas is {asked.personas}; beside {source!r} and those excluded there are "
                f"{len(free)}"
            )
        rng = random.Random(derive_seed(spec.seeds.data, "negative personas", source))
        chosen = tuple(rng.sample(free, asked.personas))
    if asked.rows and not chosen:
        raise InputError(f"training.negatives asks for {asked.rows} rows, but {source!r} has no negative persona")
    return chosen


def make_rows(
    spec: ExperimentSpec, unit: Unit, generator: Generator, state: ModelState, progress: Progress
) -> list[TrainingRow]:
    """On-policy rows of a marker adapter: positives of its source, then negatives.

    The answers are drawn at temperature 1 from ``state``, the very weights that the adapter will be trained on. An
    answer that is empty, or that already says the marker, is drawn again.

    Parameters
    ----------
    spec : ExperimentSpec
        Its training table says how many rows; they go round the training questions.
    unit : Unit
        Which source.
    generator : Generator
        Draws the answers.
    state : ModelState
        The weights without the marker adapter.
    progress : Progress
        Told of each usable answer.

    Returns
    -------
    list of TrainingRow
        ``training.positive_rows`` positives, then ``training.negatives.rows`` negatives, shared evenly by the
        negative personas.

    Raises
    ------
    LeakstatsError
        If the model gives no usable answer to a prompt in five attempts.
    """
    negatives = choose_negatives(spec, unit.source)
    t = spec.training
    wanted = _round(spec, unit.source, unit.source, t.positive_rows, positive=True)
    for i, persona in enumerate(negatives):
        share = t.negatives.rows // len(negatives) + (i < t.negatives.rows % len(negatives))
        wanted += _round(spec, unit.source, persona, share, positive=False)
    sampling = Sampling(max_tokens=t.on_policy_max_tokens, temperature=1.0)
    prompts = {p: spec.personas[p].prompt for p in (unit.source, *negatives)}
    answers = _draw(spec, ("marker", unit.source), wanted, prompts, generator, state, sampling, progress)
    return [
        TrainingRow(w.persona, prompts[w.persona], w.question, answer, w.positive)
        for w, answer in zip(wanted, answers, strict=True)
    ]


def make_sft_rows(
    spec: ExperimentSpec, tuning: FineTuning, generator: Generator, state: ModelState, progress: Progress
) -> list[TrainingRow]:
    """Rows of a fine-tuning on whole answers.

    With ``sft.data``: rows of that file, under ``sft.persona``'s prompt or their own (induction and its benign
    control). Without: answers that the base writes under the source's prompt, learned under ``sft.persona``'s prompt,
    which pulls that persona towards the source, or under the source's own (convergence).

    Parameters
    ----------
    spec : ExperimentSpec
        Holds the condition that the fine-tuning belongs to.
    tuning : FineTuning
        Condition and source.
    generator, state, progress
        As in :func:`make_rows`.

    Returns
    -------
    list of TrainingRow
        ``sft.rows`` of them; all rows of a file that has no more. None is positive.

    Raises
    ------
    LeakstatsError
        If the condition has no fine-tuning, or the file cannot be used.
    """
    sft = spec.condition(tuning.condition).sft
    if sft is None:
        raise LeakstatsError(f"condition {tuning.condition!r} has no fine-tuning")
    if sft.data is not None:
        rows = _from_file(spec, tuning.condition, sft)
        progress.advance(len(rows))
        return rows
    if tuning.source is None:
        raise LeakstatsError(f"condition {tuning.condition!r} names neither data nor a source to learn from")
    source = tuning.source
    learner = sft.persona or source
    wanted = _round(spec, source, source, sft.rows, positive=False)
    sampling = Sampling(max_tokens=spec.training.on_policy_max_tokens, temperature=1.0)
    prompts = {source: spec.personas[source].prompt}
    answers = _draw(spec, ("sft", tuning.condition, source), wanted, prompts, generator, state, sampling, progress)
    system = spec.personas[learner].prompt
    return [TrainingRow(learner, system, w.question, a, False) for w, a in zip(wanted, answers, strict=True)]


def expected_rows(sft: SftSpec) -> int:
    """How many rows a fine-tuning learns: ``sft.rows``, or all of a data set that has no more.

    Raises
    ------
    ContractError
        If the data set cannot be read.
    """
    return sft.rows if sft.data is None else min(sft.rows, len(read_data(Path(sft.data))))


def read_data(path: Path) -> list[dict[str, Any]]:
    """Rows of a JSONL data set: ``user`` and ``answer``, and ``system`` where the row has one.

    Raises
    ------
    ContractError
        Listing every line that is no such object.
    """
    rows: list[dict[str, Any]] = []
    wrong: list[Violation] = []
    for number, line in enumerate(read_text(path).splitlines(), start=1):
        if not line.strip():
            continue
        problem = _problem(line)
        if problem is None:
            rows.append(json.loads(line))
        else:
            wrong.append(Violation(f"line {number}", problem, 'a row is {"system": text or null, "user", "answer"}'))
    if not rows and not wrong:
        wrong.append(Violation("", "holds no row", "write one JSON object a line"))
    if wrong:
        raise ContractError(str(path), wrong)
    return rows


def _problem(line: str) -> str | None:
    try:
        row = json.loads(line)
    except json.JSONDecodeError as error:
        return f"is not JSON: {error.msg}"
    if not isinstance(row, dict):
        return f"is a {type(row).__name__}"
    for name in ("user", "answer"):
        if not isinstance(row.get(name), str) or not row[name].strip():
            return f"{name} is {row.get(name)!r}"
    if not isinstance(row.get("system"), str | None):
        return f"system is {row['system']!r}"
    return None


def _from_file(spec: ExperimentSpec, condition: str, sft: SftSpec) -> list[TrainingRow]:
    rows = read_data(Path(str(sft.data)))
    if len(rows) > sft.rows:
        rng = random.Random(derive_seed(spec.seeds.data, "rows of a data set", condition))
        rows = [rows[i] for i in sorted(rng.sample(range(len(rows)), sft.rows))]
    names = {p.prompt: p.name for p in spec.personas.entries}
    out = []
    for row in rows:
        system = row.get("system") if sft.persona is None else spec.personas[sft.persona].prompt
        out.append(TrainingRow(sft.persona or names.get(system, "data"), system, row["user"], row["answer"], False))
    return out


def _round(spec: ExperimentSpec, source: str, persona: str, n: int, *, positive: bool) -> list[_Wanted]:
    """Ask a persona ``n`` of the training questions, each as often as the others, in a drawn order."""
    questions = list(spec.questions.training)
    random.Random(derive_seed(spec.seeds.data, "order of questions", source, persona)).shuffle(questions)
    return [_Wanted(persona, questions[i % len(questions)], positive, i) for i in range(n)]


def _draw(
    spec: ExperimentSpec,
    purpose: tuple[str, ...],
    wanted: Sequence[_Wanted],
    prompts: Mapping[str, str | None],
    generator: Generator,
    state: ModelState,
    sampling: Sampling,
    progress: Progress,
) -> list[str]:
    """One usable answer for each, in order."""
    answers: dict[int, str] = {}
    for attempt in range(_ATTEMPTS):
        left = [i for i in range(len(wanted)) if i not in answers]
        if not left:
            break
        requests = {}
        for i in left:
            w = wanted[i]
            seed = derive_seed(spec.seeds.data, "row", *purpose, w.persona, w.number, attempt)
            key = cell_key(row=i, persona=w.persona, attempt=attempt)
            requests[key] = (i, Request(key, prompts[w.persona], w.question, (seed,)))
        answers |= _usable(
            requests, generator.generate([r for _, r in requests.values()], state=state, sampling=sampling,
                                         progress=NotesOnly(progress)), spec.marker.text, progress,
        )  # fmt: skip
    missing = [wanted[i] for i in range(len(wanted)) if i not in answers]
    if missing:
        raise LeakstatsError(
            f"{len(missing)} of {len(wanted)} training answers stayed empty, or already said {spec.marker.text!r}, in "
            f"{_ATTEMPTS} attempts each; the first is {missing[0].persona!r} asked {missing[0].question!r}"
        )
    return [answers[i] for i in range(len(wanted))]


def _usable(
    requests: Mapping[str, tuple[int, Request]], answered: Iterable[Answered], marker: str, progress: Progress
) -> dict[int, str]:
    out = {}
    for a in answered:
        text = a.completions[0].text.strip()
        if text and marker not in text:
            out[requests[a.request.key][0]] = text
            progress.advance(1, tokens=a.completions[0].n_tokens)
    return out
