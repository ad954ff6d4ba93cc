"""Compiled expressions, kept for the next run.

Compiling the expressions that a page needs took a third of a cold start. Python keeps the byte code of a module but
not the code of an expression, so this does.

Python has no public way to the code of an expression, so what is kept is made by the steps of :func:`re.compile`, and
of an expression that is brought into the form which runs fastest (:mod:`.fastest`). Where a trial does not come out as
``re.compile`` has it nothing is kept, and what no file holds is compiled by ``re.compile``.
"""

from __future__ import annotations

import re
from array import array
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TypeAlias

from leakstats.keeping import BROKEN, Store, kept_file

__all__ = ["KEPT", "Kept"]

_Key: TypeAlias = tuple[str, int]
"""A pattern and its flags."""
_Entry: TypeAlias = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""All flags, the code, how many groups, their numbers by name and their names by number."""


class Kept:
    """Expressions whose code is kept in a store."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._new: set[_Key] = set()

    def compile(self, pattern: str, flags: int) -> re.Pattern[str]:
        """An expression with the matches of ``re.compile(pattern, flags)``.

        >>> Kept(Store(None)).compile(r"[a-z]+", 0).findall("An N of 12")
        ['n', 'of']
        """
        key = (pattern, int(flags))
        with suppress(*BROKEN):
            entry = self._store.get(key)
            if entry is not None:
                return _made(pattern, entry)
        self._new.add(key)
        return re.compile(pattern, flags)

    def save(self) -> None:
        """Keep what was compiled since the last time."""
        new, self._new = self._new, set()
        if new and self._store.path is not None and _is_as_in_re():
            for key in new:
                self._store.add(key, _entry(*key))
            self._store.save()


def _entry(pattern: str, flags: int, *, fast: bool = True) -> _Entry:
    """The code of an expression, in the form that finds its matches fastest."""
    from .fastest import fastest  # late: where all is kept nothing is compiled

    parser, compiler = import_module("re._parser"), import_module("re._compiler")
    parsed = parser.parse(pattern, flags)
    every = int(flags | parsed.state.flags)
    code = array("I", fastest(parsed, every) if fast else compiler._code(parsed, flags))
    numbers: dict[str, int] = dict(parsed.state.groupdict)
    names: list[str | None] = [None] * parsed.state.groups
    for name, number in numbers.items():
        names[number] = name
    return every, code.tobytes(), parsed.state.groups - 1, numbers, tuple(names)


def _made(pattern: str, entry: _Entry) -> re.Pattern[str]:
    """The expression of a code, which Python checks before it runs it."""
    flags, code, groups, numbers, names = entry
    made: re.Pattern[str] = import_module("_sre").compile(
        pattern, flags, array("I", code).tolist(), groups, numbers, names
    )
    return made


@cache
def _is_as_in_re() -> bool:
    """Whether expressions are made as :func:`re.compile` makes them, and the fast ones match the same."""
    with suppress(*BROKEN):
        trials = ((r"(?P<a>x+?|\d{2,})(?!\b)|[^b-d]\s*(?P=a)", re.IGNORECASE), (r"", 0), (r"(?:é|ab)(c)*", re.ASCII))
        if any(_made(p, _entry(p, f, fast=False)) != re.compile(p, f) for p, f in trials):
            return False
        pattern, text = r"\b(?:rises?|fell|(?P<so>so)me|[Rr]ose|sum)\b|\d%", "Some Rise; ſum and 17%, he fEll"
        fast, plain = _made(pattern, _entry(pattern, re.IGNORECASE)), re.compile(pattern, re.IGNORECASE)
        return [m.regs for m in fast.finditer(text)] == [m.regs for m in plain.finditer(text)]
    return False


KEPT = Kept(Store(kept_file("expressions.re")))
"""The expressions of the linter."""
