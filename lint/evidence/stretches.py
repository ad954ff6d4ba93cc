"""Paragraphs and table cells as stretches of text with numbers: where arithmetic may be written out."""

from __future__ import annotations

from leakstats.lazy import cached_property
from leakstats.records import struct

from ..document import Table
from ..inline import Text
from .grammar import Number, read_numbers
from .knowledge import Evidence
from .passages import Passage

__all__ = ["Stretch", "stretches"]

_LONGEST_CELL = 500
"""Characters of a cell in which products and sums are looked for."""


@struct(slots=False)
class Stretch:
    """A paragraph or a cell; a cell is read only when somebody asks for its numbers."""

    text: Text
    passage: Passage | None
    """``None`` for a cell."""
    in_card: bool
    """It stands in a table of settings."""

    @property
    def plain(self) -> str:
        """Its characters."""
        return self.text.text

    @cached_property
    def numbers(self) -> tuple[Number, ...]:
        """Its numbers, in order."""
        if self.passage is not None:
            return self.passage.numbers
        return tuple(read_numbers(self.plain, tuple(self.text.marked("code"))))


def stretches(evidence: Evidence) -> list[Stretch]:
    """The paragraphs outside plans and the cells of a page, long cells left out."""
    if "stretches" not in evidence.cache:
        found = [Stretch(p.text, p, False) for p in evidence.passages if p.fixed is None and p.part != "plan"]
        for i, block in enumerate(evidence.document.blocks):
            if isinstance(block, Table) and not block.quoted:
                cells = (
                    c for c in block.cells if len(c.text.text) <= _LONGEST_CELL and any(map(str.isdigit, c.text.text))
                )
                found += [Stretch(c.text, None, i in evidence.card_blocks) for c in cells]
        evidence.cache["stretches"] = found
    out: list[Stretch] = evidence.cache["stretches"]
    return out
