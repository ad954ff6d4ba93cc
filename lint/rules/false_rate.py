"""CR418: a rate is not its own k of n."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.fractions import fraction_clashes, ratio_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseRate"]


class FalseRate(Rule):
    """A rate is not its own k of n.

    ## Why is this bad?

    The counts in the bracket are the rate; where they differ, one of the two was edited.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% (52/100).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% (57/100).
    ````
    """

    code = "CR418"
    name = "false-rate"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in (*ratio_clashes(page.evidence), *fraction_clashes(page.evidence)):
            yield self.finding(page, clash.place, clash.message, clash.help)
