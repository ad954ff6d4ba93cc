"""CR706: a library is named without its version."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answered_rows, unfilled, unrecorded
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import holds_phrase

__all__ = ["UnversionedLibrary"]


class UnversionedLibrary(Rule):
    """A row that should name versions names a library without one. A lock file counts for all.

    ## Why is this bad?

    Chat templates, samplers and adapters change between versions, and results with them.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Key libraries | transformers=4.48.3, torch |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Key libraries | transformers=4.48.3, torch 2.5.1 |
    ````
    """

    code = "CR706"
    name = "unversioned-library"
    subject = "row of a card"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for wanted, row, _ in answered_rows(page):
            if not wanted.versions or unfilled(page, row, wanted) or unrecorded(page, row):
                continue
            if holds_phrase(row.said, page.template.phrases.lock_files):
                continue
            items = [item.strip(" `*_") for item in row.said.replace(";", ",").split(",")]
            bare = [item for item in items if item and not any(c.isdigit() for c in item)]
            if bare:
                names = ", ".join(repr(b[:40]) for b in bare[:5])
                yield self.finding(
                    page,
                    row.line,
                    f"{names} {'stands' if len(bare) == 1 else 'stand'} without a version",
                    "write name=version for each, or name the lock file with its commit",
                )
