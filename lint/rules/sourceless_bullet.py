"""CR118: a bullet that should name an issue names none."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import names_issue

__all__ = ["SourcelessBullet"]


class SourcelessBullet(Rule):
    """No bullet of the source issues names an issue.

    ## Why is this bad?

    The list says what this result was distilled from; without numbers nobody can follow it.

    ## Fails

    ````markdown
    # Detailed report
    ## Source issues
    - the sweep from March
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Source issues
    - #65 — the sweep from March, which gave the recipe
    - the discussion that followed it
    ````
    """

    code = "CR118"
    name = "sourceless-bullet"
    subject = "section of bullets"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.issue or not block.bullets:
                continue
            blocks = [page.document.blocks[i] for b in block.bullets for i in range(b.first, b.last)]
            if not any(isinstance(b, Paragraph) and names_issue(b.text) for b in blocks):
                yield self.finding(
                    page,
                    block.bullets[0].line,
                    f"no bullet of '{spec.bullets.label or spec.heading}' names an issue",
                    "name each as #N with its role",
                )
