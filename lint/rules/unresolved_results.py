"""CR205: a results file that the page names by its path does not exist."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnresolvedResults"]


class UnresolvedResults(Rule):
    """A results file that the page names by its path does not exist.

    The path is looked for from the page's folder and those above it, from ``--root``, and from the current folder.
    Names without a folder are left alone: they may stand inside an artifact.

    ## Why is this bad?

    Nobody can compare the page with a file that is not there, and neither can this tool: its numbers are not checked.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    | Artifact | Location |
    |---|---|
    | Compiled results | `eval_results/issue_12/results.json` |
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    | Artifact | Location |
    |---|---|
    | Compiled results | `results.json` in the artifact above |
    ````
    """

    code = "CR205"
    name = "unresolved-results"
    subject = "named results file"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for named in page.results.named:
            if named.file is None and "/" in named.name:
                yield self.finding(
                    page,
                    page.document.place(named.text, named.start, named.end),
                    f"the results file {named.name} does not exist",
                    "commit it, correct the path, or give the folder with --root",
                )
