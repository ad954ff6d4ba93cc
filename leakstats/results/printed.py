"""Printed rates: the fractions that their digits allow, and whether whole counts can give them."""

from __future__ import annotations

import math
from fractions import Fraction

from leakstats.numerals import parse_number

__all__ = ["possible_successes", "printed_rate", "printed_value"]


def printed_rate(text: str, unit: str) -> tuple[float, float, float] | None:
    """Value, lowest and highest fraction in [0, 1] that print as ``text``; None if ``text`` is no rate.

    ``unit`` is "percent" or "fraction"; a % sign in the text is accepted with "percent". Ties count either way. The
    ends are clipped to [0, 1], where a rate must lie.

    >>> printed_rate("12.5", "percent")
    (0.125, 0.1245, 0.1255)
    >>> printed_rate("0.0%", "percent")
    (0.0, 0.0, 0.0005)
    >>> printed_rate("130", "percent") is None
    True
    """
    p = parse_number(text)
    if p is None or p.unit not in ("", "%") or (p.unit == "%" and unit != "percent"):
        return None
    scale = 100 if unit == "percent" else 1
    value, low, high = (float(Fraction(repr(v)) / scale) for v in (p.value, p.low, p.high))
    if not 0.0 <= value <= 1.0:
        return None
    return value, max(low, 0.0), min(high, 1.0)


def printed_value(text: str) -> tuple[float, float, float] | None:
    """Value, lowest and highest number that print as ``text`` (no unit); None if it is no plain number.

    >>> printed_value("−0.36")
    (-0.36, -0.365, -0.355)
    """
    p = parse_number(text)
    return None if p is None or p.unit else (p.value, p.low, p.high)


def possible_successes(low: float, high: float, trials: int) -> tuple[int, int] | None:
    """Fewest and most successes of ``trials`` whose rate lies in [low, high]; None if no whole number does (GRIM).

    Brown & Heathers (2017), "The GRIM test", Soc. Psychol. Personal. Sci. 8, 363-369. The ends are read as decimals,
    so a rate exactly on a rounding tie counts as possible.

    >>> possible_successes(0.4115, 0.4125, 200) is None, possible_successes(0.4115, 0.4125, 600)
    (True, (247, 247))
    """
    fewest = math.ceil(Fraction(repr(low)) * trials)
    most = math.floor(Fraction(repr(high)) * trials)
    return (fewest, most) if fewest <= most else None
