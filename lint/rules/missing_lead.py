"""CR125: a section does not open with the label that it should."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingLead"]


class MissingLead(Rule):
    """A section lacks the labelled paragraph that it should open with.

    ## Why is this bad?

    The label asks the author for the reasons and for the rejected alternatives; a bare table of values gives neither.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    We used the usual recipe.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    **Why this experiment / why these parameters / alternatives considered:** The recipe of #65 was kept.
    ````
    """

    code = "CR125"
    name = "missing-lead"
    subject = "section that opens with a label"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            label = found.spec.label
            if label and page.find_label(found, (label, *found.spec.label_aliases)) is None:
                yield self.finding(
                    page,
                    found.section.line,
                    f"section '{found.spec.heading}' has no '{label}' paragraph",
                    f"open it with **{label}:**",
                )
