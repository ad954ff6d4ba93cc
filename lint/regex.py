"""Regular expressions that are compiled when they first may find something.

The linter knows hundreds, of which a page needs a third; compiling all of them took a fifth of a cold start.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any, cast

from .needed import needed_words

__all__ = ["regex"]

_NOTHING: dict[str, Any] = {"search": None, "match": None, "fullmatch": None, "finditer": iter(())}
"""What these methods answer where nothing is found; an iterator that has ended can be given to many."""
_SLOW = ("\\b", "(?<")
"""What begins with a place is tried at every character of a text; :mod:`re` finds a letter or a digit quickly."""


_lower = lru_cache(maxsize=512)(str.lower)
"""For texts with other than ASCII, which take microseconds, and a dozen expressions ask of the same one."""


class _Late:
    """Looks like a compiled expression. The first text that may hold a match compiles it."""

    def __init__(self, pattern: str, flags: int) -> None:
        self.pattern = pattern
        self.flags = flags

    def __getattr__(self, name: str) -> Any:
        """A method when it is first used."""
        if name not in _METHODS:
            raise AttributeError(name)
        method = self._unless_lacking(name) if name in _NOTHING and self._needed else getattr(self._made, name)
        self.__dict__[name] = method
        return method

    @cached_property
    def _made(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    @cached_property
    def _needed(self) -> tuple[tuple[str, ...], ...]:
        return needed_words(self.pattern, self.flags)

    def _unless_lacking(self, name: str) -> Callable[..., Any]:
        """The method ``name``, which is not asked where a text lacks a word that every match holds.

        Where looking for the words is no faster than looking for a match, it does so until the expression is compiled.
        """
        nothing, needed, folds = _NOTHING[name], self._needed, self.flags & re.IGNORECASE
        method: Callable[..., Any] | None = None

        def ask(text: str, *more: int) -> Any:
            nonlocal method
            low = text if not folds else text.lower() if text.isascii() else _lower(text)
            for words in needed:
                for word in words:
                    if word in low:
                        break
                else:
                    return nothing
            if method is None:
                method = getattr(self._made, name)
                if name in ("match", "fullmatch") or not self.pattern.startswith(_SLOW):
                    self.__dict__[name] = method
            return method(text, *more)

        return ask


_METHODS = frozenset(("search", "match", "fullmatch", "finditer", "findall", "split", "sub"))


def regex(pattern: str, flags: int = 0) -> re.Pattern[str]:
    """The expression ``pattern``, for the top level of a module; a test compiles every one of them.

    >>> word = regex(r"[a-z]+", re.IGNORECASE)
    >>> word.findall("An N of 12"), word.search("12") is None
    (['An', 'N', 'of'], True)
    """
    return cast("re.Pattern[str]", _Late(pattern, flags))
