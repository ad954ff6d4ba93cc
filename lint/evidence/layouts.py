"""The layouts in which files hold records, each turned into a list of them: columns, keys of several names, frames."""

from __future__ import annotations

import itertools
import math
import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from ..regex import regex
from .names import words_of

__all__ = [
    "by_measure",
    "hoisted",
    "is_number",
    "key_fields",
    "metric_field",
    "numbered",
    "of_runs",
    "rows_of_columns",
    "rows_of_split",
    "stacked",
    "turned",
    "unfolded",
]


def is_number(x: Any) -> bool:
    return isinstance(x, _NUMBER) and not isinstance(x, bool)


_NUMBER = (int, float)  # as a union it would be made anew for each of a file's values
_NAMING = (str, int)


def rows_of_columns(node: dict[str, Any]) -> tuple[list[dict[str, Any]], frozenset[str]]:
    """The rows of the lists of an object that have one length and of which one names them, and the keys they stand at.

    An object of lists of that length is one of them: {"unit": ["a", "b"], "before": {"hits": [1, 2], "of": [9, 9]}}.
    Lists of another length, such as an axis, are left alone; no rows where nothing names them.
    """
    columns: dict[int, dict[str, Any]] = defaultdict(dict)
    for key, value in node.items():
        columns[_length(value)][key] = value
    columns.pop(0, None)
    for size, found in columns.items():
        if size < (2 if len(columns) == 1 else 3):
            continue  # two names and two seeds need not go together
        own = {k: v for k, v in found.items() if isinstance(v, dict) and any(map(_is_of_texts, v.values()))}
        flat = {k: v for k, v in found.items() if k not in own}
        if not any(map(_is_of_texts, flat.values())):
            for key, lists in own.items():
                flat.update({k if k not in flat else f"{key}.{k}": v for k, v in lists.items()})
            own = {}
        if len(flat) > 1 and any(map(_is_of_texts, flat.values())):
            rows = [{k: _at(v, i) for k, v in flat.items()} for i in range(size)]
            return rows, frozenset(found.keys() - own.keys())
    return [], frozenset()


_MOST_NESTED = 4
"""Objects in which a column may be held."""


def _length(column: Any, depth: int = 0) -> int:
    """The length of a list, or the one length of all lists that an object holds; 0 for anything else."""
    if isinstance(column, dict):
        size = 0
        for value in column.values() if depth < _MOST_NESTED else ():
            own = _length(value, depth + 1)
            if not own or (size and own != size):
                return 0  # most objects hold a number or a text
            size = own
        return size
    return len(column) if isinstance(column, list) and not any(isinstance(x, dict) for x in column) else 0


def _is_of_texts(column: Any) -> bool:
    return isinstance(column, list) and all(isinstance(x, str) for x in column)


def _at(column: Any, i: int) -> Any:
    """The member of a column, or of each of the columns that an object holds."""
    return {k: _at(v, i) for k, v in column.items()} if isinstance(column, dict) else column[i]


_NUMERAL = regex(r"[-+]?(?:\d+\.\d*|\.\d+|\d+(?=\s?%|e[-+]))(?:e[-+]?\d+)?\s?(?P<percent>%?)", re.IGNORECASE)


def numbered(node: Any) -> Any:
    """``node`` with its texts that are decimals, percentages or powers as numbers: "36.9%", "7.5e-05"."""
    if isinstance(node, dict):
        return {k: numbered(v) for k, v in node.items()}
    if isinstance(node, list):
        return [numbered(v) for v in node]
    match = _NUMERAL.fullmatch(node.strip()) if isinstance(node, str) else None
    if match is None:
        return node
    value = float(node.strip().rstrip("% "))
    return (value / 100 if match["percent"] else value) if math.isfinite(value) else node


def of_runs(node: dict[str, Any]) -> dict[str, Any]:
    """An object of runs under numbers of their own, {"a41f": {"unit": "a", "hits": 3}}, as a list of them."""
    if len(node) < 3 or not all(isinstance(v, dict) and _OPAQUE.fullmatch(k) for k, v in node.items()):
        return {}
    return node if all(any(isinstance(x, str) for x in v.values()) for v in node.values()) else {}


_OPAQUE = regex(r"(?=.*\d)[0-9a-f]{6,}(?:-[0-9a-f]{2,})*|(?:run|exp|job|trial|id)[-_]?\d+", re.IGNORECASE)


_KEYED = regex(r"([^\[\]()]+)[\[(](.+)[\])]")
_JOINS = (".", "/", "|", "::", ":", "__", ", ", "@")
_PATHS = ("/", "::", "__")
"""What joins names to paths, of which some may be longer than others."""


def unfolded(node: dict[str, Any]) -> dict[str, Any]:
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
    """The names that the keys hold, where one mark joins as many in each or makes paths; empty where none does.

    Of several marks it is the one that most keys have: a name may hold another, "model-1.5".
    """
    best: dict[str, list[str]] = {}
    for join in _JOINS:
        split = {k: [p.strip() for p in k.split(join)] for k in keys if join in k.strip(join)}
        split = {k: p for k, p in split.items() if all(p) and not (join == "." and all(x.isdigit() for x in p))}
        if len(split) < max(4, len(best) + 1):
            continue
        level = len({len(p) for p in split.values()}) == 1 or join in _PATHS
        heads, tails = {p[0] for p in split.values()}, {p[-1] for p in split.values()}
        if level and (len(heads) < len(split) or len(tails) < len(split)):
            best = split
    return best


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


