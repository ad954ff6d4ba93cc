"""CR704: a row of the reproducibility card says nothing."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answered_rows, is_row, unfilled
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["UnfilledCardRow"]


class UnfilledCardRow(Rule):
    """A row of a setup table is empty, or its whole value is a placeholder.

    ## Why is this bad?

    "default" and "see config" change with the library and with the repository. A name such as ``qwen_default`` is fine.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Model
    | | |
    |-|-|
    | Base | see config |
    | Trainable | LoRA adapter |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Model
    | | |
    |-|-|
    | Base | qwen_default |
    | Trainable | LoRA adapter |
    ````
    """

    code = "CR704"
    name = "unfilled-card-row"
    subject = "row of a card"

    def check(self, page: Page) -> Iterator[Finding]:
        for wanted, row, rows in answered_rows(page):
            problem = unfilled(page, row, wanted, rows) if is_row(row.label, wanted) else None
            if problem is not None:
                yield self.finding(page, row.line, f"row '{row.label}' {problem}", f"write {wanted.help}")
