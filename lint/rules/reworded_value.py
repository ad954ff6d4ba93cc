"""CR303: words that we rendered beside a number were changed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..sidecar import place_of

__all__ = ["RewordedValue"]


class RewordedValue(Rule):
    """Words that were printed from the analysis were changed on the page; the numbers beside them were not.

    ## Why is this bad?

    A printed "falls" or "villain" rests on the analysis as a printed number does. Perhaps the new words are right, but
    nothing shows it.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate rises with ρ = −0.74 over the personas.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.74 over the personas.
    ````
    """

    code = "CR303"
    name = "reworded-value"
    severity = "warning"
    needs = frozenset({"provenance"})

    def check(self, page: Page) -> Iterator[Finding]:
        for value, difference in page.grounding.edits() if page.grounding is not None else ():
            if not difference.numeric:
                yield self.finding(
                    page,
                    place_of(page.document.source, difference.start, difference.end),
                    f"the page says {difference.said} where {difference.meant} was printed ({value.span.expression})",
                    "restore it, or change the narrative and render again",
                )
