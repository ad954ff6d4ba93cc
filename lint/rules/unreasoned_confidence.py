"""CR112: the Confidence line gives no reason."""

from __future__ import annotations

from collections.abc import Iterator

from ..confidence import confidence_lines
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnreasonedConfidence"]


class UnreasonedConfidence(Rule):
    """The line that states the confidence gives no reason, or hardly one.

    ## Why is this bad?

    The reason is what a reader can check: the seeds, the sample size, the binding caveat.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    **Confidence: LOW**
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    **Confidence: LOW** — one seed and seven personas only.
    ````
    """

    code = "CR112"
    name = "unreasoned-confidence"
    subject = "level of confidence"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        spec = page.template.confidence
        for line in confidence_lines(page):
            if line.level in spec.levels and line.reason_words < spec.min_reason_words:
                yield self.finding(
                    page,
                    line.place(page),
                    f"the {spec.label} line gives no reason",
                    f"write {spec.line(line.level, 'what binds it: seeds, sample size, the strongest caveat')}",
                )
