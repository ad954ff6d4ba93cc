"""CR407: a result is called significant, or not, against the p beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.pvalues import significance_clashes
from ..evidence.row_tests import row_verdict_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseSignificance"]


class FalseSignificance(Rule):
    """A result is called significant, or not, against the p beside it.

    ## Why is this bad?

    The word is read more often than the number.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The relation is significant (ρ = −0.34, p = 0.45, N = 7).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The relation is not significant (ρ = −0.34, p = 0.45, N = 7).
    ````
    """

    code = "CR407"
    name = "false-significance"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in (*significance_clashes(page.evidence), *row_verdict_clashes(page.evidence)):
            yield self.finding(page, clash.place, clash.message, clash.help)
