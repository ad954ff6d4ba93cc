"""CR707: the row for the commit names no commit."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answered_rows, unfilled, unrecorded
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import holds_commit

__all__ = ["MissingCommit"]


class MissingCommit(Rule):
    """The row for the commit holds no commit hash.

    ## Why is this bad?

    A branch is another program next week, and then nobody can run what was measured.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Git commit | main |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Git commit | `43a303c` (figures from `014c267`) |
    | Code commit | not recorded — the notebook was never committed |
    ````
    """

    code = "CR707"
    name = "missing-commit"
    subject = "row of a card"

    def check(self, page: Page) -> Iterator[Finding]:
        for wanted, row, _ in answered_rows(page):
            if not wanted.commit or unfilled(page, row, wanted) or unrecorded(page, row):
                continue
            urls = " ".join(link.url for link in row.value.links)
            if not holds_commit(f"{row.said} {urls}"):
                yield self.finding(
                    page, row.line, f"row '{row.label}' names no commit", "write the hash of the code that ran"
                )
