"""CR513: the best of several is reported as if it were the only one."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import chosen_best
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ChosenBest"]


class ChosenBest(Rule):
    """The best of several layers, checkpoints or settings is reported as if no other had been tried.

    ## Why is this bad?

    The best of four layers looks significant in 13 % of studies in which nothing is there.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - At the best layer the relation is ρ = −0.81, p = 0.0014, N = 12.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - At the best layer the relation is ρ = −0.81, N = 12; p = 0.006 by the maximum over layers (max-statistic).
    ````
    """

    code = "CR513"
    name = "chosen-best"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in chosen_best(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
