"""CR305: a number that we rendered can no longer be found on the page."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["LostValue"]


class LostValue(Rule):
    """Printed values whose sentence was rewritten or removed.

    ## Why is this bad?

    It may be right, but if the number still stands there in another sentence it is no longer compared with
    the analysis.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    Nothing of what was printed is left.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    The rate falls with ρ = −0.74 over the personas.
    ````
    """

    code = "CR305"
    name = "lost-value"
    severity = "note"
    needs = frozenset({"provenance"})

    def check(self, page: Page) -> Iterator[Finding]:
        lost = [v for v in page.grounding.values if v.start is None] if page.grounding is not None else []
        if lost:
            first = lost[0].span
            yield self.finding(
                page,
                1,
                f"{len(lost)} printed value{'s' * (len(lost) != 1)} can no longer be found, the first being "
                f"'{' '.join(first.text.split())[:60]}' ({first.expression})",
                "change the narrative and render again, so that every number stays checked",
            )
