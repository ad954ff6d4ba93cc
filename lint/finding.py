"""One thing that a rule found: where, how grave, what, and what to do."""

from __future__ import annotations

from typing import Literal, TypeAlias, get_args

from leakstats.errors import InputError
from leakstats.records import replace, struct

from .source import Place

__all__ = ["SEVERITIES", "Edit", "Finding", "Severity"]

Severity: TypeAlias = Literal["error", "warning", "note"]
SEVERITIES: tuple[Severity, ...] = get_args(Severity)
"""The gravest first."""


@struct
class Edit:
    """A change of the page that repairs a finding and cannot make it worse."""

    start: int
    """Offset of the first character that goes."""
    end: int
    """Offset behind the last one; ``start`` where nothing goes."""
    text: str
    """What comes in its place."""


@struct
class Finding:
    """A finding; it cannot exist without a place, a message and a code."""

    path: str
    place: Place
    code: str
    rule: str
    severity: Severity
    message: str
    help: str = ""
    edits: tuple[Edit, ...] = ()
    """What `--fix` would do; nothing where a person must decide."""

    def __post_init__(self) -> None:
        line, column, end_line, end_column = self.place
        if line < 1 or column < 1 or (end_line, end_column) < (line, column):
            raise InputError(f"{self.code}: a finding needs a place on its page, got {tuple(self.place)}")
        if self.severity not in SEVERITIES:
            raise InputError(f"{self.code}: severity must be one of {', '.join(SEVERITIES)}, got {self.severity!r}")
        if not self.message or "\n" in self.message:
            raise InputError(f"{self.code}: a finding needs a message of one line, got {self.message!r}")

    @property
    def line(self) -> int:
        """1-based line."""
        return self.place.line

    @property
    def column(self) -> int:
        """1-based column, in characters."""
        return self.place.column

    @property
    def order(self) -> tuple[str, int, int, str, str]:
        """Sorting key: by file, place and code."""
        return (self.path, self.place.line, self.place.column, self.code, self.message)

    def at(self, severity: Severity) -> Finding:
        """The same finding with another severity."""
        return replace(self, severity=severity)
