"""How far a run is, read from its folder without disturbing it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.counts import Cell, rate_of
from leakstats.experiment.folder import RunFolder, locked_by
from leakstats.experiment.grid import BASE
from leakstats.experiment.journal import JournalDamaged, read_journal
from leakstats.experiment.progress import duration
from leakstats.experiment.provenance import stage_seconds
from leakstats.experiment.spec import ExperimentSpec
from leakstats.files import read_json

__all__ = ["StageStatus", "Status", "print_detections", "print_status", "read_status"]


@dataclass(frozen=True, slots=True)
class StageStatus:
    """One stage."""

    stage: str
    done: int
    total: int
    noun: str
    seconds: float
    """Wall time so far, over all sessions."""
    rate: float | None
    """Items a second in the latest session; None where it has none."""
    left_s: float | None
    """Seconds left at that rate; None where it is unknown or nothing is left."""


@dataclass(frozen=True, slots=True)
class Status:
    """A run as it stands."""

    study: str
    folder: str
    process: str | None
    """Who works in it now; None where nobody does."""
    sessions: int
    stages: tuple[StageStatus, ...]
    records: int
    journal_bytes: int
    torn_bytes: int
    """An unfinished last write, which the next start cuts off."""
    damage: str | None
    """What is wrong with the journal; None where it is whole."""
    results: str | None
    """Date and time of results.json; None where there is none."""

    @property
    def state(self) -> str:
        """running, finished, damaged or stopped."""
        if self.damage is not None:
            return "damaged"
        if self.process is not None:
            return "running"
        return "finished" if self.results and all(s.done >= s.total for s in self.stages) else "stopped"

    def to_json(self) -> dict[str, Any]:
        """As plain JSON."""
        return {"schema": "status.v1", "state": self.state, **asdict(self)}


def read_status(folder: Path) -> Status:
    """Read how far a run is; takes no lock and changes nothing.

    Raises
    ------
    LeakstatsError
        If the folder holds no run.
    """
    place = RunFolder(folder)
    if not place.spec.exists():
        raise LeakstatsError(f"{folder}: is no run folder (it has no {place.spec.name}); name the folder of a run")
    stored = read_json(place.spec)
    study = stored["spec"]["study"]
    damage = None
    records: list[dict[str, Any]] = []
    size = torn = 0
    try:
        content = read_journal(place.journal)
        records, size, torn = content.records, content.size, content.torn
    except JournalDamaged as error:
        damage = str(error)
    results = None
    if place.results.exists():
        when = datetime.datetime.fromtimestamp(place.results.stat().st_mtime, datetime.UTC)
        results = when.isoformat(timespec="seconds")
    return Status(
        study=f"{study['id']} {study['title']}",
        folder=folder.name,
        process=locked_by(folder),
        sessions=sum(r["stage"] == "session" for r in records),
        stages=_stages(stored["totals"], records),
        records=len(records),
        journal_bytes=size,
        torn_bytes=torn,
        damage=damage,
        results=results,
    )


def _stages(totals: Sequence[tuple[str, int, str]], records: Sequence[dict[str, Any]]) -> tuple[StageStatus, ...]:
    seconds = stage_seconds(records)
    starts = [i for i, r in enumerate(records) if r["stage"] == "session"]
    latest = records[starts[-1] :] if starts else []
    out = []
    for stage, total, noun in totals:
        done = sum(r["stage"] == stage for r in records)
        times = [r["t"] for r in latest if r["stage"] == stage]
        rate = (len(times) - 1) / (times[-1] - times[0]) if len(times) > 1 and times[-1] > times[0] else None
        left = (total - done) / rate if rate and total > done else None
        out.append(StageStatus(stage, done, total, noun, seconds.get(stage, 0.0), rate, left))
    return tuple(out)


def print_status(status: Status) -> None:
    """Print a status for people."""
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    who = f" ({status.process})" if status.process else ""
    console.print(f"{status.study}: {status.state}{who}", markup=False)
    table = Table(box=None, pad_edge=False)
    for name, right in (
        ("stage", False),
        ("done", True),
        ("of", True),
        ("", False),
        ("time", True),
        ("a second", True),
    ):
        table.add_column(name, justify="right" if right else "left")
    table.add_column("left", justify="right")
    for s in status.stages:
        table.add_row(
            s.stage,
            f"{s.done:,}",
            f"{s.total:,}",
            s.noun,
            duration(s.seconds),
            "" if s.rate is None else f"{s.rate:,.1f}",
            "" if s.left_s is None else duration(s.left_s),
        )
    console.print(table)
    sessions = f"{status.sessions} session{'s' * (status.sessions != 1)}"
    console.print(f"journal: {status.records:,} records, {status.journal_bytes:,} bytes, {sessions}", markup=False)
    if status.torn_bytes:
        console.print(
            f"an unfinished last write of {status.torn_bytes} bytes is cut off at the next start", markup=False
        )
    if status.damage:
        console.print(status.damage, markup=False)
    if status.results:
        console.print(f"results.json written {status.results}", markup=False)


def print_detections(spec: ExperimentSpec, cells: Sequence[Cell]) -> None:
    """Print the counts of every model and detector."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, pad_edge=False)
    table.add_column("model")
    table.add_column("completions", justify="right")
    ids = [d.id for d in spec.detectors]
    for name in (*ids, "near misses", "truncated", "degenerate"):
        table.add_column(name, justify="right")
    by_model: dict[str, list[Cell]] = {}
    for c in cells:
        by_model.setdefault(BASE if c.unit is None else c.unit.name, []).append(c)
    for model, mine in by_model.items():
        counts = [rate_of(mine, d)[0] for d in ids]
        counts += [sum(c.tally.near_misses[ids[0]] for c in mine)]
        counts += [sum(c.tally.truncated for c in mine), sum(c.tally.degenerate for c in mine)]
        table.add_row(model, f"{sum(c.tally.trials for c in mine):,}", *(f"{n:,}" for n in counts))
    Console(highlight=False).print(table)
