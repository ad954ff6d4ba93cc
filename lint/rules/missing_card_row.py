"""CR702: a required row of the reproducibility card is absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import may_stand_for, setup_tables
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingCardRow"]


class MissingCardRow(Rule):
    """A required row of a setup table is absent.

    ## Why is this bad?

    Each of these rows has made an experiment impossible to repeat when it was not written down. Where the table, or the
    card, holds as many rows under labels that the template does not know, one of them may say it: then
    `absent-expected-row` notes it.

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

    def check(self, page: Page) -> Iterator[Finding]:
        for table in setup_tables(page):
            if not table.rows or may_stand_for(page, table):  # no card at all, and rows of other names, are told apart
                continue
            for wanted in table.absent(required=True):
                yield self.finding(
                    page,
                    table.line,
                    f"the table of '{table.spec.heading}' has no row '{wanted.label}'",
                    f"add it: {wanted.help}",
                )
