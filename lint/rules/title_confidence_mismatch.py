"""CR109: the title and the Confidence line name different levels."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import confidence_lines, title_marker
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["TitleConfidenceMismatch"]


class TitleConfidenceMismatch(Rule):
    """The title's marker and the Confidence line name different levels.

    ## Why is this bad?

    One of the two is wrong, and readers of the title never see the other.

    ## Fails

    ````markdown
    # Leakage falls with distance (HIGH confidence)
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed and seven personas only.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed and seven personas only.
    ````
    """

    code = "CR109"
    name = "title-confidence-mismatch"
    subject = "level of confidence"

    def check(self, page: Page) -> Iterator[Finding]:
        levels = page.template.confidence.levels
        lines = [line for line in confidence_lines(page) if line.level in levels]
        for title in page.titles:
            marker = title_marker(title, page.template)
            if marker is None or marker.level not in levels:
                continue
            for line in lines[:1]:
                if line.level != marker.level:
                    yield self.finding(
                        page,
                        marker.place(page),
                        f"the title says {marker.level}, the {page.template.confidence.label} line says {line.level}",
                        "state one level in both",
                    )
