"""A walk through a file of any shape, which gathers its numbers, vectors and texts."""

from __future__ import annotations

import math
from typing import Any

from .layouts import (
    by_measure,
    hoisted,
    is_number,
    key_fields,
    metric_field,
    of_runs,
    rows_of_columns,
    rows_of_split,
    stacked,
    turned,
    unfolded,
)
from .leaves import Leaf, Step

__all__ = ["MOST_LEAVES", "Walk"]

MOST_LEAVES = 15_000
"""A file with more numbers is read up to here; it is too large for a page's results."""
_MOST_MEASURED = 300_000
"""Numbers in long vectors, which are no leaves."""
_MOST_STRINGS = 5_000
"""Texts of a file that may be names; in a file with more they are what was written or answered."""
_MOST_POINTS = 60
"""A longer vector holds single measurements, of which a page states the mean and no member."""
_MOST_DEPTH = 40


class Walk:
    """The numbers and texts below a node; each is visited with its path, and with the pointer that this makes."""

    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.raw_vectors: list[tuple[tuple[Step, ...], list[float]]] = []
        self.strings: set[str] = set()
        self.sizes: set[int] = set()
        self.unread = ""
        """What was left out, in words."""
        self.measured = 0
        self.labels: list[tuple[str, str]] = []

    def visit(self, node: Any, path: tuple[Step, ...] = (), pointer: str = "") -> None:
        if len(self.leaves) >= MOST_LEAVES or self.measured > _MOST_MEASURED:
            self.unread = f"of its numbers only the first {len(self.leaves) + self.measured} were compared"
        elif len(path) > _MOST_DEPTH:
            self.unread = self.unread or f"what is nested more than {_MOST_DEPTH} deep was not compared"
        elif is_number(node):
            self.add(path, pointer, node)
        elif isinstance(node, dict):
            self.sizes.add(len(node))
            runs = of_runs(node)
            if runs:
                self.records(list(runs.values()), path, pointer)
                return
            rows, columns = rows_of_columns(node)
            if rows:
                self.records(rows, path, pointer)
                node = {k: v for k, v in node.items() if k not in columns}
            node = unfolded(node)
            split = rows_of_split(node)
            if split is not None:
                self.records(split, path, pointer)
                node = {k: v for k, v in node.items() if not isinstance(v, list)}
            measures = by_measure(node)
            if measures:
                self.records(turned({k: node[k] for k in measures}), path, pointer)
                node = {k: v for k, v in node.items() if k not in measures}
            for key, value in node.items():
                if isinstance(value, str) and 1 < len(value) <= 40 and path and isinstance(path[-1], str):
                    self.labels.append((value, path[-1]))
                self.visit(value, (*path, str(key)), f"{pointer}/{key}")
        elif isinstance(node, list):
            self.sizes.add(len(node))
            if node and all(isinstance(x, dict) for x in node):
                self.records(node, path, pointer)
            elif node and all(isinstance(x, bool) for x in node):
                self.measured += len(node)
                self.raw_vectors.append((path, [float(x) for x in node]))
            elif node and all(is_number(x) or x is None for x in node):
                numbers = [float(x) for x in node if x is not None]
                if len(numbers) == len(node):
                    self.raw_vectors.append((path, numbers))
                if len(node) > _MOST_POINTS:
                    self.measured += len(node)
                else:
                    for i, x in enumerate(node):
                        if x is not None:
                            self.add((*path, f"[{i}]"), f"{pointer}/[{i}]", x)
            elif (
                len(node) > 1
                and all(isinstance(x, list) for x in node)
                and node[0]
                and all(isinstance(x, str) for x in node[0])
            ):
                self.records([dict(zip(node[0], row, strict=False)) for row in node[1:]], path, pointer)
            else:
                for i, x in enumerate(node):
                    self.visit(x, (*path, f"[{i}]"), f"{pointer}/[{i}]")
        elif isinstance(node, str) and 1 < len(node) <= 60:
            self.named(node)

    def named(self, text: str) -> None:
        if len(self.strings) < _MOST_STRINGS:
            self.strings.add(text)

    def add(self, path: tuple[Step, ...], pointer: str, value: float) -> None:
        number = float(value)
        if math.isfinite(number):
            whole = isinstance(value, int) or (number.is_integer() and abs(number) > 1)
            self.leaves.append(Leaf(path, number, whole, pointer or "/"))

    def records(self, rows: list[dict[str, Any]], path: tuple[Step, ...] = (), pointer: str = "") -> None:
        rows = hoisted(rows) if rows else rows
        frames = stacked(rows)
        for name, part in frames.items():
            if len(part) > 1:
                self.records(part, (*path, name), f"{pointer}/{name}")
            else:
                self.visit(part[0], (*path, name), f"{pointer}/{name}")
        if frames:
            return
        self.sizes.add(len(rows))
        keys = key_fields(rows)
        metric = metric_field(rows, keys)
        if metric:
            keys = tuple(k for k in keys if k != metric)
            for row in rows:
                group = tuple(str(row[k]) for k in keys if row.get(k) not in ("", None))
                name = str(row.get(metric, ""))
                for key, value in row.items():
                    if key in keys and isinstance(value, str) and 1 < len(value) <= 60:
                        self.named(value)
                    elif is_number(value) and key not in keys:
                        self.add((*path, group, name), f"{pointer}/{','.join(group)}/{name}", value)
            return
        for i, row in enumerate(rows):
            step: Step = tuple(str(row.get(k, "")) for k in keys) if keys else f"[{i}]"
            below = (*path, step)
            at = f"{pointer}/{step if isinstance(step, str) else ','.join(step)}"
            for key, value in row.items():
                if key in keys:
                    if isinstance(value, str) and 1 < len(value) <= 60:
                        self.named(value)
                    continue
                if isinstance(value, str) and 1 < len(value) <= 40 and len(step) == 1:
                    self.labels.append((value, step[0]))
                self.visit(value, (*below, str(key)), f"{at}/{key}")
