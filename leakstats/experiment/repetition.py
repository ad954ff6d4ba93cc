"""Whether a text has collapsed into saying the same thing over and over."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["is_degenerate", "repeated_share"]

_LENGTH = 5
_TIMES = 8
_FREQUENCY = 0.005
_SHORTEST = 40
_SHARE = 0.5
_PACKED = 0.6


def repeated_share(text: str) -> float:
    """Share of a text's signs that stand in a sequence of 5 signs said over and over.

    White space is left out, since loops differ in it. Over and over means at least 8 times, and at 0.5 % of all places:
    in long prose the commonest sequences ("ofthe") stand at about 0.4 %. A loop that is interrupted now and then
    counts too.

    Examples
    --------
    >>> round(repeated_share("Yes: " + "[ZLT] " * 20), 2)
    0.96
    >>> repeated_share("It is what it is, and that is that.")
    0.0
    """
    raw = "".join(text.split()).encode("utf-32-le", "surrogatepass")
    signs = np.frombuffer(raw, dtype=np.uint32).astype(np.uint64)
    places = signs.size - _LENGTH + 1
    if places < _TIMES:
        return 0.0
    # unlike sequences share a number with probability 2**-64 each, since the multiplier is odd and wraps
    number = np.zeros(places, dtype=np.uint64)
    for i in range(_LENGTH):
        number = number * np.uint64(0x9E3779B97F4A7C15) + signs[i : i + places]
    _, which, counts = np.unique(number, return_inverse=True, return_counts=True)
    often = counts[which] >= max(_TIMES, _FREQUENCY * places)
    covered = np.zeros(signs.size, dtype=bool)
    for i in range(_LENGTH):
        covered[i : i + places] |= often
    return float(covered.mean())


def is_degenerate(text: str) -> bool:
    """Whether at least half of a text's signs, of 40 at least, are said over and over (:func:`repeated_share`).

    Examples
    --------
    >>> is_degenerate("[ZLT]" * 30), is_degenerate("[ZLT] [ZLT] [ZLT]")
    (True, False)
    """
    if len(text) < _SHORTEST:
        return False
    # a quick look: text of which half is repeats packs to less than this, while short prose does not
    raw = text.encode("utf-8", "surrogatepass")
    if len(zlib.compress(raw, 1)) > _PACKED * len(raw) + 20:
        return False
    return len("".join(text.split())) >= _SHORTEST and repeated_share(text) >= _SHARE
