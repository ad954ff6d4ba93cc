"""CR416: a relation is called stronger or weaker against its coefficients."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.strengths import strength_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseStrength"]


class FalseStrength(Rule):
    """A relation is called stronger or weaker against its coefficients.

    ## Why is this bad?

    The strength of a relation is the size of its coefficient, whatever its sign.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Two more personas weaken the fit. It is weaker, from r = −0.42 to r = −0.62.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - It is stronger with two more personas, from r = −0.42 to r = −0.62.
    ````
    """

    code = "CR416"
    name = "false-strength"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in strength_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
