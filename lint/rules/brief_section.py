"""CR127: a section has somewhat fewer words than the template asks for."""

from __future__ import annotations

from collections.abc import Iterator

from ..brevity import brief_sections
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BriefSection"]


class BriefSection(Rule):
    """A section has somewhat fewer words than the template asks for.

    ## Why is this bad?

    The template's number of words is what a reader needs who has not followed the work. Fewer may do; fewer than
    a third are an error (CR105).

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    Issue #12 asked whether a trained marker leaks to other personas. It does, for one persona. Here are five more.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    Issue #12 asked whether a trained marker leaks from the persona it was trained into to other personas. It found that
    it does, for one persona. This run repeats the measurement for five more personas and for every layer.
    ````
    """

    code = "CR127"
    name = "brief-section"
    subject = "section of the template"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for found, stub, message in brief_sections(page):
            if not stub:
                yield self.finding(page, found.section.line, message, found.spec.purpose)
