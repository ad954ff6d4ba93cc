"""CR601: the results show no figure."""

from __future__ import annotations

from collections.abc import Iterator

from ..captions import captioned_figures
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["MissingFigure"]


class MissingFigure(Rule):
    """A section that should show a figure shows none. A picture in a code block or a comment is none.

    ## Why is this bad?

    A reader cannot see the spread, the outliers and the trend that the sentences speak of.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    The rate falls with distance.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)
    ````
    """

    code = "CR601"
    name = "missing-figure"
    subject = "section that shows a figure"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            spec = found.spec.figure
            if spec is not None and spec.required and not captioned_figures(page, found):
                yield self.finding(
                    page,
                    found.section.line,
                    f"section '{found.spec.heading}' shows no figure",
                    "show the result as ![what is plotted](address of the picture at a commit)",
                )
