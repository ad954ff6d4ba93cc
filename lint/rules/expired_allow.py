"""CR914: an allow comment is past its date."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ExpiredAllow"]


class ExpiredAllow(Rule):
    """A comment allowed a finding until a day that has passed. It allows nothing any more.

    ## Why is this bad?

    The author meant to come back to it by then.

    ## Fails

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because the run is not finished until 2001-01-31 -->
    We trained TBD personas.
    ````

    ## Passes

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because the run is not finished until 2999-12-31 -->
    We trained TBD personas.
    ````
    """

    code = "CR914"
    name = "expired-allow"
    subject = "comment that allows anything"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for allow in page.allows:
            if allow.until is not None and allow.until < page.today:
                yield self.finding(
                    page,
                    page.document.source.place(allow.at).line,
                    f"this comment allowed {', '.join(allow.codes)} until {allow.until}",
                    "mend what it allowed, or give a later day",
                )
