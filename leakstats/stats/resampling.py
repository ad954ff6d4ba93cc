"""How to resample: permutation and bootstrap plans as objects, and the intervals that bootstrap replicates give."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Alternative, Detail, Estimate, Interval
from leakstats.stats._arrays import (
    FloatArray,
    IntArray,
    check_choice,
    check_count,
    check_level,
    codes,
    integers,
    vector,
)

__all__ = [
    "Bootstrap",
    "BootstrapInterval",
    "Permutation",
    "all_permutations",
    "bootstrap",
    "bootstrap_counts",
    "bootstrap_interval",
    "count_extreme",
    "jackknife_counts",
    "order_quantile",
]

_COLUMNS = 256
"""Resamples handled at a time: an (n, 256) block of counts of a few hundred rows stays in the cache."""

_KEYS = 2**17
"""Sort keys drawn at a time when permutations are generated."""

_ENUMERABLE = 9
"""Largest n whose n! permutations are enumerated (362,880)."""


def _check_rng(rng: object, stored: object, *, what: str) -> None:
    if rng is None and stored is None:
        raise InputError(f"{what} needs rng=numpy.random.default_rng(seed), or a stored index matrix")
    if rng is not None and not isinstance(rng, np.random.Generator):
        raise InputError(f"{what}: rng must be a numpy.random.Generator, got {type(rng).__name__}")


def _stored_matrix(stored: npt.ArrayLike, *, what: str) -> IntArray:
    array = integers(stored, name="stored", quantity=what)
    if array.ndim != 2 or 0 in array.shape:
        raise InputError(f"{what}: stored must have shape (resamples, n), got {array.shape}")
    if array.min() < 0:
        raise InputError(f"{what}: stored indices count from 0, got {int(array.min())}")
    array.setflags(write=False)
    return array


@dataclass(frozen=True, kw_only=True, eq=False)
class Permutation:
    """A Monte-Carlo permutation test: how many permutations, from which generator, or which stored ones.

    Parameters
    ----------
    n_resamples : int
        Number m of random permutations. The p-value is (b + 1) / (m + 1) with b of them as extreme as the data
        (Phipson & Smyth 2010, *Stat. Appl. Genet. Mol. Biol.* 9, article 39), so it is never 0 and its
        Monte-Carlo standard error is stored with it.
    rng : numpy.random.Generator
        Source of the permutations. A generator has a state: using the plan twice gives two different samples.
    stored : array-like of int, shape (m, n), optional
        Permutations to replay instead, counted from 0: row j says that place i receives value ``stored[j, i]``.
    tolerance : float
        Two statistics closer than this times the statistic's natural scale (1 for a correlation, the largest
        deviation for a mean) are ties, and ties count as extreme. Without it, float noise decides.

    Raises
    ------
    InputError
        If neither ``rng`` nor ``stored`` is given, or a stored row is no permutation.

    Notes
    -----
    Valid where the values are exchangeable if the null hypothesis holds. Checked against p-values of permutations
    stored by R (oracle family permcor), full enumeration, and a test that all permutations are drawn equally often.

    Examples
    --------
    >>> import numpy as np
    >>> from leakstats.stats import Permutation, pearson
    >>> plan = Permutation(n_resamples=999, rng=np.random.default_rng(7))
    >>> pearson([1, 2, 3, 4, 5, 6], [1, 3, 2, 5, 4, 6], method=plan).p_value.value
    0.035
    """

    n_resamples: int = 9999
    rng: np.random.Generator | None = None
    stored: npt.ArrayLike | None = None
    tolerance: float = 1e-9

    def __post_init__(self) -> None:
        _check_rng(self.rng, self.stored, what="Permutation")
        if not 0.0 <= self.tolerance < 1.0:
            raise InputError(f"Permutation: tolerance must lie in [0, 1), got {self.tolerance:g}")
        if self.stored is not None:
            array = _stored_matrix(self.stored, what="Permutation")
            if (np.sort(array, axis=1) != np.arange(array.shape[1])).any():
                bad = int(np.flatnonzero((np.sort(array, axis=1) != np.arange(array.shape[1])).any(axis=1))[0])
                raise InputError(f"Permutation: stored row {bad} is no permutation of 0..{array.shape[1] - 1}")
            object.__setattr__(self, "stored", array)
            object.__setattr__(self, "n_resamples", array.shape[0])
        object.__setattr__(self, "n_resamples", check_count(self.n_resamples, name="n_resamples"))

    def blocks(self, n: int) -> Iterator[IntArray]:
        """The permutations of 0..n-1, in arrays of shape (b, n) that make ``n_resamples`` rows together."""
        if self.stored is not None:
            array = np.asarray(self.stored)
            if array.shape[1] != n:
                raise InputError(f"Permutation: stored permutes {array.shape[1]} values, the data have {n}")
            step = max(1, _KEYS // n)
            for start in range(0, array.shape[0], step):
                yield array[start : start + step]
            return
        rng = self.rng
        if rng is None or n < 1:
            raise InputError(f"Permutation: cannot permute {n} values")
        # The place is kept in the low bits of a random key: sorting keys is several times faster than argsort, and
        # 64 - log2(n) random bits make equal keys (which would be left in order) immaterial. 32-bit keys would not.
        low = np.uint64((1 << n.bit_length()) - 1)
        place = np.arange(n, dtype=np.uint64)
        step = max(1, _KEYS // n)
        for start in range(0, self.n_resamples, step):
            rows = min(step, self.n_resamples - start)
            keys = rng.integers(0, 2**64 - 1, size=(rows, n), dtype=np.uint64, endpoint=True)
            keys &= ~low
            keys |= place
            keys.sort(axis=1)
            keys &= low
            yield keys.view(np.int64)


@lru_cache(maxsize=_ENUMERABLE)
def all_permutations(n: int) -> npt.NDArray[np.int8]:
    """All n! permutations of 0..n-1 (n <= 9), shape (n!, n), the identity first; read-only.

    >>> all_permutations(3).tolist()
    [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
    """
    if not 0 <= n <= _ENUMERABLE:
        raise InputError(f"only up to {_ENUMERABLE} values are enumerated, got {n}")
    out = np.zeros((1, 0), dtype=np.int8)
    for size in range(1, n + 1):
        first = np.repeat(np.arange(size, dtype=np.int8), out.shape[0])[:, None]
        rest = np.tile(out, (size, 1))
        out = np.hstack([first, rest + (rest >= first)]).astype(np.int8)
    out.setflags(write=False)
    return out


def count_extreme(null: FloatArray, observed: float, *, alternative: Alternative, tolerance: float) -> int:
    """How many null statistics are at least as extreme as the observed one, ties within ``tolerance`` included."""
    if alternative == "greater":
        return int(np.count_nonzero(null >= observed - tolerance))
    if alternative == "less":
        return int(np.count_nonzero(null <= observed + tolerance))
    return int(np.count_nonzero(np.abs(null) >= abs(observed) - tolerance))


IntervalMethod = Literal["percentile", "basic", "bca", "normal"]
_METHODS: tuple[IntervalMethod, ...] = ("percentile", "basic", "bca", "normal")


@dataclass(frozen=True, kw_only=True, eq=False)
class Bootstrap:
    """A bootstrap: how many resamples, of what units, from which generator, and which interval they give.

    Parameters
    ----------
    n_resamples : int
        Number of resamples.
    method : {"bca", "percentile", "basic", "normal"}
        "bca" is bias-corrected and accelerated (Efron 1987, *JASA* 82, 171-185), "percentile" the quantiles of the
        replicates, "basic" their reflection about the estimate, "normal" estimate - bias +- z se.
    rng : numpy.random.Generator
        Source of the resamples.
    stored : array-like of int, shape (B, m), optional
        Resamples to replay instead: row j lists the m units drawn, counted from 0 (rows, or clusters in order of
        first appearance).
    clusters : sequence of labels, shape (rows,), optional
        Whole clusters are resampled with replacement; the number of rows then varies.
    crossed_with : sequence of labels, shape (rows,), optional
        A second factor, crossed with ``clusters``. Both are resampled independently and a row counts as often as
        the product of its two draws (the pigeonhole bootstrap: Owen 2007, *Ann. Appl. Stat.* 1, 386-411;
        conservative). No "bca" here.
    interpolation : {"linear", "normal"}
        How a quantile is read between order statistics: "linear" (type 7, as numpy and scipy do), or "normal", on
        the scale of normal quantiles at (B + 1) alpha (Davison & Hinkley 1997, eq. 5.8; R's boot).
    ties : {"midrank", "strict"}
        For BCa, replicates equal to the estimate count half (scipy) or not at all (R's boot). Equal means within
        1e-12 of the replicates' largest magnitude.
    acceleration : {"jackknife", "jackknife-at-estimate", "regression"}
        Influence values for the acceleration: jackknife values centred on their mean (Efron & Tibshirani 1993,
        eq. 14.15; scipy), centred on the estimate, or by regressing replicates on the resample counts (R's boot).

    Raises
    ------
    InputError
        If neither ``rng`` nor ``stored`` is given, or an option is unknown or contradicts another.

    Notes
    -----
    Measured coverage of 95% intervals for correlations of bivariate normal pairs (3,000 runs a cell, 999
    resamples; smallest and largest over rho in {0, .5, .9}; n = 20, rho = .5 is checked with 10,000 runs in
    tests/stats/test_coverage_correlation.py):

    ==========  ==========  =========  =========  =========  =========
    statistic   method      n = 8      12         20         50
    ==========  ==========  =========  =========  =========  =========
    Pearson     bca         .931-.947  .922-.934  .925-.934  .934-.943
    Pearson     percentile  .895-.908  .906-.918  .913-.924  .928-.941
    Pearson     basic       .719-.747  .777-.802  .824-.863  .881-.910
    Pearson     normal      .839-.892  .863-.886  .889-.904  .922-.928
    Spearman    bca         .947-.973  .951-.974  .950-.961  .942-.959
    Spearman    percentile  .955-.975  .959-.984  .950-.976  .954-.963
    Spearman    basic       .780-.795  .837-.890  .864-.894  .908-.930
    Spearman    normal      .862-.978  .897-.977  .911-.962  .939-.947
    ==========  ==========  =========  =========  =========  =========

    With few clusters every bootstrap interval is too narrow.

    Valid for rows, or clusters, that are independent draws, and enough of them: see the table. Checked against R's
    boot, whose stored resamples give the same ends (oracle family boot), scipy's BCa, and by simulation of coverage.

    Examples
    --------
    >>> import numpy as np
    >>> plan = Bootstrap(n_resamples=2000, method="percentile", rng=np.random.default_rng(1))
    >>> print(bootstrap(np.mean, [3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0, 6.0], config=plan, quantity="mean"))
    mean = 3.875, 95% [2.25, 5.628] (percentile), n = 8
    """

    n_resamples: int = 9999
    method: IntervalMethod = "bca"
    rng: np.random.Generator | None = None
    stored: npt.ArrayLike | None = None
    clusters: Sequence[Any] | npt.NDArray[Any] | None = None
    crossed_with: Sequence[Any] | npt.NDArray[Any] | None = None
    interpolation: Literal["linear", "normal"] = "linear"
    ties: Literal["midrank", "strict"] = "midrank"
    acceleration: Literal["jackknife", "jackknife-at-estimate", "regression"] = "jackknife"
    _levels: dict[str, tuple[IntArray, int]] = field(default_factory=dict, init=False, repr=False)

    def __post_init__(self) -> None:
        _check_rng(self.rng, self.stored, what="Bootstrap")
        check_choice(self.method, name="method", choices=_METHODS)
        check_choice(self.interpolation, name="interpolation", choices=("linear", "normal"))
        check_choice(self.ties, name="ties", choices=("midrank", "strict"))
        check_choice(
            self.acceleration, name="acceleration", choices=("jackknife", "jackknife-at-estimate", "regression")
        )
        if self.stored is not None:
            object.__setattr__(self, "stored", _stored_matrix(self.stored, what="Bootstrap"))
            object.__setattr__(self, "n_resamples", np.asarray(self.stored).shape[0])
        object.__setattr__(self, "n_resamples", check_count(self.n_resamples, name="n_resamples", at_least=2))
        for name in ("clusters", "crossed_with"):
            given = getattr(self, name)
            if given is not None:
                found, levels = codes(given, name=name, quantity="Bootstrap", rows=len(given))
                self._levels[name] = (found, len(levels))
        if self.acceleration == "regression" and self.clusters is not None:
            raise InputError("Bootstrap: acceleration='regression' is for resampled rows, not clusters")
        if self.crossed_with is not None:
            if self.clusters is None:
                raise InputError("Bootstrap: crossed_with needs clusters, the factor it is crossed with")
            if self.stored is not None:
                raise InputError("Bootstrap: two-way resampling cannot replay stored indices")
            if self.method == "bca":
                raise InputError("Bootstrap: two-way resampling has no BCa; choose 'percentile' or 'basic'")

    @property
    def scheme(self) -> str:
        """What is resampled: ``"rows"``, ``"clusters"`` or ``"two-way"``."""
        if self.crossed_with is not None:
            return "two-way"
        return "rows" if self.clusters is None else "clusters"

    def unit_counts(self) -> dict[str, int]:
        """How many levels each declared clustering factor has."""
        return {name: size for name, (_, size) in self._levels.items()}

    def units(self, n: int) -> tuple[IntArray, int]:
        """The unit of each of ``n`` rows (its cluster, or itself) and how many units there are."""
        if self.clusters is None:
            return np.arange(n, dtype=np.int64), n
        found, size = self._levels["clusters"]
        if found.size != n:
            raise InputError(f"Bootstrap: clusters has {found.size} labels, the data have {n} rows")
        return found, size

    def _draws(self, size: int) -> Iterator[IntArray]:
        if self.stored is not None:
            array = np.asarray(self.stored)
            if int(array.max()) >= size:
                raise InputError(f"Bootstrap: stored index {int(array.max())} is out of range for {size} units")
            for start in range(0, array.shape[0], _COLUMNS):
                yield array[start : start + _COLUMNS]
            return
        if self.rng is None or size < 1:
            raise InputError(f"Bootstrap: cannot resample {size} units")
        for start in range(0, self.n_resamples, _COLUMNS):
            yield self.rng.integers(0, size, size=(min(_COLUMNS, self.n_resamples - start), size))

    def counts(self, n: int) -> Iterator[IntArray]:
        """How often each of ``n`` rows is drawn: arrays of shape (n, b), one column a resample.

        Every scheme (rows, clusters, two-way) is such an array, which is all that a weighted statistic needs.
        """
        unit, size = self.units(n)
        if self.crossed_with is None:
            for draw in self._draws(size):
                block = _tally(draw, size)
                yield block if self.clusters is None else block[unit]
            return
        other, other_size = self._levels["crossed_with"]
        if other.size != n:
            raise InputError(f"Bootstrap: crossed_with has {other.size} labels, the data have {n} rows")
        for first, second in zip(self._draws(size), self._draws(other_size), strict=True):
            yield _tally(first, size)[unit] * _tally(second, other_size)[other]

    def rows(self, n: int) -> Iterator[IntArray]:
        """The rows drawn: arrays of shape (b, m); m is ``n`` unless clusters differ in size (then b is 1)."""
        if self.clusters is None:
            yield from self._draws(n)
            return
        everything = np.arange(n, dtype=np.int64)
        for block in self.counts(n):
            for column in block.T:
                yield np.repeat(everything, column)[None, :]


def _tally(draw: IntArray, size: int) -> IntArray:
    """Counts of shape (size, b) of the indices in ``draw``, shape (b, m)."""
    resamples = draw.shape[0]
    # each resample is counted into its own short stretch of memory, then the view is turned
    flat = draw + np.arange(0, resamples * size, size, dtype=np.int64)[:, None]
    return np.bincount(flat.ravel(), minlength=size * resamples).reshape(resamples, size).T


def jackknife_counts(unit: IntArray, size: int) -> Iterator[IntArray]:
    """Counts of the delete-one-unit samples, shape (n, b), in the order of the units."""
    for start in range(0, size, _COLUMNS):
        stop = min(start + _COLUMNS, size)
        yield (unit[:, None] != np.arange(start, stop)[None, :]).astype(np.int64)


def order_quantile(ordered: FloatArray, alpha: FloatArray, *, interpolation: str = "linear") -> FloatArray:
    """Quantiles of sorted values: type 7, or interpolated on the normal scale at (B + 1) alpha.

    The second is eq. 5.8 of Davison & Hinkley (1997); beyond the ends the extreme order statistic is returned.
    """
    size = ordered.size
    if interpolation == "linear":
        place = alpha * (size - 1)
        low = np.clip(np.floor(place).astype(np.int64), 0, size - 1)
        high = np.minimum(low + 1, size - 1)
        gap: FloatArray = ordered[high] - ordered[low]
        return ordered[low] + (place - low) * gap
    place = (size + 1) * alpha
    k = np.trunc(place).astype(np.int64)
    low = np.clip(k, 1, size)
    high = np.clip(k + 1, 1, size)
    # the normal score of the wanted quantile between those of its neighbours; exact order statistics need none
    inside = (k >= 1) & (k < size) & (place != k)
    scores = special.ndtri(np.array([low, np.minimum(low + 1, size)]) / (size + 1.0))
    step = np.where(inside, scores[1] - scores[0], 1.0)
    weight = np.where(inside, (special.ndtri(alpha) - scores[0]) / step, 0.0)
    out: FloatArray = ordered[low - 1] + weight * (ordered[high - 1] - ordered[low - 1])
    return out


@dataclass(frozen=True)
class BootstrapInterval:
    """What replicates give: the interval, or None and a note saying why, and the numbers behind it."""

    interval: Interval | None
    details: dict[str, Detail]
    notes: tuple[str, ...]


def _acceleration(influence: FloatArray) -> float:
    scaled = influence / np.abs(influence).max()
    return float((scaled**3).sum() / (6.0 * (scaled**2).sum() ** 1.5))


def _regression_influence(t: FloatArray, counts: IntArray) -> FloatArray:
    """Influence values by least squares of the replicates on the resample proportions (Davison & Hinkley, 2.7.4)."""
    proportions = counts.T / counts.sum(axis=0)[:, None]
    design = np.column_stack([np.ones(t.size), proportions[:, 1:]])
    slopes = np.linalg.lstsq(design, t, rcond=None)[0]
    influence = np.concatenate([[0.0], slopes[1:]])
    centred_influence: FloatArray = influence - influence.mean()
    return centred_influence


def bootstrap_interval(
    estimate: float,
    replicates: FloatArray,
    *,
    config: Bootstrap,
    level: float,
    jackknife: Callable[[], FloatArray],
    counts: Callable[[], IntArray] | None = None,
) -> BootstrapInterval:
    """The interval of ``config.method`` from bootstrap replicates.

    Parameters
    ----------
    estimate : float
        The statistic of the data.
    replicates : array, shape (B,)
        The statistic of each resample; NaN marks a degenerate resample (a constant column). Those are dropped and
        counted in the details.
    config : Bootstrap
    level : float
    jackknife : callable returning an array, shape (units,)
        Delete-one-unit values, called for BCa only; NaN where such a sample is degenerate.
    counts : callable returning an int array, shape (units, B)
        The resample counts, called for the regression acceleration only.

    Returns
    -------
    BootstrapInterval
        Details: ``n_resamples``, ``n_degenerate``, ``bias``, ``standard_error`` (of the replicates), for BCa ``z0``
        and ``acceleration``, and ``mc_error_low``/``mc_error_high``, the Monte-Carlo standard error of each end.
    """
    check_level(level)
    defined = np.isfinite(replicates)
    t = np.sort(replicates[defined])
    dropped = int(replicates.size - t.size)
    details: dict[str, Detail] = {"n_resamples": int(replicates.size), "n_degenerate": dropped}
    notes: list[str] = []
    if dropped:
        notes.append(f"{dropped} of {replicates.size} resamples gave no value (a constant column) and were dropped")
    if t.size < 2:
        notes.append("no bootstrap interval: fewer than two resamples gave a value")
        return BootstrapInterval(None, details, tuple(notes))
    bias = float(t.mean()) - estimate
    error = float(t.std(ddof=1))
    details |= {"bias": bias, "standard_error": error}
    half = (1.0 - level) / 2.0
    tails = np.array([half, 1.0 - half])
    method = config.method
    if method == "normal":
        reach = float(special.ndtri(1.0 - half)) * error
        return BootstrapInterval(
            Interval(estimate - bias - reach, estimate - bias + reach, level, "bootstrap-normal"), details, tuple(notes)
        )
    if method == "bca":
        # a replicate that repeats the estimate differs from it by rounding only
        near = 1e-12 * max(abs(estimate), float(np.abs(t).max()))
        below = np.count_nonzero(t < estimate - near)
        equal = np.count_nonzero(np.abs(t - estimate) <= near)
        share = (below + (0.5 * equal if config.ties == "midrank" else 0.0)) / t.size
        if not 0.0 < share < 1.0:
            notes.append("no BCa interval: the estimate lies outside its bootstrap distribution; try 'percentile'")
            return BootstrapInterval(None, details, tuple(notes))
        if config.acceleration == "regression":
            if counts is None:
                raise InputError("Bootstrap: acceleration='regression' is not available for this statistic")
            influence = _regression_influence(replicates[defined], counts()[:, defined])
        else:
            left_out = jackknife()
            if not np.isfinite(left_out).all():
                lost = int(np.count_nonzero(~np.isfinite(left_out)))
                notes.append(
                    f"no BCa interval: leaving out {lost} of {left_out.size} units one at a time leaves a constant"
                    " column, so that the acceleration is undefined; try 'percentile'"
                )
                return BootstrapInterval(None, details, tuple(notes))
            centre = estimate if config.acceleration == "jackknife-at-estimate" else float(left_out.mean())
            influence = centre - left_out
            # values equal up to rounding have no influence to speak of
            influence[np.abs(influence) <= 1e-14 * max(abs(centre), float(np.abs(left_out).max()))] = 0.0
            if not influence.any():
                notes.append("no BCa interval: no single unit moves the estimate, so the acceleration is 0/0")
                return BootstrapInterval(None, details, tuple(notes))
        z0 = float(special.ndtri(share))
        a = _acceleration(influence)
        details |= {"z0": z0, "acceleration": a}
        shifted = z0 + special.ndtri(tails)
        if (1.0 - a * shifted <= 0.0).any():
            notes.append(f"no BCa interval: the acceleration {a:.3g} is too large for this level; try 'percentile'")
            return BootstrapInterval(None, details, tuple(notes))
        tails = special.ndtr(z0 + shifted / (1.0 - a * shifted))
    ends = order_quantile(t, tails, interpolation=config.interpolation)
    spread = np.sqrt(tails * (1.0 - tails) / t.size)
    around = np.clip(np.concatenate([tails - spread, tails + spread]), 0.0, 1.0)
    wobble = order_quantile(t, around)
    mc = (wobble[2:] - wobble[:2]) / 2.0
    if method == "basic":
        ends, mc = 2.0 * estimate - ends[::-1], mc[::-1]
    details |= {"mc_error_low": float(mc[0]), "mc_error_high": float(mc[1])}
    low, high = float(ends[0]), float(ends[1])
    return BootstrapInterval(Interval(low, max(low, high), level, method), details, tuple(notes))


def bootstrap_counts(
    kernel: Callable[[IntArray], FloatArray],
    estimate: float,
    n: int,
    *,
    config: Bootstrap,
    level: float,
    quantity: str,
) -> BootstrapInterval:
    """Bootstrap interval of a statistic of row counts: ``kernel`` maps counts (n, b) to values (b,), NaN if none.

    Raises
    ------
    UndefinedEstimate
        If there are fewer than three units to resample.
    """
    unit, size = config.units(n)
    if size < 3:
        raise UndefinedEstimate(quantity, f"a bootstrap needs at least three units to resample, got {size}", n=size)
    parts: list[FloatArray] = []
    kept: list[IntArray] = []
    for block in config.counts(n):
        parts.append(kernel(block))
        if config.acceleration == "regression" and config.method == "bca":
            kept.append(block)
    return bootstrap_interval(
        estimate,
        np.concatenate(parts),
        config=config,
        level=level,
        jackknife=lambda: np.concatenate([kernel(block) for block in jackknife_counts(unit, size)]),
        counts=lambda: np.hstack(kept),
    )


def bootstrap(
    statistic: Callable[..., Any],
    *data: npt.ArrayLike,
    config: Bootstrap,
    level: float = 0.95,
    vectorized: bool = False,
    quantity: str = "statistic",
) -> Estimate:
    """Bootstrap of any statistic of rows, with iid, cluster or two-way (pigeonhole) resampling.

    Parameters
    ----------
    statistic : callable
        Called with one array a data column. Plain: arrays of shape (m,), returns a number. ``vectorized=True``:
        arrays of shape (b, m), returns shape (b,), reducing the last axis. A result that is not finite, or a raised
        :class:`~leakstats.errors.UndefinedEstimate`, marks a degenerate resample: dropped and counted.
    *data : array-like, each of shape (n,)
        Columns whose rows belong together (an index may be passed to resample anything else).
    config : Bootstrap
        The plan; its clusters, where given, have one label a row.
    level : float
        Coverage, in (0, 1).
    vectorized : bool
        See ``statistic``.
    quantity : str
        Name of the estimate.

    Returns
    -------
    Estimate
        ``n`` is the number of resampled units (of the first factor for two-way). The interval is None, with a note,
        where the method has none (BCa outside its conditions).

    Raises
    ------
    UndefinedEstimate
        If the statistic has no value for the data themselves, or there are fewer than two units.

    Notes
    -----
    Valid for rows, or clusters, that are independent draws; the coverage of each method stands in :class:`Bootstrap`.
    Checked against R's boot (oracle family boot), scipy's bootstrap, and for the two-way scheme against the formula of
    the variance.

    Examples
    --------
    >>> import numpy as np
    >>> values = [1.0, 2.0, 2.5, 4.0, 7.0, 8.0]
    >>> question = ["a", "a", "b", "b", "c", "c"]
    >>> plan = Bootstrap(n_resamples=500, method="percentile", rng=np.random.default_rng(0), clusters=question)
    >>> estimate = bootstrap(np.mean, values, config=plan, quantity="mean")
    >>> estimate.n, estimate.n_rows, dict(estimate.clusters)
    (3, 6, {'clusters': 3})
    """
    check_level(level)
    if not data:
        raise InputError(f"{quantity}: bootstrap needs at least one data column")
    columns = [vector(column, name=f"data[{i}]", quantity=quantity) for i, column in enumerate(data)]
    n = columns[0].size
    if any(column.size != n for column in columns):
        raise InputError(f"{quantity}: data columns differ in length: {[column.size for column in columns]}")
    unit, size = config.units(n)
    if size < 2:
        raise UndefinedEstimate(quantity, f"a bootstrap needs at least two units to resample, got {size}", n=size)

    def value_of(rows: IntArray) -> FloatArray:
        """Statistics of the samples in ``rows``, shape (b, m); NaN where there is none."""
        out = np.full(rows.shape[0], np.nan)
        if rows.shape[1] == 0:
            return out
        with np.errstate(all="ignore"):
            if vectorized:
                found = np.asarray(statistic(*(column[rows] for column in columns)), dtype=np.float64)
                if found.shape != out.shape:
                    raise InputError(
                        f"{quantity}: a vectorized statistic of shape {rows.shape} must return {out.shape},"
                        f" got {found.shape}"
                    )
                return found
            for i, row in enumerate(rows):
                try:
                    out[i] = float(statistic(*(column[row] for column in columns)))
                except UndefinedEstimate:
                    continue
        return out

    estimate = float(value_of(np.arange(n, dtype=np.int64)[None, :])[0])
    if not math.isfinite(estimate):
        raise UndefinedEstimate(quantity, "the statistic has no value for these data", n=size)
    drawn: list[IntArray] = []
    parts: list[FloatArray] = []
    for block in config.rows(n):
        if config.acceleration == "regression" and config.method == "bca":
            drawn.append(_tally(block, n))
        parts.append(value_of(block))

    def jackknife() -> FloatArray:
        return np.concatenate([value_of(np.flatnonzero(unit != u)[None, :]) for u in range(size)])

    result = bootstrap_interval(
        estimate,
        np.concatenate(parts),
        config=config,
        level=level,
        jackknife=jackknife,
        counts=lambda: np.hstack(drawn),
    )
    return Estimate(
        quantity=quantity,
        value=estimate,
        n=size,
        n_rows=n,
        method=f"bootstrap over {config.scheme}",
        interval=result.interval,
        clusters=config.unit_counts(),
        assumptions=(_INDEPENDENT[config.scheme],),
        notes=result.notes,
        details=result.details,
    )


_INDEPENDENT = {
    "rows": "rows are independent",
    "clusters": "clusters are independent; rows within one need not be",
    "two-way": "levels of both factors are exchangeable; rows that share either may be dependent",
}
