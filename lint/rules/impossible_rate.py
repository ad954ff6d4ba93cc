"""CR405: no count out of the stated n gives this percentage."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.granularity import granularity_clashes
from ..evidence.lattice import lattice_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ImpossibleRate"]


class ImpossibleRate(Rule):
    """No count out of the stated n gives this percentage.

    ## Why is this bad?

    With n trials only n + 1 rates exist. A percentage between them has another n, or is wrong.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57.3% (n = 200 per cell).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain reaches 57.5% (n = 200 per cell).
    ````
    """

    code = "CR405"
    name = "impossible-rate"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in (*granularity_clashes(page.evidence), *lattice_clashes(page.evidence)):
            yield self.finding(page, clash.place, clash.message, clash.help)
