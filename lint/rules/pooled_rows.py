"""CR511: an N counts pairs or pooled rows."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import pooled_rows
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["PooledRows"]


class PooledRows(Rule):
    """An N beside a coefficient or a p counts pairs of units, or rows of the same units under several conditions.

    ## Why is this bad?

    The same twelve personas give 66 pairs, and the same bystanders appear under every source. Such rows are not
    independent, so the p is far too small and the interval far too narrow.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Pooled over 5 sources the 110 bystanders give ρ = 0.60, p = 2.0e-55, N = 550.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Pooled over 5 sources the 110 bystanders give ρ = 0.60 (N = 550 rows; labels permuted within sources, p = 0.001).
    ````
    """

    code = "CR511"
    name = "pooled-rows"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in pooled_rows(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
