"""CR408: a difference in points is no difference of the rates beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.anaphoric import anaphoric_clashes
from ..evidence.differences import difference_clashes
from ..evidence.unexplained_differences import unexplained_difference_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseDifference"]


class FalseDifference(Rule):
    """A difference in points is no difference of the rates beside it.

    ## Why is this bad?

    A reader who trusts the difference does not subtract again.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% and the nurse 12%, a gap of 55 pp (n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% and the nurse 12%, a gap of 45 pp (n = 100 each).
    ````
    """

    code = "CR408"
    name = "false-difference"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        told = set()
        read = [*difference_clashes(page.evidence), *anaphoric_clashes(page.evidence)]
        for clash in read or unexplained_difference_clashes(page.evidence):
            if (clash.place.line, clash.place.column) not in told:
                told.add((clash.place.line, clash.place.column))
                yield self.finding(page, clash.place, clash.message, clash.help)
