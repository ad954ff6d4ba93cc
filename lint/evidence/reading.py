"""The text of a results file read into its numbers: JSON, JSON lines, CSV or TSV."""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
import re
from collections import defaultdict
from functools import lru_cache
from typing import Any

from leakstats.records import replace

from ..regex import regex
from .affixes import parted_keys, parted_path
from .layouts import numbered
from .leaves import Leaf, Path
from .names import fold_name
from .shapes import Dataset
from .walk import MOST_LEAVES, Walk

__all__ = ["read_dataset"]

_QUOTED = regex(r'"[-+]?\d*\.?\d+(?:e[-+]?\d+)?\s?%?"', re.IGNORECASE)
"""A number in quotation marks."""
_DIGIT = regex(r"\d")


def read_dataset(name: str, data: str) -> Dataset:
    """Read the text of a file; CSV and TSV by the ending of ``name``.

    Raises
    ------
    ValueError
        If it is no JSON or CSV.
    """
    low = name.lower()
    walk = Walk()
    try:
        if low.endswith((".csv", ".tsv")):
            walk.records(_rows(data, "\t" if low.endswith(".tsv") else ","))
        elif low.endswith(".jsonl"):
            walk.visit(numbered([json.loads(line) for line in data.splitlines() if line.strip()]))
        else:
            node = json.loads(data)
            walk.visit(numbered(node) if _QUOTED.search(data) else node)
    except (RecursionError, csv.Error, IndexError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return _finish(name, walk)


def _rows(data: str, delimiter: str) -> list[dict[str, Any]]:
    """The lines of a table by its first one; a cell without a header and one that says nothing are left out."""
    header, *lines = [*csv.reader(io.StringIO(data), delimiter=delimiter)] or [[]]
    cell = lru_cache(maxsize=None)(_cell)  # names and sizes stand in many rows
    rows = (dict(itertools.zip_longest(header, line)) for line in lines if line)
    return [{k: cell(v) for k, v in row.items() if k and v} for row in itertools.islice(rows, MOST_LEAVES)]


def _cell(text: str) -> float | str:
    bare = text.strip()
    if _DIGIT.search(bare) is None:
        return bare
    try:
        if "." not in bare:
            return int(bare)
    except ValueError:
        pass
    percent = bare.endswith("%")
    try:
        value = float(bare.rstrip("%"))
    except ValueError:
        return bare
    if not math.isfinite(value):
        return bare
    return value / 100 if percent else value


def _finish(name: str, walk: Walk) -> Dataset:
    axes: dict[int, tuple[float, ...]] = {}
    for _, values in walk.raw_vectors:
        if (
            len(values) > 2
            and all(v.is_integer() for v in values)
            and all(b > a for a, b in itertools.pairwise(values))
        ):
            axes.setdefault(len(values), tuple(values))
    by_path = {path: axes.get(len(values)) for path, values in walk.raw_vectors}
    parted = parted_keys(leaf.path for leaf in walk.leaves)
    vectors = [(parted_path(path, parted), values, axes.get(len(values))) for path, values in walk.raw_vectors]
    leaves = [_on_axis(leaf, by_path) for leaf in walk.leaves] if axes else walk.leaves
    if parted:
        leaves = [replace(leaf, path=parted_path(leaf.path, parted)) for leaf in leaves]
    return Dataset(
        name,
        leaves,
        vectors,
        frozenset(walk.strings),
        walk.truncated,
        frozenset(walk.sizes),
        _labels(walk.labels),
        _groups(walk.labels),
    )


def _labels(found: list[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    keys: dict[str, set[str]] = defaultdict(set)
    for text, key in found:
        keys[text].add(key)
    return tuple((text, next(iter(k))) for text, k in keys.items() if len(k) == 1)


def _groups(found: list[tuple[str, str]]) -> tuple[frozenset[str], ...]:
    keys: dict[str, set[str]] = defaultdict(set)
    for text, key in found:
        keys[text].add(fold_name(key))
    return tuple(dict.fromkeys(frozenset(k) for k in keys.values() if len(k) > 1))


def _on_axis(leaf: Leaf, axes: dict[Path, tuple[float, ...] | None]) -> Leaf:
    """A vector's element under the number of its checkpoint in place of its position."""
    last = leaf.path[-1] if leaf.path else ""
    axis = axes.get(leaf.path[:-1]) if isinstance(last, str) and last.startswith("[") else None
    if axis is None or not isinstance(last, str):
        return leaf
    return Leaf((*leaf.path[:-1], f"e{int(axis[int(last[1:-1])])}"), leaf.value, leaf.whole, leaf.pointer)
