"""CR206: an issue is named by its number alone."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..issues import explained, references
from ..page import Page
from ..rule import Rule

__all__ = ["BareIssueReference"]


class BareIssueReference(Rule):
    """An issue is named as ``#N`` and the page neither links it nor says what it is.

    ## Why is this bad?

    A number means something only beside its repository; where the page is read elsewhere it leads nowhere. One line in
    the list of source issues, or a link, is enough; each number is reported once.

    ## Fails

    ````markdown
    ## TL;DR
    ### Background
    The recipe is that of #113.
    # Detailed report
    ## Source issues
    - #114 — measured capability loss.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Background
    The recipe is that of #113.
    # Detailed report
    ## Source issues
    - #113 — measured capability loss and supplied the recipe.
    ````
    """

    code = "CR206"
    name = "bare-issue-reference"
    subject = "text"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        listed = explained(page)
        if listed is None:
            return
        known = set(listed)
        for text, scope in page.document.texts():
            if scope not in ("prose", "caption"):
                continue
            for reference in references(text):
                if reference.number not in known:
                    known.add(reference.number)
                    yield self.finding(
                        page,
                        page.document.place(text, reference.start, reference.end),
                        f"#{reference.number} is named by its number alone",
                        "link it, or say what it is in the list of source issues",
                    )
