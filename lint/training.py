"""What a page declares of its training: how many seeds."""

from __future__ import annotations

from .card import CardRow, answers, card_rows
from .page import Page
from .regex import regex

__all__ = ["declared_seeds"]

_SEED = regex(r"(?<![\w.])\d{1,10}(?![\w.]*\d)")
_RANGE = regex(r"\d\s*(?:–|-|\.\.\.?|…|to|through)\s*\d")


def declared_seeds(page: Page) -> tuple[CardRow, int] | None:
    """The row that lists training seeds and how many over all stages; ``None`` where none can be counted."""
    first: CardRow | None = None
    seeds: set[str] = set()
    for spec in page.template.sections:
        for wanted in spec.table.rows if spec.table is not None else ():
            if not wanted.seeds:
                continue
            for found in page.outline.all(spec.id):
                for row in answers(card_rows(page, found), wanted):
                    if row.label.casefold() not in {n.casefold() for n in wanted.names} or _RANGE.search(row.said):
                        return None  # said in passing, or as a range: not to be counted
                    first = first or row
                    seeds.update(_SEED.findall(row.said))
    return (first, len(seeds)) if first is not None and seeds else None
