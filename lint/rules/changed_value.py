"""CR301: a number that we rendered was changed by hand."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..sidecar import place_of

__all__ = ["ChangedValue"]


class ChangedValue(Rule):
    """A number that was printed from the analysis was changed on the page.

    The page's sidecar lists every printed value. One that no longer says what was printed, nor what the analysis would
    print today, was edited.

    ## Why is this bad?

    The page looks grounded, and this number is not.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.62 over the personas.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.74 over the personas.
    ````
    """

    code = "CR301"
    name = "changed-value"
    needs = frozenset({"provenance"})

    def check(self, page: Page) -> Iterator[Finding]:
        for value, difference in page.grounding.edits() if page.grounding is not None else ():
            if difference.numeric:
                yield self.finding(
                    page,
                    place_of(page.document.source, difference.start, difference.end),
                    f"the page says {difference.said} where the analysis says {difference.meant} "
                    f"({value.span.expression})",
                    "restore it, or change the narrative and render again",
                    edits=difference.edits,
                )
