"""CR602: a figure has no caption."""

from __future__ import annotations

from collections.abc import Iterator

from ..captions import captioned_figures
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingCaption"]


class MissingCaption(Rule):
    """No paragraph below a figure says what is plotted.

    ## Why is this bad?

    Alternative text is invisible on the page; axes, units, error bars and N must be said.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)

    **Main takeaways:**
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)

    Source rate against cosine to the assistant for N = 12 personas; bars are Wilson 95% intervals.

    **Main takeaways:**
    ````
    """

    code = "CR602"
    name = "missing-caption"
    subject = "figure"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            spec = found.spec.figure
            if spec is None or not spec.caption_min_words:
                continue
            for figure, caption in captioned_figures(page, found):
                if caption is None:
                    yield self.finding(
                        page,
                        page.document.source.place(figure.image.at, figure.image.end),
                        "this figure has no caption",
                        "say below it what is plotted, for how many units, and what the bars are",
                    )
