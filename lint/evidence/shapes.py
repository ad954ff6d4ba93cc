"""Facts from any JSON or CSV: the shape is discovered by its values, never by its key names.

Records in lists, objects of objects, columns of equal length, rows of text: all become leaves with a path. What of a
path is an entity and what a field is left open: every step in turn is taken as the entity, and the binding of a page's
columns decides by agreement.
"""

from __future__ import annotations

import csv
import io
import itertools
import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any, TypeAlias

from leakstats.facts import Fact, Series
from leakstats.records import replace, struct
from leakstats.tails import correlation_p

from ..regex import regex
from .names import fold_name, index_of, words_of

__all__ = ["MOST_LEAVES", "Dataset", "Leaf", "Triple", "read_dataset"]

MOST_LEAVES = 40_000
"""A file with more numbers is read up to here; it is too large for a page's results."""
MOST_POINTS = 60
"""A longer vector holds single measurements, of which a page states the mean and no member."""
_MOST_DEPTH = 40
_MOST_STEPS = 24
"""A longer vector without an axis is no course."""
_MOST_FIELDS = 9
"""Whole numbers of a record that are tried in pairs."""

Step: TypeAlias = "str | tuple[str, ...]"


@struct
class Leaf:
    """One number of a file."""

    path: tuple[Step, ...]
    value: float
    whole: bool
    pointer: str


@struct
class Triple:
    """A correlation with its p-value and sample size."""

    names: frozenset[str]
    words: frozenset[str]
    coefficient: Fact
    p: Fact | None
    n: int | None
    pointer: str


