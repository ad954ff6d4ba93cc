"""CR512: a test cannot give p < 0.05."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import powerless_tests
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["PowerlessTest"]


class PowerlessTest(Rule):
    """A permutation or sign test has too few units to give p < 0.05, whatever the data are.

    ## Why is this bad?

    "Not significant" is then a property of the test and says nothing about the world.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - All five sources agree (ρ = 0.62, sign-flip p = 0.0625, N = 5).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - All nine sources agree (ρ = 0.62, sign-flip p = 0.0039, N = 9).
    ````
    """

    code = "CR512"
    name = "powerless-test"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in powerless_tests(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
