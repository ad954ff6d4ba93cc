"""What follows from the vectors of a results file: their ends, their largest values, rates at checkpoints."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from leakstats.facts import Fact, Series

from .hits import Pair
from .leaves import (
    MOST_STEPS,
    Beside,
    Leaf,
    Path,
    Vector,
    keyed,
    keys_of,
    last_key,
    names_of,
    opened,
    parts_of,
    pointer_of,
    words_along,
)
from .names import index_of, words_of

__all__ = ["courses_of", "ends_of", "points_of", "rated", "scale_of", "series_of"]


def rated(vectors: Sequence[Vector], records: Mapping[Path, Mapping[str, Leaf]]) -> Iterator[Vector]:
    """k / n where a vector of counts stands beside its trials, one number or as many."""
    whole = {path: values for path, values, _ in vectors if all(v.is_integer() and v >= 0 for v in values)}
    of_trials: dict[tuple[Path, int], list[Path]] = defaultdict(list)
    for path, values in whole.items():
        if values and min(values) >= 5 and len(of_trials[path[:-1], len(values)]) < _MOST_BESIDE:
            of_trials[path[:-1], len(values)].append(path)
    for path, values, axis in vectors:
        if path not in whole or not values or axis == tuple(values):
            continue
        trials = [x.value for x in records.get(path[:-1], {}).values() if x.whole and x.value >= max(*values, 5)]
        near = (whole[p] for p in of_trials.get((path[:-1], len(values)), ()) if p != path)
        beside = next((v for v in near if all(b >= a for a, b in zip(values, v, strict=True))), None)
        if len(trials) == 1:
            yield (*path[:-1], f"{path[-1]} k/n"), [v / trials[0] for v in values], axis
        elif beside:
            yield (*path[:-1], f"{path[-1]} k/n"), [a / b for a, b in zip(values, beside, strict=True)], axis


_MOST_BESIDE = 60
"""Vectors that are tried as the trials of another one beside them."""


def courses_of(beside: Iterable[Beside], pairs: Sequence[Pair], vectors: Collection[Path]) -> Iterator[Vector]:
    """Vectors of which each element stands in a record of its own, "epoch": 4 beside "rate": 0.3."""
    groups: dict[Path, dict[int, float]] = defaultdict(dict)
    fields: list[tuple[Path, list[tuple[Path, float]]]] = [
        (parent, [(leaf.path[-1:], leaf.value) for leaf in leaves]) for parent, leaves in beside
    ]
    fields += [(parent, [((f"{prefix} k/n".strip(),), k / n)]) for parent, prefix, k, n in pairs]
    for parent, values in fields:
        if parent in vectors:
            continue
        above = _numbered(parent)
        for key, value in values:
            for number, path in above:
                groups[path + key][number] = value
            for number, last in _numbered(key):
                groups[parent + last][number] = value
    for path, points in groups.items():
        if len(points) >= 3:
            axis = tuple(float(k) for k in sorted(points))
            yield path, [points[k] for k in sorted(points)], axis


@lru_cache(maxsize=4096)
def _numbered(path: Path) -> tuple[tuple[int, Path], ...]:
    """The numbers of checkpoints along ``path``, each with what all checkpoints have there."""
    found = ((index_of(part), i, j) for part, i, j in parts_of(path) if len(path[i]) > 1 or isinstance(path[i], str))
    return tuple((int(index[1:]), opened(path, i, j)) for index, i, j in found if index)


_REPLICATES = words_of("seed seeds replicate replica repeat repetition rerun fold bootstrap")
"""Measurements of one thing over again, in no order: they have a mean, and neither a course nor an end."""


def ends_of(vectors: Iterable[Vector], intervals: Collection[Path]) -> Iterator[Series]:
    """First, last, largest, smallest of every vector, where the largest stands, and what changed."""
    groups: dict[tuple[Path, str], dict[str, tuple[float, frozenset[str], str]]] = defaultdict(dict)
    for path, values, axis in vectors:
        if len(values) < 2 or path in intervals:
            continue
        if words_of(last_key(path)) & _REPLICATES:
            continue
        high = max(values)
        derived = {"max": high, "min": min(values)}
        if axis is not None or len(values) <= MOST_STEPS:  # else single measurements, in no order that matters
            derived |= {"first": values[0], "last": values[-1]}
            derived["net"] = values[-1] - values[0]
            derived["gain"] = high - values[0]
        if axis is not None:
            derived["at"] = axis[values.index(high)]
        names, pointer = names_of(path), pointer_of(path)
        for part, i, j in parts_of(path[:-1] if len(path) > 1 else path):
            if part == "*":
                continue
            signature = opened(path, i, j)
            for role, value in derived.items():
                groups[(signature, role)][part] = (value, names, pointer)
    for (signature, role), found in groups.items():
        if len(found) < 2:
            continue
        numbers = [v for v, _, _ in found.values()]
        whole = all(float(v).is_integer() for v in numbers) and max(map(abs, numbers)) > 1
        key = last_key(signature)
        scale, fraction = (1.0, False)
        if role != "at":
            scale, fraction = scale_of(numbers, whole, key, signed=role in ("net", "gain"))
        facts = {
            name: Fact(role, names, value * scale, value * scale, f"{pointer} ({role})")
            for name, (value, names, pointer) in found.items()
        }
        words = words_along(signature) | {role}
        yield Series(key, words, keyed(facts), fraction, "data", pointer_of(signature), role)


def points_of(vectors: Iterable[Vector]) -> Iterator[Series]:
    """The value of every thing at every checkpoint, where the rates of counts stand in vectors."""
    groups: dict[Path, dict[str, Leaf]] = defaultdict(dict)
    for path, values, axis in vectors:
        if axis is None or len(values) > MOST_STEPS:
            continue
        for point, value in zip(axis, values, strict=True):
            leaf = Leaf((*path, f"e{int(point)}"), value, False, f"{pointer_of(path)} at {int(point)}")
            for i, step in enumerate(leaf.path):
                if isinstance(step, str) and i != len(leaf.path) - 2:
                    groups[opened(leaf.path, i, 0)][step] = leaf
    for signature, found in groups.items():
        if len(found) > 1:
            yield series_of(signature, found, 1.0, True)


def series_of(signature: Path, found: Mapping[str, Leaf], scale: float, fraction: bool) -> Series:
    """What ``signature`` holds of every name in place of its ``*``."""
    key = last_key(signature)
    shared = names_of(signature)
    facts = {
        name: Fact(key, shared | keys_of(name), value, value, leaf.pointer)
        for name, leaf in found.items()
        for value in (leaf.value * scale,)
    }
    return Series(key, words_along(signature), keyed(facts), fraction, "data", pointer_of(signature))


def scale_of(values: Sequence[float], whole: bool, key: str, *, signed: bool = False) -> tuple[float, bool]:
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
