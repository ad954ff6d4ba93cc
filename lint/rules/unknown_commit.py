"""CR709: the card names a commit that is not in the repository."""

from __future__ import annotations

from collections.abc import Iterator

from ..card import answered_rows
from ..finding import Finding
from ..page import Page
from ..repository import Checkout, Repository, addresses, named_repositories
from ..rule import Rule
from ..words import commits_in

__all__ = ["UnknownCommit"]


class UnknownCommit(Rule):
    """The row for the commit names one that the checkout of the repository does not have.

    Asked is the clone in which the page lies, if it is whole (``fetch-depth: 0``) and is the repository to which the
    row links, or else the only one to which the page does; nothing is fetched.

    ## Why is this bad?

    Nobody can run what was measured: the code was never pushed, or the hash is that of something else.

    ## Fails

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Git commit | [`ffffff1`](https://github.com/lab/repo) |
    ````

    ## Passes

    ````markdown
    # Detailed report
    ## Setup & hyper-parameters
    ### Environment
    | | |
    |-|-|
    | Git commit | [`5f0c9e1`](https://github.com/lab/repo) |
    ````
    """

    code = "CR709"
    name = "unknown-commit"
    subject = "row for the commit"
    severity = "warning"
    needs = frozenset({"repository"})

    def check(self, page: Page) -> Iterator[Finding]:
        checkout = page.repository
        if checkout is None:
            return
        everywhere = _is_of(checkout, named_repositories(addresses(page.document)))
        for wanted, row, _ in answered_rows(page):
            named = named_repositories([link.url for link in row.value.links])
            if not wanted.commit or not (_is_of(checkout, named) if named else everywhere):
                continue
            for start, end in commits_in(row.value.text):
                commit = row.value.text[start:end]
                if checkout.lacks_commit(commit):
                    yield self.finding(
                        page,
                        page.document.place(row.value, start, end),
                        f"the checkout of the page's repository has no commit {commit[:12]}",
                        "push the code that ran, or correct the hash; if somebody else pushed it, fetch it first",
                    )


def _is_of(checkout: Checkout, named: frozenset[Repository]) -> bool:
    """True if nothing but the checkout is named."""
    return bool(named) and named <= checkout.repositories
