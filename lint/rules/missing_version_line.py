"""CR201: the page does not name the template version it follows."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import VersionLine

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingVersionLine"]


class MissingVersionLine(Rule):
    """The page does not name the template version and the analysis it was made from.

    ## Why is this bad?

    A page is judged by the version it was written for, and its numbers by the analysis it names. This one is taken as
    v1, and its numbers rest on nothing that can be found.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    ````

    ## Passes

    ````markdown
    <!-- clean_result v1 -->
    # Leakage falls with distance (LOW confidence)
    ````
    """

    code = "CR201"
    name = "missing-version-line"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        if page.version.line is None and not page.version.problem:
            form = VersionLine(page.template.kind, page.template.version)
            yield self.finding(
                page,
                1,
                f"the page names no template version; it is judged as {page.template.version}",
                f"open it with {form}",
            )
