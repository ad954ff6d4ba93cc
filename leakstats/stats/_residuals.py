"""Residuals of columns on covariates, with a verdict on whether a residual is more than rounding noise."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from leakstats.stats._arrays import FloatArray, centred, is_constant

__all__ = ["Residuals", "residualise"]

_EPS = float(np.finfo(np.float64).eps)

_NOISE_SHARE = 1e-20
"""A residual with less than this share of its column's sum of squares is taken for rounding noise of the data."""

_NOISE_ULPS = 8.0
"""... as is one whose root mean square is within so many units in the last place of the data."""

_EXACT_BELOW = 1e-10
"""Shares below this have lost five digits in double precision and are computed again in rational arithmetic."""


@dataclass(frozen=True)
class Residuals:
    """Residuals of m target columns on an intercept and covariates."""

    values: FloatArray
    """Residuals scaled to Euclidean norm 1, shape (n, m); zeros where they are noise."""
    shares: FloatArray
    """Residual over total (centred) sum of squares, shape (m,)."""
    noise: npt.NDArray[np.bool_]
    """Whether a target is a linear combination of the covariates up to rounding, shape (m,)."""
    basis: FloatArray
    """Orthonormal basis of the covariates' space, intercept first, shape (n, rank)."""
    kept: tuple[int, ...]
    """Covariates that add a dimension, in order."""
    dropped: tuple[int, ...]
    """Covariates that are constant or a combination of those before them."""

    @property
    def rank(self) -> int:
        """Dimensions the covariates take, the intercept not counted."""
        return len(self.kept)


def _unit_columns(values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Centred columns of norm 1 (zeros where constant) and each one's rounding noise on that scale."""
    out = np.zeros_like(values)
    noise = np.zeros(values.shape[1])
    for j in range(values.shape[1]):
        column = values[:, j]
        if is_constant(column):
            continue
        c = centred(column)
        norm = math.sqrt(float(c @ c))
        out[:, j] = c / norm
        # one unit in the last place of the raw values, in every row, on the scale of the unit vector
        spread = float(np.abs(column - column[0]).max())
        relative = float(np.abs(column).max()) / spread
        scale = float(np.abs(c - c[0]).max()) / norm
        noise[j] = _EPS * (relative * scale * math.sqrt(column.size) + 1.0)
    return out, noise


def residualise(targets: FloatArray, covariates: FloatArray) -> Residuals:
    """Residuals of ``targets`` (n, m) on an intercept and ``covariates`` (n, k), by Gram-Schmidt done twice.

    Where a column keeps less than 1e-10 of its sum of squares, everything is done again in exact rational
    arithmetic on the doubles given, so that a nearly collinear residual is as accurate as any other.
    """
    n, k = covariates.shape
    units, noise = _unit_columns(np.hstack([covariates, targets]))
    basis = [np.full(n, 1.0 / math.sqrt(n))]
    kept: list[int] = []
    level = 0.0
    shares = np.zeros(targets.shape[1])
    flags = np.ones(targets.shape[1], dtype=bool)
    values = np.zeros_like(targets)
    columns: list[list[int]] | None = None
    exact_basis: list[list[int]] = []
    for j in range(units.shape[1]):
        unit = units[:, j]
        if not unit.any():
            continue
        q = np.column_stack(basis)
        rest = unit - q @ (q.T @ unit)
        rest -= q @ (q.T @ rest)
        share = float(rest @ rest)
        if share < _EXACT_BELOW:
            if columns is None:
                columns = [_integers(c) for c in np.hstack([covariates, targets]).T]
                exact_basis = [[1] * n]
                for i in kept:
                    exact_basis.append(_project_out(columns[i], exact_basis)[0])
            whole, share = _project_out(columns[j], exact_basis)
            rest = _to_unit(whole) * math.sqrt(share)
        norm = math.sqrt(share)
        is_noise = share <= _NOISE_SHARE or norm <= _NOISE_ULPS * (noise[j] + level)
        if j < k:
            if not is_noise:
                kept.append(j)
                level += float(noise[j])
                basis.append(rest / norm)
                if columns is not None:
                    exact_basis.append(_project_out(columns[j], exact_basis)[0])
            continue
        shares[j - k] = share
        flags[j - k] = is_noise
        if not is_noise:
            values[:, j - k] = rest / norm
    dropped = tuple(j for j in range(k) if j not in kept)
    return Residuals(values, shares, flags, np.column_stack(basis), tuple(kept), dropped)


def _integers(column: FloatArray) -> list[int]:
    """The doubles as whole numbers on one common power-of-two scale, without loss."""
    mantissas, exponents = np.frexp(column)
    whole = np.ldexp(mantissas, 53).astype(np.int64).tolist()
    low = min(int(e) for m, e in zip(whole, exponents, strict=True) if m) if any(whole) else 0
    return [m << (int(e) - low) if m else 0 for m, e in zip(whole, exponents, strict=True)]


def _project_out(column: Sequence[int], orthogonal: Sequence[Sequence[int]]) -> tuple[list[int], float]:
    """``column`` less its projection on mutually orthogonal whole-number columns (the first is all ones), exactly.

    Returns whole numbers proportional to the residual, and its share of the centred column's sum of squares.
    """
    rest = list(column)
    total = Fraction(0)
    scale = Fraction(1)  # rest = scale * residual
    for i, base in enumerate(orthogonal):
        top = sum(a * b for a, b in zip(rest, base, strict=True))
        bottom = sum(b * b for b in base)
        rest = [bottom * a - top * b for a, b in zip(rest, base, strict=True)]
        divisor = math.gcd(*rest) or 1
        rest = [a // divisor for a in rest]
        scale *= Fraction(bottom, divisor)
        if i == 0:
            total = Fraction(sum(a * a for a in rest)) / (scale * scale)
    if total == 0:
        return rest, 0.0
    return rest, float(Fraction(sum(a * a for a in rest)) / (scale * scale * total))


def _to_unit(values: Sequence[int]) -> FloatArray:
    """Whole numbers of any size as a float vector of norm 1 (zeros stay zeros)."""
    longest = max(abs(v).bit_length() for v in values)
    if longest == 0:
        return np.zeros(len(values))
    # true division of whole numbers is correctly rounded
    out = np.array([v / (1 << longest) for v in values])
    scaled: FloatArray = out / math.sqrt(float(out @ out))
    return scaled
