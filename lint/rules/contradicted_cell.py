"""CR311: a table's cell differs from the results, where its column agrees otherwise."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.values import cell_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ContradictedCell"]


class ContradictedCell(Rule):
    """A table's cell differs from the results, where its column agrees otherwise.

    ## Why is this bad?

    A column prints one field of the results. A cell that alone differs was typed wrongly, or belongs to another
    row.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 13% | 100 |
    | judge | 44% | 100 |
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
    ````
    """

    code = "CR311"
    name = "contradicted-cell"
    subject = "table"
    needs = frozenset({"results"})

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in cell_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
