"""CR107: the page has no title."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingTitle"]


class MissingTitle(Rule):
    """The page has no title, neither in its front matter nor as a first heading of level 1.

    ## Why is this bad?

    The title is the claim, and it is what most people ever read.

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    ````

    ## Passes

    ````markdown
    ---
    title: Leakage falls with distance (LOW confidence)
    ---
    ## TL;DR
    ````
    """

    code = "CR107"
    name = "missing-title"

    def check(self, page: Page) -> Iterator[Finding]:
        if not any(title.text for title in page.titles):
            marker = page.template.title.ending(page.template.confidence.levels[-1])
            yield self.finding(page, 1, "the page has no title", f"open it with `# <the claim> {marker}`")
