"""Coefficients of the page worked out again from the columns of its own tables.

A table of all units with both quantities is the data of their correlation. Printed values are rounded, so that only
what rounding cannot do is said: another sign, and another last digit of a rank correlation whose ranks have no ties.

References: Spearman (1904), "The proof and measurement of association between two things", American Journal of
Psychology 15(1), 72–101; Pearson's product-moment formula as in Python's ``statistics.correlation``.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence

from leakstats.records import struct

from ..regex import regex
from .correlations import Record, records
from .grammar import Number
from .knowledge import Clash, Evidence
from .names import name_variants, words_of
from .slips import slip_of
from .tables import Sheet, is_aggregate

__all__ = ["is_of_columns", "recomputed_clashes"]

_FEWEST_ROWS = 5
_MOST_ROWS = 150
_MOST_COLUMNS = 12
_ROUNDING = 0.02
"""How far the coefficient of rounded values may be from that of the measured ones."""
_NEAR = 0.006
"""How near the coefficient with its sign turned has to be."""
_LITTLE = 0.1
"""A coefficient nearer to zero may have either sign after rounding."""
_NO_WORDS = words_of("the of to and in at by for a an its p n with rate (%) final all per")
_OTHER_MEASURE = regex(
    r"\b(?:partial\w*|controll\w+|adjust\w+|log\w*|change\w?|differences?|gains?|with(?:out|in)|excl\w+|leav\w+|"
    r"drop\w+|omit\w+|remov\w+|add(?:ed|ing)|includ\w+|Kendall|residual\w*|weighted|given)\b|τ|\bΔ",
    re.IGNORECASE,
)


@struct
class _Pair:
    """Two columns of a table with their coefficients."""

    headers: tuple[str, str]
    rows: int
    pearson: float
    spearman: float
    exact: bool
    """No two rows of a column print alike, so that the ranks are those of the measured values."""

    def of(self, coefficient: Number) -> tuple[float, ...]:
        """What a printed coefficient may be: the one of its name, else either."""
        if coefficient.label == "ρ":
            return (self.spearman,)
        return (self.pearson,) if coefficient.label == "r" else (self.spearman, self.pearson)


def recomputed_clashes(evidence: Evidence) -> Iterator[Clash]:
    """Coefficients over all rows of a table that its columns give with another sign or another last digit."""
    for record in records(evidence):
        c, n = record.coefficient, record.n or record.units
        if c is None or n is None or not _is_judged(evidence, record, c, n):
            continue
        found = [x for x in _pairs(evidence) if x.rows == n]
        given = [(x, value) for x in found for value in x.of(c)]
        if not given or any(c.allows(value) for _, value in given):
            continue
        near = [(x, value) for x, value in given if abs(value - c.value) <= _ROUNDING]
        if near:
            wrong = [(x, v) for x, v in near if x.exact and c.label == "ρ" and slip_of(c, v) == "last digit"]
        else:
            wrong = [(x, v) for x, v in given if abs(v + c.value) <= _NEAR and abs(c.value) >= _LITTLE]
        wrong = [(x, v) for x, v in wrong if _is_named(record, x)]
        if len(wrong) == 1 and len(near) < 2:
            pair, value = wrong[0]
            yield Clash(
                "record",
                record.place,
                f"the coefficient {c.text} with N = {n:,} is {value:.{c.decimals}f} by the columns "
                f"'{pair.headers[0]}' and '{pair.headers[1]}' of the page's table",
                "correct it, or the cells",
            )


def _is_judged(evidence: Evidence, record: Record, c: Number, n: int) -> bool:
    """True for a plain coefficient of this experiment that stands nowhere else on the page or in the files."""
    if c.bound or c.decimals < 2 or n < _FEWEST_ROWS or record.passage is None or record.prior or record.carried:
        return False
    if _OTHER_MEASURE.search(record.context) or any(c.allows(t.coefficient.value) for t in evidence.triples):
        return False
    others = (x.coefficient for x in records(evidence) if x is not record and x.coefficient is not None)
    return not any(x.allows(c.value) for x in others)


def is_of_columns(evidence: Evidence, coefficient: Number) -> bool:
    """True for a coefficient that two columns of a table have, whatever the words call them."""
    return any(coefficient.allows(c) for pair in _pairs(evidence) for c in pair.of(coefficient))


def _pairs(evidence: Evidence) -> list[_Pair]:
    """All pairs of complete columns of numbers of the page's tables."""
    if "column pairs" not in evidence.cache:
        evidence.cache["column pairs"] = [pair for sheet in evidence.sheets for pair in _of_sheet(sheet)]
    found: list[_Pair] = evidence.cache["column pairs"]
    return found


def _of_sheet(sheet: Sheet) -> Iterator[_Pair]:
    rows = [r for r, label in enumerate(sheet.labels) if not is_aggregate(label)]
    if not _FEWEST_ROWS <= len(rows) <= _MOST_ROWS:
        return
    columns: dict[int, dict[int, float]] = {}
    for item in sheet.numbers:
        whole = not item.position and not item.interval and not item.number.bound
        if whole and item.number.role in ("percent", "value", "coefficient", "count", "points"):
            columns.setdefault(item.column, {})[item.row] = item.number.value
    complete = {c: [x[r] for r in rows] for c, x in columns.items() if all(r in x for r in rows)}
    complete = {c: x for c, x in complete.items() if len(set(x)) > 2}
    if not 2 <= len(complete) <= _MOST_COLUMNS:
        return
    from statistics import correlation  # late: few pages have two columns that a coefficient is told of

    ranks = {c: _ranks(x) for c, x in complete.items()}
    for a, b in itertools.combinations(sorted(complete), 2):
        yield _Pair(
            (sheet.header[a], sheet.header[b]),
            len(rows),
            correlation(complete[a], complete[b]),
            correlation(ranks[a], ranks[b]),
            all(len(set(complete[c])) == len(rows) for c in (a, b)),
        )


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks, ties with their mean."""
    order = sorted(values)
    return [order.index(v) + (order.count(v) - 1) / 2 for v in values]


def _is_named(record: Record, pair: _Pair) -> bool:
    """True if the paragraph speaks of both columns, and of no layer or checkpoint that their headers do not."""
    if record.passage is None:
        return False
    said = words_of(record.passage.plain)
    left, right = (words_of(head) - _NO_WORDS or words_of(head) for head in pair.headers)
    indexed = {name for name in record.names if name.startswith("#")}
    heads = frozenset().union(*(name_variants(head) for head in pair.headers))
    return bool(left & said and right & said) and indexed <= heads
