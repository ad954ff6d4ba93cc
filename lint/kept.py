"""Compiled expressions, kept for the next run beside the byte code of the modules.

Compiling the expressions that a page needs took a third of a cold start. Python keeps the byte code of a module but
not the code of an expression, so this does: in the same folder and under the same conditions (not where Python is told
to write no byte code, not where the folder cannot be written), for one build of Python and one version of leakstats.

Python has no public way to the code of an expression, so what is kept is made by the steps of :func:`re.compile`, and
of an expression that is brought into the form which runs fastest (:mod:`.fastest`). Where a trial does not come out as
``re.compile`` has it nothing is kept, and what no file holds is compiled by ``re.compile``.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from array import array
from contextlib import suppress
from functools import cache, cached_property
from importlib import import_module
from pathlib import Path
from typing import TypeAlias

from leakstats import __version__

__all__ = ["KEPT", "Kept"]

_Key: TypeAlias = tuple[str, int]
"""A pattern and its flags."""
_Entry: TypeAlias = tuple[int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""All flags, the code, how many groups, their numbers by name and their names by number."""

_VERSION = (__version__, sys.version)
_OTHERWISE = (AttributeError, EOFError, ImportError, OverflowError, RuntimeError, TypeError, ValueError)
"""What a file raises that holds something else, and a Python that compiles in another way."""


class Kept:
    """Expressions whose code is kept in a file.

    Parameters
    ----------
    path
        The file; ``None`` keeps nothing. It is as trustworthy as the byte code beside it.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._new: set[_Key] = set()

    def compile(self, pattern: str, flags: int) -> re.Pattern[str]:
        """An expression with the matches of ``re.compile(pattern, flags)``.

        >>> Kept(None).compile(r"[a-z]+", 0).findall("An N of 12")
        ['n', 'of']
        """
        key = (pattern, int(flags))
        with suppress(*_OTHERWISE):
            if key in self._entries:
                return _made(pattern, self._entries[key])
        self._new.add(key)
        return re.compile(pattern, flags)

    def save(self) -> None:
        """Keep what was compiled since the last time, beside what others have kept meanwhile."""
        new, self._new = self._new, set()
        if not new or self._path is None or sys.dont_write_bytecode or not _is_as_in_re():
            return
        with suppress(OSError):
            entries = self._read()
            entries |= {key: _entry(*key) for key in new}
            beside = self._path.with_name(f"{self._path.name}.{os.getpid()}")
            beside.write_bytes(marshal.dumps((_VERSION, entries)))
            beside.replace(self._path)

    @cached_property
    def _entries(self) -> dict[_Key, _Entry]:
        return self._read()

    def _read(self) -> dict[_Key, _Entry]:
        """What the file holds: nothing where there is none, or one of another version."""
        try:
            version, entries = marshal.loads(self._path.read_bytes()) if self._path is not None else (None, None)
        except (OSError, *_OTHERWISE):
            return {}
        return entries if version == _VERSION and isinstance(entries, dict) else {}


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
    with suppress(*_OTHERWISE):
        trials = ((r"(?P<a>x+?|\d{2,})(?!\b)|[^b-d]\s*(?P=a)", re.IGNORECASE), (r"", 0), (r"(?:é|ab)(c)*", re.ASCII))
        if any(_made(p, _entry(p, f, fast=False)) != re.compile(p, f) for p, f in trials):
            return False
        pattern, text = r"\b(?:rises?|fell|(?P<so>so)me|[Rr]ose|sum)\b|\d%", "Some Rise; ſum and 17%, he fEll"
        fast, plain = _made(pattern, _entry(pattern, re.IGNORECASE)), re.compile(pattern, re.IGNORECASE)
        return [m.regs for m in fast.finditer(text)] == [m.regs for m in plain.finditer(text)]
    return False


def _beside() -> Path | None:
    """The file beside this module's byte code, where the module has any and the interpreter is the usual one."""
    cached = None if __spec__ is None else __spec__.cached
    return Path(cached).with_suffix(".re") if cached and sys.implementation.name == "cpython" else None


KEPT = Kept(_beside())
"""The expressions of the linter."""
