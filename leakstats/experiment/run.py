"""A run: rows, training, checks, completions, states; each finished cell in the journal, each stage resumable."""

from __future__ import annotations

import datetime
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from leakstats.errors import InputError, LeakstatsError
from leakstats.experiment.backends import Backends
from leakstats.experiment.folder import RunFolder
from leakstats.experiment.generate import make_canaries
from leakstats.experiment.journal import Journal, repair_journal
from leakstats.experiment.personas import limit_violations, prompt_measures
from leakstats.experiment.plan_check import check_plan
from leakstats.experiment.preflight import preflight
from leakstats.experiment.progress import Reporter
from leakstats.experiment.provenance import capture, code_state, environment_lock
from leakstats.experiment.reader import load_spec
from leakstats.experiment.runlog import RunLog, open_runlog
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.types import Canaries, CanaryCheck
from leakstats.experiment.weights import token_counter
from leakstats.files import dump_json, sha256_of, write_json, write_text

__all__ = ["STAGES", "CanaryFailed", "Run", "open_run", "run_experiment"]

STAGES = ("train", "generate", "extract")
"""What draws and trains, in order; ``detect`` reads stored completions, and ``assemble`` everything."""


_FEW = ("sft", "train", "extract")
"""Stages with so few records that a backend is asked before each what it has found out."""


class CanaryFailed(LeakstatsError):
    """A structural check failed: numbers from here on would not mean what they say."""


@dataclass
class Run:
    """An open run folder with everything that a stage needs."""

    spec: ExperimentSpec
    folder: RunFolder
    journal: Journal
    runlog: RunLog
    reporter: Reporter
    backends: Backends
    strict: bool = False
    _began: float = field(default_factory=time.monotonic)

    def record(self, stage: str, key: str, **values: Any) -> None:
        """Store a finished cell with the seconds since this session began.

        What the backend says of itself goes before the first cell that it made, so that no number is without it.
        """
        for kind, said in self.backends.news(again=stage in _FEW):
            name = f"{kind}.{sha256_of(dump_json(said).encode())[7:15]}"
            if not self.journal.has("backend", name):
                self._append("backend", name, kind=kind, said=said)
        self._append(stage, key, **values)

    def _append(self, stage: str, key: str, **values: Any) -> None:
        self.journal.append({"stage": stage, "key": key, "t": round(time.monotonic() - self._began, 3), **values})

    @cached_property
    def canaries(self) -> Canaries:
        """The structural checks that fit the backends."""
        return make_canaries(self.spec)

    @contextmanager
    def logged(self, name: str, config: dict[str, Any]) -> Iterator[None]:
        """A run of the run log around the block."""
        self.runlog.start(name, config)
        try:
            yield
        except BaseException:
            self.runlog.finish(name, "crashed")
            raise
        self.runlog.finish(name, "finished")

    def check(self, name: str, make: Callable[[], Sequence[CanaryCheck]]) -> None:
        """Make structural checks and record them; a failure stops the run and is not recorded, so that a mended
        set-up is checked again.

        Raises
        ------
        CanaryFailed
            Naming every failed check, what was seen and what to do.
        """
        checks = make()
        failed = [c for c in checks if c.status == "failed"]
        if failed:
            lines = "\n".join(f"  {c.name}{f' ({c.unit})' if c.unit else ''}: {c.detail}" for c in failed)
            raise CanaryFailed(
                f"a check of the run failed, so it stops here ({len(self.journal.records):,} records are stored):\n"
                f"{lines}"
            )
        if not self.journal.has("canary", name):
            self.record("canary", name, checks=[asdict(c) for c in checks])

    def stop_if_strict(self, checks: Sequence[CanaryCheck]) -> None:
        """Stop at a failed rate control where the run is strict.

        Raises
        ------
        CanaryFailed
            Naming the controls.
        """
        failed = [c for c in checks if c.status == "failed"]
        if self.strict and failed:
            lines = "\n".join(f"  {c.name}{f' ({c.unit})' if c.unit else ''}: {c.detail}" for c in failed)
            raise CanaryFailed(f"{len(failed)} rate control(s) failed, and the run is strict:\n{lines}")

    def look_ahead(self) -> None:
        """Look for what would only be noticed hours later, and measure the personas' prompts; once, before anything
        runs.

        Raises
        ------
        CanaryFailed
            If the chat template or the marker's tokens are not as they must be.
        InputError
            Naming every prompt that breaks a declared limit, or what else is wrong with layers, data or adapters.
        """
        if self.journal.has("personas", "measures"):
            return
        look = preflight(self.spec, fetch=True)
        structural = [f for f in look.failed if f.name in ("chat-template", "marker-tokens")]
        if structural:
            lines = "\n".join(f"  {f.name}: {f.detail}" for f in structural)
            raise CanaryFailed(f"a check of the run failed, so it stops before anything runs:\n{lines}")
        count = look.count_tokens or token_counter(self.spec)
        broken = limit_violations(self.spec.personas, count_tokens=count)
        if broken:
            raise InputError("the persona set breaks its own limits:\n" + "\n".join(f"  {text}" for text in broken))
        others = [f for f in look.failed if f.name != "persona-limits"]
        if others:
            raise InputError("; ".join(f"{f.name}: {f.detail}" for f in others))
        sources = [self.spec.personas[name] for name in self.spec.sources]
        measured = {p.name: asdict(prompt_measures(p, sources, count_tokens=count)) for p in self.spec.personas.entries}
        self.record("personas", "measures", measures=measured)


