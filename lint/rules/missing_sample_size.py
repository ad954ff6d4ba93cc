"""CR117: a caption, or all takeaways together, state no sample size."""

from __future__ import annotations

from collections.abc import Iterator

from ..captions import captioned_figures
from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..words import states_sample_size

__all__ = ["MissingSampleSize"]


class MissingSampleSize(Rule):
    """A caption, or the takeaways taken together, state no sample size.

    ## Why is this bad?

    A rate or a correlation without its N cannot be weighed. "N = 12" and "178 of 250" both say it.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rates](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/rates.png)

    Share of completions with the marker against cosine, one point for each persona, with intervals.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rates](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/rates.png)

    Share of completions with the marker against cosine, one point for each of N = 12 personas, with intervals.
    ````
    """

    code = "CR117"
    name = "missing-sample-size"
    subject = "section of bullets"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            if found.spec.figure is not None and found.spec.figure.caption_sample_size:
                for _, caption in captioned_figures(page, found)[:1]:
                    if caption is not None and not states_sample_size(caption):
                        yield self.finding(
                            page,
                            page.document.source.line_place(page.document.source.place(caption.at).line),
                            "the caption states no sample size",
                            "say how many units (N = …) and how many completions each (n = …)",
                        )
        for spec in page.template.sections:
            block = page.labelled_bullets(spec)
            if block is None or spec.bullets is None or not spec.bullets.sample_size or not block.bullets:
                continue
            texts = [page.document.blocks[i] for b in block.bullets for i in range(b.first, b.last)]
            if not any(states_sample_size(t.text) for t in texts if hasattr(t, "text")):
                yield self.finding(
                    page,
                    block.label_line,
                    f"no bullet of '{spec.bullets.label or spec.heading}' states a sample size",
                    "give each claim its N, as in (ρ = −0.74, N = 12)",
                )
