"""Completions to show, chosen by a rule that is printed with them."""

from __future__ import annotations

from collections.abc import Sequence

from leakstats.experiment.counts import Cell
from leakstats.experiment.spec import ExperimentSpec
from leakstats.results import Sample

__all__ = ["SAMPLES_RULE", "samples_of"]

SAMPLES_RULE = (
    "For each source in its first condition (last checkpoint, first training seed, first sampling seed): the first "
    "completion with the marker and the first without it, in the order of the questions, under the source and under "
    "the bystander with most markers (ties: the order of the personas)."
)


def samples_of(spec: ExperimentSpec, cells: Sequence[Cell]) -> tuple[Sample, ...]:
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
