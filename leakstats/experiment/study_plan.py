"""Design, plan and detector of a run, in the words of results.v1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from leakstats.experiment.counts import levels_of
from leakstats.experiment.grid import first_with_adapter
from leakstats.experiment.rate_controls import planned_controls
from leakstats.experiment.reader import plan_hash
from leakstats.experiment.run import Run
from leakstats.experiment.spec import ExperimentSpec
from leakstats.files import read_json
from leakstats.results import Control, CovariateSpec, Design, Detector, Exclusion, Family, Plan, Primary, Replication

__all__ = ["design_of", "detector_of", "plan_of"]

_REJUDGED = "the detectors are not those of the plan, which was hashed before the first data"


def design_of(spec: ExperimentSpec) -> Design:
    """What is independent of what, and how often each random factor was repeated."""
    training = tuple(dict.fromkeys(u.training_seed for u in spec.units()))
    sampling = spec.seeds.sampling
    many = [n for n in ("condition", "checkpoint", "training_seed") if len(levels_of(spec)[n]) > 1]
    crossed = [("source", "persona"), ("persona", "question"), ("source", "question")]
    crossed += [("source", n) for n in many]
    return Design(
        unit="persona",
        unit_noun="bystanders",
        clusters=("source", "question"),
        crossed=tuple(crossed),
        paired=("persona", "question"),
        independent=f"{_independent(spec)}. The same personas appear under every adapter and "
        "the same questions under every persona; the noise of every completion is its own.",
        exchangeable="Persona labels, permuted jointly over sources, under the null of no relation between similarity "
        "and leakage.",
        training_seed=Replication(
            n=len(training), values=training, reason="one training seed was asked for" if len(training) == 1 else None
        ),
        sampling_seed=Replication(
            n=len(sampling), values=sampling, reason="one sampling seed was asked for" if len(sampling) == 1 else None
        ),
        notes=(f"Training rows and negative personas are drawn by data seed {spec.seeds.data}.",),
    )


def _independent(spec: ExperimentSpec) -> str:
    units = len(spec.units())
    runs = len({first_with_adapter(spec, u).name for u in spec.units()})
    if runs == units:
        return f"The {units} adapters are {units} training runs"
    return (
        f"The {units} adapters are {runs} training runs: units on the same weights, rows and seed share their adapter"
    )


def plan_of(run: Run, first_data: str, tables: Sequence[str]) -> Plan:
    """The plan; registered only where it is dated before the first data (YYYY-MM-DD) and is the one that was hashed."""
    spec, p = run.spec, dict(run.spec.plan)
    on = p.get("registered_on")
    stored = read_json(run.folder.plan)
    kept = stored["sha256"] == f"sha256:{plan_hash(spec)}"
    registered = on is not None and on <= first_data and kept
    if not kept:
        reason = "the completions were judged again with detectors that were chosen after they were drawn"
    elif registered:
        reason = "the plan was hashed when the run folder was made, before the first data"
    elif on is not None:
        reason = f"registered_on is {on}, later than the first data"
    else:
        reason = "the specification gives no plan.registered_on; its plan was hashed before the first data all the same"
    primary = p.get("primary")
    return Plan(
        status="registered" if registered else "exploratory",
        alpha=p.get("alpha", 0.05),
        level=p.get("level", 0.95),
        primary=None if primary is None else Primary(**primary),
        families=tuple(Family(**f) for f in p.get("families", ())),
        covariates=tuple(
            CovariateSpec(name=c["name"], source=c["from"], transform=c["transform"]) for c in p.get("covariates", ())
        ),
        new_points=tuple(p.get("new_points", ())),
        fit_points=None if p.get("fit_points") is None else tuple(p["fit_points"]),
        margin=p.get("margin"),
        exclusions=tuple(Exclusion(**e) for e in p.get("exclusions", ())),
        controls=_controls(spec, p, tables),
        deviations=(*p.get("deviations", ()), *(() if kept else (_REJUDGED,))),
        registered_on=on if registered else None,
        registered_hash=stored["sha256"],
        data_collected_on=first_data,
        reason=p.get("reason") or reason,
    )


def _controls(spec: ExperimentSpec, plan: Mapping[str, Any], tables: Sequence[str]) -> tuple[Control, ...]:
    own = tuple(Control(**c) for c in plan.get("controls", ()))
    named = {(c.table, c.source) for c in own}
    return (*own, *(c for c in planned_controls(spec, tables) if (c.table, c.source) not in named))


def detector_of(spec: ExperimentSpec) -> Detector:
    """The first detector, whose hits are the outcome."""
    d = spec.detectors[0]
    return Detector(
        kind=d.kind,
        pattern=d.pattern,
        case_sensitive=d.case_sensitive,
        description=d.description or f"{d.kind} match of the marker; near misses are counted apart",
        error_reason="not measured: completions were not read by a person",
    )
