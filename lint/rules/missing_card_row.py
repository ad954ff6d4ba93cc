"""CR702: a required row of the reproducibility card is absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import setup_tables, stand_in
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingCardRow"]


class MissingCardRow(Rule):
    """A required row of a setup table is absent.

    ## Why is this bad?

    Each of these rows has made an experiment impossible to repeat when it was not written down. Where a row whose label
    the template does not know may mean it ("Source state" for the commit), `absent-expected-row` notes it instead.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Model
    | | |
    |-|-|
    | Base | Qwen2.5-7B-Instruct |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Model
    | | |
    |-|-|
    | Base | Qwen2.5-7B-Instruct |
    | Trainable | LoRA adapter |
    ````
    """

    code = "CR702"
    name = "missing-card-row"
    subject = "row of a card"

    def check(self, page: Page) -> Iterator[Finding]:
        for table in setup_tables(page):
            if not table.rows:  # no card at all is told apart
                continue
            for wanted in table.absent(required=True):
                if stand_in(page, table, wanted) is None:
                    yield self.finding(
                        page,
                        table.line,
                        f"the table of '{table.spec.heading}' has no row '{wanted.label}'",
                        f"add it: {wanted.help}",
                    )
