"""Correlations of many weighted samples at once: each sample is a column of row counts.

A bootstrap resample (of rows, of clusters, two-way) and a leave-one-out sample are all such columns. Ranks of a
resample follow from cumulated counts in the order of the original values, so nothing is sorted.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from leakstats.stats._arrays import FloatArray, IntArray, centred

__all__ = ["CountKernel", "kendall_kernel", "pearson_kernel", "spearman_kernel"]

CountKernel = Callable[[IntArray], FloatArray]
"""Counts of shape (n, b) -> statistics of shape (b,), NaN where a column of the sample is constant."""

_EXACT_SINGLE = 2**24
"""Integers up to this are exact in single precision."""


class _Ordered:
    """The groups of tied values of one column, in increasing order."""

    def __init__(self, values: FloatArray) -> None:
        self.order = np.argsort(values, kind="stable")
        ordered = values[self.order]
        self.ends = np.flatnonzero(np.append(ordered[1:] != ordered[:-1], True))
        self.group = np.empty(values.size, dtype=np.int64)
        self.group[self.order] = np.repeat(np.arange(self.ends.size), np.diff(self.ends, prepend=-1))
        self.tied = self.ends.size < values.size

    def group_counts(self, counts: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Counts by group, shape (groups, b), and their cumulative sums."""
        own = counts[self.order]
        cumulative = own.copy()
        # a loop over rows adds whole vectors; numpy's cumsum along the first axis takes three times as long
        for above, row in pairwise(cumulative):
            row += above
        if not self.tied:
            return own, cumulative
        cumulative = cumulative[self.ends]
        return np.diff(cumulative, axis=0, prepend=np.zeros_like(cumulative[:1])), cumulative


def _ratio(numerator: FloatArray, x_square: FloatArray, y_square: FloatArray) -> FloatArray:
    """numerator / sqrt(x_square * y_square), clipped to [-1, 1]; NaN where a square is 0."""
    out = np.full(numerator.shape, np.nan)
    fine = (x_square > 0.0) & (y_square > 0.0)
    out[fine] = np.clip(numerator[fine] / (np.sqrt(x_square[fine]) * np.sqrt(y_square[fine])), -1.0, 1.0)
    return out


def _triple(a: npt.NDArray[Any], b: npt.NDArray[Any], c: npt.NDArray[Any]) -> FloatArray:
    """Column sums of a * b * c, in double precision at the end."""
    out: FloatArray = np.einsum("ij,ij,ij->j", a, b, c, optimize=False).astype(np.float64)
    return out


def spearman_kernel(x: FloatArray, y: FloatArray) -> CountKernel:
    """Spearman correlation (midranks) of samples given by counts.

    With E the cumulated counts up to and including a tied group, twice its midrank less twice the mean rank is
    E_g + E_(g-1) - N: whole numbers throughout, so the sums are exact (in single precision while N**3 <= 2**24).
    """
    # rows in increasing x: one gather fewer a block
    start = np.argsort(x, kind="stable")
    a, b = _Ordered(x[start]), _Ordered(y[start])

    def kernel(counts: IntArray) -> FloatArray:
        total = counts.sum(axis=0)
        largest = int(total.max(initial=0))
        dtype = np.float32 if largest**3 <= _EXACT_SINGLE else np.float64
        c = counts.astype(dtype, order="C")[start]
        size = total.astype(dtype)
        scores, squares = [], []
        for column in (a, b):
            own, cumulative = column.group_counts(c)
            twice = cumulative * dtype(2)
            twice -= own
            twice -= size
            squares.append(_triple(own, twice, twice))
            scores.append(twice[column.group])
        return _ratio(_triple(c, scores[0], scores[1]), squares[0], squares[1])

    return kernel


def pearson_kernel(x: FloatArray, y: FloatArray) -> CountKernel:
    """Pearson correlation of samples given by counts; a sample is degenerate where one value of a column is left."""
    u, v = centred(x), centred(y)
    moments = np.stack([u, v, u * u, v * v, u * v])
    order_x, order_y = _Ordered(x), _Ordered(y)

    def constant(counts: IntArray, column: _Ordered) -> npt.NDArray[np.bool_]:
        present = column.group_counts(counts)[0] > 0
        flat: npt.NDArray[np.bool_] = present.sum(axis=0) < 2
        return flat

    def kernel(counts: IntArray) -> FloatArray:
        total = counts.sum(axis=0)
        size = np.maximum(total, 1).astype(np.float64)
        su, sv, suu, svv, suv = moments @ counts.astype(np.float64)
        xx, yy, xy = suu - su * su / size, svv - sv * sv / size, suv - su * sv / size
        # cancellation: a sample whose values nearly agree is centred on its own mean instead
        for j in np.flatnonzero((xx <= 1e-6 * suu) | (yy <= 1e-6 * svv)):
            flat = [bool(constant(counts[:, [j]], column)[0]) for column in (order_x, order_y)]
            if any(flat):
                xx[j] = 0.0
                continue
            rows = np.repeat(np.arange(x.size), counts[:, j])
            p, q = centred(x[rows]), centred(y[rows])
            xx[j], yy[j], xy[j] = p @ p, q @ q, p @ q
        return _ratio(xy, xx, yy)

    return kernel


def kendall_kernel(x: FloatArray, y: FloatArray) -> CountKernel:
    """Kendall's tau-b of samples given by counts; a row drawn twice is tied with itself. Holds 4 n**2 bytes."""
    agree = np.sign(x[:, None] - x[None, :]).astype(np.float32)
    agree *= np.sign(y[:, None] - y[None, :]).astype(np.float32)
    groups = _Ordered(x), _Ordered(y)

    def untied(counts: FloatArray, column: _Ordered) -> FloatArray:
        """Ordered pairs with different values."""
        own = column.group_counts(counts)[0]
        pairs: FloatArray = counts.sum(axis=0) ** 2 - np.einsum("ij,ij->j", own, own)
        return pairs

    def kernel(counts: IntArray) -> FloatArray:
        c = counts.astype(np.float64)
        # sums of whole numbers below 2**24 in single precision, then in double: exact
        net = (agree @ counts.astype(np.float32)).astype(np.float64)
        concordance: FloatArray = np.einsum("ij,ij->j", c, net)
        return _ratio(concordance, untied(c, groups[0]), untied(c, groups[1]))

    return kernel
