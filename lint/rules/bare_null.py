"""CR515: an absence is claimed without an interval."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import bare_nulls
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BareNull"]


class BareNull(Rule):
    """Something is said to be absent, with a coefficient or a p and without an interval or a bound.

    ## Why is this bad?

    With seven units a strong relation gives a large p too. Only an interval, or the smallest effect that is excluded,
    tells "nothing there" from "nothing seen".

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - There is no relationship with distance (ρ = −0.34, p = 0.45, N = 7).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - There is no clear relationship with distance (ρ = −0.34 [−0.88, 0.57], p = 0.45, N = 7).
    ````
    """

    code = "CR515"
    name = "bare-null"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in bare_nulls(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
