"""CR514: an interval leaves nearly everything possible."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import vacuous_intervals
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["VacuousInterval"]


class VacuousInterval(Rule):
    """An interval leaves nearly everything possible: 60 points of a rate, or 1.2 of a correlation's 2.

    ## Why is this bad?

    A prediction that no observation could contradict predicts nothing, and an estimate with such an interval is none.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The relation is weak (ρ = −0.34 [−0.88, 0.57], N = 7).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The relation is strong (ρ = −0.74 [−0.93, −0.21], N = 12).
    ````
    """

    code = "CR514"
    name = "vacuous-interval"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in vacuous_intervals(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
