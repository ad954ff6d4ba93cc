"""Numbers in words: "seven", "twenty-one", "two dozen", "three quarters"."""

from __future__ import annotations

import re

from ..regex import regex
from ..words import word_set

__all__ = [
    "PARTS",
    "SPELLED",
    "WORD_NUMBERS",
    "may_spell_a_number",
    "part_of",
    "spelled_numbers",
    "spells_a_number",
    "whole_number",
]

_UNITS = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
WORD_NUMBERS = {
    **{word: i for i, word in enumerate(_UNITS)},
    **{f"{ten}-{one}": 10 * i + j for i, ten in enumerate(_TENS, 2) for j, one in enumerate(_UNITS[1:10], 1)},
    **{ten: 10 * i for i, ten in enumerate(_TENS, 2)},
}
"""Spelled numbers below a hundred."""
SPELLED = (
    r"(?=[efnostz])(?:"  # no other letter begins one, and most words of a page end here
    r"(?:twen|thir|for|fif|six|seven|eigh|nine)ty(?:-(?:one|two|three|four|five|six|seven|eight|nine))?"
    r"|(?:thir|four|fif|six|seven|eigh|nine)teen"
    r"|zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
)
"""The expression of :data:`WORD_NUMBERS`, case aside."""
_SPELLED = regex(rf"\b{SPELLED}\b", re.IGNORECASE)


def spells_a_number(text: str) -> bool:
    """True if ``text`` has a number in words."""
    return _SPELLED.search(text) is not None


_SAYING_NUMBERS = frozenset(word for number in WORD_NUMBERS for word in number.split("-")).union(
    ["dozen", "hundred", "thousand"]
)


def may_spell_a_number(text: str) -> bool:
    """False for a text in which digits alone say numbers; an expression that knows no other finds those much faster."""
    return not word_set(text).isdisjoint(_SAYING_NUMBERS)


def spelled_numbers(text: str) -> set[int]:
    """The numbers that ``text`` spells out, and the parts of joined ones.

    >>> sorted(spelled_numbers("Seven of twenty-one"))
    [1, 7, 20, 21]
    """
    words = [w.lower() for w in _SPELLED.findall(text)]
    return {WORD_NUMBERS[part] for word in words for part in (word, *word.split("-"))}


_SIZES = {"dozen": 12, "hundred": 100, "thousand": 1000}
_PARTS = regex(r"[,\u202f\u00a0\u2009 ]")


_MOST_DIGITS = 15


def whole_number(text: str) -> int:
    """The whole number that digits, thousands parted or not, a word, or a dozen, hundred or thousand say; 0 for others.

    More digits than a float holds exactly are of nothing that a page counts, and 0 too.

    >>> [whole_number(text) for text in ("1,650", "Forty-two", "three dozen", "a hundred", "several")]
    [1650, 42, 36, 100, 0]
    """
    digits = _PARTS.sub("", text)
    if digits.isdecimal():
        return int(digits) if len(digits) <= _MOST_DIGITS else 0
    low = text.lower()
    few, _, last = low.replace("-", " ").rpartition(" ")
    return _SIZES[last] * WORD_NUMBERS.get(few, 1) if last in _SIZES else WORD_NUMBERS.get(low, 0)


PARTS = {
    **{
        "half": 1 / 2,
        "third": 1 / 3,
        "quarter": 1 / 4,
        "fourth": 1 / 4,
        "fifth": 1 / 5,
        "sixth": 1 / 6,
        "seventh": 1 / 7,
    },
    **{"eighth": 1 / 8, "ninth": 1 / 9, "tenth": 1 / 10, "twelfth": 1 / 12, "hundredth": 1 / 100},
}
"""Parts of a whole, one of them."""


def part_of(text: str) -> float:
    """The share that a part in words is.

    >>> [part_of(text) for text in ("half", "three quarters", "one-fifth", "a tenth")]
    [0.5, 0.75, 0.2, 0.1]
    """
    *times, part = text.lower().replace("-", " ").split()
    return (whole_number(times[-1]) or 1 if times else 1) * PARTS[part.removesuffix("s").removesuffix("way")]
