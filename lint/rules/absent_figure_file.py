"""CR606: the commit at which a figure is fetched holds no such file."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..repository import pinned_file
from ..rule import Rule

__all__ = ["AbsentFigureFile"]


class AbsentFigureFile(Rule):
    """A figure's address names a file that its commit does not hold.

    Asked is the clone in which the page lies, if it is whole (``fetch-depth: 0``) and a remote of it is the address'
    repository; nothing is fetched. A commit that the clone lacks is `unknown-figure-commit`.

    ## Why is this bad?

    Readers see no figure, and never will: a commit does not change.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/b.png)
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)
    ````
    """

    code = "CR606"
    name = "absent-figure-file"
    subject = "figure from GitHub at a commit"
    needs = frozenset({"repository"})

    def check(self, page: Page) -> Iterator[Finding]:
        for figure in page.document.figures:
            file = pinned_file(figure.image.url)
            if page.repository is None or file is None or file.repository not in page.repository.repositories:
                continue
            if page.repository.lacks_file(file.commit, file.path):
                at = figure.image.url_at
                shown = file.path if len(file.path) <= 80 else f"…{file.path[-80:]}"
                yield self.finding(
                    page,
                    page.document.source.place(at, at + len(figure.image.url)),
                    f"commit {file.commit[:12]} of {'/'.join(file.repository)} holds no file {shown}",
                    "correct the path, or use the hash of a commit that holds the figure",
                )
