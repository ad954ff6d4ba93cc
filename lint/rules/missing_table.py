"""CR122: a section that should hold a table holds none."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Table
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingTable"]


class MissingTable(Rule):
    """A section that should hold a table holds none.

    ## Why is this bad?

    Numbers in a table can be compared, copied and checked; in sentences they cannot.

    ## Fails

    ````markdown
    # Detailed report
    ## Headline numbers
    The correlation is −0.74.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Headline numbers
    | Layer | ρ |
    |---|---|
    | 20 | −0.74 |
    ````
    """

    code = "CR122"
    name = "missing-table"
    subject = "section that shows a table"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            if page.waived(found):
                continue
            tables = [b for b in page.outline.blocks(found) if isinstance(b, Table) and b.rows]
            if len(tables) < found.spec.min_tables:
                yield self.finding(
                    page,
                    found.section.line,
                    f"section '{found.spec.heading}' has {len(tables) or 'no'} table{'s' * (len(tables) > 1)}",
                    found.spec.purpose,
                )
