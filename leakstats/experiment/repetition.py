"""Whether a text has collapsed into saying the same thing over and over."""

from __future__ import annotations

import zlib

import numpy as np

__all__ = ["is_degenerate", "repeated_share"]

_LONGEST_UNIT = 64
_TIMES = 8
_SHORTEST = 40
_SHARE = 0.5
_COMPRESSED = 0.6


def repeated_share(text: str) -> float:
    """Share of a text's signs that stand in runs of one unit said at least 8 times in a row.

    White space is left out, since loops differ in it. A unit has up to 64 signs; of several units the one that covers
    most counts.

    Examples
    --------
    >>> round(repeated_share("Yes: " + "[ZLT] " * 20), 2)
    0.96
    >>> repeated_share("It is what it is, and that is that.")
    0.0
    """
    signs = np.frombuffer("".join(text.split()).encode("utf-32-le"), dtype=np.uint32)
    n = signs.size
    best = 0
    for period in range(1, min(_LONGEST_UNIT, n // _TIMES) + 1):
        same = signs[period:] == signs[:-period]
        if np.count_nonzero(same) <= best - period:
            continue  # even one run of all of them would not cover more
        edges = np.flatnonzero(np.diff(np.concatenate([[0], same.view(np.int8), [0]])))
        lengths = edges[1::2] - edges[::2]
        runs = lengths[lengths >= period * (_TIMES - 1)]
        best = max(best, int(runs.sum()) + period * runs.size)
    return best / n if n else 0.0


def is_degenerate(text: str) -> bool:
    """Whether at least half of a text's signs (40 at least) stand in runs of one unit, see :func:`repeated_share`.

    Examples
    --------
    >>> is_degenerate("[ZLT]" * 30), is_degenerate("[ZLT] [ZLT] [ZLT]")
    (True, False)
    """
    if len(text) < _SHORTEST:
        return False
    raw = text.encode("utf-8", "surrogatepass")
    # half a text of repeats compresses to well under this part of it; ordinary prose stays above, and is done here
    if len(raw) < 2000 and len(zlib.compress(raw, 1)) > _COMPRESSED * len(raw) + 20:
        return False
    return len("".join(text.split())) >= _SHORTEST and repeated_share(text) >= _SHARE
