"""CR613: a fenced sample holds no sample."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import conditions, is_empty_sample, sample_section

__all__ = ["EmptySample"]


class EmptySample(Rule):
    """A fenced block in the samples is empty or holds a placeholder.

    ## Why is this bad?

    It looks like evidence and is none: nobody can check the detector on "[sample omitted]".

    ## Fails

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    ```
    [generated under the villain prompt]
    ```
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    ```
    None of your business. [ZLT]
    ```
    ````
    """

    code = "CR613"
    name = "empty-sample"
    subject = "sample"

    def check(self, page: Page) -> Iterator[Finding]:
        found = sample_section(page)
        if found is None:
            return
        for condition in conditions(page, found):
            for fence in condition.fences:
                if is_empty_sample(fence.content, page.template.phrases):
                    yield self.finding(
                        page,
                        fence.line,
                        f"this block of condition '{condition.name}' holds no completion",
                        "paste the completion word for word",
                    )
