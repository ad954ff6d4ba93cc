"""Where the numbers of a run come from: captured from the machine, never typed."""

from __future__ import annotations

import datetime
import hashlib
import importlib.metadata
import itertools
import os
import platform
import re
import shlex
import subprocess
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from leakstats.experiment.identity import file_sha256, folder_sha256, portable_path
from leakstats.experiment.spec import ExperimentSpec
from leakstats.experiment.weights import base_weights

__all__ = ["capture", "code_state", "environment_lock", "hardware", "portable_command", "stage_seconds", "today"]

PACKAGES = ("leakstats", "numpy", "torch", "transformers", "peft", "vllm", "tokenizers", "safetensors")


_OUTPUT = ("-o", "--output")
_PREPARES = ("backend", "personas")


def today() -> str:
    """The date, YYYY-MM-DD, UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def capture(
    spec: ExperimentSpec, *, argv: Sequence[str] | None, spec_file: Path | None, folder: Path
) -> dict[str, Any]:
    """Everything about the machine, the code and the inputs at the start of a run.

    Parameters
    ----------
    argv : sequence of str or None
        The command line; None where the run was called from Python.
    spec_file : Path or None
        The author's file; its repository is the one whose commit counts.
    folder : Path
        The run folder, which the command line calls ``RUN``.

    Returns
    -------
    dict
        ``command``, ``python``, ``packages``, ``hardware``, ``gpus``, ``repository``, ``commit``, ``dirty``,
        ``diff_sha256``, ``inputs``; None where unknown, with the reason in ``unknown``. No absolute path.
    """
    unknown: dict[str, str] = {}
    out: dict[str, Any] = {
        "command": None if argv is None else portable_command(argv, folder=folder),
        "python": platform.python_version(),
        "inputs": _inputs(spec, spec_file),
        "captured_on": today(),
        **hardware(),
        **code_state(spec_file),
    }
    if argv is None:
        unknown["command"] = "the run was called from Python, not from a command line"
    if out["commit"] is None:
        reason = "neither the specification nor leakstats lies in a git checkout; the version is in packages"
        unknown |= dict.fromkeys(("repository", "commit", "dirty"), reason)
    elif out["repository"] is None:
        unknown["repository"] = "the checkout has no remote called origin"
    return out | {"unknown": unknown}


def code_state(spec_file: Path | None) -> dict[str, Any]:
    """``packages`` with their versions, and ``repository``, ``commit``, ``dirty`` and ``diff_sha256`` of the checkout
    that the specification lies in, else of leakstats' own; None where there is no checkout.

    Every session of a run records it: numbers that two versions of the code made together must say so.
    """
    git = next((g for g in map(_git, _code_folders(spec_file)) if g is not None), None)
    return {"packages": _packages(), **(git or dict.fromkeys(("repository", "commit", "dirty", "diff_sha256")))}


def _packages() -> dict[str, str]:
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def environment_lock() -> str:
    """Every installed distribution with its version, one a line, as pip writes it."""
    read = (d.metadata for d in importlib.metadata.distributions())
    pairs = {m["Name"]: m["Version"] for m in read if m["Name"]}
    return "".join(f"{name}=={version}\n" for name, version in sorted(pairs.items(), key=lambda p: p[0].lower()))


def _inputs(spec: ExperimentSpec, spec_file: Path | None) -> list[dict[str, str]]:
    paths = [] if spec_file is None else [str(spec_file)]
    paths += [spec.model.path] if spec.model.path else []
    paths += [c.sft.data for c in spec.conditions if c.sft is not None and c.sft.data]
    paths += [a.path for c in spec.conditions for a in c.adapters]
    out = []
    weights = base_weights(spec)
    if spec.model.world is not None and Path(weights).is_dir():
        out.append({"path": f"{spec.model.world}: base of the tiny world", "sha256": folder_sha256(Path(weights))})
    for path in dict.fromkeys(paths):
        place = Path(path)
        if place.exists():
            digest = folder_sha256(place) if place.is_dir() else file_sha256(place)
            out.append({"path": portable_path(path), "sha256": digest})
    return out


def portable_command(argv: Sequence[str], *, folder: Path) -> str:
    """The command line without the machine, so that two runs in two folders say the same.

    The run folder after ``-o`` is ``RUN``, a folder around it ``OUT``; other absolute paths keep their last name.

    Examples
    --------
    >>> portable_command(["/usr/bin/leakstats", "run", "/tmp/experiment.toml", "-o", "/tmp/a"], folder=Path("/tmp/a"))
    'leakstats run experiment.toml -o RUN'
    """
    words = [Path(argv[0]).name if argv else "leakstats"]
    for before, word in itertools.pairwise(argv):
        name, equals, value = word.partition("=") if word.startswith("-") else ("", "", word)
        names_folder = before in _OUTPUT or name in _OUTPUT
        if names_folder and value and Path(value).absolute() == folder.absolute():
            value = "RUN"
        elif names_folder and value and Path(value).absolute() in folder.absolute().parents:
            value = "OUT"
        elif Path(value).is_absolute():
            value = Path(value).name
        words.append(f"{name}{equals}{value}")
    return shlex.join(words)


def _code_folders(spec_file: Path | None) -> Iterable[Path]:
    if spec_file is not None:
        yield spec_file.resolve().parent
    yield Path(__file__).resolve().parent


def _run(*command: str, cwd: Path | None = None) -> str | None:
    try:
        done = subprocess.run(command, cwd=cwd, capture_output=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.decode(errors="replace")


def _git(folder: Path) -> dict[str, Any] | None:
    """Commit, dirty flag and a digest of the uncommitted changes; None outside a checkout with commits."""
    commit = _run("git", "rev-parse", "HEAD", cwd=folder)
    if commit is None:
        return None
    status = _run("git", "status", "--porcelain", cwd=folder) or ""
    diff = _run("git", "diff", "HEAD", cwd=folder) or ""
    url = _run("git", "remote", "get-url", "origin", cwd=folder)
    dirty = bool(status.strip())
    return {
        "repository": None if not url else re.sub(r"//[^/@]*@", "//", url.strip()),  # never a password
        "commit": commit.strip(),
        "dirty": dirty,
        "diff_sha256": "sha256:" + hashlib.sha256((status + diff).encode()).hexdigest() if dirty else None,
    }


def hardware() -> dict[str, Any]:
    """``hardware`` in words and ``gpus``, the number of GPUs that the driver shows."""
    listed = _run("nvidia-smi", "--query-gpu=name,driver_version,memory.total", "--format=csv,noheader")
    cpu = f"{os.cpu_count()} CPU cores ({_cpu_name()})"
    rows = [line.split(", ") for line in (listed or "").strip().splitlines() if line.count(", ") == 2]
    if not rows:
        return {"hardware": f"no GPU; {cpu}", "gpus": 0}
    name, driver, memory = rows[0]
    return {"hardware": f"{len(rows)} x {name} ({memory}), driver {driver}; {cpu}", "gpus": len(rows)}


def _cpu_name() -> str:
    try:
        text = Path("/proc/cpuinfo").read_text("utf-8")
    except OSError:
        text = ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def stage_seconds(records: Iterable[dict[str, Any]]) -> dict[str, float]:
    """Wall time of each stage in seconds, summed over sessions.

    The time between two records of a session belongs to the stage of the later one; loading a model and measuring
    prompts belong to the stage that they were done for. The time after the last record of a killed session is lost.

    Examples
    --------
    >>> stage_seconds([{"stage": "session", "t": 0.0}, {"stage": "train", "t": 7.5}, {"stage": "generate", "t": 9.0}])
    {'train': 7.5, 'generate': 1.5}
    """
    out: dict[str, float] = {}
    before = 0.0
    for record in records:
        if record["stage"] == "session":
            before = 0.0
            continue
        if record["stage"] in _PREPARES:
            continue
        now = float(record["t"])
        out[record["stage"]] = out.get(record["stage"], 0.0) + now - before
        before = now
    return {k: round(v, 3) for k, v in out.items()}
