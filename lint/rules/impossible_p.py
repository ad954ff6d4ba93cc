"""CR504: a p is below the smallest that its test can give."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import impossible_ps
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ImpossibleP"]


class ImpossibleP(Rule):
    """A p-value is below the smallest that the test named beside it can give.

    ## Why is this bad?

    Of five units a sign test gives 1/16 at best, and 1,000 permutations give 1/1001. A smaller p comes from another
    test than the one that is named.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - All five sources agree (ρ = 0.62, sign-flip p = 0.03, N = 5).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - All five sources agree (ρ = 0.62, sign-flip p = 0.0625, N = 5).
    ````
    """

    code = "CR504"
    name = "impossible-p"
    subject = "number that claims a result"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in impossible_ps(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
