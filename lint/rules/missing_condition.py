"""CR611: the samples belong to no condition."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import conditions, sample_section

__all__ = ["MissingCondition"]


class MissingCondition(Rule):
    """The sample section names no condition, and does not say why it holds none.

    ## Why is this bad?

    A completion is evidence only for the condition it was drawn under.

    ## Fails

    ````markdown
    # Detailed report
    ## Sample outputs
    See the artifact.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    ````
    """

    code = "CR611"
    name = "missing-condition"
    subject = "section of samples"

    def check(self, page: Page) -> Iterator[Finding]:
        found = sample_section(page)
        if found is None or found.spec.samples is None or conditions(page, found):
            return
        spec = found.spec.samples
        waive = (
            f", or say {page.template.not_applicable[0]} — and why there are none" if found.spec.not_applicable else ""
        )
        yield self.finding(
            page,
            found.section.line,
            f"section '{found.spec.heading}' names no condition",
            f"write `{'#' * spec.level} {spec.heading}: NAME` with {spec.min_fences} fenced samples for each{waive}",
        )
