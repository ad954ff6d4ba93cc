"""CR913: an allow comment names a rule that does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnknownAllow"]


class UnknownAllow(Rule):
    """A comment allows a rule that does not exist.

    ## Why is this bad?

    A typing error that silences nothing is believed to silence something.

    ## Fails

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR999 because it is wrong here -->
    We trained all personas.
    ````

    ## Passes

    ````markdown
    # A claim of one sentence (LOW confidence)
    <!-- clean-result: allow CR121 because TBD is the persona's name -->
    We trained TBD personas.
    ````
    """

    code = "CR913"
    name = "unknown-allow"
    subject = "comment that allows anything"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for allow in page.allows:
            for code in allow.codes:
                if code not in page.known_rules:
                    yield self.finding(
                        page,
                        page.document.source.place(allow.at).line,
                        f"no rule is called '{code[:40]}'",
                        "`clean-result rules` lists codes and names",
                    )
