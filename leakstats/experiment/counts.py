"""From stored completions to tables of counts, judged by the detectors of the specification."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from leakstats.errors import LeakstatsError
from leakstats.experiment.detect import Judges, Tally, tally
from leakstats.experiment.grid import BASE, rows_key
from leakstats.experiment.journal import Journal
from leakstats.experiment.spec import ExperimentSpec, Unit
from leakstats.experiment.types import Completion, cell_key
from leakstats.results import CellTable, Level, factor_of

__all__ = [
    "Cell",
    "cell_tables",
    "judge_cells",
    "levels_of",
    "negatives_of",
    "rate_of",
    "tally_lines",
    "unit_constants",
]


@dataclass(frozen=True, slots=True)
class Cell:
    """The judged completions of one model, persona, question and sampling seed."""

    unit: Unit | None
    """None for the base."""
    persona: str
    question: int
    sampling_seed: int
    tally: Tally
    completions: tuple[Completion, ...]
    hits: tuple[bool, ...]
    """Whether the first detector found the marker in each completion."""


def judge_cells(spec: ExperimentSpec, journal: Journal, judges: Judges) -> list[Cell]:
    """Judge every stored completion, in the order of the specification whatever the order of the journal.

    Raises
    ------
    LeakstatsError
        If cells are missing, or completions were drawn from another adapter than the one that is recorded.
    """
    first = spec.detectors[0].id
    missing = 0
    out: list[Cell] = []
    units: list[Unit | None] = [None, *spec.units()]
    for unit in units:
        label = BASE if unit is None else unit.name
        adapter = None
        if unit is not None:
            if not journal.has("train", label):
                raise LeakstatsError(f"{label}: there is no adapter yet; run `leakstats train` first")
            adapter = journal.get("train", label)["sha256"]
        for seed in spec.seeds.sampling:
            for persona in spec.personas.names:
                for q in range(len(spec.questions.evaluation)):
                    key = cell_key(model=label, persona=persona, question=q, sampling_seed=seed)
                    if not journal.has("generate", key):
                        missing += 1
                        continue
                    record = journal.get("generate", key)
                    if record["adapter"] != adapter:
                        raise LeakstatsError(
                            f"completions of {key} were drawn from an adapter with {record['adapter']}, but {adapter} "
                            "is recorded: the folder mixes two trainings; start a new one"
                        )
                    completions = tuple(_completion(c) for c in record["completions"])
                    judged = [judges.judge(c) for c in completions]
                    hits = tuple(j.found[first].hit for j in judged)
                    out.append(Cell(unit, persona, q, seed, tally(judged), completions, hits))
    if missing:
        raise LeakstatsError(
            f"{missing:,} of {missing + len(out):,} cells have no completions yet; run `leakstats generate` (or `run`) "
            "with the same folder"
        )
    return out


def _completion(stored: Mapping[str, Any]) -> Completion:
    return Completion(stored["text"], stored["n"], stored["finish"], tuple(stored.get("ids", ())))


def negatives_of(spec: ExperimentSpec, journal: Journal, unit: Unit) -> frozenset[str]:
    """The personas that a unit's training rows taught not to say the marker; empty for adapters from elsewhere."""
    if unit.kind == "adapters":
        return frozenset()
    return frozenset(journal.get("rows", rows_key(spec, unit))["negatives"]) - {unit.source}


def levels_of(spec: ExperimentSpec) -> dict[str, tuple[Level, ...]]:
    """The levels of every factor but ``layer``, in the order of the specification."""
    units = spec.units()
    return {
        "source": spec.sources,
        "condition": tuple(c.name for c in spec.conditions),
        "checkpoint": tuple(sorted({u.checkpoint for u in units})),
        "training_seed": tuple(dict.fromkeys(u.training_seed for u in units)),
        "sampling_seed": spec.seeds.sampling,
        "persona": spec.personas.names,
        "question": tuple(range(len(spec.questions.evaluation))),
    }


_OF_UNIT = ("source", "condition", "checkpoint", "training_seed")
_SUMMED = ("persona", "question", "sampling_seed")


def unit_constants(levels: Mapping[str, Sequence[Level]]) -> dict[str, Level]:
    """The factors of a unit that have one level only, which the tables carry as constants; never the source."""
    names = ("condition", "checkpoint", "training_seed", "sampling_seed")
    return {n: levels[n][0] for n in names if len(levels[n]) == 1}


