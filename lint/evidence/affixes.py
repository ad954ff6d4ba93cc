"""Keys that hold a thing and a word beside it, "source_nurse" and "pooled_layer_8", parted into the two."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from ..regex import regex
from .leaves import Step, steps_of
from .names import fold_name, index_of, words_of

__all__ = ["parted_keys", "parted_path"]

_SEAM = regex(r"[_\s:/.]+")
_FEW = 3
"""Keys that begin or end with one word before the word is taken for none of their things."""
_FIELDS = words_of(
    "n k p r rho rate share frac fraction pct percent mean avg sd std se hit hits total count trial trials cos cosine "
    "low high lower upper ci value values score start end peak max min first last"
)
"""What stands behind a word in the key of a field: "own_rate"."""


def parted_keys(paths: Iterable[tuple[Step, ...]]) -> dict[str, tuple[str, str]]:
    """Keys of objects and records that are a word and a thing: each with the two, in their order.

    A thing is what the file has by itself too, or the number of a layer or a checkpoint with its word; the word must
    stand beside several of them. Two underscores part whatever stands around them.

    >>> paths = [("unit", "nurse", "x"), ("unit", "chef", "x"), ("unit", "monk", "x")]
    >>> found = parted_keys([*paths, ("fit", "of_nurse", "r"), ("fit", "of_chef", "r"), ("fit", "of_monk", "r")])
    >>> found["of_chef"]
    ('of', 'chef')
    """
    keys: set[str] = set()
    for path in {path[:-1] for path in paths}:
        keys.update(steps_of(path))
    joined = {k: (head, tail) for k in keys for head, _, tail in (k.rpartition("__"),) if head and tail}
    out = joined if len(joined) >= _FEW else {}
    keys = (keys - out.keys()).union(*out.values())
    things = {fold_name(k) for k in keys}
    halves: dict[tuple[str, bool], dict[str, tuple[str, str]]] = defaultdict(dict)
    for key in keys:
        for seam in _SEAM.finditer(key):
            head, tail = key[: seam.start()], key[seam.end() :]
            if _is_thing(tail, things):
                halves[(fold_name(head), True)][key] = (head, tail)
            if _is_thing(head, things):
                halves[(fold_name(tail), False)][key] = (head, tail)
    for (word, _), found in halves.items():
        if word and len(found) >= _FEW:
            for key, pair in found.items():
                out.setdefault(key, pair)
    return out


def _is_thing(text: str, things: set[str]) -> bool:
    if not any(c.isalpha() for c in text) or words_of(text) <= _FIELDS:
        return False
    return fold_name(text) in things or bool(index_of(text))


def parted_path(path: tuple[Step, ...], parted: dict[str, tuple[str, str]]) -> tuple[Step, ...]:
    """``path`` with such keys in two or more; the last step, which names a field, stays whole."""
    out: list[Step] = []
    for i, step in enumerate(path):
        if isinstance(step, str):
            out.append(_parts(step, parted) if step in parted and i < len(path) - 1 else step)
        else:
            out.append(tuple(p for part in step for p in _parts(part, parted)))
    return tuple(out)


def _parts(key: str, parted: dict[str, tuple[str, str]]) -> tuple[str, ...]:
    """A key and, where one of the two is such a key itself, what that consists of."""
    return tuple(p for part in parted[key] for p in _parts(part, parted)) if key in parted else (key,)
