"""CR103: a section's heading has another level than the template's."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["WrongHeadingLevel"]


class WrongHeadingLevel(Rule):
    """A section's heading has another level than the template's.

    ## Why is this bad?

    The outline of the page is wrong: what should stand inside a section ends it, or hides in it.

    ## Fails

    ````markdown
    ## TL;DR
    #### Background
    ### Methodology
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    ### Methodology
    ````
    """

    code = "CR103"
    name = "wrong-heading-level"
    subject = "section of the template"

    def check(self, page: Page) -> Iterator[Finding]:
        for id, section in page.outline.wrong_level.items():
            spec = page.template.section(id)
            yield self.finding(
                page,
                section.line,
                f"section '{spec.heading}' is a heading of level {section.level}; the template has level {spec.level}",
                f"write `{'#' * spec.level} {section.title}`",
            )
