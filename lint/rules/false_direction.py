"""CR415: a word of direction contradicts the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.directions import direction_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseDirection"]


class FalseDirection(Rule):
    """A word of direction contradicts the numbers beside it.

    ## Why is this bad?

    A reversed word reverses the claim, and the numbers do not defend themselves.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake rises from 57% to 12% over training (n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls from 57% to 12% over training (n = 100 each).
    ````
    """

    code = "CR415"
    name = "false-direction"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in direction_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
