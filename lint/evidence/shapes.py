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
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from leakstats.facts import Fact, Series
from leakstats.records import replace, struct
from leakstats.tails import correlation_p

from ..regex import regex
from .affixes import parted_keys, parted_path
from .layouts import numbered
from .leaves import Leaf, Step, entity_keys, last_key, names_of, pointer_of, words_along
from .names import fold_name, index_of, words_of
from .walk import MOST_LEAVES, Walk

__all__ = ["Dataset", "Triple", "read_dataset"]

_MOST_STEPS = 24
"""A longer vector without an axis is no course."""
_MOST_FIELDS = 9
"""Whole numbers of a record that are tried in pairs."""


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
            scale, fraction = _scale(values, whole, last_key(signature))
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
                fact = Fact("rate", names_of(parent), k / n, k / n, pointer_of(parent))
                for key in entity_keys(name):
                    facts.setdefault(key, fact)
            words = words_along(signature) | words_of(prefix) | {"rate"}
            yield Series(f"{prefix} k/n".strip(), words, facts, True, "data", pointer_of(signature))

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
                    fact = Fact(f"{a}/{b}", names_of(r[a].path[:-1]), rate, rate, r[a].pointer)
                    for key in entity_keys(name):
                        facts.setdefault(key, fact)
                words = words_along(signature) | words_of(a) | {"rate"}
                out.append(Series(f"{a}/{b}", words, facts, True, "data", f"{pointer_of(signature)}/{a}"))
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
                else _scale(values, whole, last_key(signature), signed=role in ("net", "gain"))
            )
            facts: dict[str, Fact] = {}
            for name, (value, path) in found.items():
                fact = Fact(role, names_of(path), value * scale, value * scale, f"{pointer_of(path)} ({role})")
                for key in entity_keys(name):
                    facts.setdefault(key, fact)
            yield Series(
                last_key(signature),
                words_along(signature) | {role},
                facts,
                fraction,
                "data",
                pointer_of(signature),
                role,
            )

    def _points(self) -> Iterator[Series]:
        """k / n of every thing at every checkpoint, where counts stand in vectors."""
        groups: dict[tuple[Step, ...], dict[str, Leaf]] = defaultdict(dict)
        for path, values, axis in self.rated_vectors():
            if axis is None or len(values) > _MOST_STEPS:
                continue
            for point, value in zip(axis, values, strict=True):
                leaf = Leaf((*path, f"e{int(point)}"), value, False, f"{pointer_of(path)} at {int(point)}")
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
            Leaf((*parent, f"{prefix} k/n".strip()), k / n, False, pointer_of(parent))
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
                        names = names_of((*parent, prefix) if prefix else parent)
                        words = words_along(parent) | words_of(prefix)
                        used.add(id(p))
                        out.append(
                            Triple(
                                names,
                                words,
                                Fact("coefficient", names, c.value, c.value, c.pointer),
                                Fact("p", names, p.value, p.value, p.pointer),
                                n,
                                pointer_of(parent),
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


def _series(signature: tuple[Step, ...], found: dict[str, Leaf], scale: float, fraction: bool) -> Series:
    facts: dict[str, Fact] = {}
    for name, leaf in found.items():
        value = leaf.value * scale
        fact = Fact(last_key(signature), names_of(leaf.path), value, value, leaf.pointer)
        for key in entity_keys(name):
            facts.setdefault(key, fact)
    return Series(last_key(signature), words_along(signature), facts, fraction, "data", pointer_of(signature))


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
            rows = list(csv.DictReader(io.StringIO(data), delimiter="\t" if low.endswith(".tsv") else ","))
            walk.records(
                [{k: _cell(v) for k, v in row.items() if k and v not in ("", None)} for row in rows[:MOST_LEAVES]], ()
            )
        elif low.endswith(".jsonl"):
            walk.visit(numbered([json.loads(line) for line in data.splitlines() if line.strip()]), ())
        else:
            node = json.loads(data)
            walk.visit(numbered(node) if _QUOTED.search(data) else node, ())
    except (RecursionError, csv.Error, IndexError) as error:
        raise ValueError(str(error) or type(error).__name__) from error
    return _finish(name, walk)


_QUOTED = regex(r'"[-+]?\d*\.?\d+(?:e[-+]?\d+)?\s?%?"', re.IGNORECASE)
"""A number in quotation marks."""


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
    leaves = [_on_axis(leaf, by_path) for leaf in walk.leaves]
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


def _on_axis(leaf: Leaf, axes: dict[tuple[Step, ...], tuple[float, ...] | None]) -> Leaf:
    """A vector's element under the number of its checkpoint in place of its position."""
    last = leaf.path[-1] if leaf.path else ""
    axis = axes.get(leaf.path[:-1]) if isinstance(last, str) and last.startswith("[") else None
    if axis is None or not isinstance(last, str):
        return leaf
    return Leaf((*leaf.path[:-1], f"e{int(axis[int(last[1:-1])])}"), leaf.value, leaf.whole, leaf.pointer)
