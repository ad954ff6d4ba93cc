"""CR108: the title does not end in a confidence marker."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import title_marker
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingTitleMarker"]


class MissingTitleMarker(Rule):
    """The title does not end in the confidence marker.

    ## Why is this bad?

    A claim without its confidence is quoted as if it were certain.

    ## Fails

    ````markdown
    # Leakage falls with distance
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (MODERATE confidence)
    ````
    """

    code = "CR108"
    name = "missing-title-marker"

    def check(self, page: Page) -> Iterator[Finding]:
        levels = page.template.confidence.levels
        for title in page.titles:
            if title.text and title_marker(title, page.template) is None:
                endings = " or ".join(page.template.title.ending(level) for level in levels)
                place = page.document.source.place(title.at, title.end)
                yield self.finding(page, place, "the title has no confidence marker", f"end it with {endings}")