def rows_of_split(node: dict[str, Any]) -> list[dict[str, Any]] | None:
    """The rows of an object that holds names in one list and rows of as many values in another."""
    tables = [v for v in node.values() if isinstance(v, list) and v and all(isinstance(x, list) for x in v)]
    for names in node.values():
        if not (isinstance(names, list) and len(names) > 1 and all(isinstance(x, str) for x in names)):
            continue
        for rows in tables:
            if len(set(names)) == len(names) and all(len(row) == len(names) for row in rows):
                return [dict(zip(names, row, strict=True)) for row in rows]
    return None


def stacked(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Frames of different fields that stand below each other, by the text that tells them apart; empty for one frame.

    Each loses the fields that are empty in all of its rows. Where no text tells them apart, what is filled does.
    """
    if len(rows) < 3:
        return {}
    for key, first in rows[0].items():
        if not isinstance(first, str):
            continue
        if not all(isinstance(row.get(key), str) for row in rows):
            continue
        if not 1 < len({row[key] for row in rows}) <= max(len(rows) // 2, 2):
            break
        parts: dict[str, list[dict[str, Any]]] = defaultdict(list)
        for row in rows:
            parts[row[key]].append({k: v for k, v in row.items() if k != key and v not in ("", None)})
        fields = [frozenset(k for row in part for k in row) for part in parts.values()]
        everywhere = frozenset.union(*fields)
        several = any(2 * len(a & b) <= min(len(a), len(b)) for a, b in itertools.combinations(fields[:12], 2))
        if several and len(everywhere) > 3:
            return dict(parts)
        break
    return _by_filled(rows)


def _by_filled(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """Frames by the fields that their rows fill, each under the first that is its own; empty for one frame."""
    keys = rows[0].keys()
    if all(row.keys() == keys and None not in row.values() and "" not in row.values() for row in rows):
        return {}
    frames: list[tuple[set[str], list[dict[str, Any]]]] = []
    for row in rows:
        filled = {k: v for k, v in row.items() if v not in ("", None)}
        for fields, part in frames:
            if 2 * len(fields & filled.keys()) > min(len(fields), len(filled)):
                fields |= filled.keys()
                part.append(filled)
                break
        else:
            frames.append((set(filled), [filled]))
    if not 1 < len(frames) <= 6 or any(len(part) < 3 for _, part in frames):
        return {}
    out = {}
    for fields, part in frames:
        others = set().union(*(f for f, _ in frames if f is not fields))
        own = next((k for k in part[0] if k not in others), "")
        if not own:
            return {}
        out[own] = part
    return out


def hoisted(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Records whose names stand in an object inside, {"of": {"unit": "a"}, "hits": 3}, with these beside the rest."""
    if any(isinstance(v, str) for v in rows[0].values()):
        return rows
    for key, first in rows[0].items():
        if not (isinstance(first, dict) and any(isinstance(v, str) for v in first.values())):
            continue
        if all(isinstance(r.get(key), dict) and not r.keys() & r[key].keys() - {key} for r in rows):
            return [{**r[key], **{k: v for k, v in r.items() if k != key}} for r in rows]
    return rows


def _kind(values: Iterable[Any]) -> str:
    kinds = {
        "text" if isinstance(v, str) else "whole" if isinstance(v, int) else type(v).__name__
        for v in values
        if v is not None and not isinstance(v, bool)
    }
    return kinds.pop() if len(kinds) == 1 else "several" if kinds else ""


def by_measure(node: dict[str, Any]) -> list[str]:
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


def turned(measures: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
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


def key_fields(rows: list[dict[str, Any]]) -> tuple[str, ...]:
    """The fewest leading fields whose values tell the records apart: texts first, then small whole numbers."""
    fields: dict[str, list[Any]] = {}
    for key in dict.fromkeys(k for row in rows for k in row):
        values = [row.get(key) for row in rows]
        if all(isinstance(v, _NAMING) and not isinstance(v, bool) for v in values if v is not None):
            fields[key] = values
    texts = [k for k, v in fields.items() if any(isinstance(x, str) for x in v)]
    whole = [k for k, v in fields.items() if k not in texts and len(set(v)) > 1]

    def unique(*chosen: str) -> bool:
        return len(set(zip(*(fields[k] for k in chosen), strict=True))) == len(rows)

    for key in texts:
        if unique(key) and len(rows) > 1:
            return (key,)
    for size in range(2, min(len(texts), _MOST_KEYS) + 1):
        if unique(*texts[:size]):
            return tuple(texts[:size])
    axes = [k for k in whole if words_of(k) & _AXES][:_MOST_KEYS]
    whole = whole[:_MOST_KEYS]
    for key in (*axes, *whole):
        if texts and unique(*texts, key):
            return next(((t, key) for t in texts if unique(t, key)), (*texts, key))
    for a in axes:
        for b in axes:
            if a != b and unique(*texts, a, b):
                return (*texts, a, b)
    if not texts and len(rows) > 1:
        return next(((k,) for k in (*axes, *whole) if unique(k)), ())
    return tuple(texts[:_MOST_KEYS])


_MOST_KEYS = 12
"""Fields that are tried together for the names of a record."""


def metric_field(rows: list[dict[str, Any]], keys: tuple[str, ...]) -> str:
    """The key that names quantities in a list with one number a row ("metric": "rate", "value": 0.3); "" for none."""
    if len(keys) < 2:
        return ""
    numeric = {k for row in rows for k, v in row.items() if k not in keys and is_number(v)}
    if len(numeric) != 1:
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
