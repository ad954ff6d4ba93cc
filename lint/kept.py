"""Compiled expressions, kept for the next run beside the byte code of the modules.

Compiling the expressions that a page needs took a third of a cold start. Python keeps the byte code of a module but
not the code of an expression, so this does: in the same folder and under the same conditions (not where Python is told
to write no byte code, not where the folder cannot be written), for one build of Python and one version of leakstats.
Code is kept only where it makes the very expression that :func:`re.compile` answers, and what cannot be read is
compiled as if nothing were there. What is kept is worth some work: it looks at the first character first.
"""

from __future__ import annotations

import marshal
import os
import re
import sys
from array import array
from contextlib import suppress
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias

from leakstats import __version__

from .starts import looking_first

__all__ = ["KEPT", "Kept"]

_Key: TypeAlias = tuple[str, int]
"""A pattern and its flags."""
_Entry: TypeAlias = tuple[str, int, bytes, int, dict[str, int], tuple[str | None, ...]]
"""The pattern that was compiled, all flags, the code, how many groups, their numbers by name and names by number."""

_VERSION = (__version__, sys.version)
_DAMAGE = (EOFError, OverflowError, RuntimeError, TypeError, ValueError)
"""What a file may raise that holds something else."""


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
        """An expression with the matches of ``pattern``, from the file where it is there.

        >>> Kept(None).compile(r"[a-z]+", 0).findall("An N of 12")
        ['n', 'of']
        """
        key = (pattern, int(flags))
        entry = self._entries.get(key)
        if entry is not None:
            with suppress(*_DAMAGE):
                return _made(entry)
        self._new.add(key)
        return re.compile(pattern, flags)

    def save(self) -> None:
        """Keep what was compiled since the last time, beside what others have kept meanwhile."""
        new, self._new = self._new, set()
        if not new or self._path is None or sys.dont_write_bytecode:
            return
        entries = self._read()
        # A folder that cannot be written, or a Python that compiles in another way: then the next run compiles again.
        with suppress(OSError, ImportError, AttributeError, *_DAMAGE):
            for pattern, flags in new:
                fast = looking_first(pattern, flags)
                entry = _entry(fast, flags)
                if _made(entry) == re.compile(fast, flags):
                    entries[pattern, flags] = entry
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
        except (OSError, *_DAMAGE):
            return {}
        return entries if version == _VERSION and isinstance(entries, dict) else {}


def _entry(pattern: str, flags: int) -> _Entry:
    """The code of an expression. Python makes it in modules of its own, so :meth:`Kept.save` compares what it makes."""
    parsed: Any = import_module("re._parser").parse(pattern, flags)
    code = array("I", import_module("re._compiler")._code(parsed, flags))
    numbers: dict[str, int] = dict(parsed.state.groupdict)
    names: list[str | None] = [None] * parsed.state.groups
    for name, number in numbers.items():
        names[number] = name
    return pattern, int(flags | parsed.state.flags), code.tobytes(), parsed.state.groups - 1, numbers, tuple(names)


def _made(entry: _Entry) -> re.Pattern[str]:
    """The expression of a code, which Python checks before it runs it."""
    pattern, flags, code, groups, numbers, names = entry
    made: re.Pattern[str] = _sre.compile(pattern, flags, array("I", code).tolist(), groups, numbers, names)
    return made


def _beside() -> Path | None:
    """The file beside this module's byte code, where the module has any and the interpreter is the usual one."""
    cached = None if __spec__ is None else __spec__.cached
    return Path(cached).with_suffix(".re") if cached and sys.implementation.name == "cpython" else None


_sre: Any = import_module("_sre")
KEPT = Kept(_beside())
"""The expressions of the linter."""
