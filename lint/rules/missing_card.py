"""CR701: a setup section holds no table."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import card_rows
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingCard"]


class MissingCard(Rule):
    """A section of the reproducibility card states no values.

    ## Why is this bad?

    Without base model, data version and launch command nobody can repeat the experiment.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    As usual.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Python | 3.11.5 |
    ````
    """

    code = "CR701"
    name = "missing-card"
    subject = "section of the card"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            if found.spec.table is None or page.waived(found) or card_rows(page, found):
                continue
            labels = ", ".join(row.label for row in found.spec.table.rows if row.required)
            yield self.finding(
                page,
                found.section.line,
                f"section '{found.spec.heading}' states no values",
                f"add a table with the rows {labels}",
            )
