"""CR304: the page names another analysis than the one at hand."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ForeignAnalysis"]


class ForeignAnalysis(Rule):
    """The hash in the page's first line, the one in its sidecar and that of analysis.json are not one.

    ## Why is this bad?

    The page then claims to rest on a file that nobody has.

    ## Fails

    ````markdown
    <!-- clean_result v1 analysis=sha256:0000000000000000000000000000000000000000000000000000000000000000 -->
    # Leakage falls with distance (LOW confidence)
    ````

    ## Passes

    ````markdown
    <!-- clean_result v1 -->
    # Leakage falls with distance (LOW confidence)
    ````
    """

    code = "CR304"
    name = "foreign-analysis"
    needs = frozenset({"provenance", "analysis"})

    def check(self, page: Page) -> Iterator[Finding]:
        grounding, line = page.grounding, page.version.line
        if grounding is None or grounding.analysis is None:
            return
        here, recorded = grounding.analysis.sha256, grounding.sidecar.analysis_sha256
        written = line.analysis if line is not None else ""
        at = page.document.source.place(page.version.at).line
        if written and written != here:
            yield self.finding(
                page,
                at,
                f"the first line names analysis {_short(written)}; the analysis at hand is {_short(here)}",
                "render the page again from the analysis that it reports",
            )
        elif recorded != here:
            yield self.finding(
                page,
                at,
                f"the sidecar was written for analysis {_short(recorded)}; the analysis at hand is {_short(here)}",
                "render the page again from the analysis that it reports",
            )


def _short(sha256: str) -> str:
    return sha256.removeprefix("sha256:")[:12]
