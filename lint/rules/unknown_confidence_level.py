"""CR111: a confidence level that the template does not have."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import stated_levels
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnknownConfidenceLevel"]


class UnknownConfidenceLevel(Rule):
    """The confidence is stated in words that are none of the template's levels.

    ## Why is this bad?

    Levels are compared across results. "Fairly high" and "70%" cannot be.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ## TL;DR
    ### Results
    **Confidence: fairly low** — one seed and seven personas only.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed and seven personas only.
    ````
    """

    code = "CR111"
    name = "unknown-confidence-level"
    subject = "level of confidence"

    def check(self, page: Page) -> Iterator[Finding]:
        levels = page.template.confidence.levels
        for stated in stated_levels(page):
            if stated.level not in levels:
                yield self.finding(
                    page,
                    stated.place(page),
                    f"'{stated.level}' is no confidence level" if stated.level else "the confidence has no level",
                    f"the levels are {', '.join(levels)}",
                )
