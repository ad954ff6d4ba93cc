"""Regular expressions that are compiled when they are first used.

The linter knows hundreds of which a page needs half, and compiling all of them took a fifth of a cold start.
"""

from __future__ import annotations

import re
from functools import cache
from typing import cast

from leakstats.lazy import cached_property

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


@cache
def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The expression ``pattern``: a constant, since it is kept. What is made of a page's own words is for ``re``.

    One that is used in one place may stand in its line, where it is found faster than by ``re.search``, which compiles
    anew in each run. A test compiles those of the top level of every module.

    >>> word = regex(r"[a-z]+", re.IGNORECASE)
    >>> word.findall("An N of 12"), word.search("12") is None
    (['An', 'N', 'of'], True)
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))
