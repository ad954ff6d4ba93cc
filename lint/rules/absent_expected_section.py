"""CR124: a section that the template expects is absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["AbsentExpectedSection"]


class AbsentExpectedSection(Rule):
    """A section that is expected but not required is absent.

    ## Why is this bad?

    It is no fault, but somebody will ask for it: where the raw outputs are, for one.

    ## Fails

    ````markdown
    # Detailed report
    ## WandB
    Project: leakage, run 3f2a.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## WandB
    Project: leakage, run 3f2a.
    ### Full data (where the complete raw outputs live)
    ````
    """

    code = "CR124"
    name = "absent-expected-section"
    subject = "section of the template"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.outline.missing():
            if spec.expected:
                yield self.finding(
                    page,
                    page.outline.line_for(spec),
                    f"section '{spec.heading}' is absent",
                    f"add `{spec.markup}`: {spec.purpose}",
                )
