"""The results files that belong to a page: those given, or those that the page names and that resolve."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import unquote

from leakstats.records import struct

from .document import Document
from .evidence.reading import read_dataset
from .evidence.shapes import Dataset
from .evidence.walk import MOST_LEAVES
from .inline import Text
from .regex import regex

__all__ = ["NamedFile", "ResultFiles", "load_results"]

_ENDING = regex(r"\.(?:jsonl?|csv|tsv)")
_PATH = regex(rf"(?<![\w:/.-])(?:\.{{0,2}}/)?(?:[\w.@-]+/)*[\w.@-]+{_ENDING.pattern}(?![\w/])")
_RESULT_WORD = regex(r"result|metric|score|summar|compiled|rates|stat|eval|analys|output|number|measure", re.IGNORECASE)
_OTHER_WORD = regex(
    r"train|prompt|persona|question|dataset|config|package|token|setting|schema|adapter|manifest|vocab|tsconfig",
    re.IGNORECASE,
)
"""In the name of a file that holds no results, unless a word of results stands there too."""
_MOST_BYTES = 8 * 1024 * 1024
_MOST_NAMED = 6
"""Results files that are read since the page names them; of those that the user gives, every one is."""
_MOST_KEPT = 256 * 1024
_MOST_CHARACTERS = 4_000


@struct
class NamedFile:
    """A results file that the page names."""

    name: str
    text: Text
    start: int
    end: int
    file: Path | None
    """Where it resolves; ``None`` where it does not."""


@struct
class ResultFiles:
    """What is known about the numbers behind a page."""

    datasets: tuple[Dataset, ...] = ()
    problems: tuple[tuple[str, str], ...] = ()
    """Files that could not be read, with the reason: their numbers are *not checked*."""
    named: tuple[NamedFile, ...] = ()
    empty: tuple[tuple[str, str], ...] = ()
    """Files that hold nothing to compare with, with the reason."""
    unread: bool = False
    """Nobody was to look at them (``--no-results``)."""

    @property
    def reason(self) -> str:
        """Why there is nothing to compare with; "" where there is."""
        if self.datasets:
            return ""
        if self.unread:
            return "the page is judged alone (--no-results)"
        if self.problems or self.empty:
            return "; ".join(f"{name}: {why}" for name, why in (*self.problems, *self.empty))
        return "no results file was given (--results) and none that the page names was found"


def load_results(
    document: Document, *, given: Sequence[Path], page: Path | None, root: Path | None, read: bool = True
) -> ResultFiles:
    """Load the files ``given``, or else those that the page names, from its folder, its parents or ``root``.

    A file that cannot be read is a problem and never an exception. A text that came from no file and without ``root``
    names nothing that could be looked for.
    """
    folders = _folders(page, root)
    named = tuple(_named(document, folders, given)) if page is not None or root is not None or given else ()
    if not read:
        return ResultFiles(named=named, unread=True)
    files, problems = list(given), []
    if not given:
        near = {folder.absolute() for folder in (page.parent if page is not None else None, root) if folder is not None}
        files = list(
            dict.fromkeys(n.file for n in named if n.file and ("/" in n.name or n.file.absolute().parent in near))
        )
        problems = [
            (str(file), f"the page names more than {_MOST_NAMED} results files") for file in files[_MOST_NAMED:]
        ]
        files = files[:_MOST_NAMED]
    datasets: list[Dataset] = []
    empty: list[tuple[str, str]] = []
    for file in files:
        held = sum(len(dataset.leaves) for dataset in datasets)
        if held >= MOST_LEAVES and not given:
            problems.append((str(file), f"the files that the page names before it hold {held} numbers already"))
            continue
        try:
            seen = file.stat()
            size = seen.st_size
            if not file.is_file():
                raise ValueError("is no file")
            if size > _MOST_BYTES:
                raise ValueError(f"is larger than {_MOST_BYTES} bytes")
            reader = _read_again if size <= _MOST_KEPT else _read
            dataset = reader(file.absolute(), seen.st_mtime_ns, size)
        except OSError as error:
            problems.append((str(file), error.strerror or type(error).__name__))
        except (ValueError, OverflowError) as error:
            problems.append((str(file), str(error).split("\n")[0] or "cannot be read"))
        else:
            if dataset.is_empty:
                empty.append((str(file), "it holds no number to compare with"))
            else:
                datasets.append(dataset)
    return ResultFiles(tuple(datasets), tuple(problems), named, tuple(empty))


def _read(file: Path, changed: int, size: int) -> Dataset:
    return read_dataset(file.name, file.read_bytes().decode("utf-8-sig"))


_read_again = lru_cache(maxsize=32)(_read)
"""Pages of one folder often share their results; what a file holds is worked out once while it does not change."""


def _folders(page: Path | None, root: Path | None) -> list[Path]:
    folders = [root] if root is not None else []
    if page is not None:
        folders.append(page.parent)
        folders.extend(list(page.absolute().parent.parents)[:3])
    folders.append(Path())
    return folders


def _named(document: Document, folders: list[Path], given: Sequence[Path]) -> list[NamedFile]:
    out: list[NamedFile] = []
    seen: set[str] = set()
    for text, scope in document.texts():
        if scope in ("quote", "alt") or not (text.links or _ENDING.search(text.text)):
            continue
        for name, start, end in _names(text):
            if len(name) > 300 or name.count("/") > 12:
                continue
            likely = _RESULT_WORD.search(name) is not None
            if not likely and _OTHER_WORD.search(name):
                continue
            file = _resolve(name, folders, given)
            if file is None and (not likely or name.endswith(".jsonl")):
                continue  # nobody says that it would hold results; lines of JSON are mostly what was answered
            if file is None and _outside(name, folders):
                continue  # a page rendered beside its checkout; nothing is said of what may not be looked for
            if name not in seen or file is None:
                seen.add(name)
                out.append(NamedFile(name, text, start, end, file))
        if len(out) > 50:
            break
    return out


def _names(text: Text) -> Iterator[tuple[str, int, int]]:
    """Paths of data files that a text shows or links to, each with its visible characters."""
    shown = set()
    if _ENDING.search(text.text):
        for match in _PATH.finditer(text.text[:_MOST_CHARACTERS]):
            shown.add(match.group(0))
            yield match.group(0), match.start(), match.end()
    for link in text.links:
        target = unquote(link.url.partition("#")[0])
        if target not in shown and len(target) <= 300 and _PATH.fullmatch(target):
            yield target, link.start, link.end


def _resolve(name: str, folders: list[Path], given: Sequence[Path]) -> Path | None:
    wanted = Path(name)
    if wanted.is_absolute() or _outside(name, folders):  # a page may point at files of its own project only
        return None
    for file in given:
        if file.parts[-len(wanted.parts) :] == wanted.parts or file.stem == wanted.stem:
            return file
    for folder in folders:
        candidate = folder / wanted
        try:
            if candidate.is_file():
                return candidate
        except OSError:
            continue
    return None


def _outside(name: str, folders: list[Path]) -> bool:
    """True if a path that climbs (``../results.json``) leaves the project from each folder in which it is looked for.

    The project is the checkout around a folder, or else the folder itself.
    """
    if ".." not in Path(name).parts:
        return False
    for folder in map(os.path.abspath, folders):
        end = os.path.normpath(f"{folder}{os.sep}{name}")
        if end.startswith(_project(folder).rstrip(os.sep) + os.sep):
            return False
    return True


@lru_cache(maxsize=64)
def _project(folder: str) -> str:
    """The nearest folder, from ``folder`` upward, that is a checkout; ``folder`` where none is."""
    here = Path(folder)
    return str(next((f for f in (here, *here.parents) if (f / ".git").exists()), here))
