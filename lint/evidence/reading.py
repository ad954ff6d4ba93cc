"""The text of a results file read into its numbers: JSON, JSON lines, or a table with any delimiter (CSV, TSV)."""

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
            walk.records(_rows(data, low, walk))
        elif low.endswith(".jsonl"):
            walk.visit(numbered([json.loads(line) for line in data.splitlines() if line.strip()]))
        else:
            node = json.loads(data)
            walk.visit(numbered(node) if _QUOTED.search(data) else node)
    except (RecursionError, csv.Error, IndexError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return _finish(name, walk)


def _rows(data: str, name: str, walk: Walk) -> list[dict[str, Any]]:
    """The lines of a table by its first one; a cell without a header and one that says nothing are left out."""
    delimiter = _delimiter(data, name)
    lines = [line for line in csv.reader(io.StringIO(data), delimiter=delimiter) if line]
    if len(lines) > MOST_LEAVES:
        walk.unread = f"of its rows only the first {MOST_LEAVES} were compared"
    header, *lines = lines[: MOST_LEAVES + 1] or [[]]
    with_comma = delimiter == ";" and _has_decimal_commas(lines)
    cell = lru_cache(maxsize=None)(_cell_with_comma if with_comma else _cell)  # names and sizes stand in many rows
    rows = (dict(itertools.zip_longest(header, line)) for line in lines)
    return [{k: cell(v) for k, v in row.items() if k and v} for row in rows]


_DELIMITERS = (",", "\t", ";", "|")
_SAMPLE = 50
"""Lines by which the delimiter is told."""


def _delimiter(data: str, name: str) -> str:
    """The mark that parts all first lines into as many columns, into the most of them; else the one of the ending."""
    usual = "\t" if name.endswith(".tsv") else ","
    best, most = usual, 1
    for mark in (usual, *(d for d in _DELIMITERS if d != usual)):
        lines = (line for line in csv.reader(io.StringIO(data), delimiter=mark) if line)
        widths = [len(line) for line in itertools.islice(lines, _SAMPLE)]
        if len(widths) > 1 and len(set(widths)) == 1 and widths[0] > most:
            best, most = mark, widths[0]
    return best


_DECIMAL_COMMA = regex(r"\s*[-+]?\d+,\d+(?:e[-+]?\d+)?\s?%?\s*", re.IGNORECASE)
_DECIMAL_POINT = regex(r"\s*[-+]?\d*\.\d+(?:e[-+]?\d+)?\s?%?\s*", re.IGNORECASE)


def _has_decimal_commas(lines: list[list[str]]) -> bool:
    cells = [cell for line in lines for cell in line]
    return any(map(_DECIMAL_COMMA.fullmatch, cells)) and not any(map(_DECIMAL_POINT.fullmatch, cells))


def _cell_with_comma(text: str) -> float | str:
    return _cell(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)


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
        walk.unread,
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
