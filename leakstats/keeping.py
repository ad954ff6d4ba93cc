"""What every start would work out anew is kept between runs: the code of modules, the code of expressions.

It lies in the folder of the byte code. Where Python is told to write none (``PYTHONDONTWRITEBYTECODE``, as in many
containers) or may not, a start would take four times as long; there it lies in the user's cache, ``leakstats`` under
``$XDG_CACHE_HOME`` or ``~/.cache``. ``LEAKSTATS_CACHE_DIR`` names another folder; set to nothing it keeps nothing.

A file of another user's is not read. What is read is as trustworthy as byte code; it is never that of another version
of Python or of leakstats. This module imports nothing that a start does not have anyway.
"""

from __future__ import annotations

import marshal
import os
import sys
from collections.abc import Hashable
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

from leakstats import __version__
from leakstats.lazy import cached_property

__all__ = ["BROKEN", "Store", "kept_file"]

BROKEN = (AttributeError, EOFError, ImportError, OverflowError, RuntimeError, TypeError, ValueError)
"""What is raised by something else than what was kept."""
_FOLDER = "LEAKSTATS_CACHE_DIR"
_VERSION = (__version__, sys.version, sys.flags.optimize)


def kept_file(name: str) -> Path | None:
    """The file ``name`` that keeps something for the next run; ``None`` where nothing is kept."""
    given = os.environ.get(_FOLDER)
    if given is not None:
        return Path(given, name) if given else None
    if sys.implementation.name != "cpython":
        return None
    cached = None if __spec__ is None else __spec__.cached
    beside = Path(cached).parent if cached else None
    if beside is not None and not sys.dont_write_bytecode and os.access(beside, os.W_OK):
        return beside / name
    try:
        home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    except RuntimeError:  # a user without a home
        return None
    # one folder for each place of installation: two of them would overwrite each other's
    return home / "leakstats" / f"{crc32(__file__.encode()):08x}" / name if home.is_absolute() else None


class Store:
    """Values by key, in a file.

    Parameters
    ----------
    path
        The file; ``None`` keeps nothing.
    """

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self._new: dict[Hashable, Any] = {}

    def get(self, key: Hashable) -> Any:
        """What was kept for ``key``, or ``None``; that it has the form which the caller gave it is not checked."""
        return self._kept.get(key)

    def add(self, key: Hashable, value: Any) -> None:
        """Keep a value that :mod:`marshal` can write."""
        self._new[key] = value

    def __len__(self) -> int:
        return len(self._kept)

    def save(self) -> None:
        """Write what was added since the last time, beside what others have kept meanwhile."""
        new, self._new = self._new, {}
        if not new or self.path is None:
            return
        with suppress(OSError):
            data = marshal.dumps((_VERSION, self._read() | new))
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            beside = self.path.with_name(f"{self.path.name}.{os.getpid()}")
            beside.write_bytes(data)
            beside.replace(self.path)

    @cached_property
    def _kept(self) -> dict[Hashable, Any]:
        return self._read()

    def _read(self) -> dict[Hashable, Any]:
        """What the file holds: nothing where there is none, or one of another version or another user."""
        try:
            if self.path is None:
                return {}
            with self.path.open("rb") as file:
                owner = os.fstat(file.fileno()).st_uid
                if hasattr(os, "getuid") and owner not in (0, os.getuid()):
                    return {}
                version, entries = marshal.loads(file.read())
        except (OSError, *BROKEN):
            return {}
        return entries if version == _VERSION and isinstance(entries, dict) else {}
