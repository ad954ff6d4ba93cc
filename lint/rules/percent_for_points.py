"""CR410: a difference of two percentages is given in percent."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.percents import percent_clashes
from ..evidence.relatives import relative_clashes
from ..evidence.unexplained_differences import percentage_of_points_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["PercentForPoints"]


class PercentForPoints(Rule):
    """A difference of two percentages is given in percent.

    ## Why is this bad?

    From 12% to 57% is 45 percentage points, and 375 percent.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% and the nurse 12%, a gap of 45% (n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% and the nurse 12%, a gap of 45 pp (n = 100 each).
    ````
    """

    code = "CR410"
    name = "percent-for-points"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        told = set()
        read = [*percent_clashes(page.evidence), *relative_clashes(page.evidence)]
        for clash in read or percentage_of_points_clashes(page.evidence):
            if clash.place in told:
                continue
            told.add(clash.place)
            yield self.finding(page, clash.place, clash.message, clash.help)
