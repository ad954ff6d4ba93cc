"""Rates over everything together, which a file or a table need not hold: its counts give them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from leakstats.facts import Series

from .fractions import fractions_of
from .grammar import Number
from .knowledge import Evidence
from .tables import is_aggregate

__all__ = ["is_pooled", "pooled_rates"]


def is_pooled(evidence: Evidence, number: Number) -> bool:
    """True if a number prints k / n of all things of a field, or of all that the page speaks of.

    A number of two digits may be that by chance, and so may one that is the value of a thing.
    """
    scale = 0.01 if number.role == "percent" else 1.0
    if number.digits < _TELLING or evidence.is_known(number, evidence.known_rates, scale):
        return False
    return evidence.is_known(number, pooled_rates(evidence), scale)


def pooled_rates(evidence: Evidence) -> list[tuple[float, float]]:
    """k / n of all things of each field, and of the page's own, as sorted intervals."""
    if "pooled" not in evidence.cache:
        evidence.cache["pooled"] = sorted(_pooled(evidence))
    found: list[tuple[float, float]] = evidence.cache["pooled"]
    return found


_TELLING = 3


def _pooled(evidence: Evidence) -> Iterator[tuple[float, float]]:
    """k / n of everything together: of a cell that prints it, of two columns of counts, of rates and their trials."""
    for sheet in evidence.sheets:
        for label, row in zip(sheet.labels, sheet.grid, strict=True):
            for header, cell in zip(sheet.header, row, strict=False):
                whole = is_aggregate(label) or is_aggregate(header)
                if whole and cell is not None and "/" in cell.text.text:
                    yield from ((x.k / x.n,) * 2 for x in fractions_of(cell.text.text) if x.n)
    things = evidence.page_names
    counts = [s for s in evidence.all_series if s.whole and not s.fraction and not s.role and len(s.facts) > 2]
    by_keys: dict[frozenset[str], list[Series]] = defaultdict(list)
    for series in counts[:_MOST_COUNTS]:
        by_keys[frozenset(series.facts)].append(series)
    for keys, alike in by_keys.items():
        told = (keys & things) or keys
        for trials in alike:
            rows = {id(f): (k, f.value) for k, f in trials.facts.items() if k in told}
            total = sum(n for _, n in rows.values())
            sizes = {n for _, n in rows.values()}
            if len(rows) < 3 or len(sizes) < 2 or min(sizes) < 2:  # of equal ones it is the mean
                continue
            for hits in alike:
                held = [(hits.facts[k].value, n) for k, n in rows.values()]
                if hits is not trials and all(0 <= k <= n for k, n in held):
                    yield (sum(k for k, _ in held) / total,) * 2
            for rate in evidence.all_series:
                if rate.fraction and not rate.role and rate.facts.keys() == trials.facts.keys():
                    parts = [(rate.facts[k], n) for k, n in rows.values()]
                    yield sum(f.low * n for f, n in parts) / total, sum(f.high * n for f, n in parts) / total


_MOST_COUNTS = 40
"""Fields of counts of which sums are worked out."""
