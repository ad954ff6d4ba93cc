"""CR202: the version line cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MalformedVersionLine"]


class MalformedVersionLine(Rule):
    """The comment that names version, analysis and provenance cannot be read.

    ## Why is this bad?

    Without it the page is judged by a guessed version, and its numbers are not compared with its analysis.

    ## Fails

    ````markdown
    <!-- clean_result v1 analysis=sha256:12 -->
    # Leakage falls with distance (LOW confidence)
    ````

    ## Passes

    ````markdown
    <!-- clean_result v1 -->
    # Leakage falls with distance (LOW confidence)
    ````
    """

    code = "CR202"
    name = "malformed-version-line"
    subject = "version line"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        if page.version.problem:
            line = page.document.source.place(page.version.at).line
            yield self.finding(page, line, page.version.problem, "render the page again, or mend the line")
