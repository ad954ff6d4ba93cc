"""Regular expressions that are compiled when they are first used.

The linter knows hundreds of which a page needs half, and compiling all of them took a fifth of a cold start.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import cast

from .kept import KEPT

__all__ = ["regex"]


class _Late:
    """Looks like a compiled expression: the first use compiles it, and later ones find the method in place."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    @cached_property
    def _made(self) -> re.Pattern[str]:
        return KEPT.compile(self.pattern, self.flags)

    search = cached_property(lambda self: self._made.search)
    match = cached_property(lambda self: self._made.match)
    fullmatch = cached_property(lambda self: self._made.fullmatch)
    finditer = cached_property(lambda self: self._made.finditer)
    findall = cached_property(lambda self: self._made.findall)
    split = cached_property(lambda self: self._made.split)
    sub = cached_property(lambda self: self._made.sub)


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The expression ``pattern``, for the top level of a module; a test compiles every one of them.

    >>> word = regex(r"[a-z]+", re.IGNORECASE)
    >>> word.findall("An N of 12"), word.search("12") is None
    (['An', 'N', 'of'], True)
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))