@dataclass
class Dataset:
    """The numbers of one results file."""

    name: str
    leaves: list[Leaf]
    vectors: list[tuple[tuple[Step, ...], list[float], tuple[float, ...] | None]]
    """Path, values, and the axis of the same length."""
    strings: frozenset[str]
    truncated: bool = False
    sizes: frozenset[int] = frozenset()
    """Lengths of its collections."""
    labels: tuple[tuple[str, str], ...] = ()
    """Texts that only one record has, each with the key of its record."""
    groups: tuple[frozenset[str], ...] = ()
    """Folded keys of the records that share a text, such as a category."""

    @cached_property
    def entities(self) -> frozenset[str]:
        """The names of things: keys of records, and keys of objects that hold the same fields as their neighbours."""
        out: set[str] = set()
        tails: dict[tuple[Step, ...], dict[str, set[tuple[Step, ...]]]] = defaultdict(lambda: defaultdict(set))
        for leaf in self.leaves:
            path = leaf.path
            for i, step in enumerate(path):
                if not isinstance(step, str):
                    out.update(step)
                elif i < len(path) - 1:
                    tails[path[:i]][step].add(path[i + 1 :])
                elif self._uniform(path[:-1]):
                    out.add(step)
        for found in tails.values():
            names = list(found)
            for name in names:
                own = found[name]
                if any(o != name and 2 * len(own & found[o]) >= max(len(own), len(found[o])) for o in names[:50]):
                    out.add(name)
        return frozenset(out)

    @cached_property
    def records(self) -> dict[tuple[Step, ...], dict[str, Leaf]]:
        """Leaves by what holds them and their key."""
        out: dict[tuple[Step, ...], dict[str, Leaf]] = defaultdict(dict)
        for leaf in self.leaves:
            last = leaf.path[-1] if leaf.path else ""
            if last[:1] == "[":
                continue  # a member of a vector has a position and no name
            out[leaf.path[:-1]][last if isinstance(last, str) else "/".join(last)] = leaf
        return out

    @cached_property
    def series(self) -> list[Series]:
        """One quantity over several entities, for every step of the paths that can be the entity."""
        groups: dict[tuple[Step, ...], dict[str, Leaf]] = defaultdict(dict)
        positional = {path for path, values, _ in self.vectors if len(values) > 3}
        axes = {path for path, values, axis in self.vectors if axis == tuple(values)}
        for leaf in self.leaves:
            if leaf.path and str(leaf.path[-1])[:1] == "[" and leaf.path[:-1] in positional:
                continue  # no page speaks of "the seventeenth"
            if leaf.path[:-1] in axes:
                continue  # "epoch 4" is where something was measured
            for i, step in enumerate(leaf.path):
                if isinstance(step, tuple):
                    for j, part in enumerate(step):
                        rest = (*step[:j], "*", *step[j + 1 :])
                        groups[(*leaf.path[:i], rest, *leaf.path[i + 1 :])][part] = leaf
                elif i < len(leaf.path) - 1 or self._uniform(leaf.path[:-1]):
                    groups[(*leaf.path[:i], "*", *leaf.path[i + 1 :])][step] = leaf
        out = []
        for signature, found in groups.items():
            if len(found) < 2:
                continue
            values = [leaf.value for leaf in found.values()]
            whole = all(leaf.whole for leaf in found.values())
            scale, fraction = _scale(values, whole, _last_key(signature))
            made = _series(signature, found, scale, fraction)
            ends = {leaf.path[:-1] for leaf in found.values()} <= self._intervals or _last_words(
                signature
            ) & _INTERVAL_WORDS
            out.append(replace(made, role="interval") if ends else made)
        out.extend(self._derived_rates())
        out.extend(self._points())
        out.extend(self._of_vectors())
        return out

    @cached_property
    def _intervals(self) -> frozenset[tuple[Step, ...]]:
        """Vectors of two that hold a number beside them: intervals."""
        out = set()
        for path, values, _ in self.vectors:
            if len(values) == 2 and values[0] <= values[1]:
                whole = values[0].is_integer() and values[1].is_integer()
                beside = [x.value for x in self.records.get(path[:-1], {}).values() if not (x.whole and whole)]
                if any(values[0] <= v <= values[1] for v in beside) or words_of(str(path[-1])) & _INTERVAL_WORDS:
                    out.add(path)
        return frozenset(out)

    @cached_property
    def _uniform_parents(self) -> frozenset[tuple[Step, ...]]:
        out = set()
        for parent, found in self.records.items():
            values = [leaf.value for leaf in found.values()]
            whole = [leaf.whole for leaf in found.values()]
            if len(values) >= 3 and (all(whole) or all(-1 <= v <= 1 for v in values) or not any(whole)):
                out.add(parent)
        return frozenset(out)

    def _uniform(self, parent: tuple[Step, ...]) -> bool:
        return parent in self._uniform_parents

    @cached_property
    def pairs(self) -> list[tuple[tuple[Step, ...], str, int, int]]:
        """Counts with their trials: what holds them, a prefix of their keys, k, n."""
        out = []
        vectors = {path for path, _, _ in self.vectors}
        for parent, found in self.records.items():
            if parent in vectors:
                continue
            for prefix, group in _by_prefix(found).items():
                whole = {k: int(leaf.value) for k, leaf in group.items() if leaf.whole and 0 <= leaf.value < 1e9}
                rates = [(key, x.value) for key, x in group.items() if -1 < x.value < 101]  # fractions or percent
                best = None
                for a, k in whole.items():
                    for b, n in whole.items():
                        if a == b or k > n or n < 2:
                            continue
                        low, high = k / n, 100 * k / n
                        if any(
                            (abs(low - r) < 6e-4 or abs(high - r) < 6e-3) and key != a and key != b for key, r in rates
                        ):
                            best = (k, n)
                            break
                    if best:
                        break
                if best is None and len(whole) == 2:
                    k, n = sorted(whole.values())
                    if n >= 5 and k < n:
                        best = (k, n)
                if best is None and len(whole) > 2:
                    hits = [k for k in whole if words_of(k) & _HITS]
                    sizes = [k for k in whole if words_of(k) & _SIZES and k not in hits]
                    if len(hits) == 1 and len(sizes) == 1 and whole[hits[0]] <= whole[sizes[0]] >= 5:
                        best = (whole[hits[0]], whole[sizes[0]])
                if best is not None:
                    out.append((parent, prefix, *best))
        return out

    def _derived_rates(self) -> Iterator[Series]:
        """k / n where a file holds the counts alone."""
        groups: dict[tuple[tuple[Step, ...], str], dict[str, tuple[int, int, tuple[Step, ...]]]] = defaultdict(dict)
        for parent, prefix, k, n in self.pairs:
            for i, step in enumerate(parent):
                parts = (step,) if isinstance(step, str) else step
                for j, part in enumerate(parts):
                    rest: Step = "*" if isinstance(step, str) else (*parts[:j], "*", *parts[j + 1 :])
                    groups[((*parent[:i], rest, *parent[i + 1 :]), prefix)][part] = (k, n, parent)
        for (signature, prefix), found in groups.items():
            if len(found) < 2:
                continue
            facts: dict[str, Fact] = {}
            for name, (k, n, parent) in found.items():
                fact = Fact("rate", _names_of(parent), k / n, k / n, _pointer(parent))
                for key in _entity_keys(name):
                    facts.setdefault(key, fact)
            words = _words(signature) | words_of(prefix) | {"rate"}
            yield Series(f"{prefix} k/n".strip(), words, facts, True, "data", _pointer(signature))

    @cached_property
    def ratios(self) -> list[Series]:
        """One count of every record over another, for all pairs of fields that could be hits and trials.

        Which of them mean anything the file does not say; a column of a page that prints one does.
        """
        tables: dict[tuple[Step, ...], dict[str, dict[str, Leaf]]] = defaultdict(dict)
        known = {parent for parent, _, _, _ in self.pairs}
        for parent, found in self.records.items():
            whole = {k: x for k, x in found.items() if x.whole and x.value >= 0}
            if not 2 <= len(whole) <= _MOST_FIELDS or (parent in known and len(whole) == 2):
                continue
            for i, step in enumerate(parent):
                for j, part in enumerate((step,) if isinstance(step, str) else step):
                    rest: Step = "*" if isinstance(step, str) else (*step[:j], "*", *step[j + 1 :])
                    tables[(*parent[:i], rest, *parent[i + 1 :])][part] = whole
        out = []
        for signature, rows in tables.items():
            if len(rows) < 3:
                continue
            shared = sorted(frozenset.intersection(*(frozenset(r) for r in rows.values())))
            for a, b in itertools.permutations(shared, 2):
                if not all(r[a].value <= r[b].value >= 5 for r in rows.values()):
                    continue
                facts: dict[str, Fact] = {}
                for name, r in rows.items():
                    rate = r[a].value / r[b].value
                    fact = Fact(f"{a}/{b}", _names_of(r[a].path[:-1]), rate, rate, r[a].pointer)
                    for key in _entity_keys(name):
                        facts.setdefault(key, fact)
                words = _words(signature) | words_of(a) | {"rate"}
                out.append(Series(f"{a}/{b}", words, facts, True, "data", f"{_pointer(signature)}/{a}"))
        return out

    def _of_vectors(self) -> Iterator[Series]:
        """First, last, largest, smallest of every vector, where the largest stands, and what changed."""
        groups: dict[tuple[tuple[Step, ...], str], dict[str, tuple[float, tuple[Step, ...]]]] = defaultdict(dict)
        for path, values, axis in (*self.vectors, *self.rated_vectors(), *self._courses()):
            if len(values) < 2 or path in self._intervals:
                continue
            high = max(values)
            derived = {"max": high, "min": min(values)}
            if axis is not None or len(values) <= _MOST_STEPS:  # else single measurements, in no order that matters
                derived |= {"first": values[0], "last": values[-1]}
                derived["net"] = values[-1] - values[0]
                derived["gain"] = high - values[0]
            if axis is not None:
                derived["at"] = axis[values.index(high)]
            for i, step in enumerate(path[:-1] if len(path) > 1 else path):
                parts = (step,) if isinstance(step, str) else step
                for j, part in enumerate(parts):
                    if part == "*":
                        continue
                    rest: Step = "*" if isinstance(step, str) else (*parts[:j], "*", *parts[j + 1 :])
                    for role, value in derived.items():
                        groups[((*path[:i], rest, *path[i + 1 :]), role)][part] = (value, path)
        for (signature, role), found in groups.items():
            if len(found) < 2:
                continue
            values = [v for v, _ in found.values()]
            whole = all(float(v).is_integer() for v in values) and max(map(abs, values)) > 1
            scale, fraction = (
                (1.0, False)
                if role == "at"
                else _scale(values, whole, _last_key(signature), signed=role in ("net", "gain"))
            )
            facts: dict[str, Fact] = {}
            for name, (value, path) in found.items():
                fact = Fact(role, _names_of(path), value * scale, value * scale, f"{_pointer(path)} ({role})")
                for key in _entity_keys(name):
                    facts.setdefault(key, fact)
            yield Series(
                _last_key(signature), _words(signature) | {role}, facts, fraction, "data", _pointer(signature), role
            )

    def _points(self) -> Iterator[Series]:
        """k / n of every thing at every checkpoint, where counts stand in vectors."""
        groups: dict[tuple[Step, ...], dict[str, Leaf]] = defaultdict(dict)
        for path, values, axis in self.rated_vectors():
            if axis is None or len(values) > _MOST_STEPS:
                continue
            for point, value in zip(axis, values, strict=True):
                leaf = Leaf((*path, f"e{int(point)}"), value, False, f"{_pointer(path)} at {int(point)}")
                for i, step in enumerate(leaf.path):
                    if isinstance(step, str) and i != len(leaf.path) - 2:
                        groups[(*leaf.path[:i], "*", *leaf.path[i + 1 :])][step] = leaf
        for signature, found in groups.items():
            if len(found) > 1:
                yield _series(signature, found, 1.0, True)

    def rated_vectors(self) -> Iterator[tuple[tuple[Step, ...], list[float], tuple[float, ...] | None]]:
        """k / n where a vector of counts stands beside its trials, one number or as many."""
        whole = {path: values for path, values, _ in self.vectors if all(v.is_integer() and v >= 0 for v in values)}
        for path, values, axis in self.vectors:
            if path not in whole or not values or axis == tuple(values):
                continue
            trials = [
                x.value for x in self.records.get(path[:-1], {}).values() if x.whole and x.value >= max(*values, 5)
            ]
            beside = [
                v
                for p, v in whole.items()
                if p != path
                and p[:-1] == path[:-1]
                and len(v) == len(values)
                and min(v) >= 5
                and all(b >= a for a, b in zip(values, v, strict=True))
            ]
            if len(trials) == 1:
                yield (*path[:-1], f"{path[-1]} k/n"), [v / trials[0] for v in values], axis
            elif beside:
                yield (*path[:-1], f"{path[-1]} k/n"), [a / b for a, b in zip(values, beside[0], strict=True)], axis

    def _courses(self) -> Iterator[tuple[tuple[Step, ...], list[float], tuple[float, ...] | None]]:
        """Vectors of which each element stands in a record of its own, "epoch": 4 beside "rate": 0.3."""
        groups: dict[tuple[Step, ...], dict[int, float]] = defaultdict(dict)
        vectors = {path for path, _, _ in self.vectors}
        rates = [
            Leaf((*parent, f"{prefix} k/n".strip()), k / n, False, _pointer(parent))
            for parent, prefix, k, n in self.pairs
        ]
        for leaf in (*self.leaves, *rates):
            if leaf.path[:-1] in vectors:
                continue
            for i, step in enumerate(leaf.path):
                parts = (step,) if isinstance(step, str) else step
                for j, part in enumerate(parts):
                    index = index_of(part)
                    if index and (len(parts) > 1 or isinstance(step, str)):
                        rest: Step = "*" if isinstance(step, str) else (*parts[:j], "*", *parts[j + 1 :])
                        groups[(*leaf.path[:i], rest, *leaf.path[i + 1 :])][int(index[1:])] = leaf.value
        for path, points in groups.items():
            if len(points) >= 3:
                axis = tuple(float(k) for k in sorted(points))
                yield path, [points[k] for k in sorted(points)], axis

    @cached_property
    def triples(self) -> list[Triple]:
        """Correlations with p and N, found by the relation between the three."""
        out: list[Triple] = []
        budget = 4000
        for parent, found in (*self.records.items(), *self._rows_of_vectors().items()):
            for prefix, group in _by_prefix(found).items():
                sizes = {int(x.value) for x in group.values() if x.whole and 4 <= x.value <= 1e7}
                coefficients = [x for x in group.values() if not x.whole and -1 < x.value < 1]
                ps = [x for x in group.values() if 0 < x.value <= 1 and not x.whole]
                if not coefficients or not ps or not sizes:
                    continue
                used: set[int] = set()
                for c in coefficients:
                    best: tuple[float, Leaf, int] | None = None
                    for n in sizes:
                        budget -= 1
                        if budget < 0:
                            return out
                        expected = correlation_p(c.value, n)
                        for p in ps:
                            if p is c or id(p) in used:
                                continue
                            gap = abs(p.value - expected) / max(p.value, expected, 1e-300)
                            named = words_of(p.path[-1] if isinstance(p.path[-1], str) else "") & {
                                "p",
                                "pval",
                                "pvalue",
                            }
                            if gap < (0.02 if named else 1e-4) and (best is None or gap < best[0]):
                                best = (gap, p, n)
                    if best is not None and not any(t.p is not None and t.p.pointer == c.pointer for t in out):
                        _, p, n = best
                        names = _names_of((*parent, prefix) if prefix else parent)
                        words = _words(parent) | words_of(prefix)
                        used.add(id(p))
                        out.append(
                            Triple(
                                names,
                                words,
                                Fact("coefficient", names, c.value, c.value, c.pointer),
                                Fact("p", names, p.value, p.value, p.pointer),
                                n,
                                _pointer(parent),
                            )
                        )
        return out

    def _rows_of_vectors(self) -> dict[tuple[Step, ...], dict[str, Leaf]]:
        """What vectors beside each other hold at one position: the coefficient, p and N of a layer."""
        beside: dict[tuple[tuple[Step, ...], int], list[tuple[Step, ...]]] = defaultdict(list)
        for path, values, _ in self.vectors:
            if path and 2 < len(values) <= _MOST_STEPS:
                beside[(path[:-1], len(values))].append(path)
        known = {p for paths in beside.values() if len(paths) >= 3 for p in paths}
        out: dict[tuple[Step, ...], dict[str, Leaf]] = defaultdict(dict)
        for leaf in self.leaves if known else ():
            key = leaf.path[-2] if leaf.path[:-1] in known else ""
            if key and isinstance(key, str):
                row = (*leaf.path[:-2], leaf.path[-1])
                out[row][key] = replace(leaf, path=(*row, key))
        return out

    @cached_property
    def trials(self) -> frozenset[int]:
        """Whole numbers that can be sample sizes: of counts, of correlations, of collections, or by their name."""
        out = {n for _, _, _, n in self.pairs} | {t.n for t in self.triples if t.n is not None} | set(self.sizes)
        for leaf in self.leaves:
            key = leaf.path[-1] if leaf.path and isinstance(leaf.path[-1], str) else ""
            if leaf.whole and words_of(key) & _SIZES:
                out.add(int(leaf.value))
        fields: dict[str, list[Leaf]] = defaultdict(list)
        for found in self.records.values():
            for key, leaf in found.items():
                fields[key].append(leaf)
        for found_leaves in fields.values():
            values = [x.value for x in found_leaves]
            # counts of hits scatter; what was asked of each is a round number, or the same for many
            if all(x.whole and x.value >= 10 for x in found_leaves) and (
                all(v % 10 == 0 for v in values) or (len(values) > 3 and 2 * len(set(values)) <= len(values))
            ):
                out.update(map(int, values))
        return frozenset(out)

    @cached_property
    def integers(self) -> frozenset[int]:
        """Every whole number of the file, and the size of every collection."""
        return frozenset(int(x.value) for x in self.leaves if x.whole) | self.sizes


