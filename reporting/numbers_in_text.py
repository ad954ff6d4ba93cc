"""Counts the numbers that a reader sees, so that typed ones can be told from printed ones."""

from __future__ import annotations

import re

__all__ = ["numbers_in"]

# What holds digits and is no number of the result: code, addresses, comments, references such as #66, names (p100).
_NOT_PROSE = re.compile(r"```.*?```|`[^`\n]*`|<!--.*?-->|!?\[[^\]\n]*\]\([^)\n]*\)|https?://\S+", re.DOTALL)
_NUMBER = re.compile(r"(?<![\w#./-])[+\u2212-]?\d+(?:,\d{3})*(?:\.\d+)?(?:e[\u2212-]?\d+)?\s?%?(?![\w#])")


def numbers_in(text: str) -> list[tuple[int, str]]:
    """(offset, number) of every number in prose and tables.

    >>> [n for _, n in numbers_in("ρ = 0.70 [0.58, 0.80] in #66, p100, `n=3`: 4 of 7")]
    ['0.70', '0.58', '0.80', '4', '7']
    """
    masked = _NOT_PROSE.sub(lambda m: " " * len(m[0]), text)
    return [(m.start(), m[0].strip()) for m in _NUMBER.finditer(masked)]
