"""CR422: what is said of an interval is not so."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.interval_claims import interval_claim_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseIntervalClaim"]


class FalseIntervalClaim(Rule):
    """An interval is said to hold a value, to leave it out, or to overlap another, against its ends.

    ## Why is this bad?

    "The interval excludes 50%" is the conclusion that readers take home. The ends beside it, or in the row of the
    table that the sentence names, decide whether it is so.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The nurse takes it up in 44% of answers, with an interval of 34.7% to 53.8% that excludes 50%.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The nurse takes it up in 44% of answers, with an interval of 34.7% to 53.8% that excludes 60%.
    ````
    """

    code = "CR422"
    name = "false-interval-claim"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in interval_claim_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
