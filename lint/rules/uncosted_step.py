"""CR120: a next step does not say what it costs."""

from __future__ import annotations

from collections.abc import Iterator

from ..document import Paragraph
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import holds_phrase

__all__ = ["UncostedStep"]


class UncostedStep(Rule):
    """A next step does not say what it costs.

    ## Why is this bad?

    Steps are chosen by what they tell for what they cost; without the cost the cheap decisive one is not seen.

    ## Fails

    ````markdown
    ## TL;DR
    ### Next steps
    - Repeat with two more seeds: tests whether the slope is stable.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Next steps
    - Repeat with two more seeds: tests whether the slope is stable (about 3 GPU-hours).
    ````
    """

    code = "CR120"
    name = "uncosted-step"
    subject = "section of bullets"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.costed:
                continue
            bare = []
            for bullet in block.bullets:
                blocks = page.document.blocks[bullet.first : bullet.last]
                words = " ".join(b.text.text for b in blocks if isinstance(b, Paragraph))
                if not holds_phrase(words, page.template.phrases.costs):
                    bare.append(bullet)
            if bare:
                yield self.finding(
                    page,
                    bare[0].line,
                    f"{len(bare)} of {len(block.bullets)} bullets of '{spec.bullets.label or spec.heading}' "
                    "do not say what they cost",
                    "add the GPU-hours, or that none are needed",
                )
