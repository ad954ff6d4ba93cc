"""CR414: an extreme is given to something that does not hold it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.extremes import superlative_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseSuperlative"]


class FalseSuperlative(Rule):
    """An extreme is given to something that does not hold it.

    ## Why is this bad?

    The strongest and the weakest case are what a reader takes away.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - The highest rate is that of the judge.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - The highest rate is that of the villain.
    ````
    """

    code = "CR414"
    name = "false-superlative"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in superlative_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
