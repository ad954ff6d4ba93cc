"""CR703: rows that a setup table is expected to have are absent."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answers, card_rows
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["AbsentExpectedRow"]


class AbsentExpectedRow(Rule):
    """Rows that a setup table is expected to have are absent.

    ## Why is this bad?

    It is no fault, but whoever repeats the experiment has to guess them.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Data
    | | |
    |-|-|
    | Source | `data/train.jsonl` |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Data
    | | |
    |-|-|
    | Source | `data/train.jsonl` |
    | Preprocessing | chat template |
    ````
    """

    code = "CR703"
    name = "absent-expected-row"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            if spec.table is None:
                continue
            stages = [f for f in page.outline.all(spec.id) if not page.waived(f)]
            rows = [row for found in stages for row in card_rows(page, found)]
            # An example may also stand below the table; missing-dataset-example asks for it.
            asked = [r for r in spec.table.rows if not r.required and not r.example]
            absent = [r for r in asked if not answers(rows, r)] if rows else []
            if absent:
                yield self.finding(
                    page,
                    stages[0].section.line,
                    f"the table of '{spec.heading}' lacks {', '.join(repr(r.label) for r in absent)}",
                    "; ".join(f"{r.label}: {r.help}" for r in absent),
                )
