"""CR101: a required section is absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingSection"]


class MissingSection(Rule):
    """A section that the template requires is absent.

    ## Why is this bad?

    A reader looks for caveats, samples and the launch command in known places. What has no place is forgotten.

    ## Fails

    ````markdown
    # A claim of one sentence (LOW confidence)
    ## TL;DR
    ### Background
    ### Methodology
    ### Results
    # Detailed report
    ````

    ## Passes

    ````markdown
    # A claim of one sentence (LOW confidence)
    ## TL;DR
    ### Background
    ### Methodology
    ### Results
    ### Next steps
    # Detailed report
    ## Human summary
    ## Source issues
    ## Setup & hyper-parameters
    ### Model
    ### Training — `train.py`
    ### Data
    ### Eval
    ### Compute
    ### Environment
    ## WandB
    ## Sample outputs
    ## Headline numbers
    ## Artifacts
    ````
    """

    code = "CR101"
    name = "missing-section"

    def check(self, page: Page) -> Iterator[Finding]:
        outline = page.outline
        for spec in outline.missing():
            if not spec.required:
                continue
            parent = f" below '{page.template.section(spec.parent).heading}'" if spec.parent else ""
            yield self.finding(
                page,
                outline.line_for(spec),
                f"section '{spec.heading}' is missing",
                f"add `{spec.markup}`{parent}: {spec.purpose}",
            )
