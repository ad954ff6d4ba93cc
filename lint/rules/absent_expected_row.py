"""CR703: rows that a setup table is expected to have are absent, or stand under another name."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import RowSpec

from ..card import doubt, may_stand_for, setup_tables
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
        for table in setup_tables(page):
            # An example may also stand below the table; missing-dataset-example asks for it.
            absent = [row for row in table.absent(required=False) if not row.example] if table.rows else []
            renamed = table.absent(required=True) if table.rows and may_stand_for(page, table) else []
            if absent:
                yield self.finding(
                    page,
                    table.line,
                    f"the table of '{table.spec.heading}' lacks {_list(absent)}",
                    "; ".join(f"{row.label}: {row.help}" for row in absent),
                )
            if renamed:
                yield self.finding(
                    page,
                    table.line,
                    f"the table of '{table.spec.heading}' has no row that is called {_list(renamed)}",
                    f"if {doubt(table)} says it, give it that name; otherwise add: "
                    + "; ".join(row.help for row in renamed),
                )


def _list(rows: list[RowSpec]) -> str:
    return ", ".join(repr(row.label) for row in rows)