def _by_prefix(found: dict[str, Leaf]) -> dict[str, dict[str, Leaf]]:
    """Flat keys ("own_hits", "own_total") by what they have in common; one group where they have nothing."""
    groups: dict[str, dict[str, Leaf]] = defaultdict(dict)
    for key, leaf in found.items():
        head, mark, _ = key.replace(".", "_").rpartition("_")
        groups[head if mark else ""][key] = leaf
    many = {h for h, g in groups.items() if h and len(g) >= 2}
    # "p_value" beside "r" and "n": a prefix of one key is none
    out: dict[str, dict[str, Leaf]] = defaultdict(dict)
    for key, leaf in found.items():
        flat = key.replace(".", "_")
        head = flat.rpartition("_")[0]
        while head and head not in many:
            head = head.rpartition("_")[0]
        out[head][key] = leaf
    if len(out) > 1 and "" in out:
        # what stands outside every group belongs to each: one N for several coefficients
        for head, group in out.items():
            if head:
                group.update({k: v for k, v in out[""].items() if k not in group})
    return out


def _scale(values: list[float], whole: bool, key: str, *, signed: bool = False) -> tuple[float, bool]:
    """The factor that makes fractions, and whether they are rates."""
    words = words_of(key)
    low, high = min(values), max(values)
    percent_word = bool(words & {"pct", "percent", "percentage", "perc"}) or "%" in key
    if percent_word and high > 1:
        return 0.01, True
    if not whole and low >= (-1 if signed else 0) and high <= 1:
        return 1.0, True
    if whole and high <= 1 and low >= 0:
        return 1.0, True
    return 1.0, False


