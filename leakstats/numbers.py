"""Numbers as we print them: round-half-to-even on the exact decimal expansion, U+2212 for minus and true bounds.

Nobody else in the project rounds. What printed text says is read by :mod:`.numerals`.
"""

from __future__ import annotations

import functools
import math
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

from leakstats.errors import InputError
from leakstats.estimate import Interval, PValue
from leakstats.numerals import MINUS

__all__ = [
    "decimals_for",
    "decimals_of",
    "format_count",
    "format_interval",
    "format_level",
    "format_number",
    "format_p",
    "format_percent",
    "format_points",
    "format_ratio",
]


def _check(value: float) -> float:
    if not math.isfinite(value):
        raise InputError(f"only a finite number can be printed, got {value}")
    return value


@functools.cache
def _place(decimals: int) -> Decimal:
    return Decimal(1).scaleb(-decimals)


def _quantize(value: Decimal, decimals: int) -> Decimal:
    out = value.quantize(_place(decimals), rounding=ROUND_HALF_EVEN)
    return abs(out) if out == 0 else out  # no "-0.00": a rounded zero carries no sign


def _sign(text: str, plus: bool) -> str:
    if text.startswith("-"):
        return MINUS + text[1:]
    return f"+{text}" if plus else text


def format_number(
    value: float | int | Fraction, *, decimals: int = 2, plus: bool = False, thousands: bool = False
) -> str:
    """``value`` with ``decimals`` places; ``plus`` prints the sign of positive values too.

    >>> format_number(-0.6209), format_number(0.35, decimals=1), format_number(1e-5)
    ('−0.62', '0.3', '0.00')
    """
    if isinstance(value, Fraction):
        exact = Decimal(value.numerator) / Decimal(value.denominator)
    else:
        exact = Decimal(_check(float(value)) if isinstance(value, float) else value)
    return _written(exact, decimals, plus=plus, thousands=thousands)


def _written(exact: Decimal, decimals: int, *, plus: bool = False, thousands: bool = False) -> str:
    rounded = _quantize(exact, decimals)
    text = f"{rounded:,f}" if thousands else f"{rounded:f}"
    return _sign(text, plus and rounded != 0)


def format_count(value: int) -> str:
    """A count, with a comma between thousands from 10,000 up."""
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


def format_level(level: float) -> str:
    """The level of an interval in percent, with the decimals that it has.

    Parameters
    ----------
    level : float
        In (0, 1).

    Raises
    ------
    InputError
        If it lies outside.

    Examples
    --------
    >>> format_level(0.95), format_level(0.995)
    ('95%', '99.5%')
    """
    if not 0.0 < level < 1.0:
        raise InputError(f"level must lie in (0, 1), got {level!r}; write 0.95, not 95")
    return f"{100 * level:.10g}%"


def format_percent(rate: float | Fraction, *, decimals: int = 1) -> str:
    """A fraction in [0, 1] as a percentage.

    >>> format_percent(0.33), format_percent(1.0, decimals=0)
    ('33.0%', '100%')
    """
    return _written(_hundredfold(rate), decimals) + "%"


def format_points(difference: float | Fraction, *, decimals: int = 1, plus: bool = True) -> str:
    """A difference of two fractions in percentage points.

    >>> format_points(-0.083)
    '−8.3 pp'
    """
    return _written(_hundredfold(difference), decimals, plus=plus) + " pp"


def format_ratio(ratio: float, *, decimals: int = 1) -> str:
    """A ratio of two quantities.

    >>> format_ratio(2.913)
    '2.9×'
    """
    return format_number(ratio, decimals=decimals) + "×"


def _hundredfold(value: float | Fraction) -> Decimal:
    if isinstance(value, Fraction):
        return Decimal(100 * value.numerator) / Decimal(value.denominator)
    # repr() is the shortest decimal that reads back as the double: 0.145 means 0.145, not 0.14499999999999999.
    return Decimal(repr(_check(float(value)))).scaleb(2)


def decimals_for(interval: Interval | None, *, default: int = 2, most: int = 4) -> int:
    """How many decimals an estimate deserves: its half-width shows with two significant digits at the most.

    >>> decimals_for(Interval(0.58, 0.80)), decimals_for(Interval(0.69812, 0.70011))
    (2, 4)
    """
    if interval is None or not math.isfinite(interval.width) or interval.width == 0:
        return default
    return min(most, max(default, 1 - math.floor(math.log10(interval.width / 2.0))))


def decimals_of(value: float, *, default: int = 2, most: int = 4) -> int:
    """How many decimals a number without an interval gets: two significant digits for a small one.

    >>> decimals_of(0.68), decimals_of(0.0014), decimals_of(0.0), decimals_of(1e-9)
    (2, 4, 2, 4)
    """
    if value == 0 or not math.isfinite(value):
        return default
    return min(most, max(default, 1 - math.floor(math.log10(abs(value)))))


def format_interval(interval: Interval, *, decimals: int = 2, percent: bool = False) -> str:
    """An interval in square brackets; an infinite end prints as ∞.

    >>> format_interval(Interval(-0.88, 0.57))
    '[−0.88, 0.57]'
    >>> format_interval(Interval(0.2456, 0.4269), decimals=1, percent=True)
    '[24.6%, 42.7%]'
    """

    def end(value: float) -> str:
        if math.isinf(value):
            return "∞" if value > 0 else f"{MINUS}∞"
        return format_percent(value, decimals=decimals) if percent else format_number(value, decimals=decimals)

    return f"[{end(interval.low)}, {end(interval.high)}]"


def format_p(p: PValue, *, digits: int = 2, smallest: float = 1e-15) -> str:
    """A p-value with its relation; below ``smallest`` a true bound.

    Three decimals from 0.001 up (two significant digits below 0.1), powers of ten below.

    >>> format_p(PValue(0.0311786, "t")), format_p(PValue(2e-55, "t")), format_p(PValue(0.00006, "t"))
    ('p = 0.031', 'p < 1e−15', 'p = 6.0e−5')
    """
    if p.relation == "<" or p.value < smallest:
        bound = max(p.value, smallest)
        return f"p < {_power(bound, 0)}"
    if p.value >= 0.0995:
        return f"p = {format_number(p.value, decimals=2)}"
    if p.value >= 0.001:
        decimals = digits - 1 - math.floor(math.log10(p.value))
        return f"p = {format_number(p.value, decimals=max(3, decimals) if p.value >= 0.00995 else decimals)}"
    return f"p = {_power(p.value, digits - 1)}"


def _power(value: float, decimals: int) -> str:
    mantissa, exponent = f"{value:.{decimals}e}".split("e")
    return f"{mantissa}e{_sign(str(int(exponent)), plus=False)}"
