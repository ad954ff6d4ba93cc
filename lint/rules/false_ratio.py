"""CR409: a ratio is no ratio of the numbers beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.folds import fold_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseRatio"]


class FalseRatio(Rule):
    """A ratio is no ratio of the numbers beside it.

    ## Why is this bad?

    A ratio is what readers remember, and nobody divides again.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain takes up the marker 7.6× as often as the nurse (57% vs 12%, n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain takes up the marker 4.8× as often as the nurse (57% vs 12%, n = 100 each).
    ````
    """

    code = "CR409"
    name = "false-ratio"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in fold_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
