"""Printed numbers, read: the value and the values that the digits allow.

Accepts what people type (ASCII or typographic minus, %, exponents in three spellings, a bare decimal point, thousands
separators) and answers with the closed interval of values that print as that text, whether ties are rounded up or to
even. How we print is told in :mod:`.numbers`.
"""

from __future__ import annotations

import re
from typing import Literal

from leakstats.records import struct

__all__ = ["MINUS", "Printed", "normalise", "parse_number"]

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
