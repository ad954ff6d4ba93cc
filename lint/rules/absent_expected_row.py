"""CR703: rows that a setup table is expected to have are absent, or stand under another name."""

from __future__ import annotations

from collections.abc import Iterator

from leakstats.template import RowSpec

from ..card import setup_tables, stand_in
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
    subject = "row of a card"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for table in setup_tables(page):
            # An example may also stand below the table; missing-dataset-example asks for it.
            absent = [row for row in table.absent(required=False) if not row.example] if table.rows else []
            others = table.absent(required=True) if table.rows else []
            renamed = [(row, other) for row in others if (other := stand_in(page, table, row)) is not None]
            if absent:
                yield self.finding(
                    page,
                    table.line,
                    f"the table of '{table.spec.heading}' lacks {_list(absent)}",
                    "; ".join(f"{row.label}: {row.help}" for row in absent),
                )
            for row, other in renamed:
                yield self.finding(
                    page,
                    other.line,
                    f"the table of '{table.spec.heading}' has no row that is called '{row.label}'",
                    f"if {other.label!r} says it, give it that name; otherwise add: {row.help}",
                )


def _list(rows: list[RowSpec]) -> str:
    return ", ".join(repr(row.label) for row in rows)
