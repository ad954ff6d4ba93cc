"""CR123: "N/A" without a reason."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BareNotApplicable"]


class BareNotApplicable(Rule):
    """A section says that it does not apply, and either gives no reason or may not say so.

    ## Why is this bad?

    "N/A" is how an omission looks. With its reason a reader can judge; some sections always apply.

    ## Fails

    ````markdown
    # Detailed report
    ## Sample outputs
    N/A
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Sample outputs
    N/A — the published study stored rates and no completions.
    ````
    """

    code = "CR123"
    name = "bare-not-applicable"
    subject = "section of the template"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            first = next(iter(page.outline.blocks(found)), None)
            if not isinstance(first, Paragraph) or first.list_depth:
                continue
            reason = page.reason_not_to_apply(first.text.text)
            if reason is None or (reason and found.spec.not_applicable):
                continue
            if found.spec.not_applicable:
                message = f"section '{found.spec.heading}' does not apply, and gives no reason"
                advice = f"write {page.template.not_applicable[0]} — and the reason"
            else:
                message = f"section '{found.spec.heading}' may not be left out"
                advice = found.spec.purpose
            yield self.finding(page, first.text, message, advice)
