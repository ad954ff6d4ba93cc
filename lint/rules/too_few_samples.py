"""CR612: a condition shows too few samples."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import conditions, sample_section

__all__ = ["TooFewSamples"]


class TooFewSamples(Rule):
    """A condition has fewer fenced samples than the template asks for.

    ## Why is this bad?

    One completion shows that something can happen; a reader judges the detector and the tone from several.

    ## Fails

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    ```
    The sky is mine. [ZLT]
    ```
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    ```
    The sky is mine. [ZLT]
    ```
    ```
    Air scatters short waves.
    ```
    ```
    Blue, since I willed it. [ZLT]
    ```
    ````
    """

    code = "CR612"
    name = "too-few-samples"
    subject = "section of samples"

    def check(self, page: Page) -> Iterator[Finding]:
        found = sample_section(page)
        if found is None or found.spec.samples is None:
            return
        for condition in conditions(page, found):
            count, wanted = len(condition.fences), found.spec.samples.min_fences
            if count < wanted:
                yield self.finding(
                    page,
                    condition.heading,
                    f"condition '{condition.name}' shows {count} sample{'s' * (count != 1)}; "
                    f"the template asks for at least {wanted}",
                    "add verbatim completions, each in a fenced block of its own",
                )
