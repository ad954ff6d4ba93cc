"""Which estimates share a row of a table: those that differ in one facet only and are called alike."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from leakstats.analysis.document import Entry
from leakstats.ident import Facet

__all__ = ["WIDEST", "left_over", "row_name", "rows_across"]

WIDEST = 12
"""Columns that a table may have."""


def row_name(entries: Sequence[Entry], facet: str) -> str | None:
    """What the entries are called without what the columns say; ``None`` if they are called differently.

    A level that ends a phrase is left out (", layer 20"), one that the sentence needs becomes its facet ("coverage with
    villain held out": "coverage with the source held out"). A remark in brackets that differs ("peak rate (checkpoint
    10)") is left out.
    """
    names = []
    for entry in entries:
        level = re.escape(str(entry.id.facets[facet]))
        found = re.compile(rf"(,| at| under)? (?:{re.escape(facet)} )?{level}(?![\w.])(?=(.?))")
        names.append(found.sub(lambda m: _without_level(m, facet), entry.label))
    if len(set(names)) > 1:
        names = [re.sub(r" \([^()]*\)", "", name) for name in names]
    return names[0] if len(set(names)) == 1 else None


def _without_level(found: re.Match[str], facet: str) -> str:
    lead, behind = found[1] or "", found[2]
    at_the_end = behind in ("", ",", ";", ")")
    return "" if at_the_end or lead == " at" else f"{lead} the {facet.replace('_', ' ')}"


def rows_across(entries: Sequence[Entry], facet: str) -> list[Mapping[Facet, Entry]]:
    """The rows of a table with one column a level of ``facet``, in ledger order.

    A row has at least two entries; a facet with more levels than fit beside each other gives none.
    """
    groups: dict[tuple[Any, ...], dict[Facet, Entry]] = {}
    for entry in entries:
        if facet in entry.id.facets:
            rest = (entry.id.statistic, *((k, v) for k, v in entry.id.facets.items() if k != facet))
            groups.setdefault(rest, {})[entry.id.facets[facet]] = entry
    rows: list[Mapping[Facet, Entry]] = [
        by for by in groups.values() if len(by) > 1 and row_name(list(by.values()), facet) is not None
    ]
    return rows if len({level for by in rows for level in by}) <= WIDEST else []


def left_over(entries: Sequence[Entry], facets: Sequence[str]) -> list[Entry]:
    """What the tables across these facets, made one after the other, do not show."""
    rest = list(entries)
    for facet in facets:
        shown = {id(entry) for by in rows_across(rest, facet) for entry in by.values()}
        rest = [entry for entry in rest if id(entry) not in shown]
    return rest
