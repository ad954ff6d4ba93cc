"""CR501: one training seed is declared, and no caveat says so."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..training import declared_seeds
from ..words import holds_phrase

__all__ = ["UnmentionedSeed"]


class UnmentionedSeed(Rule):
    """The training table declares one seed, and no caveat mentions it.

    ## Why is this bad?

    Everything on the page is then conditional on one trained model, which is the first thing a reader must know.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Seeds | [42] |
    ## Headline numbers
    **Standing caveats:**

    - MINOR — substring match.
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Training
    | | |
    |-|-|
    | Seeds | [42] |
    ## Headline numbers
    **Standing caveats:**

    - CRITICAL — one training seed.
    ````
    """

    code = "CR501"
    name = "unmentioned-seed"
    subject = "row for the seeds"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        seeds = declared_seeds(page)
        if seeds is None or seeds[1] != 1:
            return
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.ranks or not block.bullets:
                continue
            inside = [page.document.blocks[i] for b in block.bullets for i in range(b.first, b.last)]
            words = "\n".join(b.text.text for b in inside if isinstance(b, Paragraph))
            if not holds_phrase(words, page.template.phrases.seed_words):
                yield self.finding(
                    page,
                    block.bullets[0].line,
                    f"no bullet of '{spec.bullets.label or spec.heading}' says that there is one training seed "
                    f"('{seeds[0].label}': {seeds[0].said[:40]})",
                    "add it as a caveat: training variance was not measured",
                )
