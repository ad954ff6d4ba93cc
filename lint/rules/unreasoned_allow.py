"""CR911: an allow comment gives no reason."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..suppress import FORM

__all__ = ["UnreasonedAllow"]


class UnreasonedAllow(Rule):
    """A comment that should allow a finding cannot be read, or gives no reason. It allows nothing.

    ## Why is this bad?

    A finding that was silenced without a reason looks like a page without faults.

    ## Fails

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 -->
    We trained TBD personas.
    ````

    ## Passes

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because TBD is the persona's name -->
    We trained TBD personas.
    ````
    """

    code = "CR911"
    name = "unreasoned-allow"
    subject = "comment that allows anything"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for allow in page.allows:
            if allow.problem or not allow.reason:
                yield self.finding(
                    page,
                    page.document.source.place(allow.at).line,
                    f"this comment allows nothing: {allow.problem or 'it gives no reason'}",
                    f"write {FORM}",
                )
