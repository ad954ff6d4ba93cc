"""CR116: a bullet does not open with its claim in bold."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnboldedClaim"]


class UnboldedClaim(Rule):
    """A takeaway does not open with its claim in bold.

    ## Why is this bad?

    The bold part is the claim with its numbers; the rest is comment. Without it a reader must guess which is which.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - The rate falls with distance (ρ = −0.74, N = 12).
    - **It falls at every layer (N = 12).**
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    **Main takeaways:**

    - **The rate falls with distance (ρ = −0.74, N = 12).** Nothing else explains it.
    - **It falls at every layer (N = 12).**
    ````
    """

    code = "CR116"
    name = "unbolded-claim"
    subject = "section of bullets"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.bold_lead:
                continue
            for bullet in block.bullets:
                if not bullet.text.lead("strong"):
                    yield self.finding(
                        page,
                        bullet.text if bullet.text.text else bullet.line,
                        f"this bullet of '{spec.bullets.label or spec.heading}' does not open with its claim in bold",
                        "put the claim with its numbers in **bold** at the start",
                    )
