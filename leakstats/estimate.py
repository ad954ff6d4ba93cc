"""What every estimator returns: a value that is complete, or a stated reason why there is none."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from leakstats.errors import InputError, UndefinedEstimate
from leakstats.interval import Interval

__all__ = ["Detail", "Estimate", "Interval", "PValue", "Undefined"]

Detail: TypeAlias = float | int | str | bool
Alternative: TypeAlias = Literal["two-sided", "greater", "less"]


def _finite(name: str, value: float) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise InputError(f"{name} must be finite, got {value}")
    return number


@dataclass(frozen=True, slots=True)
class PValue:
    """A p-value that cannot be zero: the value, or an upper bound with the reason why only a bound is known.

    ``relation`` is "=" where ``value`` is the p-value and "<" where it is a bound. ``minimum`` is the smallest value
    that the procedure could have given (1 / 120 for the exact test of five pairs), ``mc_error`` the Monte-Carlo
    standard error of a sampled permutation p-value. ``log10`` carries the magnitude where a double would underflow.

    >>> PValue.from_count(0, 9999, method="permutation").value
    0.0001
    >>> print(PValue.from_log10(-400.0, method="t"))
    p < 1e-300
    """

    value: float
    method: str
    relation: Literal["=", "<"] = "="
    reason: str = ""
    alternative: Alternative = "two-sided"
    minimum: float | None = None
    mc_error: float | None = None
    log10: float | None = None

    def __post_init__(self) -> None:
        value = _finite("a p-value", self.value)
        if not 0.0 < value <= 1.0:
            raise InputError(f"a p-value lies in (0, 1], got {self.value:g} ({self.method}); state a bound instead")
        if self.relation == "<" and not self.reason:
            raise InputError(f"a bound p < {value:g} needs the reason why only a bound is known ({self.method})")
        object.__setattr__(self, "value", value)

    @classmethod
    def from_tail(cls, p: float, *, method: str, log10: float | None = None, **kw: Any) -> PValue:
        """The p-value of a continuous reference distribution; an underflow to 0 becomes a bound."""
        if p > 0.0:
            return cls(min(float(p), 1.0), method, log10=log10, **kw)
        return cls.from_log10(log10 if log10 is not None else -math.inf, method=method, **kw)

    @classmethod
    def from_log10(cls, log10: float, *, method: str, **kw: Any) -> PValue:
        """The p-value ``10 ** log10``; below 1e-300 it is stored as a bound that carries ``log10``."""
        if log10 > -300.0:
            return cls(min(10.0**log10, 1.0), method, log10=log10, **kw)
        known = log10 if math.isfinite(log10) else None
        return cls(1e-300, method, "<", "the tail probability underflows a double", log10=known, **kw)

    @classmethod
    def from_count(cls, extreme: int, resamples: int, *, method: str, **kw: Any) -> PValue:
        """The Monte-Carlo p-value ``(b + 1) / (m + 1)`` (Phipson & Smyth 2010) with its standard error."""
        p = (extreme + 1) / (resamples + 1)
        error = math.sqrt(p * (1.0 - p) / (resamples + 1))
        return cls(p, method, minimum=1.0 / (resamples + 1), mc_error=error, **kw)

    @classmethod
    def from_enumeration(
        cls, extreme: int, total: int, *, method: str, minimum: float | None = None, **kw: Any
    ) -> PValue:
        """The exact p-value ``extreme / total`` over all ``total`` arrangements, the observed one included."""
        return cls(extreme / total, method, minimum=1.0 / total if minimum is None else minimum, **kw)

    def __str__(self) -> str:
        return f"p {self.relation} {self.value:.3g}"

    def to_json(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PValue:
        return cls(**data)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One estimated quantity with everything needed to believe it.

    ``n`` counts *independent* units, ``n_rows`` the rows behind them, ``clusters`` how many levels each clustering
    factor has. ``p_value`` is the headline and comes with ``null``, the hypothesis it speaks of; ``other_p_values``
    and ``other_intervals`` hold what other named methods give, never in place of the headline. ``details`` holds
    further finite numbers and short words (df, standard_error, statistic, n_resamples, vif...).
    """

    quantity: str
    value: float
    n: int
    method: str
    interval: Interval | None = None
    p_value: PValue | None = None
    null: str = ""
    n_rows: int | None = None
    clusters: Mapping[str, int] = field(default_factory=dict)
    assumptions: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    other_p_values: tuple[PValue, ...] = ()
    other_intervals: tuple[Interval, ...] = ()
    details: Mapping[str, Detail] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "value", _finite(f"the value of {self.quantity}", self.value))
        if self.p_value is not None and not self.null:
            raise InputError(f"{self.quantity}: a p-value needs its null hypothesis named")
        if self.n < 0:
            raise InputError(f"{self.quantity}: n must be >= 0, got {self.n}")
        for name, detail in self.details.items():
            if isinstance(detail, float) and not math.isfinite(detail):
                raise InputError(f"{self.quantity}: detail {name!r} is {detail}; leave it out and say why in a note")
        object.__setattr__(self, "clusters", MappingProxyType(dict(self.clusters)))
        object.__setattr__(self, "details", MappingProxyType(dict(self.details)))

    def with_notes(self, *notes: str) -> Estimate:
        """The same estimate with more notes."""
        return replace(self, notes=(*self.notes, *notes))

    def with_assumptions(self, *assumptions: str) -> Estimate:
        """The same estimate with more assumptions."""
        return replace(self, assumptions=(*self.assumptions, *assumptions))

    def p_by(self, method: str) -> PValue:
        """The p-value of the named method, headline or other.

        Raises
        ------
        InputError
            If no p-value has that method; the message lists those that exist.
        """
        known = [p for p in (self.p_value, *self.other_p_values) if p is not None]
        for p in known:
            if p.method == method:
                return p
        raise InputError(f"{self.quantity} has no p-value by {method!r}; it has {[p.method for p in known]}")

    def interval_by(self, method: str) -> Interval:
        """The interval of the named method, headline or other; raises like :meth:`p_by`."""
        known = [i for i in (self.interval, *self.other_intervals) if i is not None]
        for interval in known:
            if interval.method == method:
                return interval
        raise InputError(f"{self.quantity} has no interval by {method!r}; it has {[i.method for i in known]}")

    def __str__(self) -> str:
        parts = [f"{self.quantity} = {self.value:.4g}"]
        if self.interval is not None:
            i = self.interval
            parts.append(f"{100 * i.level:g}% [{i.low:.4g}, {i.high:.4g}] ({i.method})")
        if self.p_value is not None:
            parts.append(f"{self.p_value} ({self.p_value.method})")
        rows = f", {self.n_rows} rows" if self.n_rows is not None and self.n_rows != self.n else ""
        parts.append(f"n = {self.n}{rows}")
        return ", ".join(parts)

    def _repr_html_(self) -> str:
        lines = [f"<b>{html.escape(str(self))}</b>", html.escape(self.method)]
        lines += [f"<i>assumes</i>: {html.escape(a)}" for a in self.assumptions]
        lines += [f"<i>note</i>: {html.escape(n)}" for n in self.notes]
        return "<br>".join(lines)

    def to_json(self) -> dict[str, Any]:
        return {
            "status": "ok",
            "quantity": self.quantity,
            "value": self.value,
            "n": self.n,
            "method": self.method,
            "interval": None if self.interval is None else self.interval.to_json(),
            "p_value": None if self.p_value is None else self.p_value.to_json(),
            "null": self.null,
            "n_rows": self.n_rows,
            "clusters": dict(self.clusters),
            "assumptions": list(self.assumptions),
            "notes": list(self.notes),
            "other_p_values": [p.to_json() for p in self.other_p_values],
            "other_intervals": [i.to_json() for i in self.other_intervals],
            "details": dict(self.details),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Estimate:
        interval, p_value = data["interval"], data["p_value"]
        return cls(
            quantity=data["quantity"],
            value=data["value"],
            n=data["n"],
            method=data["method"],
            interval=None if interval is None else Interval.from_json(interval),
            p_value=None if p_value is None else PValue.from_json(p_value),
            null=data["null"],
            n_rows=data["n_rows"],
            clusters=data["clusters"],
            assumptions=tuple(data["assumptions"]),
            notes=tuple(data["notes"]),
            other_p_values=tuple(PValue.from_json(p) for p in data["other_p_values"]),
            other_intervals=tuple(Interval.from_json(i) for i in data["other_intervals"]),
            details=data["details"],
        )


@dataclass(frozen=True, slots=True)
class Undefined:
    """What is stored where no estimate exists: the quantity, how many units were seen, and why."""

    quantity: str
    reason: str
    n: int = 0

    @classmethod
    def from_error(cls, error: UndefinedEstimate) -> Undefined:
        return cls(error.quantity, error.reason, error.n)

    def __str__(self) -> str:
        return f"{self.quantity} is undefined: {self.reason} (n = {self.n})"

    def to_json(self) -> dict[str, Any]:
        return {"status": "undefined", "quantity": self.quantity, "reason": self.reason, "n": self.n}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Undefined:
        return cls(data["quantity"], data["reason"], data["n"])
