"""CR904: the front matter cannot be read."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BrokenFrontMatter"]


class BrokenFrontMatter(Rule):
    """The YAML block that opens the page cannot be read.

    ## Why is this bad?

    The title stands in it, and with the title the confidence marker. Neither was checked.

    ## Fails

    ````markdown
    ---
    title: Leakage: it falls with distance (LOW confidence)
    ---
    ## TL;DR
    ````

    ## Passes

    ````markdown
    ---
    title: "Leakage: it falls with distance (LOW confidence)"
    ---
    ## TL;DR
    ````
    """

    code = "CR904"
    name = "broken-front-matter"
    subject = "front matter"

    def check(self, page: Page) -> Iterator[Finding]:
        front = page.document.front_matter
        if front is not None and front.problem:
            problem = " ".join(front.problem.split())
            yield self.finding(
                page,
                front.problem_line,
                f"the front matter cannot be read: {problem}",
                "put values that hold ': ' in quotes",
            )
