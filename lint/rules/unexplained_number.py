"""CR320: neither the results nor the page say where a number comes from."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby

from ..coverage.accounts import account
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..source import Place

__all__ = ["UnexplainedNumber"]

_MOST_SHOWN = 6


class UnexplainedNumber(Rule):
    """A number is no value of the results and follows from nothing on the page.

    A value that merely occurs somewhere in a file is no explanation: it must be the value of what the words around the
    number name. The numbers of a line are reported together. Without a results file nothing is unexplained, and
    nothing is checked.

    ## Why is this bad?

    It may well be right, but nobody can say so without asking the author, and the next edit will not be noticed.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain says it in 57% of its completions, and 83.1% of the graders agree.
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    - The villain says it in 57% of its completions, 45 points more often than the nurse (12%).
    ````
    """

    code = "CR320"
    name = "unexplained-number"
    subject = "number that claims a result"
    severity = "note"
    needs = frozenset(("numbers",))
    last = True

    def check(self, page: Page) -> Iterator[Finding]:
        unexplained = [a for a in account(page) if a.outcome == "unexplained"]
        for _, group in groupby(unexplained, key=lambda a: a.place.line):
            accounts = list(group)
            shown = ", ".join(f"'{' '.join(a.text.split())}'" for a in accounts[:_MOST_SHOWN])
            more = f" and {len(accounts) - _MOST_SHOWN} more" if len(accounts) > _MOST_SHOWN else ""
            verb = "follows" if len(accounts) == 1 else "follow"
            first, last = accounts[0].place, accounts[-1].place
            yield self.finding(
                page,
                Place(first.line, first.column, last.end_line, last.end_column),
                f"{shown}{more} {verb} from neither the results nor the rest of the page",
                "say where it comes from, or give the file that holds it (--results)",
            )
