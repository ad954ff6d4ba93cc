"""Reads the columns of figure data into arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError

__all__ = ["FloatArray", "bars", "member", "numbers"]

FloatArray = npt.NDArray[np.float64]


def member(data: Mapping[str, Any], name: str, *, where: str) -> Any:
    """``data[name]``; a missing member is an :class:`InputError` that lists those present."""
    if name not in data:
        raise InputError(f"{where} misses {name!r}; it has {sorted(data)}")
    return data[name]


def numbers(data: Mapping[str, Any], name: str, *, n: int, where: str, missing: bool = False) -> FloatArray:
    """The column ``name`` as floats, shape (n,); null reads as NaN where ``missing`` allows it."""
    column: Sequence[float | None] = member(data, name, where=where)
    if len(column) != n:
        raise InputError(f"{where}: {name!r} has {len(column)} entries, expected {n}")
    values = np.array([np.nan if v is None else float(v) for v in column], dtype=np.float64)
    if not missing and not np.isfinite(values).all():
        raise InputError(f"{where}: {name!r} holds a value that is missing or not finite")
    return values


def bars(data: Mapping[str, Any], centre: FloatArray, *, where: str) -> FloatArray | None:
    """Distances of ``low`` and ``high`` from ``centre``, shape (2, n); ``None`` where the data have no intervals."""
    if data.get("low") is None or data.get("high") is None:
        return None
    low = numbers(data, "low", n=centre.size, where=where, missing=True)
    high = numbers(data, "high", n=centre.size, where=where, missing=True)
    if ((low > centre + 1e-9) | (high < centre - 1e-9)).any():
        raise InputError(f"{where}: an interval does not hold its own value")
    return np.clip(np.nan_to_num(np.vstack([centre - low, high - centre])), 0.0, None)