def _last_key(signature: tuple[Step, ...]) -> str:
    for step in reversed(signature):
        if isinstance(step, str) and step != "*" and step[:1] != "[":
            return step
    return ""


@lru_cache(maxsize=20_000)
def _entity_keys(name: str) -> frozenset[str]:
    out = {fold_name(name), index_of(name)}
    out.discard("")
    return frozenset(out)


def _names_of(path: tuple[Step, ...]) -> frozenset[str]:
    out: set[str] = set()
    for step in path:
        for part in (step,) if isinstance(step, str) else step:
            out |= _entity_keys(part)
    return frozenset(out)


def _words(signature: tuple[Step, ...]) -> frozenset[str]:
    out: set[str] = set()
    for step in signature:
        for part in (step,) if isinstance(step, str) else step:
            if part != "*":
                out |= words_of(part)
    return frozenset(out)


def _pointer(path: tuple[Step, ...]) -> str:
    return "/" + "/".join(p if isinstance(p, str) else ",".join(p) for p in path)


def _series(signature: tuple[Step, ...], found: dict[str, Leaf], scale: float, fraction: bool) -> Series:
    facts: dict[str, Fact] = {}
    for name, leaf in found.items():
        value = leaf.value * scale
        fact = Fact(_last_key(signature), _names_of(leaf.path), value, value, leaf.pointer)
        for key in _entity_keys(name):
            facts.setdefault(key, fact)
    return Series(_last_key(signature), _words(signature), facts, fraction, "data", _pointer(signature))


