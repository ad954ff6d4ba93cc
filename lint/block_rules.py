"""Rules for the blocks of Markdown that find what markdown-it's own find, in fewer steps and with fewer tokens.

A third of a page is tables, and markdown-it makes three tokens of each cell and asks eleven rules about each line.
"""

from __future__ import annotations

from markdown_it.common.utils import mdTrim
from markdown_it.rules_block import StateBlock, heading, lheading, paragraph
from markdown_it.rules_block import table as silent_table
from markdown_it.rules_block.table import MAX_AUTOCOMPLETED_CELLS, escapedSplit

__all__ = ["by_first_character", "table"]


def by_first_character(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """Take a line that opens with a letter, a pipe or "#": it opens no code, fence, quote, list, rule or HTML."""
    first = state.src[state.bMarks[start] + state.tShift[start]]
    if state.is_code_block(start) or not (first.isalpha() or first in "|#"):
        return False
    return (
        table(state, start, end, silent)
        or (first == "#" and heading(state, start, end, silent))
        or lheading(state, start, end, silent)
        or paragraph(state, start, end, silent)
    )


def table(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    """A table as one token: its ``meta`` holds each row's line and the contents of its cells under "rows"."""
    if start + 2 > end or not _is_rule(state, start + 1) or not silent_table(state, start, end, True):
        return False
    if silent:
        return True
    before, state.parentType = state.parentType, "table"
    ends = state.md.block.ruler.getRules("blockquote")
    header = _cells(_line(state, start))
    rows, line, missing = [(start, header)], start + 2, 0
    while line < end and state.sCount[line] >= state.blkIndent:
        text = _line(state, line)
        # nothing that ends a table opens with a pipe
        if not text.startswith("|") and any(rule(state, line, end, True) for rule in ends):
            break
        if not text or state.is_code_block(line):
            break
        cells = _cells(text)
        missing += len(header) - len(cells)
        if missing > MAX_AUTOCOMPLETED_CELLS:
            break
        rows.append((line, [*cells, *[""] * (len(header) - len(cells))][: len(header)]))
        line += 1
    token = state.push("table", "table", 0)
    token.map = [start, line]
    token.meta = {"rows": rows}
    state.parentType = before
    state.line = line
    return True


def _is_rule(state: StateBlock, line: int) -> bool:
    """Whether a line opens as the one below a header does."""
    return state.src.startswith(("|", "-", ":"), state.bMarks[line] + state.tShift[line])


def _line(state: StateBlock, line: int) -> str:
    return mdTrim(state.src[state.bMarks[line] + state.tShift[line] : state.eMarks[line]])


def _cells(text: str) -> list[str]:
    cells = escapedSplit(text) if "\\" in text else text.split("|")
    if cells and cells[0] == "":
        cells.pop(0)
    if cells and cells[-1] == "":
        cells.pop()
    return [mdTrim(cell) for cell in cells]
