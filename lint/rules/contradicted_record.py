"""CR313: a coefficient, p or N differs from the record in the results that the other two match."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.known_records import coefficient_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ContradictedRecord"]


class ContradictedRecord(Rule):
    """A coefficient, p or N differs from the record in the results that the other two match.

    ## Why is this bad?

    Two members that match one stored correlation convict the third: it was edited, or taken from another layer.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.47, p = 0.006, N = 12).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Uptake falls with distance (ρ = −0.74, p = 0.006, N = 12).
    ````
    """

    code = "CR313"
    name = "contradicted-record"
    subject = "number that claims a result"
    needs = frozenset({"results"})

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in coefficient_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
