"""The code of leakstats' modules, kept in one file for a command's next run.

A lint of one page imports 350 modules of ours. To find, open and check as many files of byte code takes a tenth of such
a start; where Python writes no byte code, compiling them takes half a second. The code of a module is taken from the
file if its source has the size and the time of change that it had, as Python does with byte code.
"""

from __future__ import annotations

import marshal
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from leakstats.keeping import BROKEN, Store, kept_file

__all__ = ["kept_code"]

_OURS = "leakstats."


@contextmanager
def kept_code(command: str) -> Iterator[None]:
    """Modules of leakstats that are imported within are taken from what ``command`` keeps, and kept."""
    finder = _Finder(Store(kept_file(f"{command}.code")))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
        finder.store.save()


class _Finder:
    """Finds our modules where they were found before, else as everybody does."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def find_spec(
        self, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if not name.startswith(_OURS):
            return None
        with suppress(OSError, *BROKEN):
            origin, package, stamp, code = self.store.get(name)
            if _stamp(origin) == stamp:
                spec = ModuleSpec(name, _Loader(name, origin, self.store, code), origin=origin, is_package=package)
                if package:
                    spec.submodule_search_locations = [str(Path(origin).parent)]
                spec.has_location = True
                return spec
        for finder in sys.meta_path:
            found: ModuleSpec | None = None if finder is self else finder.find_spec(name, path, target)
            if found is not None:
                if type(found.loader) is SourceFileLoader:
                    found.loader = _Loader(name, found.loader.path, self.store)
                return found
        return None


class _Loader(SourceFileLoader):
    """Loads a module from kept code, or keeps its code."""

    def __init__(self, name: str, path: str, store: Store, code: bytes | None = None) -> None:
        super().__init__(name, path)
        self._store, self._code = store, code

    def get_code(self, fullname: str) -> CodeType | None:
        if self._code is not None:
            with suppress(*BROKEN):
                kept: Any = marshal.loads(self._code)
                if isinstance(kept, CodeType):
                    return kept
        stamp = _stamp(self.path)  # before it is read: who writes to it meanwhile makes it another one
        code = super().get_code(fullname)
        if code is not None:
            self._store.add(fullname, (self.path, self.is_package(fullname), stamp, marshal.dumps(code)))
        return code


def _stamp(path: str) -> tuple[int, int]:
    """Time of change and size of a file."""
    found = Path(path).stat()
    return found.st_mtime_ns, found.st_size
