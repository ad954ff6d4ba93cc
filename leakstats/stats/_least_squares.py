"""One least-squares problem, centred, scaled and factorised once, that regression diagnostics share."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, overload

import numpy as np
import numpy.typing as npt

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.stats._arrays import FloatArray, columns, is_constant, matrix, vector

__all__ = ["BEYOND", "Deleted", "LeastSquares", "RowNumbers", "new_points", "prepare", "row_labels", "solve", "tidy"]

_EPS = float(np.finfo(np.float64).eps)

_SMALLEST = float(np.finfo(np.float64).tiny)

_RANK_TOLERANCE = 1e-7
"""R's: a column is dropped when what the columns before it leave of it has a norm below this part of its own."""

_NOISE = 8.0 * _EPS
"""Residuals within this part of the data's magnitude are what rounding the data leaves: the fit is perfect."""

_SAFE_LEVERAGE_GAP = 1e-5
"""Below this ``1 - h`` has lost more digits than the closed form may lose: the row is left out by a new fit."""

_SAFE_RSS_SHARE = 1e-6
"""A left-out residual sum of squares below this part of the whole has cancelled: leave out by a new fit."""


_TOGETHER = 12_000
"""Up to this many numbers columns are centred at once, beyond it one by one: an array of more than 128 KB is given back
to the system when it is freed, and the next one costs its page faults again (0.5 ms a fit of three columns)."""

_FARTHEST = 1e200
"""A row whose squared distance from the others, in their own units, is beyond this is out of their reach."""

BEYOND = "its magnitude is beyond double precision; rescale y or X"


def tidy(columns: dict[str, FloatArray], undefined: dict[str, str], *, unbounded: tuple[str, ...] = ()) -> None:
    """Turn overflows into undefined entries with their reason, in place.

    Only data of extreme magnitudes need it; see :attr:`Deleted.tame`.
    """
    for name, values in columns.items():
        off = np.isnan(values) if name in unbounded else ~np.isfinite(values)
        if not off.any():
            continue
        if np.isinf(values[off]).any():
            columns[name] = np.where(off, np.nan, values)
            undefined[name] = f"{undefined[name]}; {BEYOND}" if name in undefined else BEYOND
        undefined.setdefault(name, BEYOND)


class RowNumbers(Sequence[str]):
    """The labels "0", "1", ... of rows without names, made when looked at (making 5,000 strings takes 0.5 ms)."""

    def __init__(self, size: int) -> None:
        self._rows = range(size)

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [str(i) for i in self._rows[index]]
        return str(self._rows[index])

    def __iter__(self) -> Iterator[str]:
        return map(str, self._rows)

    def __repr__(self) -> str:
        return f"RowNumbers({len(self)})"


