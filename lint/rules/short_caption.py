"""CR603: a caption is too short to say what is plotted."""

from __future__ import annotations

from collections.abc import Iterator

from ..captions import captioned_figures
from ..finding import Finding
from ..page import Page
from ..rule import Rule

__all__ = ["ShortCaption"]


class ShortCaption(Rule):
    """A caption has fewer words than the template asks for.

    ## Why is this bad?

    "See figure" names neither axes nor error bars.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)

    Rates (N = 12).
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)

    Source rate against cosine to the assistant for N = 12 personas; bars are Wilson 95% intervals.
    ````
    """

    code = "CR603"
    name = "short-caption"
    subject = "figure"
    severity = "warning"

    def check(self, page: Page) -> Iterator[Finding]:
        for found in page.outline:
            spec = found.spec.figure
            if spec is None:
                continue
            for _, caption in captioned_figures(page, found):
                if caption is not None and caption.words < spec.caption_min_words:
                    yield self.finding(
                        page,
                        caption,
                        f"the caption has {caption.words} word{'s' * (caption.words != 1)}; "
                        f"the template asks for at least {spec.caption_min_words}",
                        "say what is plotted, for how many units, and what the bars are",
                    )
