"""CR104: a section occurs twice."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["DuplicateSection"]


class DuplicateSection(Rule):
    """A section that may occur once occurs again.

    ## Why is this bad?

    Two sections of one name hold two truths, and the second is rarely read or checked.

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    ### Background
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    # Detailed report
    ## Setup & hyper-parameters
    ### Training — source adapters
    ### Training — marker adapters
    ````
    """

    code = "CR104"
    name = "duplicate-section"
    subject = "section of the template"

    def check(self, page: Page) -> Iterator[Finding]:
        for id, sections in page.outline.repeated.items():
            spec = page.template.section(id)
            for section in sections:
                yield self.finding(
                    page,
                    section.line,
                    f"section '{spec.heading}' stands here again",
                    "join the two, or give this one another heading",
                )
