"""An interval, in a module of its own: the linter, which must start fast, needs no more of an estimate."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from leakstats.errors import InputError

__all__ = ["Interval"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval with its level and the name of the method that gave it.

    An end may be infinite where that is the answer (a one-sided bound, jackknife+ with few points); a file stores
    such an end as ``null``, which means "unbounded".
    """

    low: float
    high: float
    level: float = 0.95
    method: str = ""

    def __post_init__(self) -> None:
        low, high = float(self.low), float(self.high)
        if math.isnan(low) or math.isnan(high):
            raise InputError(f"an interval cannot hold NaN: [{self.low}, {self.high}] ({self.method})")
        if low > high:
            raise InputError(f"an interval needs low <= high, got [{self.low}, {self.high}] ({self.method})")
        if not 0.0 < self.level < 1.0:
            raise InputError(f"level must lie in (0, 1), got {self.level:g}; write 0.95, not 95")
        object.__setattr__(self, "low", low)
        object.__setattr__(self, "high", high)

    @property
    def width(self) -> float:
        """``high - low``; infinite where an end is."""
        return self.high - self.low

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    def to_json(self) -> dict[str, Any]:
        return {
            "low": self.low if math.isfinite(self.low) else None,
            "high": self.high if math.isfinite(self.high) else None,
            "level": self.level,
            "method": self.method,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Interval:
        low = -math.inf if data["low"] is None else data["low"]
        high = math.inf if data["high"] is None else data["high"]
        return cls(low=low, high=high, level=data["level"], method=data["method"])
