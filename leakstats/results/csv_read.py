"""CSV files as columns of text that know the line of each row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from leakstats.errors import ContractError, Violation
from leakstats.files import read_text

__all__ = ["Problems", "Sheet", "read_sheet"]

_T = TypeVar("_T")
_LISTED = 5


@dataclass
class Problems:
    """Everything wrong with one CSV file and its mapping, raised together."""

    where: str
    violations: list[Violation] = field(default_factory=list)

    def add(self, place: str, message: str, help_text: str = "") -> None:
        """One problem at a place such as ``line 18, column 'found'``."""
        self.violations.append(Violation(place, message, help_text))

    def raise_if_any(self) -> None:
        """Raise :class:`ContractError` with all problems, if there are any."""
        if self.violations:
            raise ContractError(self.where, self.violations)


@dataclass(frozen=True)
class Sheet:
    """A CSV file: ``columns`` maps a header to its texts; ``lines`` is the line on which each row ends."""

    path: Path
    columns: dict[str, list[str]]
    lines: list[int]

    def __len__(self) -> int:
        return len(self.lines)

    def where(self, wanted: dict[str, Any]) -> Sheet:
        """The rows whose columns hold the wanted text, or one of the wanted texts; numbers count as their text."""
        keep = list(range(len(self)))
        for name, value in wanted.items():
            allowed = {str(v) for v in (value if isinstance(value, list) else [value])}
            column = self.columns[name]
            keep = [i for i in keep if column[i] in allowed]
        return Sheet(
            self.path, {k: [v[i] for i in keep] for k, v in self.columns.items()}, [self.lines[i] for i in keep]
        )

    def read(
        self, name: str, convert: Callable[[str], _T], what: str, problems: Problems, *, help_text: str = ""
    ) -> list[_T]:
        """A column with ``convert`` applied; each text that it refuses (ValueError) is a problem with its line.

        Refused rows are left out of the answer: raise the problems before the rows are counted on.
        """
        column = self.columns[name]
        values: dict[str, _T] = {}
        refused: set[str] = set()
        for text in set(column):  # few distinct texts, many rows
            try:
                values[text] = convert(text)
            except ValueError:
                refused.add(text)
        bad = [(line, text) for line, text in zip(self.lines, column, strict=True) if text in refused]
        for line, text in bad[:_LISTED]:
            problems.add(self.place(line, name), f"is {text!r}; expected {what}", help_text)
        if len(bad) > _LISTED:
            problems.add(
                self.place(None, name), f"and {len(bad) - _LISTED} more rows of this kind, up to line {bad[-1][0]}"
            )
        return [values[text] for text in column if text in values]

    def place(self, line: int | None, column: str) -> str:
        """Where a text stands, for a message."""
        return f"{self.path.name}, " + (f"line {line}, " if line is not None else "") + f"column {column!r}"


def read_sheet(path: Path, *, delimiter: str = ",") -> Sheet:
    """Read a CSV file with a header; blank lines are skipped, surrounding spaces kept out of headers.

    Raises
    ------
    ContractError
        For an empty file, an empty or repeated header, and rows with more or fewer fields than the header; all are
        listed.
    """
    problems = Problems(str(path))
    reader = csv.reader(io.StringIO(read_text(path), newline=""), delimiter=delimiter, strict=True)
    try:
        header = [h.strip() for h in next(reader, [])]
        _check_header(header, path, delimiter, problems)
        rows, lines = _rows(reader, header, path, problems)
    except csv.Error as error:
        problems.add(f"{path.name}, line {reader.line_num}", f"is no CSV: {error}", "quote fields that hold quotes")
        rows, lines = [], []
    problems.raise_if_any()
    if not rows:
        problems.add(path.name, "has a header but no rows")
        problems.raise_if_any()
    columns = {name: list(column) for name, column in zip(header, zip(*rows, strict=True), strict=True)}
    return Sheet(path, columns, lines)


def _check_header(header: list[str], path: Path, delimiter: str, problems: Problems) -> None:
    if not header:
        problems.add(path.name, "is empty", "the first line names the columns")
    for i, name in enumerate(header):
        if not name:
            problems.add(f"{path.name}, line 1", f"column {i + 1} has no name", "name every column")
        elif name in header[:i]:
            problems.add(f"{path.name}, line 1", f"column {name!r} stands twice", "column names must be distinct")
    if len(header) == 1 and any(d in header[0] for d in ";\t|" if d != delimiter):
        problems.add(f"{path.name}, line 1", f"is one column, {header[0]!r}", "set csv.delimiter in the mapping")
    problems.raise_if_any()


def _rows(reader: Any, header: list[str], path: Path, problems: Problems) -> tuple[list[list[str]], list[int]]:
    rows: list[list[str]] = []
    lines: list[int] = []
    ragged: list[tuple[int, int]] = []
    for row in _filled(reader):
        if len(row) == len(header):
            rows.append(row)
            lines.append(reader.line_num)
        else:
            ragged.append((reader.line_num, len(row)))
    for line, n in ragged[:_LISTED]:
        problems.add(
            f"{path.name}, line {line}",
            f"has {n} fields; the header has {len(header)}",
            "quote fields that hold commas",
        )
    if len(ragged) > _LISTED:
        problems.add(path.name, f"and {len(ragged) - _LISTED} more lines of this kind, up to line {ragged[-1][0]}")
    return rows, lines


def _filled(reader: Iterable[list[str]]) -> Iterable[list[str]]:
    return (row for row in reader if row)
