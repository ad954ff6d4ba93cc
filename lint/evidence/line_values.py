"""The values of lines as text has them: how one is shown, and which numbers may print it."""

from __future__ import annotations

from .grammar import Number
from .grids import Interval
from .table_lines import Line

__all__ = ["may_print", "shown"]


def shown(line: Line, value: Interval) -> str:
    """A value in the unit of its line."""
    mean = (value[0] + value[1]) / 2
    return f"{100 * mean:.4g}%" if line.kind == "rate" and not line.change else f"{mean:.4g}"


def may_print(number: Number, value: Interval) -> bool:
    """True for a number that may be a value, as it is or in percent."""
    return any(number.low <= k * value[1] + 1e-9 and k * value[0] - 1e-9 <= number.high for k in (1.0, 100.0))
