"""The numbers of a file, each with the way of keys and names that leads to it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import groupby
from typing import TypeAlias

from leakstats.facts import Fact
from leakstats.records import struct

from .names import fold_name, index_of, words_of

__all__ = [
    "MOST_STEPS",
    "Beside",
    "Leaf",
    "Path",
    "Step",
    "Vector",
    "beside",
    "keyed",
    "keys_of",
    "last_key",
    "names_of",
    "opened",
    "openings",
    "parts_of",
    "pointer_of",
    "steps_of",
    "words_along",
]

Step: TypeAlias = "str | tuple[str, ...]"
"""A key, or the names of a record."""
Path: TypeAlias = "tuple[Step, ...]"
Vector: TypeAlias = "tuple[Path, list[float], tuple[float, ...] | None]"
"""Path, values, and the axis of the same length."""
MOST_STEPS = 24
"""A longer vector without an axis is no course."""


@struct
class Leaf:
    """One number of a file."""

    path: Path
    value: float
    whole: bool
    pointer: str


Beside: TypeAlias = "tuple[Path, list[Leaf]]"
"""What holds leaves, with those of them that follow each other in the file."""


def beside(leaves: Iterable[Leaf]) -> list[Beside]:
    return [(parent, list(found)) for parent, found in groupby(leaves, _parent)]


def _parent(leaf: Leaf) -> Path:
    return leaf.path[:-1]


def last_key(signature: Path) -> str:
    for step in reversed(signature):
        if isinstance(step, str) and step != "*" and step[:1] != "[":
            return step
    return ""


@lru_cache(maxsize=20_000)
def keys_of(name: str) -> frozenset[str]:
    """The folded forms under which a thing is looked for."""
    out = {fold_name(name), index_of(name)}
    out.discard("")
    return frozenset(out)


def keyed(facts: Mapping[str, Fact]) -> dict[str, Fact]:
    """``facts`` under the folded keys of their names; the first of two names that fold to one counts."""
    out: dict[str, Fact] = {}
    for name, fact in facts.items():
        for key in keys_of(name):
            out.setdefault(key, fact)
    return out


def steps_of(path: Path) -> list[str]:
    """The keys and the names along ``path``, those of a record one after another."""
    return [part for step in path for part in ((step,) if isinstance(step, str) else step)]


def parts_of(path: Path) -> Iterator[tuple[str, int, int]]:
    """Every name along ``path`` with its step and its place in the step."""
    for i, step in enumerate(path):
        for j, part in enumerate((step,) if isinstance(step, str) else step):
            yield part, i, j


def opened(path: Path, i: int, j: int) -> Path:
    """``path`` with ``*`` for one of its names: what all things have that differ in this name alone.

    >>> opened(("rates", ("nurse", "clean"), "k"), 1, 0)
    ('rates', ('*', 'clean'), 'k')
    """
    step = path[i]
    rest: Step = "*" if isinstance(step, str) else (*step[:j], "*", *step[j + 1 :])
    return (*path[:i], rest, *path[i + 1 :])


def openings(path: Path) -> list[tuple[str, Path]]:
    """Every name along ``path``, with what all things have that differ in it alone."""
    return [(part, opened(path, i, j)) for part, i, j in parts_of(path)]


def names_of(path: Path) -> frozenset[str]:
    return frozenset().union(*map(_names_of_step, path))


@lru_cache(maxsize=20_000)
def _names_of_step(step: Step) -> frozenset[str]:
    return keys_of(step) if isinstance(step, str) else frozenset().union(*map(keys_of, step))


def words_along(signature: Path) -> frozenset[str]:
    return frozenset().union(*map(_words_of_step, signature))


@lru_cache(maxsize=20_000)
def _words_of_step(step: Step) -> frozenset[str]:
    return frozenset().union(*(words_of(part) for part in steps_of((step,)) if part != "*"))


def pointer_of(path: Path) -> str:
    return "/" + "/".join([p if isinstance(p, str) else ",".join(p) for p in path])
