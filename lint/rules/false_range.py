"""CR412: a range does not end at the smallest and largest value."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.ranges import range_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseRange"]


class FalseRange(Rule):
    """A range does not end at the smallest and largest value.

    ## Why is this bad?

    A range stands for all the values between its ends.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Spearman ρ lies between 0.56 and 0.73 (N = 110 each).

    | Source | Spearman ρ | N |
    |---|---|---|
    | villain | 0.70 | 110 |
    | nurse | 0.67 | 110 |
    | judge | 0.73 | 110 |
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Spearman ρ lies between 0.67 and 0.73 (N = 110 each).

    | Source | Spearman ρ | N |
    |---|---|---|
    | villain | 0.70 | 110 |
    | nurse | 0.67 | 110 |
    | judge | 0.73 | 110 |
    ````
    """

    code = "CR412"
    name = "false-range"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in range_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
