"""The folder of a run: where everything lies, whose it is, and that one process works in it."""

from __future__ import annotations

import contextlib
import datetime
import fcntl
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.grid import totals
from leakstats.experiment.identity import differences, identity_document
from leakstats.experiment.reader import plan_hash, spec_document, spec_hash
from leakstats.experiment.spec import ExperimentSpec
from leakstats.files import read_json, write_bytes, write_json

__all__ = ["RunFolder", "locked_by"]

_SHOWN = 12


@dataclass(frozen=True, slots=True)
class RunFolder:
    """The paths of a run; nothing is opened or made.

    ============================  ====================================================================
    ``experiment.toml``           copy of the author's file
    ``spec.json``                 the specification with every default, and its hash
    ``plan.json``                 the plan as it stood before any data: hash and date
    ``provenance.json``           what runs it: commit, versions, hardware, hashes of what went in
    ``journal.jsonl``             one checked line for each finished cell; completions are in it
    ``runlog.jsonl``              runs, states, artifacts, sizes
    ``data/``                     training rows, one file a unit
    ``adapters/``, ``models/``    trained adapters; merged weights of fine-tuning
    ``states/``                   centroids, and raw states where asked for
    ``results.json``              the outcome
    ============================  ====================================================================
    """

    path: Path

    @property
    def journal(self) -> Path:
        return self.path / "journal.jsonl"

    @property
    def runlog(self) -> Path:
        return self.path / "runlog.jsonl"

    @property
    def spec(self) -> Path:
        return self.path / "spec.json"

    @property
    def plan(self) -> Path:
        return self.path / "plan.json"

    @property
    def provenance(self) -> Path:
        return self.path / "provenance.json"

    @property
    def results(self) -> Path:
        return self.path / "results.json"

    @property
    def data(self) -> Path:
        return self.path / "data"

    @property
    def adapters(self) -> Path:
        return self.path / "adapters"

    @property
    def models(self) -> Path:
        return self.path / "models"

    @property
    def states(self) -> Path:
        return self.path / "states"

    def relative(self, path: Path) -> str:
        """A path inside the folder, as it is written into files."""
        return path.relative_to(self.path).as_posix()

    def claim(self, spec: ExperimentSpec, *, spec_file: Path | None = None, free: tuple[str, ...] = ()) -> bool:
        """Make the folder this experiment's, or make sure that it is; True where it is new.

        ``free`` names top-level parts of the specification that may differ from what the folder was made with.

        Raises
        ------
        LeakstatsError
            If the folder was made by another specification (what differs is listed), or holds other files.
        """
        if self.spec.exists():
            self._same(spec, free)
            return False
        strangers = sorted(p.name for p in self.path.iterdir() if p.name != "lock") if self.path.is_dir() else []
        if strangers:
            raise LeakstatsError(
                f"{self.path}: is no run folder, and not empty (it holds {', '.join(strangers[:5])}); "
                "name a new folder with -o"
            )
        if spec_file is not None:
            write_bytes(self.path / "experiment.toml", spec_file.read_bytes())
        today = datetime.date.today().isoformat()
        write_json(self.plan, {"sha256": f"sha256:{plan_hash(spec)}", "recorded_on": today, "plan": dict(spec.plan)})
        identity = identity_document(spec)
        # last: a folder with a spec.json is claimed for good
        write_json(
            self.spec,
            {
                "spec": spec_document(spec),
                "sha256": f"sha256:{spec_hash(spec)}",
                "identity": identity,
                "totals": [[stage, n, noun] for stage, (n, noun) in totals(spec).items()],
            },
        )
        return True

    def _same(self, spec: ExperimentSpec, free: tuple[str, ...]) -> None:
        there = {k: v for k, v in read_json(self.spec)["identity"].items() if k not in free}
        here = {k: v for k, v in json.loads(json.dumps(identity_document(spec))).items() if k not in free}
        found = differences(there, here)
        if not found:
            return
        more = [f"... and {len(found) - _SHOWN} more"] if len(found) > _SHOWN else []
        lines = "\n".join(f"  {text}" for text in [*found[:_SHOWN], *more])
        raise LeakstatsError(
            f"{self.path}: was made by another specification (there: the folder, here: yours):\n{lines}\n"
            "    help: run it in a folder of its own (-o), or go back to the specification that the folder holds "
            f"({self.spec.name})"
        )

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other processes out while the block runs; the system lets go of the lock when the process ends.

        Raises
        ------
        LeakstatsError
            If another process holds it; the message names its process id.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        except OSError as error:
            raise LeakstatsError(f"{self.path}: cannot be used: {error.strerror}") from None
        try:
            if not _taken(handle):
                holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
                raise LeakstatsError(
                    f"{self.path}: is in use by {holder}; two processes would draw the same cells. Wait for it, or end "
                    f"it, or look at how far it is: leakstats status {self.path}"
                )
            os.ftruncate(handle, 0)
            os.pwrite(handle, f"process {os.getpid()} on {os.uname().nodename}\n".encode(), 0)
            yield
            os.ftruncate(handle, 0)
        finally:
            os.close(handle)

    def place(self, final: Path, make: Callable[[Path], Any]) -> Any:
        """Let ``make`` fill a new folder, then give it its name in one step: it is there whole or not at all.

        What an interrupted attempt left is thrown away first.
        """
        partial = final.parent / f".partial-{final.name}"
        try:
            shutil.rmtree(partial, ignore_errors=True)
            partial.mkdir(parents=True)
            made = make(partial)
            for path in [*partial.rglob("*"), partial]:
                _sync(path)
            if final.exists():
                shutil.rmtree(final)
            partial.rename(final)
            _sync(final.parent)
        except OSError as error:
            raise LeakstatsError(
                f"{final}: cannot be written: {error.strerror or error}. What was finished before is stored.\n"
                "    help: free some space and give the same command again: it goes on from there"
            ) from None
        return made


def _taken(handle: int) -> bool:
    """Whether the lock could be had; a few tries, since ``leakstats status`` holds it for an instant."""
    for attempt in range(5):
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.02 * attempt)
        else:
            return True
    return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def locked_by(path: Path) -> str | None:
    """Who works in a run folder now (``process 123 on host``); None where nobody does. Takes no lock."""
    try:
        handle = os.open(path / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(handle, 200, 0).decode(errors="replace").strip() or "another process"
    else:
        return None
    finally:
        os.close(handle)
