"""CR401: a p-value does not follow from the coefficient and N beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.record_p import p_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["PMismatch"]


class PMismatch(Rule):
    """A p-value does not follow from the coefficient and N beside it.

    ## Why is this bad?

    For a correlation p is a function of the coefficient and N. No unrounded value behind the printed digits gives
    this p by the t approximation, exactly, or with the covariates that are named: one of the three numbers is
    wrong. A p by another test (permutation, max-T, bootstrap, adjusted for several tests) is not judged where the
    sentence, the row, the words beside the table or a sentence on all p-values names the test.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.0005, N = 12).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.006, N = 12).
    ````
    """

    code = "CR401"
    name = "p-mismatch"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in p_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
