"""CR605: the commit at which a figure is fetched is not in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Finding
from ..page import Page
from ..repository import pinned_file
from ..rule import Rule

__all__ = ["UnknownFigureCommit"]


class UnknownFigureCommit(Rule):
    """A figure's address names a commit that the checkout of its repository does not have.

    Asked is the clone in which the page lies, if it is whole (``fetch-depth: 0``) and a remote of it is the address'
    repository; nothing is fetched.

    ## Why is this bad?

    An address at a commit that nobody has shows nothing, and looks as permanent as one that does.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/1111111111111111111111111111111111111111/a.png)
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    ![Rate against cosine](https://raw.githubusercontent.com/lab/repo/5f0c9e17ab34d2860e7719bc42fd18c3a96b07e4/a.png)
    ````
    """

    code = "CR605"
    name = "unknown-figure-commit"
    subject = "figure from GitHub at a commit"
    severity = "warning"
    needs = frozenset({"repository"})

    def check(self, page: Page) -> Iterator[Finding]:
        seen: set[str] = set()
        for figure in page.document.figures:
            file = pinned_file(figure.image.url)
            if page.repository is None or file is None or file.repository not in page.repository.repositories:
                continue
            if file.commit not in seen and page.repository.lacks_commit(file.commit):
                at = figure.image.url_at + max(figure.image.url.lower().find(file.commit), 0)
                yield self.finding(
                    page,
                    page.document.source.place(at, at + len(file.commit)),
                    f"the checkout of {'/'.join(file.repository)} has no commit {file.commit[:12]}",
                    "push the figure and use the hash of its commit; if somebody else pushed it, fetch it first",
                )
            seen.add(file.commit)