def row_labels(labels: Sequence[Any] | None, *, rows: int, quantity: str, unique: bool = True) -> Sequence[str]:
    """The rows' labels as strings: the given ones, or the row numbers.

    Raises
    ------
    InputError
        If there is not one label a row, or (``unique``) two rows share one.
    """
    if labels is None:
        return RowNumbers(rows)
    if isinstance(labels, str):
        raise InputError(f"{quantity}: labels must be a sequence with one label a row, got the string {labels!r}")
    names = tuple(str(label) for label in labels)
    if len(names) != rows:
        raise InputError(f"{quantity}: labels must have one label a row ({rows}), got {len(names)}")
    if unique and len(set(names)) != rows:
        seen: set[str] = set()
        twice = next(name for name in names if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise InputError(f"{quantity}: labels must be unique, got {twice!r} more than once")
    return names


def _scale(values: FloatArray, exponent: int) -> FloatArray:
    """``values * 2**exponent``; the same array where the exponent is 0, as it is for all but extreme data."""
    if exponent == 0:
        return values
    out: FloatArray = np.ldexp(values, exponent)
    return out


def _exponent(largest: float) -> int:
    """Exponent that brings extreme data to a size whose squares are safe; 0 for ordinary data."""
    return 0 if 1e-60 < largest < 1e60 or largest == 0.0 else math.frexp(largest)[1]


@dataclass(frozen=True, slots=True)
class _Frame:
    """How stored numbers follow from one column's data: ``z = (x 2**-grow - centre) 2**-zoom``.

    Powers of two are exact, and so is the difference of a datum and the centre but for its own last digit, so that
    neither a scale of 1e-100 nor an offset of 1e8 costs a digit. ``largest`` and ``spread`` are the largest absolute
    value of the data and of the stored numbers, in stored units.
    """

    grow: int
    centre: float
    zoom: int
    largest: float
    spread: float

    def apply(self, values: FloatArray) -> FloatArray:
        """Stored numbers of new data."""
        return _scale(_scale(values, -self.grow) - self.centre, -self.zoom)

    @property
    def exponent(self) -> int:
        """Exponent of the data unit of one stored unit."""
        return self.grow + self.zoom

    @property
    def stored_centre(self) -> float:
        """The centre in stored units."""
        return math.ldexp(self.centre, -self.zoom)


def _frames(data: FloatArray, *, centre: bool) -> tuple[list[_Frame], FloatArray]:
    """The frame of each row of ``data``, shape (columns, n), n >= 1, and the stored numbers (may be ``data``)."""
    largest = np.abs(data).max(axis=1).tolist()
    grow = [_exponent(v) for v in largest]
    z = np.ldexp(data, [[-e] for e in grow]) if any(grow) else data
    if not centre:
        sizes = [math.ldexp(v, -e) for v, e in zip(largest, grow, strict=True)]
        return [_Frame(e, 0.0, 0, v, v) for e, v in zip(grow, sizes, strict=True)], z
    # any number near the middle would do: what a rounded mean leaves is taken out with the constant column
    means = z.sum(axis=1, keepdims=True) / data.shape[1]
    z = z - means
    spread = np.abs(z).max(axis=1).tolist()
    zoom = [_exponent(v) for v in spread]
    if any(zoom):
        z = np.ldexp(z, [[-e] for e in zoom])
    frames = [
        _Frame(g, c, e, math.ldexp(v, -g - e), math.ldexp(w, -e))
        for g, c, e, v, w in zip(grow, means[:, 0].tolist(), zoom, largest, spread, strict=True)
    ]
    return frames, z


@dataclass(frozen=True, slots=True)
class LeastSquares:
    """The fit of y on the columns of X (n rows, k columns), in an orthonormal basis of what was kept of X.

    Attributes
    ----------
    y, x : arrays, shape (n,) and (n, k)
        The data.
    stored_y, residuals : arrays, shape (n,)
        In stored units: y without its centre, divided by ``2**y_exponent``.
    q : array, shape (n, rank)
        The orthonormal basis; ``qty`` (rank,) are the coordinates of the fitted values in it.
    leverage : array, shape (n,)
    r_inverse : array, shape (rank, rank)
        Coefficients on the stored columns from coordinates.
    kept, dropped, alias
        Columns in the basis; reasons for the others, by name; and the others' coordinates in the basis.
    perfect, constant_y : bool
        Whether the residuals are rounding noise, and whether y does not vary at all.
    """

    y: FloatArray
    x: FloatArray
    stored_y: FloatArray
    intercept: bool
    names: tuple[str, ...]
    dropped: dict[str, str]
    q: FloatArray
    qty: FloatArray
    residuals: FloatArray
    leverage: FloatArray
    rss: float
    perfect: bool
    constant_y: bool
    kept: list[int]
    r_inverse: FloatArray
    alias: dict[int, FloatArray]
    x_frames: list[_Frame]
    y_frame: _Frame

    @property
    def n(self) -> int:
        return self.y.size

    @property
    def rank(self) -> int:
        return int(self.q.shape[1])

    @property
    def df(self) -> int:
        return self.n - self.rank

    @property
    def y_exponent(self) -> int:
        return self.y_frame.exponent

    def to_data(self, values: FloatArray) -> FloatArray:
        """Lengths (residuals, widths, standard deviations) in the unit of y; infinite where a double ends."""
        out = _scale(values, self.y_exponent)
        if self.y_exponent < 0:
            out[(np.abs(out) < _SMALLEST) & (values != 0.0)] = np.inf
        return out

    def place(self, values: FloatArray) -> FloatArray:
        """Positions (fitted values, interval ends) in the unit and with the zero of y."""
        f = self.y_frame
        return _scale(_scale(values, f.zoom) + f.centre, f.grow)

    @property
    def to_coef(self) -> FloatArray:
        """Shape (coefficients, rank): coefficients in stored units from coordinates; NaN rows for dropped columns."""
        shift = int(self.intercept)
        out = np.full((self.x.shape[1] + shift, self.rank), np.nan)
        if self.intercept:
            centres = np.array([self.x_frames[j].stored_centre for j in self.kept])
            out[0] = self.r_inverse[0] - centres @ self.r_inverse[1:]
        for row, column in enumerate(self.kept):
            out[column + shift] = self.r_inverse[row + shift]
        return out

    @property
    def coef_values(self) -> FloatArray:
        """The coefficients in stored units, shape (coefficients,); NaN for dropped columns."""
        out: FloatArray = self.to_coef @ self.qty
        if self.intercept:
            out[0] += self.y_frame.stored_centre
        return out

    @property
    def coef_exponents(self) -> list[int]:
        """Exponents of the coefficients' data units."""
        slopes = [self.y_exponent - f.exponent for f in self.x_frames]
        return [self.y_exponent, *slopes] if self.intercept else slopes

    def coordinates(self, points: FloatArray) -> FloatArray:
        """Coordinates in ``q``'s basis of new rows, shape (m, k): the row of ``q`` that each would be."""
        z = np.ones((len(points), self.rank))
        with np.errstate(over="ignore", invalid="ignore"):
            for row, j in enumerate(self.kept, start=int(self.intercept)):
                z[:, row] = self.x_frames[j].apply(points[:, j])
            out: FloatArray = z @ self.r_inverse
        return out

    def estimable(self, points: FloatArray) -> npt.NDArray[np.bool_]:
        """Which new rows keep the relations that made columns be dropped; elsewhere no prediction exists."""
        ok = np.ones(len(points), dtype=np.bool_)
        if not self.alias:
            return ok
        u = self.coordinates(points)
        with np.errstate(over="ignore", invalid="ignore"):
            for j, along in self.alias.items():
                z = self.x_frames[j].apply(points[:, j])
                # the spread of a column without any is the rounding of its size
                floor = self.x_frames[j].spread + _NOISE / _RANK_TOLERANCE * self.x_frames[j].largest
                size = np.abs(z) + np.abs(u) @ np.abs(along) + floor
                ok &= np.abs(z - u @ along) <= 10.0 * _RANK_TOLERANCE * size
        return ok

    def deleted(self) -> Deleted:
        """What leaving out each row in turn gives, by the closed form (Belsley, Kuh & Welsch 1980, eq. 2.3-2.8).

        With ``h`` the leverage and ``e`` the residual, the deleted residual is ``e / (1 - h)`` and the residual sum
        of squares of the others ``RSS - e**2 / (1 - h)``. Both differences cancel for a row with a leverage near 1
        or with nearly all of the residual sum of squares; such rows (a few at most) are left out by a new fit.
        """
        n = self.n
        gap = 1.0 - self.leverage
        scale = self.df > 1 and not self.perfect
        lost = np.zeros(n, dtype=np.bool_)
        perfect = np.full(n, self.perfect)
        fragile = gap < _SAFE_LEVERAGE_GAP
        any_fragile = bool(fragile.any())
        residual = self.residuals / (np.where(fragile, 1.0, gap) if any_fragile else gap)
        rss = self.rss - self.residuals * residual if scale else np.zeros(n)
        if scale and not rss.min() > _SAFE_RSS_SHARE * self.rss:
            fragile |= rss <= _SAFE_RSS_SHARE * self.rss
            any_fragile = True
        if self.df == 0:
            lost[:] = True
        elif any_fragile:
            with np.errstate(all="ignore"):
                for i in np.flatnonzero(fragile):
                    lost[i] = not self._leave_out(int(i), gap, residual, rss, perfect)
        residual[lost] = rss[lost] = np.nan
        gap[lost] = 0.0
        return Deleted(
            residual=residual,
            gap=gap,
            rss=rss,
            df=self.df - 1,
            lost=lost,
            perfect=perfect,
            clean=scale and not (any_fragile and (lost.any() or perfect.any())),
            tame=not (any_fragile or self.y_exponent or any(f.exponent for f in self.x_frames)),
        )

    def _leave_out(
        self, row: int, gap: FloatArray, residual: FloatArray, rss: FloatArray, perfect: npt.NDArray[np.bool_]
    ) -> bool:
        """Fill in the entries of one row from a fit of the others; False where they cannot predict it."""
        y, x = np.delete(self.y, row), np.delete(self.x, row, axis=0)
        others = solve(y, x, names=self.names, intercept=self.intercept)
        if others.rank < self.rank:
            return False
        u = others.coordinates(self.x[row : row + 1])[0]
        distance = float(u @ u)
        shift = others.y_exponent - self.y_exponent
        residual[row] = np.ldexp(others.y_frame.apply(self.y[row : row + 1])[0] - u @ others.qty, shift)
        if not (distance < _FARTHEST and math.isfinite(residual[row])):
            return False
        gap[row] = 1.0 / (1.0 + distance)
        perfect[row] |= others.perfect
        rss[row] = 0.0 if perfect[row] else np.ldexp(others.rss, 2 * shift)
        return True


@dataclass(frozen=True, slots=True)
class Deleted:
    """Each row against the fit of the others, arrays of shape (n,) in stored units.

    ``residual`` is y minus the others' prediction, ``gap`` is ``1 - h``, ``rss`` and ``df`` are the others' residual
    sum of squares and its degrees of freedom. ``lost`` marks rows without which the fit loses a coefficient
    (leverage 1: NaN here), ``perfect`` those whose others leave only rounding noise (``rss`` 0). ``clean`` says that
    there are neither, and degrees of freedom; ``tame`` that neither a row nor a magnitude is so extreme that what is
    computed from these could overflow.
    """

    residual: FloatArray
    gap: FloatArray
    rss: FloatArray
    df: int
    lost: npt.NDArray[np.bool_]
    perfect: npt.NDArray[np.bool_]
    clean: bool
    tame: bool

    @property
    def no_scale(self) -> npt.NDArray[np.bool_]:
        """Rows whose others have no residual standard deviation."""
        return self.lost | self.perfect if self.df > 0 else np.ones(self.lost.size, dtype=np.bool_)

    def lost_reason(self) -> str:
        """One sentence on the rows in :attr:`lost`; empty where there are none."""
        return "the row's leverage is 1: without it a coefficient is lost" if self.lost.any() else ""

    def no_scale_reason(self) -> str:
        """One sentence on the rows in :attr:`no_scale`; empty where there are none."""
        if self.df <= 0:
            return f"the fit of the other rows has {max(self.df, 0)} residual degrees of freedom"
        reasons = [self.lost_reason()]
        if (self.perfect & ~self.lost).any():
            reasons.append("the other rows fit perfectly (their residuals are rounding noise)")
        return "; ".join(reason for reason in reasons if reason)


def _flat(values: FloatArray, frame: _Frame) -> bool:
    """Whether a column is constant up to rounding."""
    # with a spread of 2**-40 of the size there is nothing to ask
    return frame.spread == 0.0 or (frame.largest > 2.0**40 * frame.spread and bool(is_constant(values)))


def solve(y: FloatArray, x: FloatArray, *, names: tuple[str, ...], intercept: bool) -> LeastSquares:
    """Fit y, shape (n,), n >= 1, on the columns of x, shape (n, k), all finite.

    Columns are orthogonalised in order by Gram-Schmidt, run twice where the first run cancels ("twice is enough":
    Giraud, Langou & Rozloznik 2005), which is as accurate as Householder's method and drops a dependent column as
    R's ``dqrdc2`` does. With an intercept the columns are centred first, so that the tolerance refers to their
    spread and not to their offset.
    """
    n, k = x.shape
    if (k + 1) * n <= _TOGETHER:
        blocks = [np.concatenate((x.T, y[None, :]))]
    else:
        blocks = [np.ascontiguousarray(column)[None, :] for column in (*x.T, y)]
    frames: list[_Frame] = []
    z: list[FloatArray] = []
    for block in blocks:
        found, stored = _frames(block, centre=intercept)
        frames += found
        z.extend(stored)
    x_frames, y_frame = frames[:k], frames[k]

    first = int(intercept)
    basis = np.empty((k + first, n))
    r_inverse = np.zeros((k + first, k + first))
    rank = first
    if intercept:
        basis[0] = r_inverse[0, 0] = 1.0 / math.sqrt(n)
    kept: list[int] = []
    dropped: dict[str, str] = {}
    alias: dict[int, FloatArray] = {}
    for j in range(k):
        if _flat(x[:, j], x_frames[j]) if intercept else x_frames[j].largest == 0.0:
            kind = "constant" if intercept else "zero"
            dropped[names[j]] = f"{names[j]} is {kind} ({x[0, j]:g} in all {n} rows)"
            alias[j] = np.zeros(k + first)
            continue
        v = z[j]
        norm = math.sqrt(v @ v)
        q = basis[:rank]
        part = q @ v
        v = v - part @ q
        left = math.sqrt(v @ v)
        if left < 0.5 * norm:
            again = q @ v
            v -= again @ q
            part += again
            left = math.sqrt(v @ v)
        if left <= _RANK_TOLERANCE * norm:
            dropped[names[j]] = (
                f"{names[j]} is a linear combination of the columns before it"
                f" (what they leave of it has {left / norm:.1g} of its norm)"
            )
            alias[j] = np.concatenate((part, np.zeros(k + first - rank)))
            continue
        np.divide(v, left, out=basis[rank])
        # the next column of the inverse of the triangular factor
        r_inverse[:rank, rank] = (r_inverse[:rank, :rank] @ part) / -left
        r_inverse[rank, rank] = 1.0 / left
        kept.append(j)
        rank += 1

    q = basis[:rank]
    r_inverse = r_inverse[:rank, :rank]
    zy = z[k]
    qty = q @ zy
    e = zy - qty @ q
    rss = float(e @ e)
    if rss < float(qty @ qty):
        again = q @ e
        e -= again @ q
        qty += again
        rss = float(e @ e)
    constant_y = _flat(y, y_frame) if intercept else y_frame.largest == 0.0
    if constant_y:
        qty, e, rss = np.zeros(rank), np.zeros(n), 0.0
    # the size of what was rounded to give y and the fitted values
    slopes = np.abs(r_inverse[first:] @ qty).tolist()
    size = y_frame.largest + sum(b * x_frames[j].largest for b, j in zip(slopes, kept, strict=True))
    noise = _NOISE * size
    return LeastSquares(
        y=y,
        x=x,
        stored_y=zy,
        intercept=intercept,
        names=names,
        dropped=dropped,
        q=q.T,
        qty=qty,
        residuals=e,
        leverage=np.einsum("ij,ij->j", q, q),
        rss=rss,
        perfect=constant_y or (rss <= n * noise * noise and bool(np.abs(e).max() <= noise)),
        constant_y=constant_y,
        kept=kept,
        r_inverse=r_inverse,
        alias={j: a[:rank] for j, a in alias.items()},
        x_frames=x_frames,
        y_frame=y_frame,
    )


def _column_names(
    X: Any, names: Sequence[str] | None, *, count: int, intercept: bool, quantity: str
) -> tuple[str, ...]:
    if names is None and hasattr(X, "columns"):
        names = [str(name) for name in X.columns]
    if names is None:
        names = ["x"] if count == 1 else [f"x{j + 1}" for j in range(count)]
    if isinstance(names, str):
        names = [names]
    out = tuple(str(name) for name in names)
    if len(out) != count:
        raise InputError(f"{quantity}: names must have one name a column of X ({count}), got {len(out)}")
    if len(set(out)) != count:
        raise InputError(f"{quantity}: names must be unique, got {list(out)}")
    if intercept and "intercept" in out:
        raise InputError(f"{quantity}: 'intercept' is the name of the constant term; rename that column")
    return out


def prepare(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    quantity: str,
    names: Sequence[str] | None = None,
    intercept: bool = True,
) -> LeastSquares:
    """Check the input and :func:`solve`.

    Raises
    ------
    InputError
        If y or X is not finite or does not fit the other.
    UndefinedEstimate
        If there are fewer rows than coefficients.
    """
    outcome = vector(y, name="y", quantity=quantity)
    n = outcome.size
    x = columns(X, name="X", quantity=quantity, rows=n)
    known = _column_names(X, names, count=x.shape[1], intercept=intercept, quantity=quantity)
    coefficients = x.shape[1] + int(intercept)
    if coefficients == 0:
        raise InputError(f"{quantity}: X has no columns and intercept is False: there is nothing to fit")
    if n < coefficients:
        raise UndefinedEstimate(quantity, f"{n} rows cannot determine {coefficients} coefficients", n=n)
    return solve(outcome, x, names=known, intercept=intercept)


def new_points(values: npt.ArrayLike, *, count: int, name: str, quantity: str) -> FloatArray:
    """New rows as a float64 array of shape (m, count), all finite.

    One axis means m points where X has one column, and one point otherwise.
    """
    shape = np.shape(values)
    if len(shape) == 2:
        points = matrix(values, name=name, quantity=quantity)
    else:
        flat = vector(np.atleast_1d(np.asarray(values)), name=name, quantity=quantity)
        points = flat[:, None] if count == 1 else flat[None, :]
    if points.shape[1] != count:
        raise InputError(f"{quantity}: {name} must have {count} column(s) as X has, got shape {shape}")
    return points
