"""How much single rows matter: regression diagnostics, and any statistic with one unit dropped."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import special

from leakstats.columns import Columns
from leakstats.errors import InputError, UndefinedEstimate
from leakstats.estimate import Estimate
from leakstats.stats._arrays import FloatArray
from leakstats.stats._least_squares import prepare, row_labels, tidy

__all__ = ["DropOne", "drop_one", "influence"]

_OUTLIER_ALPHA = 0.05
"""Family-wise level of the outlier threshold of the studentised residuals."""


def influence(
    y: npt.ArrayLike,
    X: npt.ArrayLike,
    *,
    labels: Sequence[Any] | None = None,
    names: Sequence[str] | None = None,
    intercept: bool = True,
) -> Columns:
    """Influence of each row on the least-squares fit of y on X.

    With the residual ``e``, the leverage ``h``, the rank p, ``s2 = RSS / (n - p)`` and ``s_(i)`` the residual
    standard deviation of the other rows (Belsley, Kuh & Welsch 1980, ch. 2; Cook 1977):

    ============================ ======================================= ===========================================
    column                       definition                              flagged beyond
    ============================ ======================================= ===========================================
    ``leverage``                 h                                       2 p / n (no more than 1)
    ``residual``                 e, unit of y
    ``standardised_residual``    e / (s sqrt(1 - h)); R's rstandard      2
    ``studentised_residual``     e / (s_(i) sqrt(1 - h)); R's rstudent   t quantile, n - p - 1 df, Bonferroni over n
    ``cooks_distance``           e2 h / (p s2 (1 - h)**2)                4 / n
    ``dffits``                   rstudent sqrt(h / (1 - h))              2 sqrt(p / n)
    ``covratio``                 (s_(i) / s)**(2 p) / (1 - h)            (none: 1 is no influence)
    ``dfbetas[NAME]``            (b - b_(i)) / (s_(i) sqrt((X'X)^-1))    2 / sqrt(n)
    ============================ ======================================= ===========================================

    p is the rank, as in R; statsmodels divides Cook's distance by the number of columns.

    Parameters
    ----------
    y : array-like, shape (n,)
    X : array-like, shape (n, k), or (n,) for one column
    labels : sequence of n str, optional
        Names of the rows, unique; default "0", "1", ...
    names : sequence of k str, optional
        Names of the columns; default "x", or "x1", "x2", ...
    intercept : bool
        Whether a constant term is fitted.

    Returns
    -------
    Columns
        One row a label; ``thresholds`` holds the limits above and :meth:`Columns.flagged` lists who is beyond.
        ``details``: ``n``, ``rank``, ``df`` (of the residuals).

    Raises
    ------
    InputError
        If y or X is not finite or shapes, labels or names do not fit.
    UndefinedEstimate
        If there are fewer rows than coefficients.

    Notes
    -----
    Undefined, with the reason: all but leverage and residual for a row of leverage 1, after a perfect fit and
    without residual degrees of freedom; what divides by ``s_(i)`` where the other rows fit perfectly or have no
    degrees of freedom left (n = p + 1). Values are those of n refits to rounding, in closed form.
    A flag says "look", not "drop": the reason for an exclusion must not be its effect on the result.

    Valid for any least-squares fit: it describes, and tests nothing. Checked against R's ``influence.measures`` and
    80-digit arithmetic (oracle family tabular), and against n refits.

    Examples
    --------
    >>> rows = influence([1.0, 2.1, 2.9, 4.2, 4.8, 9.5], [1, 2, 3, 4, 5, 6], labels="abcdef")
    Traceback (most recent call last):
    leakstats.errors.InputError: influence: labels must be a sequence with one label a row, got the string 'abcdef'
    >>> rows = influence([1.0, 2.1, 2.9, 4.2, 4.8, 9.5], [1, 2, 3, 4, 5, 6], labels=list("abcdef"))
    >>> rows.flagged("cooks_distance")
    ['f']
    """
    quantity = "influence"
    ls = prepare(y, X, quantity=quantity, names=names, intercept=intercept)
    row_names = row_labels(labels, rows=ls.n, quantity=quantity)
    if ls.rank == 0:
        raise UndefinedEstimate(quantity, "; ".join(ls.dropped.values()), n=ls.n)
    n, p, df = ls.n, ls.rank, ls.df
    deleted = ls.deleted()
    undefined: dict[str, str] = {}
    columns: dict[str, FloatArray] = {"leverage": np.minimum(ls.leverage, 1.0)}

    own = np.zeros(n, dtype=np.bool_) if df > 0 and not ls.perfect else np.ones(n, dtype=np.bool_)
    own |= deleted.lost
    if own.any():
        if df == 0:
            reason = "the fit has 0 residual degrees of freedom"
        elif ls.perfect:
            reason = "the fit is perfect (its residuals are rounding noise)"
        else:
            reason = deleted.lost_reason()
        undefined |= dict.fromkeys(("standardised_residual", "cooks_distance"), reason)
    none = deleted.no_scale
    coefficients = ("intercept", *ls.names) if intercept else ls.names
    with np.errstate(all="ignore"):
        columns["residual"] = ls.to_data(ls.residuals)
        s = math.sqrt(ls.rss / df) if df > 0 and not ls.perfect else 1.0
        sigma = np.sqrt(deleted.rss / max(deleted.df, 1))
        root, reach = np.sqrt(deleted.gap), np.sqrt(1.0 - deleted.gap)
        # with the deleted residual d = e / (1 - h): e / sqrt(1 - h) = d sqrt(1 - h), which keeps its digits near h = 1
        columns["standardised_residual"] = deleted.residual * root / s
        columns["studentised_residual"] = deleted.residual * root / sigma
        # e^2 h / (p s^2 (1 - h)^2) = d^2 h / (p s^2)
        columns["cooks_distance"] = (deleted.residual / s * reach) ** 2 / p
        columns["dffits"] = deleted.residual * reach / sigma
        columns["covratio"] = (sigma / s) ** (2 * p) / deleted.gap
        for name, along in zip(coefficients, ls.to_coef, strict=True):
            if name not in ls.dropped:
                # b - b_(i) = (X'X)^-1 x_i e / (1 - h)
                moved = (ls.q @ along) * deleted.residual
                columns[f"dfbetas[{name}]"] = moved / (sigma * math.sqrt(along @ along))
    for name in columns:
        if name in ("standardised_residual", "cooks_distance"):
            columns[name][own] = np.nan
        elif name not in ("leverage", "residual"):
            columns[name][none] = np.nan
            if none.any():
                undefined[name] = deleted.no_scale_reason()
    if not deleted.tame:
        tidy(columns, undefined)

    thresholds = {
        "leverage": min(2.0 * p / n, 1.0),
        "standardised_residual": 2.0,
        "cooks_distance": 4.0 / n,
        "dffits": 2.0 * math.sqrt(p / n),
    }
    if deleted.df > 0:
        thresholds["studentised_residual"] = float(special.stdtrit(deleted.df, 1.0 - _OUTLIER_ALPHA / (2.0 * n)))

    thresholds |= {name: 2.0 / math.sqrt(n) for name in columns if name.startswith("dfbetas")}
    notes = [f"dropped: {why}" for why in ls.dropped.values()]
    return Columns(
        quantity="influence",
        labels=row_names,
        columns=columns,
        method="least squares, closed-form deletion diagnostics",
        thresholds=thresholds,
        undefined=undefined,
        assumptions=("one row is dropped at a time: two outliers can hide each other",),
        notes=tuple(notes),
        details={"n": n, "rank": p, "df": df},
    )


@dataclass(frozen=True, slots=True)
class DropOne:
    """A statistic with each unit left out in turn: what :func:`drop_one` returns.

    Attributes
    ----------
    full : Estimate
        The statistic of all units.
    drops : Columns
        By label of the unit left out: ``value`` and ``p_value`` (NaN where undefined or where there is none).
    low, high : float
        Range of the values over the drops.
    low_label, high_label : str
        Whose absence gives them.
    sign_flips : tuple of str
        Labels whose absence changes the sign of the value.
    decision_flips : tuple of str
        Labels whose absence moves the decision across ``alpha``.
    decision : str
        What is decided: ``"p <= alpha"`` by the p-value, or ``"interval excludes the null value"``, or "" where
        the statistic has neither.
    failures : tuple of str
        Labels whose absence leaves the statistic undefined.
    """

    full: Estimate
    drops: Columns
    low: float
    high: float
    low_label: str
    high_label: str
    sign_flips: tuple[str, ...]
    decision_flips: tuple[str, ...]
    decision: str
    failures: tuple[str, ...]

    @property
    def fragile(self) -> bool:
        """Whether any single unit decides the sign, the decision or whether the statistic exists."""
        return bool(self.sign_flips or self.decision_flips or self.failures)

    def __str__(self) -> str:
        lines = [
            str(self.full),
            f"drop-one range [{self.low:.4g} (without {self.low_label}), {self.high:.4g} (without {self.high_label})]",
        ]
        for what, who in (
            ("sign changes", self.sign_flips),
            (f"decision ({self.decision}) changes", self.decision_flips),
            ("undefined", self.failures),
        ):
            if who:
                lines.append(f"{what} without: {', '.join(who)}")
        return "\n  ".join(lines)

    def to_json(self) -> dict[str, Any]:
        return {
            "full": self.full.to_json(),
            "drops": self.drops.to_json(),
            "low": self.low,
            "high": self.high,
            "low_label": self.low_label,
            "high_label": self.high_label,
            "sign_flips": list(self.sign_flips),
            "decision_flips": list(self.decision_flips),
            "decision": self.decision,
            "failures": list(self.failures),
        }


def drop_one(
    statistic: Callable[..., Estimate],
    *data: npt.ArrayLike,
    labels: Sequence[Any] | None = None,
    alpha: float = 0.05,
    null_value: float = 0.0,
    dyadic: bool = False,
) -> DropOne:
    """Range of a statistic over leaving out one unit, and whether a drop changes its sign or the decision.

    Parameters
    ----------
    statistic : callable
        Takes the arrays of ``data`` and returns an :class:`~leakstats.estimate.Estimate`. A random statistic should
        make its generator anew in each call, so that all drops see the same draws.
    *data : array-like, one or more, first axis n
    labels : sequence of n str, optional
        The unit that each row belongs to; default one unit a row, "0", "1", ... Rows with the same label (a persona
        under several sources) are left out together.
    alpha : float
        Where the decision is made, in (0, 1): p <= alpha. A statistic without a p-value is judged by whether its
        interval excludes ``null_value``.
    null_value : float
        For the sign (of value minus null value) and for intervals.
    dyadic : bool
        True if each array is items x items: an item leaves rows and columns.

    Returns
    -------
    DropOne

    Raises
    ------
    InputError
        If there is no data, the arrays or labels differ in length, or the statistic returns something else than an
        Estimate.
    UndefinedEstimate
        If the statistic is undefined for all units, or for every drop, or there are fewer than two units.

    Notes
    -----
    A value at exactly ``null_value`` has no sign and flips nothing. A drop that leaves the statistic undefined is
    listed in ``failures`` and not part of the range. This describes fragility; it is no interval and no test.

    Valid for any statistic that returns an Estimate. Checked against a plain loop of refits, and the published study
    whose decision hangs on one persona.

    Examples
    --------
    >>> from leakstats.stats import fit_ols
    >>> slope = lambda y, x: fit_ols(y, x)["x"]
    >>> out = drop_one(slope, [1.0, 0.5, 1.2, 0.8, 1.1, 9.0], [1, 2, 3, 4, 5, 12], labels=list("abcdef"))
    >>> out.decision_flips
    ('f',)
    """
    quantity = "drop_one"
    if not 0.0 < alpha < 1.0:
        raise InputError(f"drop_one: alpha must lie in (0, 1), got {alpha:g}; write 0.05, not 5")
    if not data:
        raise InputError("drop_one: needs at least one array after the statistic")
    arrays = [np.asarray(d) for d in data]
    for i, array in enumerate(arrays):
        square = array.ndim == 2 and array.shape[0] == array.shape[1]
        if array.ndim == 0 or len(array) != len(arrays[0]) or (dyadic and not square):
            shapes = [a.shape for a in arrays]
            need = "be square and of one size (dyadic)" if dyadic else "have the same number of rows"
            raise InputError(f"{quantity}: the arrays must {need}, got shapes {shapes} (array {i})")
    rows = len(arrays[0])
    names = row_labels(labels, rows=rows, quantity=quantity, unique=dyadic)
    members: dict[str, list[int]] = {}
    for i, name in enumerate(names):
        members.setdefault(name, []).append(i)
    if len(members) < 2:
        raise UndefinedEstimate(quantity, f"needs at least 2 units to drop one, got {len(members)}", n=len(members))

    full = _called(statistic, arrays)
    decided = _decision(full, alpha, null_value)
    units = list(members)
    values, p_values = np.full(len(units), np.nan), np.full(len(units), np.nan)
    sign_flips: list[str] = []
    decision_flips: list[str] = []
    failures: list[str] = []
    why = ""
    for j, unit in enumerate(units):
        keep = np.ones(rows, dtype=np.bool_)
        keep[members[unit]] = False
        try:
            part = _called(statistic, [a[np.ix_(keep, keep)] if dyadic else a[keep] for a in arrays])
        except UndefinedEstimate as error:
            failures.append(unit)
            why = why or f"without {unit}: {error.reason}"
            continue
        values[j] = part.value
        if part.p_value is not None:
            p_values[j] = part.p_value.value
        if (full.value - null_value) * (part.value - null_value) < 0.0:
            sign_flips.append(unit)
        now = _decision(part, alpha, null_value)
        if decided is not None and now is not None and now != decided:
            decision_flips.append(unit)
    if len(failures) == len(units):
        raise UndefinedEstimate(quantity, f"{full.quantity} is undefined for every drop ({why})", n=len(units))
    undefined = {}
    if failures:
        undefined["value"] = why
    if np.isnan(p_values).any():
        undefined["p_value"] = why if full.p_value is not None and failures else "the statistic has no p-value"
    low, high = int(np.nanargmin(values)), int(np.nanargmax(values))
    decision = ""
    if decided is not None:
        decision = f"p <= {alpha:g}" if full.p_value is not None else f"interval excludes {null_value:g}"
    drops = Columns(
        quantity=f"{full.quantity} without one unit",
        labels=units,
        columns={"value": values, "p_value": p_values},
        method=full.method,
        undefined=undefined,
        details={"alpha": alpha, "null_value": null_value, "n_units": len(units), "n_rows": rows},
    )
    return DropOne(
        full=full,
        drops=drops,
        low=float(values[low]),
        high=float(values[high]),
        low_label=units[low],
        high_label=units[high],
        sign_flips=tuple(sign_flips),
        decision_flips=tuple(decision_flips),
        decision=decision,
        failures=tuple(failures),
    )


def _called(statistic: Callable[..., Estimate], arrays: Sequence[npt.NDArray[Any]]) -> Estimate:
    out = statistic(*arrays)
    if not isinstance(out, Estimate):
        raise InputError(f"drop_one: the statistic must return an Estimate, got {type(out).__name__}")
    return out


def _decision(estimate: Estimate, alpha: float, null_value: float) -> bool | None:
    """Whether the null is rejected; None where the estimate has neither a p-value nor an interval."""
    if estimate.p_value is not None:
        return estimate.p_value.value <= alpha
    if estimate.interval is not None:
        return null_value not in estimate.interval
    return None
