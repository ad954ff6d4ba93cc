"""CR803: two characters stand for minus."""

from __future__ import annotations

from collections.abc import Iterator

from ..finding import Edit, Finding
from ..minus import minus_signs
from ..page import Page
from ..rule import Rule

__all__ = ["MixedMinus"]


class MixedMinus(Rule):
    """Some negative numbers are written with the minus sign U+2212 and some with a hyphen.

    ## Why is this bad?

    A search for a value finds half of its places, and a script that reads one spelling misses the other. Each number
    with a hyphen can be repaired by `--fix`.

    ## Fails

    ````markdown
    ## TL;DR
    ### Results
    The slope is −0.42 at layer 10 and -0.62 at layer 20.
    ````

    ## Passes

    ````markdown
    ## TL;DR
    ### Results
    The slope is −0.42 at layer 10 and −0.62 at layer 20; the learning rate is 1e-5.
    ````
    """

    code = "CR803"
    name = "mixed-minus"
    severity = "note"

    def check(self, page: Page) -> Iterator[Finding]:
        signs = list(minus_signs(page))
        hyphens = [sign for sign in signs if not sign.typographic]
        if len(hyphens) == len(signs):
            return
        for sign in hyphens:
            start = sign.text.source(sign.at)
            yield self.finding(
                page,
                page.document.source.place(start, start + 1),
                "this number has a hyphen for a minus sign; others have U+2212",
                "write −, as elsewhere on the page",
                edit=Edit(start, start + 1, "−"),
            )
