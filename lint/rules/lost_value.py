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

    @staticmethod
    def _gone(page: Page, section: str) -> bool:
        return section in {s.id for s in page.template.sections} and page.outline.get(section) is None

    def check(self, page: Page) -> Iterator[Finding]:
        values = page.grounding.values if page.grounding is not None else ()
        # What stood in a section that is gone went with it: that is the finding of missing-section.
        lost = [v for v in values if v.start is None and not self._gone(page, v.span.section)]
        if lost:
            first = lost[0].span
            yield self.finding(
                page,
                1,
                f"{len(lost)} printed value{'s' * (len(lost) != 1)} can no longer be found, the first being "
                f"'{' '.join(first.text.split())[:60]}' ({first.expression})",
                "change the narrative and render again, so that every number stays checked",
            )
