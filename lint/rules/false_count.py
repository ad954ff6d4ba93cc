"""CR411: a count of things is not what counting them gives."""

from __future__ import annotations

from collections.abc import Iterator

from ..evidence.counting import count_clashes
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["FalseCount"]


class FalseCount(Rule):
    """A count of things is not what counting them gives.

    ## Why is this bad?

    '4 of 7' can be counted from the table, and so can 'all' and 'half'.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - 3 of 4 personas take up the marker in more than 50% of completions (n = 100 each).
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    | Persona | Rate | n |
    |---|---|---|
    | villain | 57% | 100 |
    | nurse | 12% | 100 |
    | pirate | 31% | 100 |
    | judge | 44% | 100 |

    - 1 of 4 personas take up the marker in more than 50% of completions (n = 100 each).
    ````
    """

    code = "CR411"
    name = "false-count"
    subject = "number that claims a result"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in count_clashes(page.evidence):
            yield self.finding(page, clash.place, clash.message, clash.help)
