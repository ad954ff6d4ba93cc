"""CR430: a claim about a correction for multiple tests does not follow from the p-values."""

from __future__ import annotations

from collections.abc import Iterator

from ..correction import correction_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseCorrection"]


class FalseCorrection(Rule):
    """What is said to survive a correction for multiple tests does not follow from the p-values and the family's size.

    Bonferroni, Holm and Benjamini-Hochberg are computed again from the p-values of the sentence, of a table's column,
    or of the results file. Where no family of that size is known the rule is silent.

    ## Why is this bad?

    Readers take "survives Bonferroni" for the end of the discussion, and nobody computes it again.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - 3 of 4 layers survive Bonferroni (p = 0.0060, 0.0014, 0.0095, 0.0158).

    - At layer 20 the relation is significant after Bonferroni over 7 tests (p = 0.03).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - 3 of 4 layers survive Bonferroni (p = 0.0060, 0.0014, 0.0095, 0.0158 against 0.05/4 = 0.0125).

    - At layer 20 the relation does not survive Bonferroni over 7 tests (p = 0.03).
    ````
    """

    code = "CR430"
    name = "false-correction"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in correction_clashes(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
