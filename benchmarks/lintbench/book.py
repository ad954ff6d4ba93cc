"""The facts of one page, by key, and the small statistics that make them."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

__all__ = ["Book", "Coef", "Contrast", "Grid", "Mean", "Table", "coef", "exact_p", "p_of", "partial", "welch", "wilson"]


def wilson(k: int, n: int) -> tuple[float, float]:
    """Wilson's 95% interval of k out of n (Wilson 1927)."""
    z = 1.959963984540054
    centre, spread = (k + z * z / 2) / (n + z * z), z / (n + z * z) * math.sqrt(k * (n - k) / n + z * z / 4)
    return max(0.0, centre - spread), min(1.0, centre + spread)


def p_of(r: float, n: int) -> float:
    """Two-sided p of a correlation by the t approximation; 0 for a perfect one, which no page states."""
    if abs(r) >= 1:
        return 0.0
    return float(2 * stats.t.sf(abs(r) * math.sqrt((n - 2) / (1 - r * r)), n - 2))


@dataclass(frozen=True)
class Coef:
    """A correlation; ``peers`` are the keys of those it may be mistaken for."""

    r: float
    n: int
    method: str
    peers: tuple[str, ...] = ()
    covariates: int = 0
    """How many variables were held constant; each costs a degree of freedom."""

    @property
    def p(self) -> float:
        return p_of(self.r, self.n - self.covariates)


def coef(x: list[float], y: list[float], method: str, peers: tuple[str, ...] = ()) -> Coef:
    """Pearson's or Spearman's correlation of two lists."""
    found = stats.pearsonr(x, y) if method == "pearson" else stats.spearmanr(x, y)
    return Coef(float(found.statistic), len(x), method, peers)


def partial(x: list[float], y: list[float], z: list[float]) -> Coef:
    """Spearman's correlation of x and y with z held constant: Pearson's partial correlation of the ranks."""
    xy, xz, yz = (coef(a, b, "spearman").r for a, b in ((x, y), (x, z), (y, z)))
    return Coef((xy - xz * yz) / math.sqrt((1 - xz**2) * (1 - yz**2)), len(x), "spearman", covariates=1)


def exact_p(x: list[float], y: list[float]) -> float:
    """Two-sided permutation p of Spearman's correlation over all orders of y, for at most 8 pairs."""
    a, b = stats.rankdata(x), stats.rankdata(y)
    orders = np.array(list(itertools.permutations(b - b.mean())))
    seen = np.abs(orders @ (a - a.mean()))
    return float(np.mean(seen >= abs((a - a.mean()) @ (b - b.mean())) - 1e-9))


@dataclass(frozen=True)
class Mean:
    """A mean with its standard deviation over n questions."""

    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class Contrast:
    """A difference of two means by Welch's t test."""

    diff: float
    low: float
    high: float
    p: float
    n: int


def welch(a: list[float], b: list[float]) -> Contrast:
    """b - a with its 95% interval."""
    t = stats.ttest_ind(b, a, equal_var=False)
    ci = t.confidence_interval(0.95)
    return Contrast(sum(b) / len(b) - sum(a) / len(a), float(ci.low), float(ci.high), float(t.pvalue), len(a))


@dataclass
class Grid:
    """A table on the page: rows of units, columns of measures; a cell is (slot kind, key, form) or text."""

    corner: str
    rows: list[str]
    columns: list[tuple[str, str]]
    """Heading and unit; the unit is "%" where the cells are rates."""
    cells: list[list[tuple[str, str, str] | str]]
    turnable: bool = True


@dataclass
class Table:
    """Data for the results file: an index of one or more columns, then values."""

    name: str
    index: tuple[str, ...]
    rows: list[dict[str, Any]]


@dataclass
class Book:
    """Everything one page may state. Keys are shared by phrases, tables and mutators."""

    facts: dict[str, Any]
    level: str = "MODERATE"
    rates: dict[str, tuple[int, int]] = field(default_factory=dict)
    coefs: dict[str, Coef] = field(default_factory=dict)
    sims: dict[str, float] = field(default_factory=dict)
    means: dict[str, Mean] = field(default_factory=dict)
    contrasts: dict[str, Contrast] = field(default_factory=dict)
    counts: dict[str, tuple[int, int]] = field(default_factory=dict)
    pairs: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    """Old value, new value, unit: ``rate``, ``sim`` or ``score``."""
    names: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    ints: dict[str, int] = field(default_factory=dict)
    ranges: dict[str, tuple[float, float, str]] = field(default_factory=dict)
    """Low, high, unit: ``coef``, ``sim``, ``rate`` or ``score``."""
    bounds: dict[str, float] = field(default_factory=dict)
    shares: dict[str, float] = field(default_factory=dict)
    signs: dict[str, int] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    aggregates: dict[str, float] = field(default_factory=dict)
    """A mean or median of rates."""
    exact: dict[str, float] = field(default_factory=dict)
    """Permutation p of the coefficient with that key."""
    orders: dict[str, list[str]] = field(default_factory=dict)
    """Keys of units from the largest rate down."""
    grids: list[Grid] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    head: dict[str, Any] = field(default_factory=dict)
    """Single values for the results file."""

    def role(self, tag: str, key: str) -> None:
        """Let ``tag`` stand for ``key`` in every dictionary that has it, also behind a prefix (``base.key``)."""
        keyed = ("rates", "coefs", "sims", "means", "contrasts", "pairs", "ints", "shares", "signs", "labels", "names")
        for d in [getattr(self, name) for name in keyed]:
            for k in list(d):
                if k == key or k.endswith(f".{key}"):
                    d[k[: len(k) - len(key)] + tag] = d[k]

    def extreme(self, tag: str, values: dict[str, float], *, top: bool) -> str:
        """Name the unit with the largest or smallest value, with those that would be wrong."""
        pick = max if top else min
        best = pick(values, key=lambda k: values[k])
        wrong = tuple(self.labels[k] for k, v in values.items() if abs(v - values[best]) > 1e-9)
        if len(wrong) == len(values) - 1:
            self.names[tag] = (self.labels[best], wrong)
        return best
