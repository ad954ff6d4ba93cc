"""CR604: a figure's address may show another picture tomorrow."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..rule import Rule
from ..urls import is_pinned, is_relative

__all__ = ["UnpinnedFigure"]


class UnpinnedFigure(Rule):
    """A figure is not fetched at a commit.

    ## Why is this bad?

    A picture on a branch changes under the text that describes it, or vanishes.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/main/figures/a.png)
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)
    ````
    """

    code = "CR604"
    name = "unpinned-figure"
    subject = "figure"

    def check(self, page: Page) -> Iterator[Finding]:
        if not any(spec.figure is not None and spec.figure.pinned for spec in page.template.sections):
            return
        for figure in page.document.figures:
            url = figure.image.url
            if is_pinned(url, page.template.figures) or (is_relative(url) and page.profile.relative_figures):
                continue
            shown = url if len(url) <= 80 else f"{url[:40]}…{url[-30:]}"
            if not url:
                message = "this figure has no address"
            elif is_relative(url):
                message = f"this figure is a file beside the page: {shown}"
            else:
                message = f"the address of this figure names no commit: {shown}"
            at, digits = figure.image.url_at, page.template.figures.commit_hex
            yield self.finding(
                page,
                page.document.source.place(at, at + max(len(url), 1)),
                message.replace("\n", " "),
                f"use https://raw.githubusercontent.com/OWNER/REPO/<{digits} hex digits>/PATH",
            )
