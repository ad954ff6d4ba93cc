"""CR110: the results end without their confidence."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import confidence_lines
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingConfidenceLine"]


class MissingConfidenceLine(Rule):
    """The results have no line that states the confidence.

    ## Why is this bad?

    The level in the title is a label; the line says what binds it, and a reader can disagree with a reason.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    The rate falls from 57% to 23%.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    The rate falls from 57% to 23%.

    **Confidence: LOW** — one seed and seven personas only.
    ````
    """

    code = "CR110"
    name = "missing-confidence-line"
    subject = "section that states the confidence"

    def check(self, page: Page) -> Iterator[Finding]:
        spec = page.template.confidence
        found = page.outline.get(spec.section)
        if found is not None and not confidence_lines(page):
            blocks = page.outline.blocks(found)
            yield self.finding(
                page,
                blocks[-1].end_line if blocks else found.section.line,
                f"'{found.spec.heading}' has no '{spec.label}' line",
                f"end the section with {spec.line(' or '.join(spec.levels), 'reason')}",
            )
