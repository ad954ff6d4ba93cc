"""CR106: the background names no earlier issue."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph, Table
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import names_issue

__all__ = ["UnmotivatedBackground"]


class UnmotivatedBackground(Rule):
    """A section that should name an earlier issue names none.

    ## Why is this bad?

    Without the issue that led here nobody can see what this result confirms, extends or replaces.

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    Earlier work found a correlation.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    Issue #232 found a correlation.
    ````
    """

    code = "CR106"
    name = "unmotivated-background"
    subject = "section that names an earlier issue"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            if not found.spec.prior_issue or page.waived(found):
                continue
            texts = [
                text
                for block in page.outline.blocks(found)
                if isinstance(block, Paragraph | Table)
                for text in ([block.text] if isinstance(block, Paragraph) else [c.text for c in block.cells])
            ]
            if texts and not any(names_issue(text) for text in texts):
                yield self.finding(
                    page,
                    texts[0],
                    f"section '{found.spec.heading}' names no earlier issue",
                    "name the issue that raised the question, as #N",
                )
