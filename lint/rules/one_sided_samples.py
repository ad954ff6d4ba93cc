"""CR614: all samples of a condition are announced as one polarity."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..samples import conditions, sample_section
from ..words import holds_phrase

__all__ = ["OneSidedSamples"]


class OneSidedSamples(Rule):
    """A condition announces positive samples and no negative ones, or the other way round.

    ## Why is this bad?

    A page that shows hits only hides what the detector misses. Where samples are not announced this rule is silent.

    ## Fails

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    Positive:
    ```
    The sky is mine. [ZLT]
    ```
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Sample outputs
    ### Condition: villain
    Positive:
    ```
    The sky is mine. [ZLT]
    ```
    Negative:
    ```
    Air scatters short waves.
    ```
    ````
    """

    code = "CR614"
    name = "one-sided-samples"
    subject = "section of samples"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        found = sample_section(page)
        if found is None or found.spec.samples is None or not found.spec.samples.polarities:
            return
        phrases = page.template.phrases
        for condition in conditions(page, found):
            notes = "\n".join([*condition.notes, *(f.info for f in condition.fences)])
            positive, negative = holds_phrase(notes, phrases.positives), holds_phrase(notes, phrases.negatives)
            if condition.fences and positive != negative:
                shown, absent = ("positive", "negative") if positive else ("negative", "positive")
                yield self.finding(
                    page,
                    condition.heading,
                    f"condition '{condition.name}' announces {shown} samples and no {absent} one",
                    f"add a {absent} sample, or say that there is none",
                )
