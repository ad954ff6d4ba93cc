"""The text of a page with its lines: offsets to line and column, and back."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import field
from typing import NamedTuple

from leakstats.lazy import cached_property
from leakstats.records import struct

__all__ = ["Place", "Source"]


class Place(NamedTuple):
    """A stretch of a page: 1-based lines and columns (in characters), the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


@struct(slots=False)
class Source:
    """A page's text under the name that messages use for it."""

    path: str
    text: str
    starts: tuple[int, ...] = field(repr=False)
    """Offset of the first character of each line."""

    @classmethod
    def read(cls, path: str, text: str) -> Source:
        """``text`` with one kind of line end and without NUL, as CommonMark asks; line numbers are unchanged."""
        clean = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "\ufffd")
        starts, position = [0], clean.find("\n")
        while position >= 0:
            starts.append(position + 1)
            position = clean.find("\n", position + 1)
        return cls(path, clean, tuple(starts))

    @property
    def n_lines(self) -> int:
        """Number of lines; the empty text has one."""
        return len(self.starts)

    def start_of(self, line: int) -> int:
        """Offset of the first character of the 1-based ``line``, the end of the text past the last one."""
        return self.starts[line - 1] if line <= len(self.starts) else len(self.text)

    def line(self, line: int) -> str:
        """The 1-based ``line`` without its line end."""
        return self.lines[line - 1] if line <= len(self.starts) else ""

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """Every line without its line end."""
        return tuple(self.text.split("\n"))

    def line_of(self, offset: int) -> int:
        """The 1-based line in which a character stands."""
        return bisect_right(self.starts, min(max(offset, 0), len(self.text)))

    def place(self, start: int, end: int | None = None) -> Place:
        """The place of the characters from ``start`` to before ``end`` (by default one character)."""
        start = min(max(start, 0), len(self.text))
        end = min(max(start + 1 if end is None else end, start), len(self.text))
        line, last = bisect_right(self.starts, start), bisect_right(self.starts, max(start, end - 1))
        return Place(line, start - self.starts[line - 1] + 1, last, end - self.starts[last - 1] + 1)

    def line_place(self, line: int) -> Place:
        """The place of the visible characters of the 1-based ``line``."""
        line = min(max(line, 1), self.n_lines)
        text = self.line(line)
        left = len(text) - len(text.lstrip())
        begin = self.start_of(line) + (left if left < len(text) else 0)
        return self.place(begin, self.start_of(line) + len(text.rstrip()))
