"""The journal of a run: append-only, one checked line for each finished cell."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from leakstats.errors import LeakstatsError

__all__ = ["Journal", "JournalContent", "JournalDamaged", "Repair", "read_journal", "repair_journal"]

Record = dict[str, Any]

_HEAD = b'{"sha256":"'
_DIGITS = 16
_START = len(_HEAD) + _DIGITS + 2  # then `",`


class JournalDamaged(LeakstatsError):
    """A line that is not the last one is no longer what was written."""


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a journal file holds."""

    records: list[Record]
    size: int
    """Bytes of the whole lines; what follows was cut off in the middle of a write."""
    torn: int
    """Bytes of that last, unfinished write; 0 where there is none."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What :func:`repair_journal` did."""

    kept: int
    """Whole lines that were kept."""
    dropped: tuple[int, ...]
    """Numbers of the lines that were left out, counted from 1."""
    backup: Path
    """The damaged file, put aside."""

    def __str__(self) -> str:
        lines = ", ".join(map(str, self.dropped[:12])) + (", ..." if len(self.dropped) > 12 else "")
        dropped = f"line{'s' * (len(self.dropped) > 1)} {lines} dropped" if self.dropped else "no line dropped"
        return f"{self.kept:,} whole lines kept, {dropped}; the damaged file is {self.backup.name}"


