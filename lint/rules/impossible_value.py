"""CR421: a number cannot be what it is called."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.impossible import impossible_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ImpossibleValue"]


class ImpossibleValue(Rule):
    """A number cannot be what it is called: a coefficient beyond ±1, a p above 1, 14 of 12, a rate above 100%.

    ## Why is this bad?

    No data give it, so a digit or a sign was mistyped, and nobody knows what was measured. Cosines, AUC, R², F1, κ
    and probabilities are held to 1 as well.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −1.74, p = 0.006, N = 12) and is above 5% for 14 of 12 personas.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.006, N = 12) and is above 5% for 11 of 12 personas.
    ````
    """

    code = "CR421"
    name = "impossible-value"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in impossible_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