# -- reading ----------------------------------------------------------------------------------------------------------


class _Walk:
    def __init__(self) -> None:
        self.leaves: list[Leaf] = []
        self.raw_vectors: list[tuple[tuple[Step, ...], list[float]]] = []
        self.strings: set[str] = set()
        self.sizes: set[int] = set()
        self.truncated = False
        self.labels: list[tuple[str, str]] = []

    def visit(self, node: Any, path: tuple[Step, ...]) -> None:
        if len(self.leaves) >= MOST_LEAVES or len(path) > _MOST_DEPTH:
            self.truncated = True
            return
        if isinstance(node, dict):
            self.sizes.add(len(node))
            rows = _columns(node)
            if rows is not None:
                self.records(rows, path)
                node = {k: v for k, v in node.items() if not isinstance(v, list)}
            node = _unfolded(node)
            split = _split(node)
            if split is not None:
                self.records(split, path)
                node = {k: v for k, v in node.items() if not isinstance(v, list)}
            measures = _by_measure(node)
            if measures:
                self.records(_turned({k: node[k] for k in measures}), path)
                node = {k: v for k, v in node.items() if k not in measures}
            for key, value in node.items():
                if isinstance(value, str) and 1 < len(value) <= 40 and path and isinstance(path[-1], str):
                    self.labels.append((value, path[-1]))
                self.visit(value, (*path, str(key)))
        elif isinstance(node, list):
            self.sizes.add(len(node))
            if node and all(isinstance(x, dict) for x in node):
                self.records(node, path)
            elif node and all(_is_number(x) or x is None for x in node):
                numbers = [float(x) for x in node if x is not None]
                if len(numbers) == len(node):
                    self.raw_vectors.append((path, numbers))
                if len(node) <= MOST_POINTS:
                    for i, x in enumerate(node):
                        if x is not None:
                            self.add((*path, f"[{i}]"), x)
            elif (
                len(node) > 1
                and all(isinstance(x, list) for x in node)
                and node[0]
                and all(isinstance(x, str) for x in node[0])
            ):
                self.records([dict(zip(node[0], row, strict=False)) for row in node[1:]], path)
            else:
                for i, x in enumerate(node):
                    self.visit(x, (*path, f"[{i}]"))
        elif isinstance(node, str):
            if 1 < len(node) <= 60:
                self.strings.add(node)
        elif _is_number(node):
            self.add(path, node)

    def add(self, path: tuple[Step, ...], value: Any) -> None:
        number = float(value)
        if math.isfinite(number):
            whole = (
                isinstance(value, int)
                or (number.is_integer() and not isinstance(value, float))
                or (number.is_integer() and abs(number) > 1)
            )
            self.leaves.append(Leaf(path, number, whole, _pointer(path)))

    def records(self, rows: list[dict[str, Any]], path: tuple[Step, ...]) -> None:
        stacked = _stacked(rows)
        for name, part in stacked.items():
            if len(part) > 1:
                self.records(part, (*path, name))
            else:
                self.visit(part[0], (*path, name))
        if stacked:
            return
        self.sizes.add(len(rows))
        keys = _key_fields(rows)
        metric = _metric_field(rows, keys)
        if metric:
            keys = tuple(k for k in keys if k != metric)
            for row in rows:
                group = tuple(str(row[k]) for k in keys if row.get(k) not in ("", None))
                for key, value in row.items():
                    if key in keys and isinstance(value, str) and 1 < len(value) <= 60:
                        self.strings.add(value)
                    elif _is_number(value) and key not in keys:
                        self.add((*path, group, str(row.get(metric, ""))), value)
            return
        for i, row in enumerate(rows):
            step: Step = tuple(str(row.get(k, "")) for k in keys) if keys else f"[{i}]"
            for key, value in row.items():
                if key in keys:
                    if isinstance(value, str) and 1 < len(value) <= 60:
                        self.strings.add(value)
                    continue
                if isinstance(value, str) and 1 < len(value) <= 40 and len(step) == 1:
                    self.labels.append((value, step[0]))
                self.visit(value, (*path, step, str(key)))


