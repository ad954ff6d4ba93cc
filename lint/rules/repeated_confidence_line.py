"""CR113: the confidence is stated twice."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import confidence_lines
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["RepeatedConfidenceLine"]


class RepeatedConfidenceLine(Rule):
    """The results state the confidence more than once.

    ## Why is this bad?

    A result has one confidence. Two lines drift apart.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed and seven personas only.

    **Confidence: LOW** — the judge was not validated either.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed, seven personas, and the judge was not validated.
    ````
    """

    code = "CR113"
    name = "repeated-confidence-line"
    subject = "level of confidence"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for line in confidence_lines(page)[1:]:
            yield self.finding(
                page,
                line.place(page),
                f"the {page.template.confidence.label} line stands here again",
                "state one level with all its reasons",
            )
