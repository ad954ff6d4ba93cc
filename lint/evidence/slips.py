"""How a printed number may have come from the value that it should be: a slip of the pen leaves a trace."""

from __future__ import annotations

from .grammar import Number

__all__ = ["slip_of"]


def slip_of(number: Number, value: float) -> str:
    """What would make ``value`` (in the units that the number prints) into ``number``; "" where nothing simple does.

    Returns
    -------
    str
        ``sign``, ``unit`` (a factor of 100), ``last digit``, ``digit`` (another one), ``swap`` (two neighbours), "".

    >>> from leakstats.lint.evidence.grammar import read_numbers
    >>> [slip_of(read_numbers(text)[0], 0.473) for text in ("-0.473", "0.472", "0.437", "0.873", "0.128", "47.3")]
    ['sign', 'last digit', 'swap', 'digit', '', 'unit']
    """
    if number.value * value < 0 and number.allows(-value):
        return "sign"
    if number.value * value <= 0 or number.bound:
        return ""
    if number.allows(value * 100) or number.allows(value / 100):
        return "unit"
    places = max(number.decimals, 0)
    said, meant = f"{abs(number.value):.{places}f}", f"{abs(value):.{places}f}"
    if abs(abs(number.value) - abs(value)) <= 1.5 * 10**-places and _digits(said) >= 2:
        return "last digit"
    if len(said) != len(meant) or _digits(said) < 2:
        return ""
    apart = [i for i in range(len(said)) if said[i] != meant[i]]
    if len(apart) == 1:
        return "digit"
    a, b = (apart[0], apart[-1]) if apart else (0, 0)
    if len(apart) == 2 and said[a] == meant[b] and said[b] == meant[a]:
        return "swap"
    return ""


def _digits(text: str) -> int:
    """Significant digits of a printed number."""
    return len(text.replace(".", "").lstrip("0"))
