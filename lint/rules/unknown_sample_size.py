"""CR314: a sample size is known neither to the results nor to the rest of the page."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.rosters import roster_clashes
from ..evidence.sizes import size_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnknownSampleSize"]


class UnknownSampleSize(Rule):
    """A sample size is known neither to the results nor to the rest of the page.

    ## Why is this bad?

    A reader weighs every claim by its N. One that differs from all others is a slip, or an exclusion that is not
    told.

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

    - The villain reaches 57% (n = 140), the nurse 12% (n = 100), the judge 44% (n = 100).
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

    - The villain reaches 57% (n = 100), the nurse 12% (n = 100), the judge 44% (n = 100).
    ````
    """

    code = "CR314"
    name = "unknown-sample-size"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in (*size_clashes(page.evidence), *roster_clashes(page.evidence)):
            yield self.finding(page, clash.place, clash.message, clash.help)
