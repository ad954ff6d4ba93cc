"""Lays out a Markdown table from cells that are already safe."""

from __future__ import annotations

from collections.abc import Sequence

__all__ = ["folded", "markdown_table"]


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]], *, align: str = "l") -> str:
    """A table; ``align`` gives l or r for each column, and columns beyond it are right-aligned.

    >>> print(markdown_table(["a", "b"], [["x", "1"]]))
    | a | b |
    |---|--:|
    | x | 1 |
    """
    rule = "|".join("---" if side == "l" else "--:" for side in align.ljust(len(header), "r"))
    lines = [f"| {' | '.join(header)} |", f"|{rule}|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return "\n".join(lines)


def folded(summary: str, body: str) -> str:
    """``body`` behind a line that opens it."""
    return f"<details>\n<summary>{summary}</summary>\n\n{body}\n\n</details>"
