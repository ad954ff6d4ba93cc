"""CR417: a total is not the product of the factors, or the sum of the terms, beside it."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.column_totals import column_total_clashes
from ..evidence.products import product_clashes
from ..evidence.spoken_products import spoken_product_clashes
from ..evidence.sums import sum_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseTotal"]


class FalseTotal(Rule):
    """A total is not the product of the factors, or the sum of the terms, beside it.

    ## Why is this bad?

    20 questions × 5 completions are 100; another total has another design behind it.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Each persona answered 20 questions × 5 completions = 120 times.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - Each persona answered 20 questions × 5 completions = 100 times.
    ````
    """

    code = "CR417"
    name = "false-total"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        told = set()
        for check in (product_clashes, sum_clashes, spoken_product_clashes, column_total_clashes):
            for clash in check(page.evidence):
                if clash.place not in told:
                    told.add(clash.place)
                    yield self.finding(page, clash.place, clash.message, clash.help)
