"""Violations in provenance, setup, runs, dates and array files: nulls without a reason, paths that leave the folder."""

from __future__ import annotations

import datetime
import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from leakstats.results.arrays import leaves_folder
from leakstats.results.found import Found, listed, shown

__all__ = ["check_origin"]

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_SETUP = ("model", "training", "data", "eval", "compute", "environment")


def check_origin(found: Found, document: Mapping[str, Any], folder: Path | None) -> None:
    """Note everything wrong with dates, ``setup``, ``runs``, ``provenance`` and ``arrays``."""
    _dates(found, document)
    if isinstance(document.get("setup"), dict):
        setup = document["setup"]
        rows = {f"{t}.{r}": v for t in _SETUP if isinstance(setup.get(t), dict) for r, v in setup[t].items()}
        _unknown(found, ("setup",), rows, setup.get("unknown"))
    if isinstance(document.get("provenance"), dict):
        _provenance(found, document["provenance"])
    if isinstance(document.get("runs"), dict):
        runs = document["runs"]
        if not runs.get("runs") and not runs.get("not_logged"):
            found.add(("runs", "not_logged"), "is missing although no run is listed", "say why runs are not listed")
    arrays = document.get("arrays")
    seen: set[str] = set()
    for i, item in enumerate(arrays if isinstance(arrays, list) else []):
        if isinstance(item, dict):
            _array(found, ("arrays", i), item, folder)
            name = item.get("id")
            if isinstance(name, str) and name in seen:
                found.add(("arrays", i, "id"), f"is {shown(name)} again", "give each array its own id")
            seen.add(str(name))


def _dates(found: Found, document: Mapping[str, Any]) -> None:
    places = [("study", "created"), ("provenance", "made_on")]
    places += [("plan", key) for key in ("registered_on", "data_collected_on")]
    for section, key in places:
        value = document[section].get(key) if isinstance(document.get(section), dict) else None
        if isinstance(value, str) and not _is_date(value):
            found.add((section, key), f"is {shown(value)}, no date", "write it as YYYY-MM-DD")


def _is_date(text: str) -> bool:
    try:
        datetime.date.fromisoformat(text)
    except ValueError:
        return False
    return _DATE.fullmatch(text) is not None


def _unknown(found: Found, path: tuple[str, ...], fields: dict[str, Any], unknown: Any) -> None:
    """A field is null exactly where ``unknown`` gives the reason."""
    reasons = unknown if isinstance(unknown, dict) else {}
    for name, value in fields.items():
        if value is None and name not in reasons:
            place = (*path, *name.split(".", 1))
            found.add(place, "is null without a reason", f"say why in {'.'.join(path)}.unknown under {shown(name)}")
    for name in reasons:
        if name not in fields:
            found.add(
                (*path, "unknown", name), f"gives a reason for {shown(name)}, which is not there", "check the name"
            )
        elif fields[name] is not None:
            found.add(
                (*path, "unknown", name),
                f"gives a reason why {name} is unknown, but it is {shown(fields[name])}",
                "take the reason out, or write null",
            )


def _provenance(found: Found, provenance: dict[str, Any]) -> None:
    fields = {k: v for k, v in provenance.items() if k not in ("unknown", "seeds")}
    seeds = provenance.get("seeds")
    if isinstance(seeds, dict):
        fields |= {f"seeds.{k}": v for k, v in seeds.items()}
    _unknown(found, ("provenance",), fields, provenance.get("unknown"))


def _array(found: Found, path: tuple[str | int, ...], item: dict[str, Any], folder: Path | None) -> None:
    shape, axes, name = item.get("shape"), item.get("axes"), item.get("path")
    if isinstance(shape, list) and isinstance(axes, list) and len(shape) != len(axes):
        found.add((*path, "axes"), f"names {len(axes)} axes; shape has {len(shape)}", "one name an axis")
    if not isinstance(name, str):
        return
    target = None if folder is None else folder / name
    if leaves_folder(name, folder):
        found.add(
            (*path, "path"),
            f"is {shown(name)}, which leaves the folder of this file",
            "keep array files beside or below it, with / between folders",
        )
        return
    if target is not None and target.is_file():
        _same_file(found, path, item, target)


def _same_file(found: Found, path: tuple[str | int, ...], item: dict[str, Any], target: Path) -> None:
    try:
        with target.open("rb") as f:
            digest = "sha256:" + hashlib.file_digest(f, "sha256").hexdigest()
    except OSError as error:
        found.add((*path, "path"), f"{shown(item['path'])} cannot be read: {error.strerror}")
        return
    if digest != item.get("sha256"):
        found.add(
            (*path, "sha256"), f"is {shown(item.get('sha256'), 80)}; the file has {digest}", "another file lies there"
        )
        return
    if target.suffix == ".npy":
        _same_header(found, path, item, target)


def _same_header(found: Found, path: tuple[str | int, ...], item: dict[str, Any], target: Path) -> None:
    import numpy as np

    try:
        array = np.load(target, mmap_mode="r", allow_pickle=False)
    except ValueError as error:
        found.add((*path, "path"), f"{shown(item['path'])} is no array of numbers: {error}")
        return
    if list(array.shape) != item.get("shape"):
        found.add((*path, "shape"), f"is {listed(item.get('shape') or [])}; the file has {listed(array.shape)}")
    if str(array.dtype) != item.get("dtype"):
        found.add((*path, "dtype"), f"is {shown(item.get('dtype'))}; the file has {array.dtype}")
