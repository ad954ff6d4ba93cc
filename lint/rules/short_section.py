"""CR105: a section has fewer than a third of the words that the template asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ..brevity import brief_sections
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ShortSection"]


class ShortSection(Rule):
    """A section has fewer than a third of the words that the template asks for.

    ## Why is this bad?

    A heading with a stub below it looks finished and says nothing. A section that is short by less is a note (CR127).

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    See #12.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    Issue #12 asked whether a trained marker leaks from the persona it was trained into to other personas. It found that
    it does, for one persona. This run repeats the measurement for five more personas and for every layer.
    ````
    """

    code = "CR105"
    name = "short-section"
    subject = "section of the template"

    def check(self, page: Page) -> Iterator[Finding]:
        for found, stub, message in brief_sections(page):
            if stub:
                yield self.finding(page, found.section.line, message, found.spec.purpose)
