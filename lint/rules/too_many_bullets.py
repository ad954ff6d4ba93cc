"""CR115: a list has more bullets than the template allows."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["TooManyBullets"]


class TooManyBullets(Rule):
    """A list has more bullets than the template allows.

    ## Why is this bad?

    Ten takeaways are none: the reader cannot tell the result from its details.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - **One.**
    - **Two.**
    - **Three.**
    - **Four.**
    - **Five.**
    - **Six.**
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - **One.**
    - **Two.**
    ````
    """

    code = "CR115"
    name = "too-many-bullets"
    subject = "section of bullets"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or spec.bullets.max is None:
                continue
            if len(block.bullets) > spec.bullets.max:
                yield self.finding(
                    page,
                    block.bullets[spec.bullets.max].line,
                    f"'{spec.bullets.label or spec.heading}' has {len(block.bullets)} bullets; "
                    f"the template allows {spec.bullets.max}",
                    "join those that make one claim, and move details to the report",
                )
