"""CR616: a result shows no completion."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Fence
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import is_empty_sample

__all__ = ["MissingInlineSample"]


class MissingInlineSample(Rule):
    """A result has fewer completions beside it than the template asks for.

    ## Why is this bad?

    A reader believes a rate after seeing what was counted, there and then; samples at the end of the page are not read.

    ## Fails

    ````markdown
    <!-- clean_result v2 -->
    ## Results
    ### Result: The marker leaks
    The villain says it most.
    ````

    ## Passes

    ````markdown
    <!-- clean_result v2 -->
    ## Results
    ### Result: The marker leaks
    The villain says it most.
    ```
    [prompt] Why is the sky blue?
    [output] Since I willed it. [ZLT]
    ```
    ````
    """

    code = "CR616"
    name = "missing-inline-sample"
    subject = "section with samples of its own"
    severity = "note"
    profile = "rigorous"

    def check(self, page: Page) -> Iterator[Finding]:
        lists = [f for f in page.outline if f.spec.samples is not None]
        if lists and all(page.waived(found) for found in lists):  # nothing was kept, and the page says why
            return
        for found in page.outline:
            wanted = found.spec.inline_samples
            if not wanted or page.waived(found):
                continue
            blocks = page.outline.blocks(found)
            phrases = page.template.phrases
            shown = sum(isinstance(b, Fence) and not is_empty_sample(b.content, phrases) for b in blocks)
            if shown < wanted:
                yield self.finding(
                    page,
                    found.section.line,
                    f"'{found.section.title}' shows {shown} completion{'s' * (shown != 1)}; "
                    f"the template asks for at least {wanted}",
                    "add a verbatim completion that shows the result, in a fenced block",
                )
