"""CR702: a required row of the reproducibility card is absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answers, card_rows
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingCardRow"]


class MissingCardRow(Rule):
    """A required row of a setup table is absent.

    ## Why is this bad?

    Each of these rows has made an experiment impossible to repeat when it was not written down.

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
        for spec in page.template.sections:
            if spec.table is None:
                continue
            stages = [f for f in page.outline.all(spec.id) if not page.waived(f)]
            rows = [row for found in stages for row in card_rows(page, found)]
            if not rows:  # the whole card is missing, which is another finding
                continue
            for wanted in spec.table.rows:
                if wanted.required and not answers(rows, wanted, spec.table.rows):
                    yield self.finding(
                        page,
                        stages[0].section.line,
                        f"the table of '{spec.heading}' has no row '{wanted.label}'",
                        f"add it: {wanted.help}",
                    )
