"""CR502: the highest confidence rests on one training seed."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import stated_levels
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..training import declared_seeds

__all__ = ["OverconfidentLevel"]


class OverconfidentLevel(Rule):
    """The page claims the highest confidence, and its training table declares one seed.

    ## Why is this bad?

    With one seed nobody knows how far a second training would move the result.

    ## Fails

    ````markdown
    # Leakage falls with distance (HIGH confidence)
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Seeds | [42] |
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (HIGH confidence)
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Seeds | [42, 137, 256] |
    ````
    """

    code = "CR502"
    name = "overconfident-level"
    subject = "level of confidence"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        seeds = declared_seeds(page)
        if seeds is None or seeds[1] != 1:
            return
        highest = page.template.confidence.levels[0]
        stated = stated_levels(page)
        if stated and all(s.level == highest for s in stated):  # where they differ, that is the finding
            yield self.finding(
                page,
                stated[0].place(page),
                f"{highest} confidence rests on one training seed ('{seeds[0].label}': {seeds[0].said[:40]})",
                f"lower the level, at most to {page.template.confidence.levels[1]}, or train more seeds",
            )
