"""CR801: an acronym is not spelled out where it is first used."""

from __future__ import annotations

from collections.abc import Iterator

from ..acronyms import first_uses
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnexpandedAcronym"]


class UnexpandedAcronym(Rule):
    """An acronym is not spelled out on its first use in prose, or is spelled out as words that it does not abbreviate.

    Common acronyms, and those that name rows, columns or sections of the page, need no expansion.

    ## Why is this bad?

    A reader from outside the project stops there, or guesses wrong.

    ## Fails

    ````markdown
    # Leakage falls with distance (LOW confidence)
    Every point stays inside under LOO refits.
    ````

    ## Passes

    ````markdown
    # Leakage falls with distance (LOW confidence)
    Every point stays inside under leave-one-out (LOO) refits. LOO refits are cheap on a GPU.
    ````
    """

    code = "CR801"
    name = "unexpanded-acronym"
    subject = "text"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        spec = page.template.confidence
        ranks = [r for s in page.template.sections if s.bullets is not None for r in s.bullets.ranks]
        phrases = page.template.phrases
        # Placeholders and confidence words, right or wrong, are other rules' business.
        known = {*phrases.acronyms, *phrases.sentinel_words, *phrases.other_levels, *spec.levels, *ranks}
        for use in first_uses(page.document, known):
            if use.status == "expanded":
                continue
            if use.status == "wrong":
                message = f"{use.acronym} does not abbreviate '{use.words}'"
            else:
                message = f"{use.acronym} is not spelled out where it is first used"
            yield self.finding(
                page,
                page.document.place(use.text, use.start, use.end),
                message,
                f"write its words, then ({use.acronym})",
            )
