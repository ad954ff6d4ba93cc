"""CR503: the highest confidence rests on few units."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import stated_levels
from ..design import unit_counts
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FewUnits"]

_FEW = 10
"""Units below which the highest confidence is not earned (count)."""


class FewUnits(Rule):
    """The page claims the highest confidence, and none of its claims has ten units or more.

    Units are what N counts in title, takeaways and captions; n counts completions.

    ## Why is this bad?

    Over seven sources one unusual source makes or breaks the result, whatever its p.

    ## Fails

    ````markdown
    # Leakage falls with distance (HIGH confidence)

    ## TL;DR

    ### Results

    **Main takeaways:**

    - **The rate falls with distance (ρ = −0.93, p = 0.003, N = 7).**
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (HIGH confidence)

    ## TL;DR

    ### Results

    **Main takeaways:**

    - **The rate falls with distance (ρ = −0.93, p = 1.1e-05, N = 12).**
    ````
    """

    code = "CR503"
    name = "few-units"
    subject = "level of confidence"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        counts = unit_counts(page)
        if not counts or max(n for n, _, _ in counts) >= _FEW:
            return
        highest = page.template.confidence.levels[0]
        stated = stated_levels(page)
        if stated and all(s.level == highest for s in stated):  # where they differ, that is the finding
            most = max(n for n, _, _ in counts)
            yield self.finding(
                page,
                stated[0].place(page),
                f"{highest} confidence rests on {most} units (N = {most})",
                f"lower the level, at most to {page.template.confidence.levels[1]}, or add units: ten or more",
            )
