"""What a specification is, whatever its place on the machine: the basis of "the same experiment"."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from leakstats.errors import LeakstatsError
from leakstats.experiment.reader import spec_document
from leakstats.experiment.spec import ExperimentSpec

__all__ = ["differences", "file_sha256", "folder_sha256", "identity_document", "portable_path"]

_PATHS = ("path", "data")
_FREE = ("run_log",)
"""Parts that change nothing about what is measured; they may differ from one session to the next."""
_CHUNK = 1 << 20


def file_sha256(path: Path) -> str:
    """``sha256:`` and the digest of a file, read in pieces."""
    digest = hashlib.sha256()
    try:
        with path.open("rb") as f:
            while piece := f.read(_CHUNK):
                digest.update(piece)
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be read: {error.strerror}") from None
    return "sha256:" + digest.hexdigest()


def folder_sha256(folder: Path, pattern: str = "*") -> str:
    """``sha256:`` and the digest of a folder's files of a name pattern, names and contents, in the order of names."""
    digest = hashlib.sha256()
    for path in sorted(p for p in folder.rglob(pattern) if p.is_file() and not p.name.startswith(".")):
        digest.update(f"{path.relative_to(folder).as_posix()}\n{file_sha256(path)}\n".encode())
    return "sha256:" + digest.hexdigest()


def _quick(path: Path) -> str:
    """A digest of names, sizes, and the first and last MiB of each file: enough to tell two model folders apart."""
    files = [path] if path.is_file() else sorted(p for p in path.rglob("*") if p.is_file() and p.name[0] != ".")
    digest = hashlib.sha256()
    for file in files:
        size = file.stat().st_size
        digest.update(f"{file.name} {size}\n".encode())
        with file.open("rb") as f:
            digest.update(f.read(_CHUNK))
            f.seek(max(0, size - _CHUNK))
            digest.update(f.read(_CHUNK))
    return digest.hexdigest()[:16]


def portable_path(path: str) -> str:
    """A path without the machine: the last name of a folder or file that exists, else the text (a hub id).

    Examples
    --------
    >>> portable_path("Qwen/Qwen2.5-7B-Instruct")
    'Qwen/Qwen2.5-7B-Instruct'
    """
    return Path(path).resolve().name if Path(path).exists() else path


def identity_document(spec: ExperimentSpec) -> dict[str, Any]:
    """The specification as JSON with each local path replaced by its last name and a digest of what lies there.

    Two specifications with equal documents describe the same experiment, wherever their files lie. The run log is
    left out, since it changes nothing that is measured.
    """
    document = {k: v for k, v in spec_document(spec).items() if k not in _FREE}
    return {k: _portable(v) for k, v in document.items()}


def _portable(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _named(v) if k in _PATHS and isinstance(v, str) else _portable(v) for k, v in value.items()}
    if isinstance(value, list):
        return [_portable(v) for v in value]
    return value


def _named(path: str) -> str:
    place = Path(path)
    return f"{portable_path(path)} ({_quick(place)})" if place.exists() else path


def differences(there: Any, here: Any, *, names: tuple[str, str] = ("there", "here")) -> list[str]:
    """What differs between two JSON documents, one sentence each, with the place in dotted form.

    Entries of lists are named where they have a ``name`` or ``source``, so that an inserted one is one difference.

    Examples
    --------
    >>> differences({"sampling": {"completions": 10}}, {"sampling": {"completions": 20}})
    ['sampling.completions is 10 there and 20 here']
    """
    return list(_differ("", there, here, names))


def _differ(path: str, a: Any, b: Any, names: tuple[str, str]) -> Iterator[str]:
    if a == b:
        return
    if isinstance(a, list) and isinstance(b, list):
        keyed = _keyed(a), _keyed(b)
        if keyed[0] is None or keyed[1] is None:
            yield from _lists(path, a, b, names)
            return
        if set(keyed[0]) == set(keyed[1]) and list(keyed[0]) != list(keyed[1]):
            yield f"{path} has another order"
        a, b = keyed
    if not isinstance(a, Mapping) or not isinstance(b, Mapping):
        yield f"{path or 'the document'} is {_shown(a)} {names[0]} and {_shown(b)} {names[1]}"
        return
    for key in dict.fromkeys([*a, *b]):
        place = f"{path}.{key}" if path else str(key)
        if key not in b:
            yield f"{place} ({_shown(a[key])}) is only {names[0]}"
        elif key not in a:
            yield f"{place} ({_shown(b[key])}) is only {names[1]}"
        else:
            yield from _differ(place, a[key], b[key], names)


def _lists(path: str, a: list[Any], b: list[Any], names: tuple[str, str]) -> Iterator[str]:
    if len(a) != len(b):
        first = next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))
        yield f"{path} has {len(a)} entries {names[0]} and {len(b)} {names[1]}; they differ from entry {first + 1} on"
        return
    for i, (x, y) in enumerate(zip(a, b, strict=True)):
        yield from _differ(f"{path}[{i}]", x, y, names)


def _keyed(entries: list[Any]) -> dict[str, Any] | None:
    """The entries by name, where all have distinct ones."""
    for key in ("name", "id"):
        named = {e[key]: e for e in entries if isinstance(e, dict) and isinstance(e.get(key), str)}
        if entries and len(named) == len(entries):
            return named
    return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "..."
