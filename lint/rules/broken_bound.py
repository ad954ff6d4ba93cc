"""CR406: a bound that is said to hold for every p does not."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.pvalues import bound_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BrokenBound"]


class BrokenBound(Rule):
    """A bound that is said to hold for every p does not.

    ## Why is this bad?

    'All p < x' is a claim about the largest of them.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Distance predicts uptake in every source (all p < 1e-18).

    | Source | Spearman ρ | p | N |
    |---|---|---|---|
    | villain | 0.70 | 9.7e-18 | 110 |
    | nurse | 0.67 | 1.5e-15 | 110 |
    | judge | 0.73 | 1.5e-19 | 110 |
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Distance predicts uptake in every source (all p < 1e-14).

    | Source | Spearman ρ | p | N |
    |---|---|---|---|
    | villain | 0.70 | 9.7e-18 | 110 |
    | nurse | 0.67 | 1.5e-15 | 110 |
    | judge | 0.73 | 1.5e-19 | 110 |
    ````
    """

    code = "CR406"
    name = "broken-bound"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in bound_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
