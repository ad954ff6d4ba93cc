"""The numbers of a file, each with the way of keys and names that leads to it."""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

from leakstats.records import struct

from .names import fold_name, index_of, words_of

__all__ = ["Leaf", "Step", "entity_keys", "last_key", "names_of", "pointer_of", "words_along"]

Step: TypeAlias = "str | tuple[str, ...]"


@struct
class Leaf:
    """One number of a file."""

    path: tuple[Step, ...]
    value: float
    whole: bool
    pointer: str


def last_key(signature: tuple[Step, ...]) -> str:
    for step in reversed(signature):
        if isinstance(step, str) and step != "*" and step[:1] != "[":
            return step
    return ""


@lru_cache(maxsize=20_000)
def entity_keys(name: str) -> frozenset[str]:
    out = {fold_name(name), index_of(name)}
    out.discard("")
    return frozenset(out)


def names_of(path: tuple[Step, ...]) -> frozenset[str]:
    out: set[str] = set()
    for step in path:
        for part in (step,) if isinstance(step, str) else step:
            out |= entity_keys(part)
    return frozenset(out)


def words_along(signature: tuple[Step, ...]) -> frozenset[str]:
    out: set[str] = set()
    for step in signature:
        for part in (step,) if isinstance(step, str) else step:
            if part != "*":
                out |= words_of(part)
    return frozenset(out)


def pointer_of(path: tuple[Step, ...]) -> str:
    return "/" + "/".join(p if isinstance(p, str) else ",".join(p) for p in path)
