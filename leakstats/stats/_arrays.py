"""Input checks and numerically safe centring that every estimator shares."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Alternative

__all__ = [
    "FloatArray",
    "IntArray",
    "centred",
    "check_alternative",
    "check_choice",
    "check_count",
    "check_level",
    "codes",
    "columns",
    "counts",
    "integers",
    "is_constant",
    "matrix",
    "paired",
    "require_varying",
    "unit",
    "vector",
]

FloatArray: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]

_EXACT_INTEGER = 2**53
"""Integers beyond this are not all doubles, so that distinct counts could become ties."""

_NOISE_ULP = 4.0
"""A spread within this many units in the last place of the largest value is what arithmetic on equal values leaves."""


def _floats(values: npt.ArrayLike, *, name: str, quantity: str, missing: bool = False) -> FloatArray:
    """``values`` as a new float64 array of any shape; every entry finite (``missing`` allows NaN)."""
    where = f"{quantity}: {name}"
    try:
        raw = np.asarray(values)
        if raw.dtype.kind not in "biufO":
            raise InputError(f"{where} must hold real numbers, got dtype {raw.dtype}")
        array: FloatArray = np.array(raw, dtype=np.float64)
    except (TypeError, ValueError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{where} must be a regular array of real numbers: {error}") from error
    if raw.dtype.kind in "iu" and raw.size and max(abs(int(raw.max())), abs(int(raw.min()))) > _EXACT_INTEGER:
        raise InputError(f"{where} holds integers beyond 2**53, which doubles cannot keep apart")
    bad = np.isinf(array) if missing else ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        at = first[0] if len(first) == 1 else first
        raise InputError(
            f"{where} must be finite, got {array[first]} at row {at} ({int(bad.sum())} such);"
            " drop missing ones first and report how many"
        )
    return array


def vector(values: npt.ArrayLike, *, name: str, quantity: str, at_least: int = 0) -> FloatArray:
    """``values`` as a new float64 array of shape (n,), all finite.

    Raises
    ------
    InputError
        If the values are not a one-dimensional array of finite real numbers.
    UndefinedEstimate
        If there are fewer than ``at_least``.
    """
    array = _floats(values, name=name, quantity=quantity)
    if array.ndim != 1:
        raise InputError(f"{quantity}: {name} must have one axis, got shape {array.shape}")
    if array.size < at_least:
        raise UndefinedEstimate(quantity, f"needs at least {at_least} values, got {array.size}", n=array.size)
    return array


def paired(
    x: npt.ArrayLike, y: npt.ArrayLike, *, quantity: str, at_least: int = 1, names: tuple[str, str] = ("x", "y")
) -> tuple[FloatArray, FloatArray]:
    """Two paired samples as float64 arrays of the same shape (n,), all finite; raises like :func:`vector`."""
    a = vector(x, name=names[0], quantity=quantity)
    b = vector(y, name=names[1], quantity=quantity)
    if a.size != b.size:
        raise InputError(f"{quantity}: {names[0]} and {names[1]} must be paired, got {a.size} and {b.size} values")
    if a.size < at_least:
        raise UndefinedEstimate(quantity, f"needs at least {at_least} pairs, got {a.size}", n=a.size)
    return a, b


def matrix(values: npt.ArrayLike, *, name: str, quantity: str, missing: bool = False) -> FloatArray:
    """``values`` as a new float64 array with two axes, all finite (``missing=True`` allows NaN, never an infinity)."""
    array = _floats(values, name=name, quantity=quantity, missing=missing)
    if array.ndim != 2:
        raise InputError(f"{quantity}: {name} must have two axes, got shape {array.shape}")
    return array


def columns(values: npt.ArrayLike, *, name: str, quantity: str, rows: int) -> FloatArray:
    """``values`` as a float64 array of shape (rows, k); one axis of length ``rows`` is taken as a single column."""
    array = _floats(values, name=name, quantity=quantity)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2 or array.shape[0] != rows:
        raise InputError(f"{quantity}: {name} must have shape ({rows},) or ({rows}, k), got {array.shape}")
    return array


def integers(values: npt.ArrayLike, *, name: str, quantity: str) -> IntArray:
    """``values`` as a new int64 array of any shape; floats are accepted where they are whole."""
    raw = values if isinstance(values, np.ndarray) else None
    if raw is not None and raw.dtype.kind == "i" and raw.size:
        # thousands of cells at a time: no detour over floats
        if int(raw.max()) > _EXACT_INTEGER or int(raw.min()) < -_EXACT_INTEGER:
            raise InputError(f"{quantity}: {name} holds integers beyond 2**53, which doubles cannot keep apart")
        return raw.astype(np.int64)
    array = _floats(values, name=name, quantity=quantity)
    fractional = array != np.trunc(array)
    if fractional.any():
        raise InputError(f"{quantity}: {name} must be whole numbers, got {array[fractional][0]}")
    if array.size and float(np.abs(array).max()) > _EXACT_INTEGER:
        raise InputError(f"{quantity}: {name} holds integers beyond 2**53")
    return array.astype(np.int64)


def counts(
    successes: npt.ArrayLike, trials: npt.ArrayLike, *, quantity: str, zero_trials: bool = False
) -> tuple[IntArray, IntArray]:
    """Successes and trials as int64 arrays of one shape (broadcast), ``0 <= successes <= trials``, ``trials >= 1``.

    ``zero_trials=True`` accepts ``trials == 0`` (an empty cell).
    """
    k = integers(successes, name="successes", quantity=quantity)
    n = integers(trials, name="trials", quantity=quantity)
    try:
        k, n = np.broadcast_arrays(k, n)
    except ValueError:
        raise InputError(f"{quantity}: successes and trials must match, got shapes {k.shape} and {n.shape}") from None
    if (n < (0 if zero_trials else 1)).any():
        raise InputError(f"{quantity}: trials must be at least {0 if zero_trials else 1}, got {int(n.min())}")
    wrong = (k < 0) | (k > n)
    if wrong.any():
        i = tuple(np.argwhere(wrong)[0])
        raise InputError(f"{quantity}: successes must lie in [0, trials], got {int(k[i])} of {int(n[i])}")
    return k.copy(), n.copy()


def codes(labels: Iterable[Any], *, name: str, quantity: str, rows: int) -> tuple[IntArray, tuple[Any, ...]]:
    """Group labels (strings, integers, any hashable) as codes 0..g-1 in order of first appearance, and the labels.

    Returns
    -------
    codes : int64 array, shape (rows,)
    levels : tuple of length g
    """
    items = labels.tolist() if isinstance(labels, np.ndarray) else list(labels)
    if len(items) != rows:
        raise InputError(f"{quantity}: {name} must have one label a row ({rows}), got {len(items)}")
    index: dict[Any, int] = {}
    for i, item in enumerate(items):
        if item is None or item != item:
            raise InputError(f"{quantity}: {name} has a missing label at row {i}")
    out = np.fromiter((index.setdefault(item, len(index)) for item in items), dtype=np.int64, count=rows)
    return out, tuple(index)


def check_level(level: float) -> float:
    """A coverage level in (0, 1)."""
    number = float(level)
    if not 0.0 < number < 1.0:
        raise InputError(f"level must lie in (0, 1), got {level:g}; write 0.95, not 95")
    return number


def check_count(value: int, *, name: str, at_least: int = 1) -> int:
    """A whole number of at least ``at_least``."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < at_least:
        raise InputError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    return int(value)


