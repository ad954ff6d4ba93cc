"""CR419: a coefficient stands on the page with both signs."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.mirrors import mirror_clashes
from ..evidence.recomputed import recomputed_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["RepeatedRecord"]


class RepeatedRecord(Rule):
    """A coefficient stands on the page with both signs.

    ## Why is this bad?

    Table and text print the same coefficient, p and N, one of them with the sign turned. A reader who looks at one of
    the two takes home the opposite relation. A table of all units with both quantities says the same: its columns are
    worked out again, and a coefficient that differs from theirs in its sign (or a rank correlation without ties in its
    last digit) is named.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Layer | ρ | p | N |
    |---|---|---|---|
    | 10 | −0.62 | 0.031 | 12 |
    | 20 | −0.74 | 0.006 | 12 |

    - At layer 20 uptake falls with distance (ρ = 0.74, p = 0.006, N = 12).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Layer | ρ | p | N |
    |---|---|---|---|
    | 10 | −0.62 | 0.031 | 12 |
    | 20 | −0.74 | 0.006 | 12 |

    - At layer 20 uptake falls with distance (ρ = −0.74, p = 0.006, N = 12).
    ````
    """

    code = "CR419"
    name = "repeated-record"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in (*mirror_clashes(page.evidence), *recomputed_clashes(page.evidence)):
            yield self.finding(page, clash.place, clash.message, clash.help)