def cell_tables(spec: ExperimentSpec, journal: Journal, cells: Sequence[Cell]) -> tuple[CellTable, ...]:
    """The tables of rates: bystanders, own personas, trained negatives, the base, other detectors, near misses.

    A persona that served as a negative of a source is no bystander of it: it stands in ``negative_rate``.
    """
    first = spec.detectors[0].id
    levels = levels_of(spec)
    negatives = {u.name: negatives_of(spec, journal, u) for u in spec.units()}
    trained = [c for c in cells if c.unit is not None]
    base = [c for c in cells if c.unit is None]

    def own(c: Cell) -> bool:
        return c.unit is not None and c.persona == c.unit.source

    def negative(c: Cell) -> bool:
        return c.unit is not None and c.persona in negatives[c.unit.name]

    bystanders = [c for c in trained if not own(c) and not negative(c)]
    make = _Maker(levels)
    marker = _successes(first)
    tables = [
        make.table(
            "bystander_rate",
            "leakage",
            "marker",
            "Completions with the marker under each persona that the adapter was not trained on. A persona that is the "
            "source of one adapter is a bystander of the others.",
            bystanders,
            marker,
        ),
        make.table(
            "own_rate",
            "own_rate",
            "marker",
            "Completions with the marker under the adapter's own persona.",
            [c for c in trained if own(c)],
            marker,
            implied=("persona",),
        ),
        make.table(
            "negative_rate",
            "control",
            "marker",
            "Completions with the marker under the personas that the adapter was trained not to say it under.",
            [c for c in trained if negative(c)],
            marker,
        ),
        make.table("base_rate", "base", "marker", "Completions with the marker without any adapter.", base, marker),
    ]
    tables += [
        make.table(
            f"{d.id}_rate",
            "other",
            d.id,
            f"Completions that detector {d.id} finds, under the same personas as bystander_rate.",
            bystanders,
            _successes(d.id),
        )
        for d in spec.detectors[1:]
    ]
    quality: list[tuple[str, str, Callable[[Tally], int]]] = [
        ("near_miss", f"Completions near the marker without a hit of {first}.", lambda t: t.near_misses[first]),
        ("truncated", "Completions that ended at the token limit.", lambda t: t.truncated),
        ("degenerate", "Completions that say one thing over and over.", lambda t: t.degenerate),
    ]
    tables += [
        make.table(f"{name}_rate", "other", name, text + " All personas together.", trained, count, summed=_SUMMED)
        for name, text, count in quality
    ]
    return tuple(t for t in tables if t is not None)


def _successes(detector: str) -> Callable[[Tally], int]:
    return lambda t: t.successes[detector]


_ADAPTIVE = (
    "each persona was sampled until its interval was narrow enough (adaptive), equally often on every question: rates "
    "pooled over personas weigh them by their completions"
)


class _Maker:
    """Makes tables over the levels of one file."""

    def __init__(self, levels: Mapping[str, tuple[Level, ...]]) -> None:
        self.levels = levels
        self.constants = unit_constants(levels)

    def table(
        self,
        name: str,
        role: str,
        outcome: str,
        description: str,
        cells: Sequence[Cell],
        count: Callable[[Tally], int],
        *,
        implied: tuple[str, ...] = (),
        summed: tuple[str, ...] = (),
    ) -> CellTable | None:
        """A table with a row a cell, None without cells; ``implied`` factors are left out, ``summed`` summed over."""
        if not cells:
            return None
        of_unit = _OF_UNIT if cells[0].unit is not None else ()
        used = [n for n in (*of_unit, "sampling_seed", "persona", "question") if n not in implied]
        constants = {n: v for n, v in self.constants.items() if n in used}
        trials = np.array([c.tally.trials for c in cells], dtype=np.int64)
        same = bool((trials == trials[0]).all())
        table = CellTable(
            id=name,
            outcome=outcome,
            role=role,
            description=description,
            factors={n: factor_of(self.levels[n], [_level(c, n) for c in cells]) for n in used if n not in constants},
            constants=constants,
            counts=(np.array([count(c.tally) for c in cells], dtype=np.int64), trials),
            summed_over={"completion": int(trials[0])} if same else {},
            trials_note=None if same else _ADAPTIVE,
        )
        return table.aggregate(by=tuple(n for n in table.factors if n not in summed)) if summed else table


def _level(cell: Cell, name: str) -> Level:
    value: Level = getattr(cell.unit if name in _OF_UNIT else cell, name)
    return value


def rate_of(cells: Iterable[Cell], detector: str) -> tuple[int, int]:
    """Successes and trials of some cells together."""
    successes = trials = 0
    for c in cells:
        successes += c.tally.successes[detector]
        trials += c.tally.trials
    return successes, trials


def tally_lines(cells: Iterable[Cell]) -> Iterator[str]:
    """One line of JSON a cell: what every detector found, near misses, truncation, repetition."""
    for c in cells:
        model = BASE if c.unit is None else c.unit.name
        where = {"model": model, "persona": c.persona, "question": c.question, "sampling_seed": c.sampling_seed}
        yield json.dumps({**where, **c.tally.to_json()}, ensure_ascii=False, sort_keys=True) + "\n"
