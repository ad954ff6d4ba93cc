"""Lets a reader of the printed text know which estimate or table cell a number is, without changing what is printed.

Within :func:`marking` every printed number is passed to a function that may wrap it (the HTML page does, to show where
it comes from). Outside it nothing happens, so Markdown pages and the linter are not concerned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["mark", "marking"]

_WRAP: ContextVar[Callable[[str, str], str] | None] = ContextVar("wrap", default=None)


@contextmanager
def marking(wrap: Callable[[str, str], str]) -> Iterator[None]:
    """Pass every printed number, with what it is, to ``wrap(origin, text)`` and print what that returns."""
    token = _WRAP.set(wrap)
    try:
        yield
    finally:
        _WRAP.reset(token)


def mark(origin: str, text: str) -> str:
    """``text``, wrapped while marking; ``origin`` is an estimate's id or ``table:ID/COLUMN/ROW``.

    >>> mark("rates.rate[source=villain]", "94.0%")
    '94.0%'
    """
    wrap = _WRAP.get()
    return text if wrap is None else wrap(origin, text)
