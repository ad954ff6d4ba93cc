"""Which pages a run is about: files as named, and the Markdown files of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["expand"]


def expand(names: Iterable[str]) -> list[str]:
    """Names of files, each once; a folder stands for the ``*.md`` files in it and below, hidden folders aside.

    A folder without any stays as it is, so that it is reported and not passed over.
    """
    return list(dict.fromkeys(found for name in names for found in _pages(name)))


def _pages(name: str) -> Iterator[str]:
    folder = Path(name)
    if name == "-" or not folder.is_dir():
        yield name
        return
    inside = [p for p in sorted(folder.rglob("*.md")) if p.is_file() and not _hidden(p.relative_to(folder))]
    yield from (str(p) for p in inside) if inside else (name,)


def _hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
