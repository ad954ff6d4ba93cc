"""What the example scripts share: reading CSV, and the provenance of copied numbers."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from leakstats.files import read_bytes, sha256_of

REPOSITORY = "https://github.com/superkaiba/explore-persona-space"
NOT_STATED = "not stated in what is published"


def rows_of(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file with a header."""
    with path.open(newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    """The distinct values in order of first appearance."""
    return tuple(dict.fromkeys(values))


def published(commit: str, path: str) -> str:
    """Where a file of the published repository is, pinned to the commit that the numbers were read from."""
    return f"{REPOSITORY}/blob/{commit}/{path}"


def provenance(numbers: Path, *, known: dict[str, Any], unknown: dict[str, str]) -> dict[str, Any]:
    """Provenance with every file of ``numbers`` as an input; fields in neither mapping are unknown: not stated."""
    fields = ["commit", "dirty", "repository", "command", "python", "packages", "hardware", "wall_time_s", "gpu_hours"]
    out: dict[str, Any] = {name: known.get(name) for name in fields}
    out["seeds"] = known.get("seeds", {"training": None, "sampling": None})
    out["inputs"] = [
        {"path": f"numbers/{f.name}", "sha256": sha256_of(read_bytes(f))}
        for f in sorted(numbers.iterdir())
        if f.suffix in (".csv", ".json")
    ]
    out["made_by"] = "examples/make_results.py"
    out["made_on"] = None
    reasons = {"made_on": "left out, so that the file can be made again byte for byte", **unknown}
    missing = [name for name in fields if out[name] is None]
    missing += [f"seeds.{name}" for name, value in out["seeds"].items() if value is None]
    out["unknown"] = {"made_on": reasons["made_on"]} | {name: reasons.get(name, NOT_STATED) for name in missing}
    return out


def with_unknown(setup: dict[str, dict[str, Any]], reasons: dict[str, str]) -> dict[str, Any]:
    """``setup`` with the reason of each null row: as given, else that it is not stated."""
    null = [f"{table}.{row}" for table, rows in setup.items() for row, value in rows.items() if value is None]
    return {**setup, "unknown": {name: reasons.get(name, NOT_STATED) for name in null}}
