"""The run log: what was run, how it ended, what it left; as JSON lines, or in wandb as well."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from leakstats.errors import LeakstatsError, MissingDependency
from leakstats.experiment.spec import ExperimentSpec

__all__ = ["JsonlRunLog", "RunLog", "WandbRunLog", "open_runlog"]

NOT_TRACKED = "no run tracker was used; runlog.jsonl in the run folder has them"


class RunLog(Protocol):
    """Told what happens; fills the run tables of a page."""

    def start(self, run: str, config: Mapping[str, Any]) -> None:
        """A run (such as ``train/marker.villain.e0.s42``) begins with this configuration."""

    def metrics(self, run: str, values: Mapping[str, float], *, step: int) -> None:
        """Numbers of a run at a step, such as a loss."""

    def artifact(self, run: str, *, kind: str, location: str, sha256: str | None, size: int) -> None:
        """A run left a file or folder of ``size`` bytes at ``location`` (relative to the run folder)."""

    def finish(self, run: str, state: str) -> None:
        """A run ended: ``finished`` or ``crashed``."""

    def summary(self) -> dict[str, Any]:
        """The ``runs`` object of results.v1."""

    def close(self) -> None:
        """Nothing more comes."""


class JsonlRunLog:
    """The run log as JSON lines; what it says twice (a run that was started again) counts once.

    Parameters
    ----------
    path : Path
        The file; lines of earlier sessions are read, a torn last line is ignored.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._runs: dict[str, dict[str, Any]] = {}
        self._artifacts: dict[tuple[str, str], dict[str, Any]] = {}
        if path.exists():
            for line in path.read_text("utf-8", errors="replace").splitlines():
                try:
                    event = json.loads(line)
                except json.JSONDecodeError:
                    continue  # cut off by a kill; the run it belonged to is started again
                self._take(event)
        try:
            self._file = path.open("a", encoding="utf-8")
        except OSError as error:
            raise LeakstatsError(f"{path}: cannot be written: {error.strerror}") from None
        if self._file.tell() and not path.read_bytes().endswith(b"\n"):
            self._file.write("\n")

    def _take(self, event: Mapping[str, Any]) -> None:
        run = event["run"]
        if event["event"] == "start":
            self._runs[run] = {"id": run, "state": "running"}
        elif event["event"] == "finish":
            kept = {"state": event["state"]} | ({"url": event["url"]} if "url" in event else {})
            self._runs.setdefault(run, {"id": run}).update(kept)
        elif event["event"] == "artifact":
            told = {k: event[k] for k in ("kind", "location", "sha256", "size")}
            self._artifacts[run, event["location"]] = told

    def _say(self, **event: Any) -> None:
        self._take(event)
        try:
            self._file.write(json.dumps(event, ensure_ascii=False, sort_keys=True) + "\n")
            self._file.flush()
        except OSError as error:
            raise LeakstatsError(f"{self._path}: cannot be written: {error.strerror}") from None

    def start(self, run: str, config: Mapping[str, Any]) -> None:
        self._say(event="start", run=run, config=dict(config))

    def metrics(self, run: str, values: Mapping[str, float], *, step: int) -> None:
        self._say(event="metrics", run=run, step=step, values=dict(values))

    def artifact(self, run: str, *, kind: str, location: str, sha256: str | None, size: int) -> None:
        self._say(event="artifact", run=run, kind=kind, location=location, sha256=sha256, size=size)

    def finish(self, run: str, state: str, *, url: str | None = None) -> None:
        self._say(event="finish", run=run, state=state, **({} if url is None else {"url": url}))

    def summary(self) -> dict[str, Any]:
        artifacts = [
            {"type": a["kind"], "location": f"{a['location']} in the run folder{_said(a)}; not uploaded"}
            for _, a in sorted(self._artifacts.items())
        ]
        return {
            "project": None,
            "url": None,
            "runs": sorted(self._runs.values(), key=lambda r: str(r["id"])),
            "not_logged": None if self._runs else NOT_TRACKED,
            "full_data": [
                {
                    "artifact": "completions",
                    "location": "journal.jsonl in the run folder, every one with its cell; not uploaded",
                }
            ],
            "artifacts": artifacts,
        }

    def close(self) -> None:
        self._file.close()


def _said(artifact: Mapping[str, Any]) -> str:
    parts = [f"{artifact['size']:,} bytes"] if artifact["size"] else []
    if artifact["sha256"]:
        parts.append(artifact["sha256"])
    return f" ({', '.join(parts)})" if parts else ""


class WandbRunLog:
    """The JSON lines, and the same in wandb: one wandb run for each run of the log.

    ``WANDB_MODE=offline`` keeps everything in ``wandb/`` of the run folder, to be sent later with ``wandb sync``.
    """

    def __init__(self, path: Path, *, project: str) -> None:
        try:
            import wandb
        except ModuleNotFoundError as error:
            if error.name != "wandb":
                raise
            raise MissingDependency('run_log.kind = "wandb"', extra="wandb") from error
        self._wandb: Any = wandb
        self._project = project
        self._folder = path.parent
        self._lines = JsonlRunLog(path)
        self._open: dict[str, Any] = {}

    def start(self, run: str, config: Mapping[str, Any]) -> None:
        self._lines.start(run, config)
        self._open[run] = self._wandb.init(
            project=self._project,
            name=run,
            config=dict(config),
            dir=str(self._folder),
            reinit="create_new",
        )

    def metrics(self, run: str, values: Mapping[str, float], *, step: int) -> None:
        self._lines.metrics(run, values, step=step)
        self._open[run].log(dict(values), step=step)

    def artifact(self, run: str, *, kind: str, location: str, sha256: str | None, size: int) -> None:
        self._lines.artifact(run, kind=kind, location=location, sha256=sha256, size=size)
        self._open[run].summary[f"artifact/{location}"] = {"kind": kind, "sha256": sha256, "bytes": size}

    def finish(self, run: str, state: str) -> None:
        handle = self._open.pop(run, None)
        # into the lines, too: a later session of the run knows of no handle
        self._lines.finish(run, state, url=None if handle is None else handle.url)
        if handle is not None:
            handle.finish(exit_code=0 if state == "finished" else 1)

    def summary(self) -> dict[str, Any]:
        return self._lines.summary() | {"project": self._project}

    def close(self) -> None:
        for run in list(self._open):
            self.finish(run, "crashed")
        self._lines.close()


def open_runlog(spec: ExperimentSpec, path: Path) -> RunLog:
    """The run log that the specification names.

    Raises
    ------
    MissingDependency
        If it is wandb's and wandb is not installed.
    """
    if spec.run_log.kind == "wandb":
        return WandbRunLog(path, project=spec.run_log.project or spec.study.id)
    return JsonlRunLog(path)
