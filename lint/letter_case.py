"""Which characters are the same where an expression ignores their case."""

from __future__ import annotations

import sys
from collections import defaultdict
from functools import cache
from importlib import import_module

__all__ = ["same_letter"]


@cache
def same_letter(character: int, ascii_only: bool) -> frozenset[int]:
    """All characters that ``re`` takes for ``character`` under ``re.IGNORECASE``.

    >>> [hex(c) for c in sorted(same_letter(ord("k"), False))]
    ['0x4b', '0x6b', '0x212a']
    """
    if ascii_only:
        letter = chr(character)
        return frozenset(map(ord, {letter, letter.lower(), letter.upper()} if letter.isascii() else letter))
    low = import_module("_sre").unicode_tolower(character)
    extra: dict[int, tuple[int, ...]] = import_module("re._casefix")._EXTRA_CASES
    return frozenset(c for one in (low, *extra.get(low, ())) for c in (one, *_lowered_to().get(one, ())))


@cache
def _lowered_to() -> dict[int, list[int]]:
    """For a character the others that become it in lower case."""
    lower = import_module("_sre").unicode_tolower
    out: dict[int, list[int]] = defaultdict(list)
    for character in range(sys.maxunicode + 1):
        low = lower(character)
        if low != character:
            out[low].append(character)
    return out
