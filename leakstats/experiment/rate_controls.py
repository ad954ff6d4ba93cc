"""Rate controls: every source must have taken the marker, the base and the trained negatives must not say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from leakstats.errors import UndefinedEstimate
from leakstats.estimate import Interval
from leakstats.experiment.counts import Cell, rate_of
from leakstats.experiment.grid import BASE
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import CanaryCheck
from leakstats.numbers import format_interval
from leakstats.results import Control
from leakstats.stats.clustered import clustered_proportion
from leakstats.stats.proportion import proportion_interval

__all__ = ["failed_sources", "planned_controls", "rate_controls"]


def rate_controls(
    spec: ExperimentSpec, cells: Sequence[Cell], negatives: Mapping[str, frozenset[str]]
) -> list[CanaryCheck]:
    """Measure every rate control: for the base, and for each unit its own rate and that of its negatives.

    Parameters
    ----------
    cells : sequence of Cell
        All judged cells.
    negatives : mapping
        Name of a unit to the personas that it was trained not to say the marker under.
    """
    detector, limits = spec.detectors[0].id, spec.canaries
    by_unit: dict[str, list[Cell]] = {}
    for c in cells:
        by_unit.setdefault(BASE if c.unit is None else c.unit.name, []).append(c)
    out = [_check("base-rate", None, by_unit[BASE], detector, most=limits.base_rate_max, words="the base")]
    for unit in spec.units():
        own = [c for c in by_unit[unit.name] if c.persona == unit.source]
        out.append(
            _check("source-rate", unit.name, own, detector, least=limits.source_rate_min, words=f"{unit.source}'s own")
        )
        trained = [c for c in by_unit[unit.name] if c.persona in negatives[unit.name]]
        if trained:
            words = f"{len(negatives[unit.name])} trained negatives"
            out.append(
                _check("negative-rate", unit.name, trained, detector, most=limits.negative_rate_max, words=words)
            )
    return out


def _check(
    name: str,
    unit: str | None,
    cells: Sequence[Cell],
    detector: str,
    *,
    words: str,
    least: float | None = None,
    most: float | None = None,
) -> CanaryCheck:
    hits, trials = rate_of(cells, detector)
    rate = hits / trials
    if least is not None:
        good, limit, wanted = rate >= least, least, f"at least {least:g}"
    else:
        limit = most if most is not None else 0.0
        good, wanted = rate <= limit, f"at most {limit:g}"
    interval = format_interval(_interval(cells, detector))
    detail = f"marker rate, {words}: {hits} of {trials} completions, {interval} over questions; expected {wanted}"
    return CanaryCheck(name, "rate", "passed" if good else "failed", detail, rate, limit, unit)


def _interval(cells: Sequence[Cell], detector: str) -> Interval:
    """95 % interval of the rate, with questions as clusters: completions of one question resemble each other."""
    totals: dict[int, tuple[int, int]] = {}
    for c in cells:
        hits, trials = totals.get(c.question, (0, 0))
        totals[c.question] = (hits + c.tally.successes[detector], trials + c.tally.trials)
    if len(totals) == 1:
        found = proportion_interval(*next(iter(totals.values())))
    else:
        successes, n = zip(*totals.values(), strict=True)
        found = clustered_proportion(successes, n, list(totals))
    if found.interval is None:
        raise UndefinedEstimate("marker rate", "it has no interval", n=len(totals))
    return found.interval


def failed_sources(spec: ExperimentSpec, checks: Sequence[CanaryCheck]) -> frozenset[str]:
    """The sources with a unit whose own rate or negatives failed."""
    failed = {c.unit for c in checks if c.kind == "rate" and c.status == "failed"}
    return frozenset(u.source for u in spec.units() if u.name in failed)


def planned_controls(spec: ExperimentSpec, tables: Sequence[str]) -> tuple[Control, ...]:
    """The same expectations as controls of the plan, for the analysis to judge with intervals."""
    limits = spec.canaries
    out = [Control(table="own_rate", expected="high", threshold=limits.source_rate_min, source=s) for s in spec.sources]
    out.append(Control(table="base_rate", expected="zero", threshold=limits.base_rate_max))
    if "negative_rate" in tables:
        out.append(Control(table="negative_rate", expected="zero", threshold=limits.negative_rate_max))
    return tuple(out)
