"""CR413: two values in a bracket are not those of the two names before it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.orders import order_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ExchangedValues"]


class ExchangedValues(Rule):
    """Two values in a bracket are not those of the two names before it.

    ## Why is this bad?

    The sentence compares two things, and one of the values belongs to a third.

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

    - The villain takes up the marker more often than the judge (57% vs 12%).
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

    - The villain takes up the marker more often than the nurse (57% vs 12%).
    ````
    """

    code = "CR413"
    name = "exchanged-values"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in order_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
