"""Which pages a run is about: files as named, and the Markdown files of a folder."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

__all__ = ["expand", "is_stream", "why_not_a_page"]

_STREAMS = ("/dev/stdin", "/dev/fd/", "/proc/self/fd/")
"""Where a shell puts what comes through a pipe: `clean-result lint <(command)`."""


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


def is_stream(name: str) -> bool:
    """True for the name of an open file or pipe: it can be read once and stands in no folder of the page's.

    >>> is_stream("/dev/fd/63"), is_stream("issue.md")
    (True, False)
    """
    return name.startswith(_STREAMS)


def why_not_a_page(name: str) -> str:
    """Why a path can be no page, "" where it can: a pipe or a device would be waited for without end."""
    path = Path(name)
    odd = path.exists() and not path.is_file() and not path.is_dir() and not is_stream(name)
    return "no regular file" if odd else ""
