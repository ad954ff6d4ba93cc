"""CR119: a caveat does not say how grave it is."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import fold

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnrankedCaveat"]


class UnrankedCaveat(Rule):
    """A caveat does not open with its rank.

    ## Why is this bad?

    One caveat in ten can overturn a result. Unranked, it stands between "one model" and "substring match".

    ## Fails

    ````markdown
    # Detailed report
    ## Headline numbers
    **Standing caveats:**

    - One training seed.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Headline numbers
    **Standing caveats:**

    - CRITICAL — one training seed.
    - **MINOR:** one model family.
    ````
    """

    code = "CR119"
    name = "unranked-caveat"
    subject = "section of bullets"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.ranks:
                continue
            ranks = tuple(fold(rank) for rank in spec.bullets.ranks)
            bare = [b for b in block.bullets if not fold(b.text.text).lstrip("[(").startswith(ranks)]
            if bare:
                yield self.finding(
                    page,
                    bare[0].line,
                    f"{len(bare)} of {len(block.bullets)} bullets of '{spec.bullets.label or spec.heading}' "
                    "do not say how grave they are",
                    f"open each with {', '.join(spec.bullets.ranks)}",
                )
