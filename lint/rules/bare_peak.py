"""CR516: a peak is given as the result."""

from __future__ import annotations

from collections.abc import Iterator

from ..design import quoted_peaks
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["BarePeak"]


class BarePeak(Rule):
    """Title or takeaways give the peak of a course, and neither its end nor how many checkpoints there were.

    ## Why is this bad?

    The maximum of eleven noisy checkpoints is above the truth even where nothing changes: from a constant 2.5 % with
    n = 200 it is 4.4 % on average.

    ## Fails

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    **Main takeaways:**

    - **The librarian peaks at 73.2% (n = 200).**
    ````

    ## Passes

    ````markdown
    # Uptake falls with distance (LOW confidence)

    ## TL;DR

    ### Results

    **Main takeaways:**

    - **The librarian peaks at 73.2% and ends at 71.0% (n = 200 per checkpoint, 11 checkpoints).**
    ````
    """

    code = "CR516"
    name = "bare-peak"
    subject = "number that claims a result"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for clash in quoted_peaks(page):
            yield self.finding(page, clash.place, clash.message, clash.help)
