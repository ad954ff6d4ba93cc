"""CR420: a row of a table does not keep the arithmetic of the other rows."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.rows import row_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BrokenRow"]


class BrokenRow(Rule):
    """A row of a table does not keep the arithmetic of the other rows.

    ## Why is this bad?

    Where every other row has rate = k / n, or change = after − before, a row that has not was edited by hand in one
    of its cells.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | k | n | rate |
    |---|---|---|---|
    | villain | 57 | 100 | 57% |
    | nurse | 12 | 100 | 12% |
    | pirate | 31 | 100 | 37% |
    | judge | 44 | 100 | 44% |
    | clerk | 9 | 100 | 9% |
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | k | n | rate |
    |---|---|---|---|
    | villain | 57 | 100 | 57% |
    | nurse | 12 | 100 | 12% |
    | pirate | 31 | 100 | 31% |
    | judge | 44 | 100 | 44% |
    | clerk | 9 | 100 | 9% |
    ````
    """

    code = "CR420"
    name = "broken-row"
    subject = "table"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in row_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