@contextmanager
def open_run(
    spec: ExperimentSpec,
    folder: Path | str,
    *,
    spec_file: Path | None = None,
    argv: Sequence[str] | None = None,
    reporter: Reporter | None = None,
    strict: bool = False,
    repair: bool = False,
    free: tuple[str, ...] = (),
    existing: bool = False,
) -> Iterator[Run]:
    """Claim and lock a run folder and open its journal; everything is closed again whatever happens.

    Parameters
    ----------
    spec : ExperimentSpec
        The experiment.
    folder : Path or str
        The run folder; made where it is missing, continued where it is this experiment's.
    spec_file : Path, optional
        The author's file, copied into a new folder.
    argv : sequence of str, optional
        The command line, for the provenance.
    reporter : Reporter, optional
        Told how far it is; writes to stderr where left out.
    strict : bool
        Let a failed rate control stop the run, as soon as the completions are there.
    repair : bool
        Mend a damaged journal first (:func:`~leakstats.experiment.journal.repair_journal`).
    free : tuple of str
        Parts of the specification that may differ from the folder's.
    existing : bool
        Refuse a folder that holds no run yet.

    Raises
    ------
    LeakstatsError
        If the folder is another experiment's, is in use, or its journal is damaged.
    """
    place = RunFolder(Path(folder))
    tell = reporter or Reporter()
    if existing and not place.spec.exists():
        raise LeakstatsError(f"{place.path}: is no run folder; run the experiment first, or name its folder with -o")
    check_plan(spec)
    with place.lock():
        new = place.claim(spec, spec_file=spec_file, free=free)
        if not place.provenance.exists():  # written before any data, and by the first session alone
            write_json(place.provenance, capture(spec, argv=argv, spec_file=spec_file, folder=place.path))
            write_text(place.path / "environment.txt", environment_lock())
        if repair:
            mended = repair_journal(place.journal)
            tell.note("journal: nothing to repair" if mended is None else f"journal: {mended}")
        with Journal(place.journal) as journal:
            if journal.torn:
                tell.note(f"journal: an unfinished last write of {journal.torn} bytes was cut off; its cell is redone")
            runlog = open_runlog(spec, place.runlog)
            backends = Backends(spec, place.path)
            run = Run(spec, place, journal, runlog, tell, backends, strict)
            if not new and journal.records:
                tell.note(f"continuing {place.path}: {len(journal.records):,} records are stored")
            sessions = sum(r["stage"] == "session" for r in journal.records)
            started = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
            code = code_state(spec_file)
            run.record("session", str(sessions), started=started, process=os.getpid(), code=code)
            try:
                yield run
            finally:
                backends.close()
                runlog.close()


def run_experiment(
    spec: ExperimentSpec | Path | str,
    folder: Path | str,
    *,
    stages: Sequence[str] = STAGES,
    assemble: bool = True,
    argv: Sequence[str] | None = None,
    reporter: Reporter | None = None,
    strict: bool = False,
    repair: bool = False,
) -> Path:
    """Run an experiment, or go on with one, and write its results.json.

    Parameters
    ----------
    spec : ExperimentSpec, or the path of an experiment.toml
        The experiment.
    folder : Path or str
        The run folder. The same call goes on where an earlier one was interrupted; the outcome is the same as if it
        had not been.
    stages : sequence of str
        Which of :data:`STAGES` to do, in their order.
    assemble : bool
        Write results.json at the end.
    argv, reporter, strict, repair
        As :func:`open_run`.

    Returns
    -------
    Path
        Of results.json; of the folder where nothing was assembled.

    Raises
    ------
    LeakstatsError
        If the folder cannot be used, a structural check fails, or a backend cannot do what the specification asks.
    """
    from leakstats.experiment.assemble import assemble_results, controlled
    from leakstats.experiment.extraction import extract
    from leakstats.experiment.generation import generate
    from leakstats.experiment.training import train

    spec_file = None if isinstance(spec, ExperimentSpec) else Path(spec)
    loaded = spec if isinstance(spec, ExperimentSpec) else load_spec(spec)
    work = {"train": train, "generate": generate, "extract": extract}
    unknown = [s for s in stages if s not in work]
    if unknown:
        raise ValueError(f"no stage is called {unknown[0]!r}; there are {', '.join(work)}")
    with open_run(
        loaded, folder, spec_file=spec_file, argv=argv, reporter=reporter, strict=strict, repair=repair
    ) as run:
        run.look_ahead()
        for name in STAGES:
            if name in stages:
                work[name](run)
                run.backends.close()
                if strict and name == "generate":
                    controlled(run)
        run.journal.sync()
        return assemble_results(run) if assemble else run.folder.path