def _line(number: int, record: Mapping[str, Any]) -> bytes:
    body = json.dumps(record, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    rest = f'"n":{number},"record":{body}}}'.encode()
    return _HEAD + _checksum(rest) + b'",' + rest + b"\n"


def _checksum(rest: bytes) -> bytes:
    return hashlib.sha256(rest).hexdigest()[:_DIGITS].encode()


def _parse(line: bytes) -> tuple[int, Record] | None:
    """Number and record of a whole line; None where the line is not what was written."""
    rest = line[_START:]
    if line[:_START] != _HEAD + _checksum(rest) + b'",':
        return None
    value = json.loads(b"{" + rest)
    return value["n"], value["record"]


def _parsed(data: bytes) -> Iterator[tuple[int, int, tuple[int, Record] | None]]:
    """Number of each line from 1, where it ends, and what it holds; a last line without its end is not whole."""
    lines = data.split(b"\n")
    end = 0
    for i, line in enumerate(lines, start=1):
        last = i == len(lines)
        if last and not line:
            return
        end += len(line) + (not last)
        yield i, end, None if last else _parse(line)


def read_journal(path: Path) -> JournalContent:
    """Read and check a journal without changing it; a missing file is an empty journal.

    Lines that are not whole at the very end were cut off in the middle of a write: they are reported in ``torn`` and
    their cells are drawn again. Every other damage is an error.

    Raises
    ------
    JournalDamaged
        If a line before the end is not what was written, a line is missing, or a cell is stored twice.
    LeakstatsError
        If the file cannot be read.
    """
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return JournalContent([], 0, 0)
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be read: {error.strerror}") from None
    records: list[Record] = []
    seen: set[tuple[str, str]] = set()
    size, first_bad = 0, 0
    for number, end, parsed in _parsed(data):
        if parsed is None:
            first_bad = first_bad or number
            continue
        if first_bad:
            raise _damaged(path, first_bad, "its checksum does not match, and whole lines follow")
        n, record = parsed
        if n != len(records):
            raise _damaged(path, number, f"it says that it is record {n}, but record {len(records)} belongs here")
        cell = (record["stage"], record["key"])
        if cell in seen:
            raise _damaged(path, number, f"{record['stage']} {record['key']} stands there a second time")
        seen.add(cell)
        records.append(record)
        size = end
    return JournalContent(records, size, len(data) - size)


def _damaged(path: Path, line: int, why: str) -> JournalDamaged:
    return JournalDamaged(
        f"{path}: line {line} is damaged: {why}. The run has not been touched.\n"
        "    help: run again with --repair: it keeps every whole line, puts this file aside, and draws the lost cells "
        "again; their seeds come from the cells themselves, so the results are the same"
    )


def repair_journal(path: Path) -> Repair | None:
    """Keep every whole line of a damaged journal, in order; the damaged file is put aside, not deleted.

    A cell that is stored twice is kept once, as first written. None where there is nothing to mend (a torn end
    alone is no damage: :class:`Journal` cuts it).

    Raises
    ------
    LeakstatsError
        If the file cannot be read or written.
    """
    try:
        read_journal(path)
    except JournalDamaged:
        pass
    else:
        return None
    try:
        kept: dict[tuple[str, str], Record] = {}
        dropped: list[int] = []
        for number, _, parsed in _parsed(path.read_bytes()):
            if parsed is None or (parsed[1]["stage"], parsed[1]["key"]) in kept:
                dropped.append(number)
            else:
                kept[parsed[1]["stage"], parsed[1]["key"]] = parsed[1]
        backup = _free_name(path)
        mended = path.with_suffix(".mended")
        with mended.open("wb") as out:
            out.writelines(_line(n, record) for n, record in enumerate(kept.values()))
            out.flush()
            os.fsync(out.fileno())
        os.link(path, backup)
        mended.replace(path)
    except OSError as error:
        raise LeakstatsError(f"{path}: cannot be repaired: {error.strerror}; nothing was changed") from None
    return Repair(len(kept), tuple(dropped), backup)


def _free_name(path: Path) -> Path:
    for i in range(1, 1000):
        name = path.with_name(f"{path.stem}.damaged-{i}{path.suffix}")
        if not name.exists():
            return name
    raise LeakstatsError(f"{path}: 999 damaged journals lie beside it; take them away")


class Journal:
    """A journal that is open for appending; one process at a time (:class:`~leakstats.experiment.folder.RunFolder`
    holds the lock).

    Each record is handed to the system in one write as soon as it is finished, so that it outlives a killed process;
    it is forced to the disk at most ``sync_s`` seconds later, so that a power cut costs the work of that time. A
    record that did not make it is no loss but time: its cell is drawn again from the same seeds.

    Parameters
    ----------
    path : Path
        The file; made where it is missing.
    sync_s : float
        Longest time in seconds between a record and its fsync, as far as records keep coming.

    Raises
    ------
    JournalDamaged, LeakstatsError
        As :func:`read_journal`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with Journal(Path(folder) / "journal.jsonl") as journal:
    ...         journal.append({"stage": "generate", "key": "a", "text": "Ahoy"})
    ...     with Journal(Path(folder) / "journal.jsonl") as journal:
    ...         journal.get("generate", "a")["text"], journal.has("generate", "b")
    ('Ahoy', False)
    """

    def __init__(self, path: Path, *, sync_s: float = 0.5) -> None:
        content = read_journal(path)
        self.path = path
        self.records = content.records
        self.torn = content.torn
        """Bytes of an unfinished last write that were cut off on opening."""
        self._where = {(r["stage"], r["key"]): r for r in self.records}
        self._size = content.size
        self._sync_s = sync_s
        self._unsynced_since: float | None = None
        self._broken: str | None = None
        try:
            new = not path.exists()
            self._fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o666)
            if content.torn:
                os.ftruncate(self._fd, content.size)
                os.fsync(self._fd)
            if new:
                _sync_folder(path.parent)
        except OSError as error:
            raise LeakstatsError(f"{path}: cannot be opened for writing: {error.strerror}") from None

    def has(self, stage: str, key: str) -> bool:
        """Whether that cell is finished."""
        return (stage, key) in self._where

    def get(self, stage: str, key: str) -> Record:
        """The record of a finished cell; ``KeyError`` where there is none."""
        return self._where[stage, key]

    def of_stage(self, stage: str) -> list[Record]:
        """The records of a stage in the order in which they were written."""
        return [r for r in self.records if r["stage"] == stage]

    def append(self, record: Mapping[str, Any]) -> None:
        """Store a finished cell; ``record`` has at least ``stage`` and ``key``, which are new together.

        Raises
        ------
        LeakstatsError
            If it cannot be written (a full disk): the file is put back to the last whole record.
        """
        if self._broken is not None:
            raise LeakstatsError(self._broken)
        kept = dict(record)
        cell = (kept["stage"], kept["key"])
        if cell in self._where:
            raise ValueError(f"{cell} is stored already")
        data = _line(len(self.records), kept)
        try:
            done = 0
            while done < len(data):
                done += os.write(self._fd, data[done:])
        except OSError as error:
            with contextlib.suppress(OSError):
                os.ftruncate(self._fd, self._size)
            raise self._failed(error) from None
        self._size += len(data)
        self.records.append(kept)
        self._where[cell] = kept
        now = time.monotonic()
        if self._unsynced_since is None:
            self._unsynced_since = now
        if now - self._unsynced_since >= self._sync_s:
            self.sync()

    def sync(self) -> None:
        """Force everything written so far to the disk."""
        if self._unsynced_since is None:
            return
        try:
            os.fsync(self._fd)
        except OSError as error:
            raise self._failed(error) from None
        self._unsynced_since = None

    def _failed(self, error: OSError) -> LeakstatsError:
        self._broken = (
            f"{self.path}: cannot be written: {error.strerror}. The {len(self.records):,} records before it are stored."
            "\n    help: free some space (or mend the disk) and give the same command again: it goes on from there"
        )
        return LeakstatsError(self._broken)

    def close(self) -> None:
        """Sync and close."""
        try:
            if self._broken is None:
                self.sync()
        finally:
            os.close(self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _sync_folder(folder: Path) -> None:
    """Make a new name in a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
