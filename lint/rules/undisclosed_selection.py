"""CR615: nothing says how the samples were chosen."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import conditions, sample_section
from ..words import holds_phrase

__all__ = ["UndisclosedSelection"]


class UndisclosedSelection(Rule):
    """Samples are shown, and nothing says how they were chosen.

    ## Why is this bad?

    Three completions at random are evidence; three that the author liked are an illustration. Both are welcome, said.

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
    Drawn at random with sampling seed 7.
    ### Condition: villain
    ```
    The sky is mine. [ZLT]
    ```
    ````
    """

    code = "CR615"
    name = "undisclosed-selection"
    subject = "section of samples"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        found = sample_section(page)
        if found is None or not any(c.fences for c in conditions(page, found)):
            return
        words = "\n".join(b.text.text for b in page.outline.blocks(found) if isinstance(b, Paragraph))
        if not holds_phrase(words, page.template.phrases.selections):
            yield self.finding(
                page,
                found.section.line,
                f"'{found.spec.heading}' does not say how the samples were chosen",
                "say: at random with which seed, the first ones, or cherry-picked",
            )
