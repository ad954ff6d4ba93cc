"""What confirms a number of a table."""

from __future__ import annotations

import re
from itertools import permutations
from math import ceil, floor

from ..evidence.cell_numbers import INTERVAL_HEAD
from ..evidence.grammar import Number
from ..evidence.names import fullest_first, name_variants, words_of
from ..evidence.tables import CellNumber, Sheet, entity_names
from ..regex import regex
from .anywhere import is_zero_p, of_interval, of_record, of_size, printed
from .arithmetic import end_of, is_rate_of, of_pair, percents
from .explanation import Explanation
from .known import Known
from .words import COMMON, MEAN

__all__ = ["of_cell"]

_MINUS = regex(r"\s+(?:−|–|-|minus|vs\.?|versus)\s+")
_TOTAL = regex(r"\b(?:total|sum|all|combined|pooled|overall)\b", re.IGNORECASE)


def of_cell(known: Known, sheet: Sheet, item: CellNumber) -> Explanation | None:
    """What confirms a number of a table."""
    number = item.number
    found = printed(known, item.cell.text.source(number.start))
    if found is not None or is_zero_p(number):
        return found
    if id(item) in known.bound:
        return Explanation("grounded", f"agrees with {known.bound[id(item)]}")
    beside = [x.number for x in known.rows(sheet)[item.row] if x is not item]
    return (
        of_record(known, number)
        or _of_labels(known, sheet, item)
        or _of_cell_limits(sheet, item)
        or of_interval(known, item.cell.text, number)
        or _of_counts(number, beside)
        or of_size(known, None, number)
        or _of_row(sheet, item)
        or _of_column(known, item)
        or _of_label_pair(known, sheet, item)
        or (None if number.role == "percent" else of_pair(number, percents(beside), "of its row"))
    )


def _of_labels(known: Known, sheet: Sheet, item: CellNumber) -> Explanation | None:
    """A value that the results hold of what the row or the column names, or of both."""
    number = item.number
    said = words_of(f"{sheet.header[item.column]} {sheet.labels[item.row]}") - COMMON
    row, column = (
        known.evidence.known_as(entity_names(sheet, item, across=across)) & known.evidence.index.keys()
        for across in (False, True)
    )
    if not column:  # "flatterer (%)"
        bare = name_variants(sheet.header[item.column].split("(")[0])
        column = known.evidence.known_as(bare) & known.evidence.index.keys()
    percent = number.role == "percent"
    for name in fullest_first(frozenset(row or column)):
        low, high = number.printed
        for series, fact in known.evidence.printed_by(number, known.held(name).near(low, high, percent=percent)):
            if row and column and not column & fact.entities and not column & series.facts.keys():
                continue
            if number.role in ("count", "n") and not said & (series.words | {series.role and "peak"}):
                continue  # any whole number of a record would do
            if known.evidence.suits(number, series):
                return Explanation("grounded", f"{series.quantity} of its row ({fact.pointer})")
    return None


def _of_cell_limits(sheet: Sheet, item: CellNumber) -> Explanation | None:
    """An end of the interval of the counts of its row, or of its rate and N."""
    if not item.interval and not INTERVAL_HEAD.search(sheet.header[item.column]):
        return None
    row = [x.number for x in sheet.numbers if x.row == item.row and not x.interval]
    counts = [int(x.value) for x in row if x.role in ("count", "n") and x.decimals <= 0 and x.value >= 0]
    pairs = [(k, n) for k in counts for n in counts if k <= n and n > 1]
    for rate in (x for x in row if x.role == "percent" or (x.role == "value" and 0 <= x.value <= 1)):
        low, high = rate.scaled()
        for n in counts:
            pairs.extend((k, n) for k in range(max(ceil(low * n), 0), min(floor(high * n), n) + 1)[:9])
    found = end_of(item.number, pairs[:80])
    return None if found is None else Explanation("derived", f"an end of the interval of {found[0]} of {found[1]}")


def _of_counts(number: Number, beside: list[Number]) -> Explanation | None:
    """A rate of two counts of its row, or a count whose rate stands in the row."""
    counts = [n for n in beside if n.role in ("count", "n") and n.decimals <= 0]
    if number.role == "percent":
        if any(is_rate_of(number, a, b) for a, b in permutations(counts, 2) if 0 <= a.value <= b.value and b.value > 1):
            return Explanation("derived", "the rate of the counts in its row")
    elif number.role in ("count", "n"):
        rates = [n for n in beside if n.role == "percent"]
        pairs = [(number, c) for c in counts] + [(c, number) for c in counts]
        if any(is_rate_of(r, k, n) for r in rates for k, n in pairs if 0 <= k.value <= n.value and n.value > 1):
            return Explanation("derived", "a count of the rate in its row")
    return None


def _of_row(sheet: Sheet, item: CellNumber) -> Explanation | None:
    """A mean, a sum, or an extreme of the other numbers of its column."""
    if not MEAN.search(sheet.labels[item.row]) and not _TOTAL.search(sheet.labels[item.row]):
        return None
    others = [
        x.number for x in sheet.numbers if x.column == item.column and x.position == item.position and x.row != item.row
    ]
    if len(others) < 2:
        return None
    low, high = sum(n.low for n in others), sum(n.high for n in others)
    for count, what in ((1, "sum"), (len(others), "mean")):
        if low / count <= item.number.high and item.number.low <= high / count:
            return Explanation("derived", f"the {what} of its column")
    return None


def _of_column(known: Known, item: CellNumber) -> Explanation | None:
    pointer = known.columns.get(id(item))
    return None if pointer is None else Explanation("grounded", f"its whole column prints {pointer}")


def _of_label_pair(known: Known, sheet: Sheet, item: CellNumber) -> Explanation | None:
    """A difference of two things that the row's label names, "warm − bare"."""
    parts = _MINUS.split(sheet.labels[item.row])
    if len(parts) != 2 or item.number.role not in ("value", "points", "percent"):
        return None
    a, b = (fullest_first(known.evidence.known_as(name_variants(part))) for part in parts)
    for series in known.evidence.all_series:
        if series.role in ("interval", "at"):
            continue
        left, right = (next((series.facts[n] for n in names if n in series.facts), None) for names in (a, b))
        if left is not None and right is not None:
            scale = 100.0 if series.fraction and item.number.role != "value" else 1.0
            low, high = (left.low - right.high) * scale, (left.high - right.low) * scale
            if low - 1e-9 <= item.number.high and item.number.low <= high + 1e-9:
                return Explanation("derived", f"the difference of {left.pointer} and {right.pointer}")
    return None
