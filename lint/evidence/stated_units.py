"""The unit that the words above a table give to its cells: "Cracked pots in %, n = 90", "Late, % of 90 trains"."""

from __future__ import annotations

from collections.abc import Sequence

from ..document import Block, Cell, Heading, Paragraph
from ..regex import regex
from .names import words_of

__all__ = ["percent_columns", "words_above"]

_FARTHEST = 240
"""Characters of words above a table that say what it holds; a longer paragraph tells of more than the table."""


def words_above(blocks: Sequence[Block], at: int) -> str:
    """The paragraph, or else the heading, right above the block ``at``; "" where something else stands."""
    above = blocks[at - 1] if at else None
    plain = isinstance(above, Heading) or (isinstance(above, Paragraph) and not above.list_depth and not above.quoted)
    if not plain or not isinstance(above, (Heading, Paragraph)):
        return ""
    return above.text.text if len(above.text.text) <= _FARTHEST else ""


_IN_PERCENT = regex(
    r"\b(?:in|as) (?:%|per ?cent(?:ages?)?\b)(?!\s?-?points?\b)|\bper ?cent(?:ages)? of\b|"
    r"(?:^|[(,:]\s?)(?:%|per ?cent\b)(?=\s+of\b|[),.;:]|$)"
)


def percent_columns(said: str, header: Sequence[str], grid: Sequence[Sequence[Cell | None]]) -> frozenset[int]:
    """The columns whose bare numbers are percentages, as the words above a table say.

    All of them, where no header speaks of anything but a thing; else those of a state or of what the words name.
    """
    if not said or _IN_PERCENT.search(said) is None:
        return frozenset()
    columns = [c for c in range(1, len(header)) if _has_rates(grid, c)]
    plain = [c for c in columns if not _is_of_its_own(header[c])]
    filled = [c for c in range(1, len(header)) if any(_text(row, c).strip("–—- ") for row in grid)]
    if len(plain) < len(filled):
        meant = _STATES | (words_of(said) - _OF_NONE)
        plain = [c for c in plain if words_of(header[c]) & meant]
    return frozenset(plain)


def _text(row: Sequence[Cell | None], column: int) -> str:
    cell = row[column] if column < len(row) else None
    return cell.text.text.strip() if cell is not None else ""


_RATE = regex(r"[\s*_~≈]*(?P<rate>\d{1,3}(?:\.\d+)?)(?:\s?±\s?[\d.]+)?[\s*_†‡]*")
_OF_ITS_OWN = regex(
    r"[%ρκτΔδ±#=]|\b(?:[pPnNkrRd]|CI|CIs|sd|SD|SE|se|rho|pp|points?|odds|ratio|index|rank|order|interval|layers?|"
    r"\w*(?:score|count|number|size|total|length|loss|perplexity|ppl|delta|change|gain|drop|difference|cos\w*))\b|"
    r"\([^()\d]{1,12}\)|\w/\w",
)
"""In the header of a column that has a unit or a measure of its own."""
_STATES = words_of(
    "before after pre post baseline base beforehand initial initially original originally afterwards final start end "
    "untuned tuned trained untrained treated untreated control"
)
_OF_NONE = words_of("in of the a an per cent percent as and or mean sd seed cell n by with each over")


def _is_of_its_own(head: str) -> bool:
    return _OF_ITS_OWN.search(head) is not None


def _has_rates(grid: Sequence[Sequence[Cell | None]], column: int) -> bool:
    """True if all cells of a column but empty ones are numbers up to a hundred, and one is above one."""
    found = [text for row in grid if (text := _text(row, column)).strip("–—- *_")]
    rates = [_RATE.fullmatch(text) for text in found]
    values = [float(m["rate"]) for m in rates if m is not None]
    return 1 < len(values) == len(found) and 1 < max(values) <= 100
