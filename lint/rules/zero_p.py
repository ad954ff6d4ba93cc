"""CR402: a p-value is zero."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.pvalues import zero_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ZeroP"]


class ZeroP(Rule):
    """A p-value is zero.

    ## Why is this bad?

    A p-value can be small but never zero: a permutation test of B draws cannot go below 1 / (B + 1), and a formula
    rounds to a bound.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.000, N = 12).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.006, N = 12).
    ````
    """

    code = "CR402"
    name = "zero-p"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in zero_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
