"""CR302: a number that we rendered is no longer the analysis' number."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..sidecar import place_of

__all__ = ["OutdatedValue"]


class OutdatedValue(Rule):
    """The page still shows what was printed, but the analysis has changed since.

    ## Why is this bad?

    The page reports a result that the analysis no longer gives.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.74 over the personas.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.81 over the personas.
    ````
    """

    code = "CR302"
    name = "outdated-value"
    needs = frozenset({"provenance", "analysis"})

    def check(self, page: Page) -> Iterator[Finding]:
        for value in page.grounding.values if page.grounding is not None else ():
            if value.start is None or value.confirmed or value.edited:
                continue
            if value.fresh is None:
                yield self.finding(
                    page,
                    place_of(page.document.source, value.start, value.end),
                    f"the analysis no longer gives {value.span.expression}: {value.problem}",
                    "render the page again",
                )
                continue
            for difference in value.differences():
                yield self.finding(
                    page,
                    place_of(page.document.source, difference.start, difference.end),
                    f"the page says {difference.said}; the analysis now says {difference.meant} "
                    f"({value.span.expression})",
                    "render the page again",
                    edits=difference.edits,
                )
