"""CR403: an interval's ends are exchanged, or it does not hold its estimate."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.widths import exclusion_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MisorderedInterval"]


class MisorderedInterval(Rule):
    """An interval's ends are exchanged, or it does not hold its estimate.

    ## Why is this bad?

    An interval that excludes its own estimate belongs to something else.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% [66.3%, 47.2%] (n = 100).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57% [47.2%, 66.3%] (n = 100).
    ````
    """

    code = "CR403"
    name = "misordered-interval"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in exclusion_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
