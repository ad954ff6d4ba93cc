"""Printed numbers, both ways: a float to the text we print, and printed text to the values its digits allow.

Nobody else in the project rounds. Printing uses round-half-to-even on the exact decimal expansion, U+2212 for minus
and true bounds; reading accepts what people type (ASCII or typographic minus, %, exponents in three spellings, a bare
decimal point, thousands separators) and answers with the closed interval of values that print as that text, whether
ties are rounded up or to even.
"""

from __future__ import annotations

import functools
import math
import re
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import Literal

from leakstats.errors import InputError
from leakstats.estimate import Interval, PValue
from leakstats.records import struct

__all__ = [
    "MINUS",
    "Printed",
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
    "normalise",
    "parse_number",
]

MINUS = "\u2212"
_DASHES = "\u2010\u2011\u2012\u2013\u2014\u2212\ufe63\uff0d"
_SPACES = "\u00a0\u2007\u2009\u202f"
_ASCII_FORMS = str.maketrans(
    "⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺" + _DASHES + _SPACES, "0123456789-+" + "-" * len(_DASHES) + " " * len(_SPACES)
)

_NUMBER = re.compile(
    r"(?P<sign>[-+])?"
    r"(?P<whole>\d{1,3}(?:[,' ]\d{3})+|\d+)?"
    r"(?:\.(?P<fraction>\d+))?"
    r"(?:(?:e|E)(?P<exponent>[-+]?\d{1,4})|\s?[x×·]\s?10\s?\^?(?P<power>[-+]?\d{1,4}))?"
    r"(?:\s?(?P<unit>%|pp|pts?|points?|percent|[x×]))?"
)


def normalise(text: str) -> str:
    """``text`` with typographic minus signs, superscript digits and thin spaces in their ASCII form."""
    return text if text.isascii() else text.translate(_ASCII_FORMS)


@struct
class Printed:
    """A printed number: its value, and the closed interval of values that its digits stand for.

    ``unit`` is "%", "pp", "x" or "". Values are as printed: "12.3%" has value 12.3, not 0.123.
    """

    text: str
    value: float
    low: float
    high: float
    decimals: int
    signed: bool
    unit: Literal["", "%", "pp", "x"]

    def allows(self, value: float, *, slack: float = 1e-9) -> bool:
        """True if a quantity of exactly ``value`` could have been printed as this text (ties either way)."""
        room = slack * max(abs(self.low), abs(self.high), 1e-300)
        return self.low - room <= value <= self.high + room


def parse_number(text: str) -> Printed | None:
    """Read one printed number; ``None`` if ``text`` is not exactly one number.

    >>> p = parse_number("−0.87")
    >>> p.value, p.low, p.high
    (-0.87, -0.875, -0.865)
    >>> parse_number("2.0e-55").high
    2.05e-55
    >>> parse_number("1,200").value
    1200.0
    """
    clean = normalise(text).strip()
    if len(clean) > 80:  # no printed number is longer; keeps hostile input cheap
        return None
    match = _NUMBER.fullmatch(clean)
    if match is None or (match["whole"] is None and match["fraction"] is None):
        return None
    sign, whole, fraction, power, plain_power, suffix = match.groups("")
    if not whole.isdigit():
        whole = re.sub(r"[,' ]", "", whole)
    exponent = int(power or plain_power or 0)
    if abs(exponent) > 400:
        return None
    tenths = 10 * int(whole + fraction)  # of the last place; float() reads a decimal text exactly
    ends = [float(f"{tenths + d}e{exponent - len(fraction) - 1}") for d in (-5, 0, 5)]
    if sign == "-":
        ends = [-e for e in reversed(ends)]
    unit: Literal["", "%", "pp", "x"]
    if suffix in ("%", "percent"):
        unit = "%"
    elif suffix.startswith("p"):
        unit = "pp"
    else:
        unit = "x" if suffix in ("x", "×") else ""
    return Printed(
        text=text,
        value=ends[1],
        low=ends[0],
        high=ends[2],
        decimals=len(fraction) - exponent,
        signed=sign != "",
        unit=unit,
    )


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