def check_choice(value: str, *, name: str, choices: Iterable[str]) -> str:
    """One of the named ``choices``."""
    known = tuple(choices)
    if value not in known:
        raise InputError(f"{name} must be one of {', '.join(map(repr, known))}, got {value!r}")
    return value


def check_alternative(alternative: str) -> Alternative:
    """``"two-sided"``, ``"greater"`` or ``"less"``."""
    for known in get_args(Alternative):
        if alternative == known:
            return known  # type: ignore[no-any-return]
    raise InputError(f"alternative must be 'two-sided', 'greater' or 'less', got {alternative!r}")


def is_constant(values: FloatArray, *, axis: int | None = None) -> Any:
    """Whether the finite values are equal up to rounding noise, judged by their own magnitude.

    The spread is compared with four units in the last place of the largest absolute value: 0.3 and 0.1 + 0.2 are
    the same number, data near 1e8 or 1e-100 that vary are not constant. No values, or one, are constant. With
    ``axis`` an array of bools is returned, else one bool.
    """
    if values.size == 0:
        return True
    high, low = values.max(axis=axis), values.min(axis=axis)
    # halves, because high - low may overflow
    out = high / 2 - low / 2 <= _NOISE_ULP / 2 * np.spacing(np.maximum(np.abs(high), np.abs(low)))
    exact = high == low
    # subnormal values have no relative noise to speak of: only equal ones are constant
    tiny = np.maximum(np.abs(high), np.abs(low)) < np.finfo(np.float64).tiny
    answer = np.where(tiny, exact, out)
    return bool(answer) if axis is None else answer


def require_varying(values: FloatArray, *, name: str, quantity: str) -> None:
    """Refuse a sample that is constant (up to rounding noise, see :func:`is_constant`).

    Raises
    ------
    UndefinedEstimate
        With the constant and the number of rows in its reason.
    """
    if is_constant(values):
        n = values.shape[0]
        what = f"({values.flat[0]:g} in all {n} rows)" if values.size else "(no rows)"
        raise UndefinedEstimate(quantity, f"{name} is constant {what}", n=n)


def _power_of_two(values: FloatArray, axis: int) -> npt.NDArray[np.int_]:
    """Exponents e with ``max |values| <= 2**e`` along ``axis`` (kept); 0 where all are 0."""
    largest = np.abs(values).max(axis=axis, keepdims=True)
    exponents: npt.NDArray[np.int_] = np.frexp(largest)[1].astype(np.int_)
    return exponents


def centred(values: FloatArray, *, axis: int = 0) -> FloatArray:
    """Deviations from the mean, scaled by a power of two so that the largest is in [0.5, 1).

    Scaling keeps squares from under- and overflowing (data near 1e-200 or 1e300). The first shift is by a value on
    the data's own grid, hence exact; the mean of what is left is removed afterwards, so that an offset of 1e8 costs
    no digits. Constant input gives zeros or rounding noise: ask :func:`is_constant` first.
    """
    if values.size == 0:
        return values.copy()
    scaled = np.ldexp(values, -_power_of_two(values, axis))
    shifted = scaled - np.take(scaled, [0], axis=axis)
    shifted -= shifted.mean(axis=axis, keepdims=True)
    shifted -= shifted.mean(axis=axis, keepdims=True)
    out: FloatArray = np.ldexp(shifted, -_power_of_two(shifted, axis))
    return out


def unit(values: FloatArray, *, axis: int = 0) -> FloatArray:
    """:func:`centred` values scaled to a Euclidean norm of 1; the Pearson correlation is the product of two such."""
    c = centred(values, axis=axis)
    norm: FloatArray = np.sqrt((c * c).sum(axis=axis, keepdims=True))
    return c / norm
