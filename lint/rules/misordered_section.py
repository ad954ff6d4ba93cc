"""CR102: a section stands in another place than the template's."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MisorderedSection"]


class MisorderedSection(Rule):
    """A section stands in another place than the template's.

    ## Why is this bad?

    Whoever reads many results finds things by their place; a section under the wrong parent is not found at all.

    ## Fails

    ````markdown
    ## TL;DR
    ### Methodology
    ### Background
    ### Results
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    ### Methodology
    ### Results
    ````
    """

    code = "CR102"
    name = "misordered-section"
    subject = "section of the template"

    def check(self, page: Page) -> Iterator[Finding]:
        for found, where in page.outline.misplaced():
            order = " → ".join(s.heading for s in page.template.children(found.spec.parent))
            yield self.finding(
                page,
                found.section.line,
                f"section '{found.spec.heading}' stands {where}",
                f"the order is {order}",
            )
