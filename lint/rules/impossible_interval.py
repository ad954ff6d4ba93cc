"""CR404: an interval does not follow from its rate and n."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from ..evidence.printed_intervals import printed_clashes
from ..evidence.widths import width_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ImpossibleInterval"]


class ImpossibleInterval(Rule):
    """An interval does not follow from its rate and n.

    ## Why is this bad?

    Wilson, Clopper-Pearson, Agresti-Coull and Wald intervals follow from k and n. One that none of them gives was
    computed for another sample size. Only intervals of rates are judged: those of coefficients, cosines and scores,
    and those that are said to be bootstrapped or clustered, come from no k and n.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Villain 57 of 100 [47.2%, 66.3%], nurse 12 of 100 [7.0%, 19.8%], judge 44 of 100 [39.2%, 48.9%].
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Villain 57 of 100 [47.2%, 66.3%], nurse 12 of 100 [7.0%, 19.8%], judge 44 of 100 [34.7%, 53.8%].
    ````
    """

    code = "CR404"
    name = "impossible-interval"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        said = set()
        for clash in chain(printed_clashes(page.evidence), width_clashes(page.evidence)):
            if clash.place not in said:
                said.add(clash.place)
                yield self.finding(page, clash.place, clash.message, clash.help)