def _is_number(x: Any) -> bool:
    return isinstance(x, int | float) and not isinstance(x, bool)


def _columns(node: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object whose lists have one length and of which one names them."""
    lists = {k: v for k, v in node.items() if isinstance(v, list)}
    for key, value in node.items():
        if isinstance(value, dict) and value and all(isinstance(v, list) for v in value.values()):
            lists.update({k if k not in lists else f"{key}.{k}": v for k, v in value.items()})
    lengths = {len(v) for v in lists.values()}
    if len(lists) < 2 or len(lengths) != 1 or lengths.pop() < 2:
        return None
    if not any(all(isinstance(x, str) for x in v) for v in lists.values()):
        return None
    if any(isinstance(x, dict) for v in lists.values() for x in v):
        return None
    return [dict(zip(lists, row, strict=True)) for row in zip(*lists.values(), strict=True)]


_KEYED = regex(r"([^\[\]()]+)[\[(](.+)[\])]")
_JOINS = (".", "/", "|", "::", ":", "__", ", ", "@")


def _unfolded(node: dict[str, Any]) -> dict[str, Any]:
    """An object whose keys hold several names ("nurse.rate", "rate[unit=nurse]") with an object for each of them."""
    if len(node) < 4 or sum(isinstance(v, dict) for v in node.values()) * 2 > len(node):
        return node
    parts = {k: m for k in node if (m := _KEYED.fullmatch(k)) is not None}
    if 5 * len(parts) >= 4 * len(node):
        named = {k: [*(_named_value(p) for p in m[2].split(",")), m[1].strip()] for k, m in parts.items()}
        return _nested(node, named)
    split = _parted(node)
    return _nested(node, split) if 2 * len(split) >= len(node) else node


def _parted(keys: Iterable[str]) -> dict[str, list[str]]:
    """The names that the keys hold, where one mark joins as many in each; empty where none does."""
    for join in _JOINS:
        split = {k: [p.strip() for p in k.split(join)] for k in keys if join in k.strip(join)}
        split = {k: p for k, p in split.items() if all(p) and not (join == "." and all(x.isdigit() for x in p))}
        if len(split) < 4:
            continue
        widths = {len(p) for p in split.values()}
        heads, tails = {p[0] for p in split.values()}, {p[-1] for p in split.values()}
        if len(widths) == 1 and (len(heads) < len(split) or len(tails) < len(split)):
            return split
    return {}


def _named_value(text: str) -> str:
    """The value of "unit=nurse"; "layer=20" stays whole, since a bare number names nothing."""
    name, mark, value = text.partition("=")
    return value.strip(" '\"") if mark and not value.strip().isdigit() else text.strip(" '\"") or name


def _nested(node: dict[str, Any], parts: dict[str, list[str]]) -> dict[str, Any]:
    out: dict[str, Any] = {}
    for key, value in node.items():
        spot = out
        *way, last = parts.get(key, [key])
        for step in way:
            below = spot.setdefault(step, {})
            if not isinstance(below, dict):
                return node
            spot = below
        if last in spot:
            return node
        spot[last] = value
    return out


def _split(node: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object that holds names in one list and rows of as many values in another."""
    tables = [v for v in node.values() if isinstance(v, list) and v and all(isinstance(x, list) for x in v)]
    for names in node.values():
        if not (isinstance(names, list) and len(names) > 1 and all(isinstance(x, str) for x in names)):
            continue
        for rows in tables:
            if len(set(names)) == len(names) and all(len(row) == len(names) for row in rows):
                return [dict(zip(names, row, strict=True)) for row in rows]
    return None


def _stacked(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Frames of different fields that stand below each other, by the text that tells them apart; empty for one frame.

    Each loses the fields that are empty in all of its rows.
    """
    if len(rows) < 3:
        return {}
    for key, first in rows[0].items():
        if not isinstance(first, str):
            continue
        if not all(isinstance(row.get(key), str) for row in rows):
            continue
        parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            parts[row[key]].append({k: v for k, v in row.items() if k != key and v not in ("", None)})
        if not 1 < len(parts) <= max(len(rows) // 2, 2):
            return {}
        fields = [frozenset(k for row in part for k in row) for part in parts.values()]
        everywhere = frozenset.union(*fields)
        several = any(2 * len(a & b) <= min(len(a), len(b)) for a, b in itertools.combinations(fields[:12], 2))
        return dict(parts) if several and len(everywhere) > 3 else {}
    return {}


def _kind(values: Iterable[Any]) -> str:
    kinds = {
        "text" if isinstance(v, str) else "whole" if isinstance(v, int) else type(v).__name__
        for v in values
        if v is not None and not isinstance(v, bool)
    }
    return kinds.pop() if len(kinds) == 1 else "several" if kinds else ""


def _by_measure(node: dict[str, Any]) -> list[str]:
    """The keys of an object that hold one measure of the same things each: {"hits": {"a": 1, …}, "of": {"a": 9, …}}."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    for key, value in node.items():
        if isinstance(value, dict) and len(value) > 1:
            groups[frozenset(value)].append(key)
    for things, keys in groups.items():
        if len(keys) < 2:
            continue
        within = [_kind(node[k].values()) for k in keys]
        across = [_kind(node[k][t] for k in keys) for t in things]
        alike = [w for w in within if w not in ("several", "dict")]
        # a measure is of one type and the measures of a thing are of several
        if len(alike) == len(keys) and (all(a == "several" for a in across) or len(_parted(things)) == len(things)):
            return keys
    return []


def _turned(measures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """One record for each thing, its names first, or last where it is but a number."""
    rows = []
    things = list(next(iter(measures.values())))
    parted = _parted(things)
    for thing in things:
        fields = {key: values[thing] for key, values in measures.items()}
        if len(parted) == len(things):
            named = {f"#{i}": int(p) if p.isdigit() else p for i, p in enumerate(parted[thing])}
            rows.append({**named, **fields})
        else:
            rows.append({**fields, "": int(thing)} if thing.isdigit() else {"": thing, **fields})
    return rows


def _key_fields(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The fewest leading fields whose values tell the records apart: texts first, then small whole numbers."""
    fields: dict[str, list[Any]] = {}
    for key in dict.fromkeys(k for row in rows for k in row):
        values = [row.get(key) for row in rows]
        if all(isinstance(v, str | int) and not isinstance(v, bool) for v in values if v is not None):
            fields[key] = values
    texts = [k for k, v in fields.items() if any(isinstance(x, str) for x in v)]
    whole = [k for k, v in fields.items() if k not in texts and len(set(v)) > 1]

    def unique(*chosen: str) -> bool:
        return len({tuple(fields[k][i] for k in chosen) for i in range(len(rows))}) == len(rows)

    for key in texts:
        if unique(key) and len(rows) > 1:
            return (key,)
    for size in range(2, len(texts) + 1):
        if unique(*texts[:size]):
            return tuple(texts[:size])
    axes = [k for k in whole if words_of(k) & _AXES]
    for key in (*axes, *whole):
        if texts and unique(*texts, key):
            return next(((t, key) for t in texts if unique(t, key)), (*texts, key))
    for a in axes:
        for b in axes:
            if a != b and unique(*texts, a, b):
                return (*texts, a, b)
    if not texts and len(rows) > 1:
        return next(((k,) for k in (*axes, *whole) if unique(k)), ())
    return tuple(texts)


def _metric_field(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    """The key that names quantities in a list with one number a row ("metric": "rate", "value": 0.3); "" for none."""
    numeric = {k for row in rows for k, v in row.items() if _is_number(v) and k not in keys}
    if len(keys) < 2 or len(numeric) != 1:
        return ""
    for key in reversed(keys):
        values = {str(row.get(key, "")) for row in rows}
        if sum(bool(words_of(v) & _METRICS) for v in values) >= 2:
            return key
    return ""


_METRICS = frozenset(
    [
        "n",
        "k",
        "p",
        "r",
        "rho",
        "rate",
        "share",
        "frac",
        "mean",
        "avg",
        "sd",
        "std",
        "hit",
        "success",
        "total",
        "trial",
        "cosine",
        "cos",
        "low",
        "high",
        "ci",
        "pvalue",
        "pval",
        "value",
        "score",
        "count",
    ]
)
_INTERVAL_WORDS = frozenset(
    ["ci", "ci95", "wilson", "interval", "low", "high", "lower", "upper", "lo", "hi", "bound", "conf", "confint", "cl"]
)


def _last_words(signature: tuple[Step, ...]) -> frozenset[str]:
    out: frozenset[str] = frozenset()
    for step in signature[-2:]:
        if isinstance(step, str):
            out |= words_of(step)
    return out


_HITS = frozenset(
    [
        "k",
        "hit",
        "positive",
        "success",
        "succes",
        "yes",
        "matched",
        "match",
        "event",
        "flagged",
        "obs",
        "observed",
        "true",
    ]
)
_SIZES = frozenset(["n", "total", "trial", "num", "size", "count", "sample", "obs", "nobs", "rows", "pairs", "item"])
_AXES = frozenset(
    [
        "l",
        "layer",
        "depth",
        "block",
        "epoch",
        "step",
        "checkpoint",
        "ckpt",
        "tick",
        "round",
        "seed",
        "index",
        "id",
        "level",
    ]
)


def read_dataset(name: str, data: str) -> Dataset:
    """Read the text of a file; CSV and TSV by the ending of ``name``.

    Raises
    ------
    ValueError
        If it is no JSON or CSV.
    """
    low = name.lower()
    walk = _Walk()
    try:
        if low.endswith((".csv", ".tsv")):
            rows = list(csv.DictReader(io.StringIO(data), delimiter="\t" if low.endswith(".tsv") else ","))
            walk.records(
                [{k: _cell(v) for k, v in row.items() if k and v not in ("", None)} for row in rows[:MOST_LEAVES]], ()
            )
        elif low.endswith(".jsonl"):
            walk.visit([json.loads(line) for line in data.splitlines() if line.strip()], ())
        else:
            walk.visit(json.loads(data), ())
    except (RecursionError, csv.Error, IndexError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return _finish(name, walk)


def _cell(text: Any) -> Any:
    if not isinstance(text, str):
        return str(text)
    bare = text.strip()
    try:
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


def _finish(name: str, walk: _Walk) -> Dataset:
    axes: dict[int, tuple[float, ...]] = {}
    for _, values in walk.raw_vectors:
        if (
            len(values) > 2
            and all(v.is_integer() for v in values)
            and all(b > a for a, b in itertools.pairwise(values))
        ):
            axes.setdefault(len(values), tuple(values))
    vectors = [(path, values, axes.get(len(values))) for path, values in walk.raw_vectors]
    by_path = {path: axes.get(len(values)) for path, values in walk.raw_vectors}
    leaves = [_on_axis(leaf, by_path) for leaf in walk.leaves]
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


def _on_axis(leaf: Leaf, axes: dict[tuple[Step, ...], tuple[float, ...] | None]) -> Leaf:
    """A vector's element under the number of its checkpoint in place of its position."""
    last = leaf.path[-1] if leaf.path else ""
    axis = axes.get(leaf.path[:-1]) if isinstance(last, str) and last.startswith("[") else None
    if axis is None or not isinstance(last, str):
        return leaf
    return Leaf((*leaf.path[:-1], f"e{int(axis[int(last[1:-1])])}"), leaf.value, leaf.whole, leaf.pointer)
