"""Square matrices over items: checks, pairs, and statistics of many relabelled matrices at once."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from functools import lru_cache
from importlib.util import find_spec
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, MissingDependency
from leakstats.stats._arrays import FloatArray, IntArray, is_constant, matrix

__all__ = ["Kernel", "dyad_matrix", "pair_index", "pair_values", "relabelled_products", "spread"]

Kernel = Literal["auto", "numpy", "numba"]

_BLOCK = 256
"""Relabellings handled at a time: an (n, 256) block of gathered values stays in the cache."""

_WORTH_COMPILING = 2 * 10**9
"""Gathered values (pairs times permutations) above which "auto" spends a second on compiling."""


def dyad_matrix(values: npt.ArrayLike, *, name: str, quantity: str, directed: bool) -> FloatArray:
    """A square matrix of finite numbers, symmetric unless ``directed``, with one value all along the diagonal.

    The diagonal is not used, but one that varies says that the matrix is something else than a table of dyads.
    Symmetry is judged to 1e-9 of the largest value; the two triangles are then averaged.

    Raises
    ------
    InputError
        For another shape, a value that is not finite, asymmetry, or a diagonal that varies.
    """
    array = matrix(values, name=name, quantity=quantity)
    n = array.shape[0]
    if array.shape != (n, n):
        raise InputError(f"{quantity}: {name} must be square, got shape {array.shape}")
    diagonal = np.diagonal(array)
    largest = float(np.abs(array).max(initial=0.0))
    if n and not is_constant(np.array(diagonal)) and float(np.ptp(diagonal / largest)) > 1e-9:
        i = int(np.argmax(np.abs(diagonal - diagonal[0])))
        raise InputError(
            f"{quantity}: {name} must have one value on its diagonal (an item with itself), got {diagonal[0]:g} at 0"
            f" and {diagonal[i]:g} at {i}; is it a similarity or distance matrix?"
        )
    if directed:
        return array
    gap = np.abs(array / 2 - array.T / 2)
    if n and float(gap.max()) > 0.5e-9 * largest:
        i, j = (int(k) for k in np.unravel_index(int(np.argmax(gap)), gap.shape))
        raise InputError(
            f"{quantity}: {name} must be symmetric, got {array[i, j]:g} at ({i}, {j}) and {array[j, i]:g} at"
            f" ({j}, {i}); pass directed=True for directed relations"
        )
    return array / 2 + array.T / 2


@lru_cache(maxsize=16)
def pair_index(n: int, directed: bool) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Rows and columns of the pairs: below the diagonal, row by row; all off-diagonal cells where ``directed``."""
    rows, columns = np.nonzero(~np.eye(n, dtype=bool)) if directed else np.tril_indices(n, -1)
    rows.setflags(write=False)
    columns.setflags(write=False)
    return rows, columns


def pair_values(array: FloatArray, *, directed: bool) -> FloatArray:
    """The values of the pairs in the order of :func:`pair_index`, shape (pairs,)."""
    out: FloatArray = array[pair_index(array.shape[0], directed)]
    return out


def spread(values: FloatArray, n: int, *, directed: bool) -> FloatArray:
    """The inverse of :func:`pair_values`, with zeros on the diagonal; symmetric unless ``directed``."""
    rows, columns = pair_index(n, directed)
    out = np.zeros((n, n))
    out[rows, columns] = values
    if not directed:
        out[columns, rows] = values
    return out


def _numpy_products(fixed: FloatArray, moved: FloatArray, block: IntArray, directed: bool) -> FloatArray:
    """One row of the fixed matrix at a time against the same row of every relabelled one.

    Gathering whole relabelled matrices costs twice as much: the upper triangle is the lower one again, and the
    index arrays of all pairs leave the cache.
    """
    n = fixed.shape[0]
    flat = moved.ravel()
    out = np.zeros(block.shape[0])
    for start in range(0, block.shape[0], _BLOCK):
        p = np.ascontiguousarray(block[start : start + _BLOCK].T, dtype=np.intp)
        base = p * n
        columns = p.shape[1]
        index, values = np.empty(n * columns, np.intp), np.empty(n * columns)
        total = np.zeros(columns)
        for i in range(n):
            width = n if directed else i
            here = index[: width * columns].reshape(width, columns)
            found = values[: width * columns].reshape(width, columns)
            np.add(p[:width], base[i], out=here)
            flat.take(here, out=found, mode="clip")  # clip: no bounds check; permutations are in range
            total += fixed[i, :width] @ found
        out[start : start + _BLOCK] = total
    return out


@lru_cache(maxsize=1)
def _compiled() -> Callable[[FloatArray, FloatArray, IntArray, bool, FloatArray], None]:
    """The same sums, compiled on first use."""
    if find_spec("numba") is None:
        raise MissingDependency("kernel='numba'", extra="fast")
    import numba

    # reassociation lets the inner sum use several accumulators; the result moves in the last digits only
    @numba.njit(nogil=True, fastmath={"reassoc", "contract"})
    def products(
        fixed: FloatArray, moved: FloatArray, block: IntArray, directed: bool, out: FloatArray
    ) -> None:  # pragma: no cover - compiled
        n = fixed.shape[0]
        for k in range(block.shape[0]):
            p = block[k]
            total = 0.0
            for i in range(n):
                row = moved[p[i]]
                part = 0.0
                width = n if directed else i
                for j in range(width):
                    part += fixed[i, j] * row[p[j]]
                total += part
            out[k] = total

    run: Callable[[FloatArray, FloatArray, IntArray, bool, FloatArray], None] = products
    return run


def relabelled_products(
    fixed: FloatArray,
    moved: FloatArray,
    blocks: Iterable[npt.NDArray[Any]],
    *,
    directed: bool,
    kernel: Kernel = "auto",
    work: int = 0,
) -> FloatArray:
    """Sums over pairs of ``fixed[i, j] * moved[p[i], p[j]]``, one for each permutation p.

    Parameters
    ----------
    fixed, moved : array, shape (n, n)
        With zeros on the diagonal; symmetric unless ``directed``, when only the lower triangle is summed.
    blocks : iterable of int arrays, shape (b, n)
        Permutations.
    kernel : {"auto", "numpy", "numba"}
        "auto" compiles where numba is installed and ``work`` (pairs times permutations) makes up for it, or where it
        has been compiled already.

    Returns
    -------
    array, shape (permutations,)
    """
    if kernel == "auto":
        ready = "numba" in sys.modules and _compiled.cache_info().currsize > 0
        worth = work >= _WORTH_COMPILING and find_spec("numba") is not None
        kernel = "numba" if ready or worth else "numpy"
    parts = [np.zeros(0)]
    for block in blocks:
        if kernel == "numba":
            out = np.empty(block.shape[0])
            _compiled()(fixed, moved, np.ascontiguousarray(block, dtype=np.int64), directed, out)
            parts.append(out)
        else:
            parts.append(_numpy_products(fixed, moved, np.asarray(block), directed))
    return np.concatenate(parts)
